//! The phases of training (§2.1): the tokenizer, latent actions, and dynamics.
//!
//! The paper trains the last two together, but lets no gradient pass between them. So one after the
//! other they learn the same, and the dynamics model learns from a table: each clip's codes and
//! actions are computed once.

mod actions;
mod drive;
mod dynamics;
mod encoded;
mod imagined;
mod learner;
mod pace;
mod token_actions;
mod tokenizer;
mod validation;

use std::sync::Arc;

use anyhow::Result;
use burn::tensor::Device;
use data::{ClipStore, DEFAULT_CACHE_BYTES, Prefetch, WindowLoader};
use serde::{Deserialize, Serialize};

use crate::budget::Budget;
use crate::codes::Usage;
use crate::report::Display;
use crate::run::{self, Run};
use crate::schedule::Schedule;
use crate::store;

pub use actions::load as load_actions;
pub use dynamics::load as load_dynamics;
pub(crate) use dynamics::masked_loss;
pub use tokenizer::load as load_tokenizer;

/// How a training is run; nothing of it changes what is learned.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Seconds between checkpoints.
    pub checkpoint: f64,
    /// Seconds between contact sheets; infinite for none.
    pub sheet: f64,
    /// Seconds between validations, where there are clips for them.
    pub validation: f64,
    /// Bound on the decoded clips that are kept in memory, in bytes.
    pub cache_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            checkpoint: 120.0,
            sheet: 300.0,
            validation: 600.0,
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
    /// Mean PSNR of its plays of held-out clips, dB, in the checkpoint of the best dynamics.
    #[serde(default)]
    pub best: Option<f64>,
}

impl State {
    /// Before the first step.
    pub fn new(schedule: Schedule, usage: Usage) -> Self {
        Self {
            step: 0,
            seconds: 0.0,
            schedule,
            usage,
            finished: false,
            best: None,
        }
    }

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

/// How a phase ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its budget is used up.
    Finished,
    /// Stopped by the user; a resume goes on from here.
    Stopped,
}

/// Trains all phases of `run` within their budgets, going on from its checkpoints where there are
/// any. A finished phase goes on too if its budget has grown, from where its decay began; but for
/// the first two once dynamics have begun, which have learned their codes.
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
    let store = Arc::new(ClipStore::open(&run.settings.data)?);
    store::check(&run.settings.config, &store)?;
    let course = Course {
        run,
        store: &store,
        device,
        options,
    };
    for phase in [tokenizer::train, actions::train, dynamics::train] {
        if phase(course, display)? == Outcome::Stopped {
            return Ok(Outcome::Stopped);
        }
    }
    Ok(Outcome::Finished)
}

/// What a training is run on and how.
#[derive(Clone, Copy)]
struct Course<'a> {
    run: &'a Run,
    store: &'a Arc<ClipStore>,
    /// For inference; what is trained adds gradients to it.
    device: &'a Device,
    options: Options,
}

impl Course<'_> {
    /// Whether dynamics have begun: they have learned the codes and actions of the other two models,
    /// which must stay as they are.
    fn settled(&self) -> bool {
        self.run.checkpoint(run::DYNAMICS).exists()
    }

    /// Batches of windows for one phase, from `step` on.
    fn batches(&self, draw: Draw, step: u64) -> Result<Prefetch> {
        let seed = self.run.settings.seed;
        let seed = seed.wrapping_mul(2).wrapping_add(draw.stream);
        let store = Arc::clone(self.store);
        let loader = WindowLoader::new(store, draw.frames, draw.batch, seed)?;
        let loader = Arc::new(loader.with_cache_bytes(self.options.cache_bytes));
        Ok(Prefetch::new(loader, step, 3))
    }
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
