//! How far probabilities can be believed: scores of clips, and how they compare with the truth.
//!
//! Good and bad clips are seldom equally many, but the network learns from equally many of each: its
//! probabilities are those of a clip drawn from good and bad with equal chance. So every measure here
//! gives both classes half of the weight.

use serde::Serialize;

/// Bins of the reliability table.
pub const BINS: usize = 10;
/// Temperatures tried, as powers of e.
const TEMPERATURES: [f64; 2] = [-3.0, 3.0];

/// A clip's score: the mean of `σ(logit / temperature)` over its frames.
pub fn score(logits: &[f32], temperature: f64) -> f64 {
    let sum: f64 = logits
        .iter()
        .map(|&logit| 1.0 / (1.0 + (-f64::from(logit) / temperature).exp()))
        .sum();
    sum / logits.len().max(1) as f64
}

/// A clip with a score and a known class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Probability of being good, 0 to 1.
    pub p: f64,
    /// Whether it is.
    pub good: bool,
}

/// Weight of a clip of each class, so that both classes have one half; bad first.
fn weights(clips: &[Scored]) -> [f64; 2] {
    let good = clips.iter().filter(|clip| clip.good).count();
    [clips.len() - good, good].map(|count| 0.5 / count.max(1) as f64)
}

/// What became of the held-out clips at a threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// Good clips that are kept.
    pub good_kept: usize,
    /// Good clips that are dropped.
    pub good_dropped: usize,
    /// Bad clips that are kept.
    pub bad_kept: usize,
    /// Bad clips that are dropped.
    pub bad_dropped: usize,
}

impl Confusion {
    /// Counts at `threshold`: a clip is kept if `p >= threshold`.
    pub fn at(threshold: f64, clips: &[Scored]) -> Self {
        let mut counts = Self::default();
        for clip in clips {
            *match (clip.good, clip.p >= threshold) {
                (true, true) => &mut counts.good_kept,
                (true, false) => &mut counts.good_dropped,
                (false, true) => &mut counts.bad_kept,
                (false, false) => &mut counts.bad_dropped,
            } += 1;
        }
        counts
    }

    /// Share of clips that are told right.
    pub fn accuracy(&self) -> f64 {
        let right = self.good_kept + self.bad_dropped;
        right as f64 / (right + self.good_dropped + self.bad_kept).max(1) as f64
    }

    /// Mean of the good clips' share that is kept and the bad clips' share that is dropped.
    pub fn balanced_accuracy(&self) -> f64 {
        let share = |right: usize, wrong: usize| right as f64 / (right + wrong).max(1) as f64;
        (share(self.good_kept, self.good_dropped) + share(self.bad_dropped, self.bad_kept)) / 2.0
    }
}

/// The clips of one bin of scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bin {
    /// Clips in it.
    pub clips: usize,
    /// Weight of them, of 1 in all.
    pub weight: f64,
    /// Their mean score.
    pub score: f64,
    /// The share of them that is good; both by weight.
    pub good: f64,
}

/// Clips by score, in [`BINS`] bins of equal width; a score of 1 is in the last.
pub fn reliability(clips: &[Scored]) -> [Bin; BINS] {
    let [bad, good] = weights(clips);
    let mut bins = [Bin::default(); BINS];
    for clip in clips {
        let bin = &mut bins[((clip.p * BINS as f64) as usize).min(BINS - 1)];
        let weight = if clip.good { good } else { bad };
        bin.clips += 1;
        bin.weight += weight;
        bin.score += weight * clip.p;
        bin.good += if clip.good { weight } else { 0.0 };
    }
    for bin in bins.iter_mut().filter(|bin| bin.clips > 0) {
        bin.score /= bin.weight;
        bin.good /= bin.weight;
    }
    bins
}

/// Expected calibration error: the mean over clips, by weight, of how far their bin's mean score is
/// from the share of good clips in it.
pub fn expected_error(clips: &[Scored]) -> f64 {
    let bins = reliability(clips);
    bins.iter()
        .map(|bin| bin.weight * (bin.score - bin.good).abs())
        .sum()
}

/// Mean negative log-likelihood by weight, in nats.
pub fn surprise(clips: &[Scored]) -> f64 {
    let [bad, good] = weights(clips);
    let total: f64 = clips
        .iter()
        .map(|clip| {
            let (weight, p) = if clip.good {
                (good, clip.p)
            } else {
                (bad, 1.0 - clip.p)
            };
            // A score of exactly 0 or 1 comes of rounding.
            -weight * p.max(1e-12).ln()
        })
        .sum();
    total
}

/// Scores at a temperature of clips given as their frames' logits and their class.
pub fn scored(clips: &[(Vec<f32>, bool)], temperature: f64) -> Vec<Scored> {
    clips
        .iter()
        .map(|(logits, good)| Scored {
            p: score(logits, temperature),
            good: *good,
        })
        .collect()
}

/// The temperature, between e⁻³ and e³, that surprises least on these clips.
pub fn best_temperature(clips: &[(Vec<f32>, bool)]) -> f64 {
    let cost = |log: f64| surprise(&scored(clips, log.exp()));
    // A grid first: a mean of sigmoids may have more than one valley. Then golden section.
    let steps = 60;
    let step = (TEMPERATURES[1] - TEMPERATURES[0]) / f64::from(steps);
    let best = (0..=steps)
        .map(|i| TEMPERATURES[0] + step * f64::from(i))
        .min_by(|a, b| cost(*a).total_cmp(&cost(*b)))
        .unwrap_or(0.0);
    let (mut low, mut high) = (
        (best - step).max(TEMPERATURES[0]),
        (best + step).min(TEMPERATURES[1]),
    );
    let ratio = (5f64.sqrt() - 1.0) / 2.0;
    for _ in 0..40 {
        let (a, b) = (high - ratio * (high - low), low + ratio * (high - low));
        if cost(a) <= cost(b) {
            high = b;
        } else {
            low = a;
        }
    }
    ((low + high) / 2.0).exp()
}

/// The threshold with the best balanced accuracy, 0 to 1. Of several as good, 0.5 if it is one, else
/// the middle of the widest range of them.
pub fn best_threshold(clips: &[Scored]) -> f64 {
    let mut edges: Vec<f64> = clips.iter().map(|clip| clip.p).chain([0.0, 1.0]).collect();
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let accuracy = |threshold| Confusion::at(threshold, clips).balanced_accuracy();
    // Thresholds of (a, b], between neighbouring scores, all keep the same clips.
    let best = |(a, b): &(f64, f64)| (accuracy(*b), b - a);
    let ranges = edges.windows(2).map(|pair| (pair[0], pair[1]));
    let Some((low, high)) = ranges.max_by(|x, y| {
        let (x, y) = (best(x), best(y));
        x.0.total_cmp(&y.0).then(x.1.total_cmp(&y.1))
    }) else {
        return 0.5;
    };
    if accuracy(0.5) >= accuracy(high) {
        0.5
    } else {
        (low + high) / 2.0
    }
}

#[cfg(test)]
mod tests;
