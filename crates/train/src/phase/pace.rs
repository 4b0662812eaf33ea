//! The clock of a phase: when it decays, ends, saves and draws.

use std::time::Instant;

use super::{Options, State};
use crate::budget::Budget;
use crate::schedule::DECAY_SHARE;

/// Steps that tell how many of them there are in a second: the first ones after a start don't.
const ENOUGH_STEPS: u64 = 20;

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

    /// Since the start, or of the whole phase as long as that says little.
    fn steps_per_second(&self, state: &State) -> f64 {
        let (steps, seconds) = match state.step - self.first_step {
            few if few < ENOUGH_STEPS && self.first_step > 0 => (state.step, state.seconds),
            steps => (steps, self.started.elapsed().as_secs_f64()),
        };
        steps.max(1) as f64 / seconds.max(1e-9)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Usage;
    use crate::schedule::Schedule;

    #[test]
    fn a_resume_late_in_a_phase_decays_as_long_as_there_is_time() {
        let mut state = State {
            step: 1000,
            seconds: 540.0,
            ..State::new(Schedule::new(1e-3, 100), Usage::new(0, 0))
        };
        let budget = Budget::Minutes(10.0);
        let mut pace = Pace::start(budget, Options::default(), &mut state);
        pace.step(&mut state);
        // 60 seconds are left, and 540 were 1000 steps; the first step alone took next to none.
        let (start, length) = state.schedule.decay.expect("a decay");
        assert_eq!(start, 1001);
        assert!((100..120).contains(&length), "{length} steps");
    }
}
