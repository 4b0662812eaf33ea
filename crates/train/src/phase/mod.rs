//! The two phases of training (§2.1): the tokenizer, then latent actions with dynamics.

mod dynamics;
mod pace;
mod tokenizer;

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use burn::tensor::Device;
use data::{ClipStore, DEFAULT_CACHE_BYTES, Prefetch, WindowLoader};
use serde::{Deserialize, Serialize};

use crate::budget::Budget;
use crate::codes::Usage;
use crate::report::Display;
use crate::run::Run;
use crate::schedule::Schedule;
use crate::store;

pub use dynamics::load as load_dynamics;
pub use tokenizer::load as load_tokenizer;

/// How a training is run; nothing of it changes what is learned.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Seconds between checkpoints.
    pub checkpoint: f64,
    /// Seconds between contact sheets.
    pub sheet: f64,
    /// Bound on the decoded clips that are kept in memory, in bytes.
    pub cache_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            checkpoint: 120.0,
            sheet: 300.0,
            cache_bytes: DEFAULT_CACHE_BYTES,
        }
    }
}

/// What a checkpoint says beside its tensors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct State {
    /// Steps done.
    pub step: u64,
    /// Training time so far, seconds.
    pub seconds: f64,
    /// Learning rates over time.
    pub schedule: Schedule,
    /// Codes in use.
    pub usage: Usage,
    /// Whether the phase has reached its end.
    pub finished: bool,
}

impl State {
    /// Whether the next step is the first of the decay: a training that is extended later goes on
    /// from here, as if the decay had not been.
    fn starts_decay(&self) -> bool {
        self.schedule
            .decay
            .is_some_and(|(start, _)| start == self.step)
    }

    /// Whether `budget` is clearly more than this finished phase has had. A phase bounded in
    /// minutes ends a little before or after its time.
    fn may_go_on(&self, budget: Budget) -> bool {
        match budget {
            Budget::Steps(steps) => steps > self.step,
            Budget::Minutes(minutes) => minutes * 60.0 > self.seconds * 1.1,
        }
    }

    /// Makes this the state of an unfinished phase, its end unknown.
    fn reopen(&mut self) {
        self.finished = false;
        self.schedule.decay = None;
    }
}

/// What trains a phase, and can go on from a checkpoint.
trait Resume: Sized {
    /// As the checkpoint at `path` has it, or new if there is none.
    fn load(run: &Run, path: &Path, device: &Device) -> Result<Self>;

    fn state(&mut self) -> &mut State;
}

/// `phase` of `run`: new, or where it stopped; or where its decay began, if it is finished, may be
/// extended, and `budget` asks for more than it has had.
fn open<T: Resume>(
    run: &Run,
    phase: &str,
    budget: Budget,
    extensible: bool,
    device: &Device,
) -> Result<T> {
    let mut trainer = T::load(run, &run.checkpoint(phase), device)?;
    let state = trainer.state();
    if state.finished && extensible && state.may_go_on(budget) {
        let stable = run.stable_checkpoint(phase);
        if stable.exists() {
            trainer = T::load(run, &stable, device)?;
        }
        trainer.state().reopen();
    }
    Ok(trainer)
}

/// How a phase ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its budget is used up.
    Finished,
    /// Stopped by the user; a resume goes on from here.
    Stopped,
}

/// Trains both phases of `run` within its budgets, going on from its checkpoints where there are any.
/// A finished phase goes on too if its budget has grown: from where its decay began.
///
/// # Errors
/// If the data can't be read or doesn't fit, or a file can't be written.
pub fn train(
    run: &Run,
    device: &Device,
    options: Options,
    display: &mut dyn Display,
) -> Result<Outcome> {
    kernels::keep_memory();
    let clips = Arc::new(ClipStore::open(&run.settings.data)?);
    store::check(&run.settings.config, &clips)?;
    let budgets = run.settings.budgets;
    if tokenizer::train(run, &clips, device, budgets[0], options, display)? == Outcome::Stopped {
        return Ok(Outcome::Stopped);
    }
    dynamics::train(run, &clips, device, budgets[1], options, display)
}

/// What a phase wants of each batch.
struct Draw {
    /// Frames of a window.
    frames: usize,
    /// Windows.
    batch: usize,
    /// Keeps the phases' batches apart.
    stream: u64,
}

/// Batches of `run`'s data for one phase, from `step` on.
fn batches(
    run: &Run,
    store: &Arc<ClipStore>,
    draw: Draw,
    step: u64,
    options: Options,
) -> Result<Prefetch> {
    let seed = run.settings.seed.wrapping_mul(2).wrapping_add(draw.stream);
    let loader = WindowLoader::new(Arc::clone(store), draw.frames, draw.batch, seed)?;
    let loader = Arc::new(loader.with_cache_bytes(options.cache_bytes));
    Ok(Prefetch::new(loader, step, 3))
}
