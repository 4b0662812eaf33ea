//! The clock of a phase: when it decays, ends, saves and draws.

use std::time::Instant;

use super::{Options, State};
use crate::budget::Budget;
use crate::schedule::DECAY_SHARE;

/// Watches time and steps.
pub(super) struct Pace {
    budget: Budget,
    options: Options,
    before: f64,
    started: Instant,
    last_step: Instant,
    last_checkpoint: Instant,
    last_sheet: Option<Instant>,
    last_validation: Instant,
    first_step: u64,
}

impl Pace {
    /// Starts or goes on; fixes the schedule's end where the budget is in steps.
    pub(super) fn start(budget: Budget, options: Options, state: &mut State) -> Self {
        if let Budget::Steps(steps) = budget {
            state.schedule.end_at(steps);
        }
        let now = Instant::now();
        Self {
            budget,
            options,
            before: state.seconds,
            started: now,
            last_step: now,
            last_checkpoint: now,
            last_sheet: None,
            last_validation: now,
            first_step: state.step,
        }
    }

    /// Notes a finished step; returns the seconds it took.
    pub(super) fn step(&mut self, state: &mut State) -> f64 {
        state.step += 1;
        let now = Instant::now();
        let took = (now - self.last_step).as_secs_f64();
        self.last_step = now;
        state.seconds = self.before + (now - self.started).as_secs_f64();
        if let (Budget::Minutes(minutes), None) = (self.budget, state.schedule.decay) {
            let (all, spent) = (minutes * 60.0, state.seconds);
            if spent >= all * (1.0 - DECAY_SHARE) {
                let speed = self.steps_per_second(state);
                let length = ((all - spent).max(0.0) * speed) as u64;
                state.schedule.decay_from(state.step, length);
            }
        }
        took
    }

    fn steps_per_second(&self, state: &State) -> f64 {
        let seconds = self.started.elapsed().as_secs_f64().max(1e-9);
        (state.step - self.first_step).max(1) as f64 / seconds
    }

    /// Seconds until the phase ends, once that is known.
    pub(super) fn seconds_left(&self, state: &State) -> Option<f64> {
        match (self.budget, state.schedule.end()) {
            (_, Some(end)) => {
                Some(end.saturating_sub(state.step) as f64 / self.steps_per_second(state))
            }
            (Budget::Minutes(minutes), None) => Some((minutes * 60.0 - state.seconds).max(0.0)),
            (Budget::Steps(_), None) => None,
        }
    }

    pub(super) fn finished(&self, state: &State) -> bool {
        state.schedule.end().is_some_and(|end| state.step >= end)
    }

    pub(super) fn wants_checkpoint(&mut self) -> bool {
        let due = self.last_checkpoint.elapsed().as_secs_f64() >= self.options.checkpoint;
        if due {
            self.last_checkpoint = Instant::now();
        }
        due
    }

    pub(super) fn wants_validation(&mut self) -> bool {
        let due = self.last_validation.elapsed().as_secs_f64() >= self.options.validation;
        if due {
            self.last_validation = Instant::now();
        }
        due
    }

    /// True soon after the start and then once per interval.
    pub(super) fn wants_sheet(&mut self) -> bool {
        if self.options.sheet.is_infinite() {
            return false;
        }
        let due = match self.last_sheet {
            None => self.started.elapsed().as_secs_f64() >= self.options.sheet.min(60.0),
            Some(last) => last.elapsed().as_secs_f64() >= self.options.sheet,
        };
        if due {
            self.last_sheet = Some(Instant::now());
        }
        due
    }
}
