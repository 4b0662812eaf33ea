//! Time: pictures that are each shown for a while, seen at the store's rate.
//!
//! The rule is that of ffmpeg's filter `fps`, which does the same for video: a picture shown from
//! `start` to `end` fills the places `round(start * fps)` up to `round(end * fps)` of the output.

/// Counts how often each picture of a sequence is repeated at the output's rate.
#[derive(Clone, Debug)]
pub(super) struct Resampler {
    fps: f64,
    /// Seconds up to the end of the last picture.
    time: f64,
    /// Output frames up to there.
    frames: u64,
}

impl Resampler {
    pub(super) fn new(fps: f64) -> Self {
        Self {
            fps,
            time: 0.0,
            frames: 0,
        }
    }

    /// How many output frames show a picture that stays for `seconds`; 0 where it is passed over.
    pub(super) fn repeats(&mut self, seconds: f64) -> u64 {
        self.time += seconds.max(0.0);
        let frames = (self.time * self.fps).round() as u64;
        let repeats = frames.saturating_sub(self.frames);
        self.frames = self.frames.max(frames);
        repeats
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Nothing drifts: after any pictures, the output is as long as they were, to half a frame.
        #[test]
        fn the_output_lasts_as_long(delays in proptest::collection::vec(0u32..3000, 1..200), fps in 1u32..60) {
            let mut resampler = Resampler::new(fps.into());
            let (mut time, mut frames) = (0u64, 0u64);
            for delay in delays {
                time += u64::from(delay);
                frames += resampler.repeats(f64::from(delay) / 1000.0);
                let exact = time as f64 * f64::from(fps) / 1000.0;
                prop_assert!((exact - frames as f64).abs() <= 0.5 + 1e-6);
            }
        }
    }

    #[test]
    fn slow_pictures_repeat_and_fast_ones_are_passed_over() {
        let mut resampler = Resampler::new(10.0);
        let repeats: Vec<u64> = [0.3, 0.1, 0.04, 0.04, 0.04, 0.08]
            .map(|s| resampler.repeats(s))
            .into();
        assert_eq!(repeats, [3, 1, 0, 1, 0, 1]);
    }
}
