//! The two phases of training (§2.1): the tokenizer, then latent actions with dynamics.

mod dynamics;
mod pace;
mod tokenizer;

use std::sync::Arc;

use anyhow::{Result, ensure};
use burn::tensor::Device;
use data::{ClipStore, Prefetch, WindowLoader};
use serde::{Deserialize, Serialize};

use crate::codes::Usage;
use crate::report::Display;
use crate::run::Run;
use crate::schedule::Schedule;

pub use dynamics::{DynamicsModels, load as load_dynamics};
pub use tokenizer::load as load_tokenizer;

/// How long a phase may train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Budget {
    /// Steps in all, those before a resume included.
    Steps(u64),
    /// Minutes of training in all, those before a resume included.
    Minutes(f64),
}

/// Seconds between checkpoints and between contact sheets.
#[derive(Clone, Copy, Debug)]
pub struct Intervals {
    /// Between checkpoints.
    pub checkpoint: f64,
    /// Between contact sheets.
    pub sheet: f64,
}

impl Default for Intervals {
    fn default() -> Self {
        Self {
            checkpoint: 120.0,
            sheet: 300.0,
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

/// How a phase ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its budget is used up.
    Finished,
    /// Stopped by the user; a resume goes on from here.
    Stopped,
}

/// Trains both phases of `run`, going on from its checkpoints where there are any.
///
/// # Errors
/// If the data can't be read or doesn't fit, or a file can't be written.
pub fn train(
    run: &Run,
    device: &Device,
    budgets: [Budget; 2],
    intervals: Intervals,
    display: &mut dyn Display,
) -> Result<Outcome> {
    let store = Arc::new(ClipStore::open(&run.settings.data)?);
    let config = &run.settings.config;
    ensure!(
        (store.height(), store.width()) == (config.height, config.width),
        "{} holds frames of {}×{} pixels, the model's are {}×{}",
        run.settings.data.display(),
        store.width(),
        store.height(),
        config.width,
        config.height
    );
    if tokenizer::train(run, &store, device, budgets[0], intervals, display)? == Outcome::Stopped {
        return Ok(Outcome::Stopped);
    }
    dynamics::train(run, &store, device, budgets[1], intervals, display)
}

/// Batches of `run`'s data for one phase, from `step` on. `stream` keeps the phases' batches apart.
fn batches(
    run: &Run,
    store: &Arc<ClipStore>,
    frames: usize,
    batch: usize,
    stream: u64,
    step: u64,
) -> Result<Prefetch> {
    let seed = run.settings.seed.wrapping_mul(2).wrapping_add(stream);
    let loader = Arc::new(WindowLoader::new(Arc::clone(store), frames, batch, seed)?);
    Ok(Prefetch::new(loader, step, 3))
}
