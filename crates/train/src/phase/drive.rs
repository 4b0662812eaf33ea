//! What all phases have in common: steps until the budget is spent, with a log, checkpoints and
//! contact sheets on the way.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use burn::tensor::Device;
use data::ClipStore;
use model::Config;

use super::pace::Pace;
use super::{Course, Outcome, State};
use crate::budget::Budget;
use crate::evaluate::spread;
use crate::report::{Display, Log, StepReport};
use crate::run::Run;

/// Figures of a step, by name. `loss` is one of them.
pub(super) type Figures = BTreeMap<&'static str, f64>;

/// Clips on a contact sheet.
const SHOWN: usize = 4;

/// What trains a phase, and can go on from a checkpoint.
pub(super) trait Trainer: Sized {
    /// The phase's name, in logs and files.
    const PHASE: &'static str;

    /// As the checkpoint at `path` has it, or new if there is none.
    fn load(run: &Run, path: &Path, device: &Device) -> Result<Self>;

    /// Where it stands.
    fn state(&mut self) -> &mut State;

    /// Writes a checkpoint.
    fn save(&self, path: &Path) -> Result<()>;

    /// Draws what the models make of the clips `bytes` of this `shape` `[B, T, H, W, 3]`.
    fn sheet(&self, bytes: &[u8], shape: [usize; 5], path: &Path) -> Result<()>;

    /// Tries the models on clips that they don't learn from, if there are any, and keeps the best.
    fn validate(&mut self) -> Result<Option<Figures>> {
        Ok(None)
    }
}

/// The trainer of a phase: new, or where it stopped; or where its decay began, if it is finished,
/// may be extended, and `budget` asks for more than it has had.
pub(super) fn open<T: Trainer>(
    run: &Run,
    budget: Budget,
    extensible: bool,
    device: &Device,
) -> Result<T> {
    let mut trainer = T::load(run, &run.checkpoint(T::PHASE), device)?;
    let state = trainer.state();
    if state.finished && extensible && state.may_go_on(budget) {
        let stable = run.stable_checkpoint(T::PHASE);
        if stable.exists() {
            trainer = T::load(run, &stable, device)?;
        }
        trainer.state().reopen();
    }
    Ok(trainer)
}

/// Takes steps of `frames` frames until the budget is spent or `display` wants to stop; saves, and
/// says which.
pub(super) fn drive<T: Trainer>(
    trainer: &mut T,
    course: Course<'_>,
    budget: Budget,
    frames: usize,
    display: &mut dyn Display,
    mut step: impl FnMut(&mut T) -> Result<Figures>,
) -> Result<Outcome> {
    let Course { run, options, .. } = course;
    let mut log = Log::append_to(&run.log())?;
    let mut pace = Pace::start(budget, options, trainer.state());
    let checkpoint = run.checkpoint(T::PHASE);
    while !pace.finished(trainer.state()) {
        if trainer.state().starts_decay() {
            trainer.save(&run.stable_checkpoint(T::PHASE))?;
        }
        let rate = {
            let state = trainer.state();
            state.schedule.rate(state.step)
        };
        let figures = step(trainer)?;
        let took = pace.step(trainer.state());
        let state = trainer.state();
        if figures["loss"].is_nan() {
            bail!(
                "the loss of the {} phase is not a number any more at step {}. Its last checkpoint is in {}; try a smaller --rate",
                T::PHASE,
                state.step,
                checkpoint.display()
            );
        }
        let report = StepReport {
            phase: T::PHASE,
            step: state.step,
            seconds: state.seconds,
            seconds_left: pace.seconds_left(state),
            frames_per_second: frames as f64 / took.max(1e-9),
            rate,
            figures,
        };
        log.step(&report)?;
        display.step(&report);
        if pace.wants_validation() || pace.finished(trainer.state()) {
            validate(trainer, &report, &mut log, display)?;
        }
        if pace.wants_sheet() {
            let (bytes, shape) = shown(&run.settings.config, course.store)?;
            trainer.sheet(&bytes, shape, &run.sheet(T::PHASE, report.step))?;
        }
        if display.wants_to_stop() {
            trainer.save(&checkpoint)?;
            return Ok(Outcome::Stopped);
        }
        if pace.wants_checkpoint() {
            trainer.save(&checkpoint)?;
        }
    }
    trainer.state().finished = true;
    trainer.save(&checkpoint)?;
    Ok(Outcome::Finished)
}

/// A validation's line in the log, and one for people.
fn validate<T: Trainer>(
    trainer: &mut T,
    step: &StepReport,
    log: &mut Log,
    display: &mut dyn Display,
) -> Result<()> {
    let Some(figures) = trainer.validate()? else {
        return Ok(());
    };
    let text: Vec<String> = figures
        .iter()
        .map(|(name, value)| format!("{name} {value:.2}"))
        .collect();
    display.note(&format!(
        "On held-out clips after step {}: {}",
        step.step,
        text.join(", ")
    ));
    log.step(&StepReport {
        phase: "validation",
        figures,
        ..step.clone()
    })
}

/// The clips on every sheet of a run, so that sheets can be compared: the first frames of a few,
/// spread over the store.
fn shown(config: &Config, store: &ClipStore) -> Result<(Vec<u8>, [usize; 5])> {
    let size = config.frames * config.height * config.width * 3;
    let numbers = spread(store.len(), SHOWN);
    let mut bytes = Vec::with_capacity(numbers.len() * size);
    for &number in &numbers {
        bytes.extend_from_slice(&store.read_clip(number)?[..size]);
    }
    let shape = [numbers.len(), config.frames, config.height, config.width, 3];
    Ok((bytes, shape))
}
