//! Time, as the caller's clock tells it.

use crate::error::Result;

/// What the bench knows of the world outside.
#[derive(Clone, Copy)]
pub struct Probe<'a> {
    /// Milliseconds since any one moment.
    pub now: &'a dyn Fn() -> f64,
    /// Bytes of memory that the process has now, where that can be known.
    pub memory: &'a dyn Fn() -> Option<u64>,
}

impl Probe<'_> {
    pub(super) fn now(&self) -> f64 {
        (self.now)()
    }

    pub(super) fn memory(&self) -> Option<u64> {
        (self.memory)()
    }
}

/// A measurement shorter than this is repeated within itself: the clocks of browsers are coarse, and
/// waiting for a device takes a while.
const ENOUGH_MS: f64 = 20.0;
/// But not more often.
const MOST_AT_ONCE: usize = 64;

/// Milliseconds of one run of something that `run` does as often as it is told: the median of `count`
/// measurements, after one that isn't counted.
pub(super) async fn each(
    probe: &Probe<'_>,
    count: usize,
    mut run: impl AsyncFnMut(usize) -> Result<()>,
) -> Result<f64> {
    run(1).await?;
    let mut at_once = 1;
    loop {
        let before = probe.now();
        run(at_once).await?;
        if probe.now() - before >= ENOUGH_MS || at_once >= MOST_AT_ONCE {
            break;
        }
        at_once *= 2;
    }
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let before = probe.now();
        run(at_once).await?;
        times.push((probe.now() - before) / at_once as f64);
    }
    Ok(median(&mut times))
}

/// The median, of two the mean; the order of `times` is lost. NaN of none.
pub(super) fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    match times.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => times[n / 2],
        n => (times[n / 2 - 1] + times[n / 2]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn medians_don_t_mind_one_that_is_late() {
        assert_eq!(median(&mut [3.0, 900.0, 1.0]), 3.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 900.0]), 3.0);
    }

    #[test]
    fn what_is_short_is_repeated_within_a_measurement() {
        let clock = Cell::new(0.0);
        let probe = Probe {
            now: &|| clock.get(),
            memory: &|| None,
        };
        let runs = Cell::new(0);
        let ms = each(&probe, 5, async |times| {
            clock.set(clock.get() + 3.0 * times as f64);
            runs.set(runs.get() + times);
            Ok(())
        });
        let ms = pollster::block_on(ms).unwrap();
        assert_eq!(ms, 3.0);
        // 1 that isn't counted, 1 + 2 + 4 + 8 to find that 8 are enough, 5 · 8.
        assert_eq!(runs.get(), 1 + 15 + 40);
    }
}
