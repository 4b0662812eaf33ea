//! A world on the CPU: weights packed once, buffers made once, a cache of past frames.
//!
//! A frame is a few passes of one frame of rows each:
//!
//! ```text
//! the frame before, through the dynamics, to its keys and values     unless the cache has them
//! [the frame, partly masked, through the dynamics · logits of what is masked · choice]    for each MaskGIT step
//! the frame, through the decoder · pixels
//! ```
//!
//! The graphics engine ([`crate::gpu`]) puts the frame before into the first step's pass, to save
//! launches. Here that would save nothing: a pass of one frame already keeps the processor busy.

mod build;
mod frame;
mod pages;
mod parts;
mod stack;

use std::sync::{Mutex, MutexGuard, PoisonError};

use kernels::cpu::{Linear, Tables};

pub use self::frame::{Known, Made, Request};
pub use self::pages::Page;
use self::pages::Pool;
pub(crate) use self::parts::Window;
use self::stack::{Stack, Work};
use crate::config::Config;

/// A world's dynamics and decoder on the CPU.
pub struct Engine {
    config: Config,
    dynamics: Part,
    decoder: Part,
    state: Mutex<State>,
}

/// A transformer with what lies before and after it.
struct Part {
    tables: Tables,
    stack: Stack,
    /// To logits or patches.
    head: Linear,
    pool: Pool,
}

/// What a frame is made in.
struct State {
    dynamics: Work,
    decoder: Work,
    /// Rows of the last layer's input, side by side, `[N, D]`.
    rows: Vec<f32>,
    /// The same, normed.
    normed: Vec<f32>,
    /// Logits of the masked positions, or patches.
    out: Vec<f32>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
