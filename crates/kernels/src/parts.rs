//! Where the time of a training step on the CPU goes.
//!
//! The fused loops note how long each of their parts takes, on the thread that does it, while somebody
//! [measures](measure); else that costs one look at a flag for every turn of a thread. A turn reads the
//! clock some ten times for every 96 rows that it works on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

/// A kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Products of linear layers, forward and backward, with the copies that make them fast.
    Products,
    /// Attention between its linear layers: QK-norm, rotary time, scores, softmax, mixing.
    Attention,
    /// Norms, GELU, losses, residual sums; and copies of activations, kept or gathered.
    Elementwise,
    /// The gradient's norm and AdamW.
    Optimizer,
}

/// Seconds of work by part, summed over threads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seconds {
    /// [`Part::Products`]
    pub products: f64,
    /// [`Part::Attention`]
    pub attention: f64,
    /// [`Part::Elementwise`]
    pub elementwise: f64,
    /// [`Part::Optimizer`]
    pub optimizer: f64,
}

static MEASURING: AtomicBool = AtomicBool::new(false);
/// Nanoseconds by part.
static NANOSECONDS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// Starts or stops measuring, for the whole program.
pub fn measure(on: bool) {
    MEASURING.store(on, Ordering::Relaxed);
}

/// What was measured since the last call.
pub fn take() -> Seconds {
    let seconds = |part: Part| NANOSECONDS[part as usize].swap(0, Ordering::Relaxed) as f64 * 1e-9;
    Seconds {
        products: seconds(Part::Products),
        attention: seconds(Part::Attention),
        elementwise: seconds(Part::Elementwise),
        optimizer: seconds(Part::Optimizer),
    }
}

/// Tells the parts of one turn of a thread apart.
pub(crate) struct Clock(Option<Running>);

struct Running {
    last: Instant,
    nanoseconds: [u64; 4],
}

impl Clock {
    /// Begins the first part.
    #[inline(always)]
    pub(crate) fn start() -> Self {
        Self(MEASURING.load(Ordering::Relaxed).then(|| Running {
            last: Instant::now(),
            nanoseconds: [0; 4],
        }))
    }

    /// What was done since the last call was this.
    #[inline(always)]
    pub(crate) fn was(&mut self, part: Part) {
        if let Some(running) = &mut self.0 {
            running.lap(part);
        }
    }
}

impl Running {
    #[inline(never)]
    fn lap(&mut self, part: Part) {
        let now = Instant::now();
        self.nanoseconds[part as usize] += (now - self.last).as_nanos() as u64;
        self.last = now;
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        if let Some(running) = &self.0 {
            for (sum, &here) in NANOSECONDS.iter().zip(&running.nanoseconds) {
                sum.fetch_add(here, Ordering::Relaxed);
            }
        }
    }
}
