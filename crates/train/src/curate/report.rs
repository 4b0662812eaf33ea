//! What training a classifier tells: accuracy, calibration, a threshold.

use serde::Serialize;

use super::calibration::{
    BINS, Bin, Confusion, best_temperature, best_threshold, expected_error, reliability, scored,
    surprise,
};
use super::split::By;

/// Fewest held-out clips of each class, of which one half can fit a temperature and the other tell
/// whether it helps.
const FEWEST_TO_FIT: usize = 10;

/// Figures of a classifier, on held-out clips.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// How clips were held out.
    pub held_out_by: By,
    /// Share told right at a threshold of 0.5.
    pub accuracy: f64,
    /// The same, as the mean over the two classes.
    pub balanced_accuracy: f64,
    /// What became of the clips at 0.5.
    pub confusion: Confusion,
    /// What logits are divided by; 1 if nothing else helps.
    pub temperature: f64,
    /// Whether there were enough clips to look for a temperature.
    pub temperature_tried: bool,
    /// Clips that the calibration was measured on: all held-out ones, or, if a temperature was looked
    /// for, the half that it wasn't fitted on.
    pub calibration_clips: usize,
    /// Expected calibration error there, without the temperature.
    pub calibration_error_before: f64,
    /// With it.
    pub calibration_error: f64,
    /// The reliability table there, with the temperature.
    pub reliability: [Bin; BINS],
    /// The threshold with the best balanced accuracy on all held-out clips.
    pub threshold: f64,
    /// The balanced accuracy at it.
    pub balanced_accuracy_at_threshold: f64,
}

/// Measures on held-out clips, given as their frames' logits and their class. A temperature is fitted
/// on every other clip of each class and kept if it surprises less on the rest.
pub(super) fn calibrate(held_out: &[(Vec<f32>, bool)], by: By) -> Report {
    let (fit, check) = halves(held_out);
    let tried = [&fit, &check].into_iter().all(|half| {
        [true, false]
            .iter()
            .all(|class| half.iter().filter(|(_, good)| good == class).count() >= FEWEST_TO_FIT / 2)
    });
    let check = if tried { check } else { held_out.to_vec() };
    let plain = scored(&check, 1.0);
    let temperature = if tried { best_temperature(&fit) } else { 1.0 };
    let better = surprise(&scored(&check, temperature)) < surprise(&plain);
    let temperature = if better { temperature } else { 1.0 };
    let checked = scored(&check, temperature);
    let all = scored(held_out, temperature);
    let confusion = Confusion::at(0.5, &all);
    let threshold = best_threshold(&all);
    Report {
        held_out_by: by,
        accuracy: confusion.accuracy(),
        balanced_accuracy: confusion.balanced_accuracy(),
        confusion,
        temperature,
        temperature_tried: tried,
        calibration_clips: check.len(),
        calibration_error_before: expected_error(&plain),
        calibration_error: expected_error(&checked),
        reliability: reliability(&checked),
        threshold,
        balanced_accuracy_at_threshold: Confusion::at(threshold, &all).balanced_accuracy(),
    }
}

type Clips = Vec<(Vec<f32>, bool)>;

/// Every other clip of each class, and the rest.
fn halves(clips: &[(Vec<f32>, bool)]) -> (Clips, Clips) {
    let (mut first, mut second) = (Clips::new(), Clips::new());
    for class in [true, false] {
        for (i, clip) in clips.iter().filter(|clip| clip.1 == class).enumerate() {
            if i % 2 == 0 { &mut first } else { &mut second }.push(clip.clone());
        }
    }
    (first, second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// Clips whose logits are `scale` times what is true of them.
    fn clips(count: usize, scale: f32) -> Vec<(Vec<f32>, bool)> {
        let mut rng = Rng::of_step(9, 0, 0);
        (0..count)
            .map(|_| {
                let z = 6.0 * rng.uniform() - 3.0;
                let good = rng.chance(1.0 / (1.0 + (-z).exp()));
                (vec![scale * z; 2], good)
            })
            .collect()
    }

    #[test]
    fn a_temperature_is_kept_where_it_helps_and_measured_on_other_clips() {
        let report = calibrate(&clips(400, 5.0), By::Clip);
        assert!(report.temperature_tried && report.temperature > 2.0);
        assert!(report.calibration_error < report.calibration_error_before);
        assert!((199..=201).contains(&report.calibration_clips));
        let told: usize = report.reliability.iter().map(|bin| bin.clips).sum();
        assert_eq!(told, report.calibration_clips);
    }

    #[test]
    fn too_few_clips_fit_no_temperature() {
        let report = calibrate(&clips(16, 5.0), By::Source);
        assert!(!report.temperature_tried);
        assert_eq!((report.temperature, report.calibration_clips), (1.0, 16));
        assert_eq!(report.calibration_error, report.calibration_error_before);
    }

    #[test]
    fn halves_share_no_clip_and_have_both_classes() {
        let all = clips(41, 1.0);
        let (first, second) = halves(&all);
        assert_eq!(first.len() + second.len(), 41);
        for half in [&first, &second] {
            let good = half.iter().filter(|clip| clip.1).count();
            assert!(good * 3 > half.len() && good * 3 < 2 * half.len());
        }
        assert!(first.iter().all(|clip| !second.contains(clip)));
    }
}
