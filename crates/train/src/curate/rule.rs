//! The decision on a clip, from a prediction and its confidence (the paper's Appendix B.2).

use anyhow::{Result, ensure};
use serde::Serialize;

/// Bars of the histogram.
pub const BARS: usize = 10;

/// What happens to a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is in the view.
    Keep,
    /// It is left out as bad.
    Bad,
    /// It is left out because the classifier isn't sure.
    Unsure,
}

/// The rule. With `p` a clip's score, the probability of being good, and `max(p, 1 - p)` the
/// confidence in the more probable class:
///
/// * *unsure*, and dropped, if the confidence is below `min_confidence`;
/// * else *kept* if `p >= threshold`;
/// * else *bad*, and dropped.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// 0 to 1.
    pub threshold: f64,
    /// 0 to 1; the confidence is never below 0.5.
    pub min_confidence: f64,
}

impl Rule {
    /// # Errors
    /// If a number isn't between 0 and 1.
    pub fn new(threshold: f64, min_confidence: f64) -> Result<Self> {
        for (name, value) in [
            ("--threshold", threshold),
            ("--min-confidence", min_confidence),
        ] {
            ensure!(
                (0.0..=1.0).contains(&value),
                "{name} is {value}, but must be between 0 and 1"
            );
        }
        Ok(Self {
            threshold,
            min_confidence,
        })
    }

    /// Decides on a clip with score `p`, 0 to 1.
    pub fn decide(&self, p: f64) -> Decision {
        if p.max(1.0 - p) < self.min_confidence {
            Decision::Unsure
        } else if p >= self.threshold {
            Decision::Keep
        } else {
            Decision::Bad
        }
    }
}

/// What a rule did to a store.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Applied {
    /// Clips looked at.
    pub clips: usize,
    /// Clips kept.
    pub kept: usize,
    /// Clips dropped as bad.
    pub bad: usize,
    /// Clips dropped because the classifier isn't sure.
    pub unsure: usize,
    /// Clips by score, in bars of equal width from 0 to 1; a score of 1 is in the last.
    pub histogram: [usize; BARS],
    /// Numbers of the clips that are kept.
    #[serde(skip)]
    pub chosen: Vec<u64>,
}

/// Applies `rule` to clips with these scores, numbered from 0.
pub fn apply(rule: &Rule, scores: &[f64]) -> Applied {
    let mut applied = Applied {
        clips: scores.len(),
        kept: 0,
        bad: 0,
        unsure: 0,
        histogram: [0; BARS],
        chosen: Vec::new(),
    };
    for (clip, &p) in (0..).zip(scores) {
        applied.histogram[((p * BARS as f64) as usize).min(BARS - 1)] += 1;
        match rule.decide(p) {
            Decision::Keep => {
                applied.kept += 1;
                applied.chosen.push(clip);
            }
            Decision::Bad => applied.bad += 1,
            Decision::Unsure => applied.unsure += 1,
        }
    }
    applied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_looks_at_prediction_and_confidence() {
        let rule = Rule::new(0.5, 0.75).unwrap();
        for (p, decision) in [
            (0.0, Decision::Bad),
            (0.25, Decision::Bad),
            (0.26, Decision::Unsure),
            (0.5, Decision::Unsure),
            (0.74, Decision::Unsure),
            (0.75, Decision::Keep),
            (1.0, Decision::Keep),
        ] {
            assert_eq!(rule.decide(p), decision, "{p}");
        }
        // The threshold decides what is kept, even where the other class is the more probable.
        let low = Rule::new(0.2, 0.0).unwrap();
        assert_eq!(
            (low.decide(0.2), low.decide(0.19)),
            (Decision::Keep, Decision::Bad)
        );
        let high = Rule::new(0.9, 0.6).unwrap();
        assert_eq!(
            (high.decide(0.8), high.decide(0.55)),
            (Decision::Bad, Decision::Unsure)
        );
    }

    #[test]
    fn every_clip_is_counted_once_and_kept_ones_are_named() {
        let scores = [0.0, 0.05, 0.3, 0.55, 0.95, 1.0];
        let applied = apply(&Rule::new(0.3, 0.6).unwrap(), &scores);
        assert_eq!(
            (applied.kept, applied.bad, applied.unsure, applied.clips),
            (3, 2, 1, 6)
        );
        assert_eq!(applied.chosen, [2, 4, 5]);
        assert_eq!(applied.histogram, [2, 0, 0, 1, 0, 1, 0, 0, 0, 2]);
    }

    #[test]
    fn numbers_outside_0_to_1_are_refused() {
        for (threshold, confidence, word) in [
            (-0.1, 0.0, "--threshold"),
            (1.1, 0.0, "--threshold"),
            (f64::NAN, 0.0, "--threshold"),
            (0.5, 2.0, "--min-confidence"),
        ] {
            let said = Rule::new(threshold, confidence).unwrap_err().to_string();
            assert!(said.contains(word), "{said}");
        }
    }
}
