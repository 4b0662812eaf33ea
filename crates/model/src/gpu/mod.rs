//! A world on a graphics processor: everything that a frame of play needs, planned, compiled and bound
//! once. A frame is then one submission and one read-back.
//!
//! ```text
//! begin · [frame before, frame masked] through the dynamics · draw · settle
//!       · [frame, partly masked] through the dynamics · draw · settle      for each further MaskGIT step
//!       · frame through the decoder · pixels · copy
//! ```
//!
//! The first pass of a frame has two frames of rows: the one before, whose tokens are final now and whose
//! keys and values it leaves in the cache, and the one being made. So the cache costs no pass of its own.
//!
//! The prompt's tokens, the gallery and everything that isn't played frame by frame stay with burn on the
//! CPU: [`crate::World`] has both.

mod build;
mod frame;
mod measure;
mod pages;
mod passes;
mod prefill;
mod stack;
mod weights;
mod window;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use kernels::gpu::attention::CachePrecision;
pub use kernels::gpu::linear::Precision;
use kernels::gpu::linear::Tiles;
pub use kernels::gpu::{Class, Gpu};
use kernels::gpu::{Pipelines, Program};

#[cfg(feature = "check")]
pub(crate) use self::frame::steps;
pub use self::frame::{Made, Request};
pub use self::measure::{FullWindow, Section};
pub use self::pages::Page;
use self::pages::Pool;
use self::passes::{Buffers, Pass, Tail};
pub use self::prefill::Known;
use self::stack::Stack;
pub use self::stack::Storage;
#[cfg(feature = "check")]
pub(crate) use self::weights::tables;
use crate::config::Config;
use crate::error::{Error, Result};

/// What is known while a world is brought to the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Kernels that are compiled.
    pub done: usize,
    /// Of so many.
    pub all: usize,
}

/// A world's dynamics and decoder on one device.
pub struct Engine {
    gpu: Gpu,
    storage: Storage,
    config: Config,
    dynamics: Stack,
    decoder: Stack,
    buffers: Buffers,
    tail: Tail,
    tiles: Tiles,
    state: Mutex<State>,
}

/// What changes from frame to frame.
struct State {
    pipelines: Pipelines,
    pool: Pool,
    /// The dynamics over the frame before and the current one.
    first: Pass,
    /// The dynamics over the current frame.
    later: Pass,
    /// The decoder over the current frame.
    decode: Pass,
    /// `begin`, once.
    begin: Program,
    /// `draw` and `settle` of each MaskGIT step so far.
    steps: Vec<Program>,
    /// Prefilling passes of the dynamics and the decoder, by their number of frames.
    prefill: BTreeMap<(passes::Part, usize), Pass>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("gpu", &self.gpu.name())
            .field("storage", &self.storage)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// The device.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// How weights and the cache are kept.
    pub fn storage(&self) -> Storage {
        self.storage
    }

    /// Whether the kernels can play a world of these sizes.
    ///
    /// # Errors
    /// [`Error::Device`], with the size that doesn't fit; [`Error::Config`] for another attention than ST.
    pub fn supports(config: &Config) -> Result<()> {
        config.check_playable()?;
        for (name, part) in [
            ("the dynamics model", &config.dynamics),
            ("the decoder", &config.tokenizer.decoder),
        ] {
            if !part.width.is_multiple_of(4) {
                return Err(Error::Device(format!(
                    "the width of {name} is {}; the graphics kernels take multiples of 4",
                    part.width
                )));
            }
            if !kernels::gpu::attention::takes_head_size(part.head_size) {
                return Err(Error::Device(format!(
                    "the head size of {name} is {}; the graphics kernels take multiples of 8 up to 128",
                    part.head_size
                )));
            }
        }
        Ok(())
    }

    /// A page for a new frame.
    pub fn take_page(&self) -> Page {
        self.state().pool.take()
    }

    /// Launches of one frame of `steps` MaskGIT steps, by kernel.
    pub fn launches(&self, steps: usize) -> BTreeMap<&'static str, usize> {
        let state = self.state();
        let mut counts = BTreeMap::new();
        let mut add = |program: &Program| {
            for (name, count) in program.launches() {
                *counts.entry(name).or_default() += count;
            }
        };
        add(&state.begin);
        for step in 0..steps {
            add(if step == 0 {
                &state.first.program
            } else {
                &state.later.program
            });
            add(&state.steps[0]);
        }
        add(&state.decode.program);
        counts
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<kernels::gpu::Error> for Error {
    fn from(error: kernels::gpu::Error) -> Self {
        match error {
            kernels::gpu::Error::Lost(why) => Self::Lost(why),
            other => Self::Device(other.to_string()),
        }
    }
}
