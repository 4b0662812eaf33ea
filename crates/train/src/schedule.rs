//! The learning rate: warm-up, stable, decay.
//!
//! Only the last part depends on where training ends, so a run can be extended by going back to a
//! checkpoint of the stable part, and bounds in minutes need no guess of the number of steps.

use serde::{Deserialize, Serialize};

/// Share of a phase that is spent in the decay.
pub const DECAY_SHARE: f64 = 0.25;

/// Where a phase stands in its schedule.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Highest rate.
    pub peak: f64,
    /// Steps of linear warm-up.
    pub warm_up: u64,
    /// First step of the decay and its length, once they are known.
    pub decay: Option<(u64, u64)>,
}

impl Schedule {
    /// A schedule whose end is not known yet.
    pub fn new(peak: f64, warm_up: u64) -> Self {
        Self {
            peak,
            warm_up,
            decay: None,
        }
    }

    /// Fixes the end: the decay fills the last quarter of `steps`.
    pub fn end_at(&mut self, steps: u64) {
        let length = ((steps as f64 * DECAY_SHARE) as u64).max(1);
        self.decay = Some((steps.saturating_sub(length), length));
    }

    /// Starts the decay at `step`, to last `length` steps.
    pub fn decay_from(&mut self, step: u64, length: u64) {
        self.decay = Some((step, length.max(1)));
    }

    /// The step after the last, if it is known.
    pub fn end(&self) -> Option<u64> {
        self.decay.map(|(start, length)| start + length)
    }

    /// The rate of `step`, counted from 0.
    pub fn rate(&self, step: u64) -> f64 {
        let warm = ((step + 1) as f64 / self.warm_up.max(1) as f64).min(1.0);
        let left = match self.decay {
            Some((start, length)) if step >= start => {
                // Linear to a fiftieth: as good as cosine here, and simple to extend.
                let done = (step - start) as f64 / length as f64;
                (1.0 - done).max(0.02)
            }
            _ => 1.0,
        };
        self.peak * warm * left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_stays_and_falls() {
        let mut schedule = Schedule::new(1.0, 10);
        assert!(schedule.rate(0) < 0.11);
        assert_eq!(schedule.rate(9), 1.0);
        assert_eq!(schedule.rate(1_000_000), 1.0);
        schedule.end_at(100);
        assert_eq!(schedule.end(), Some(100));
        assert_eq!(schedule.rate(74), 1.0);
        assert!((schedule.rate(87) - 0.52).abs() < 0.01);
        assert!(schedule.rate(99) <= 0.05);
        assert!(schedule.rate(500) >= 0.02);
    }
}
