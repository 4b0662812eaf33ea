//! What latent actions go with in true video: motion, and true actions where they are known.

use std::collections::BTreeMap;

use serde::Serialize;

use super::clips::{Clip, Truth};
use super::motion::{self, Motion};
use super::names;
use crate::codes;

/// How often each latent action goes with each label.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Confusion {
    /// Names of the labels, `[L]`.
    pub labels: Vec<String>,
    /// Transitions of each latent action and label, `[A][L]`.
    pub counts: Vec<Vec<u64>>,
}

impl Confusion {
    /// Counts `codes` below `actions` against `labels`, numbers into `names`.
    pub(crate) fn new(
        names: &[&str],
        actions: usize,
        pairs: impl Iterator<Item = (usize, usize)>,
    ) -> Self {
        let mut counts = vec![vec![0; names.len()]; actions];
        for (code, label) in pairs {
            counts[code][label] += 1;
        }
        Self {
            labels: names.iter().map(|&n| n.to_owned()).collect(),
            counts,
        }
    }
}

/// What a latent action goes with in true video.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ActionMotion {
    /// Mean motion of the view to the right, pixels a frame.
    pub right: f64,
    /// Mean motion upwards.
    pub up: f64,
    /// Shares of its transitions that move to the left, stand, and move to the right.
    pub across: [f64; 3],
    /// The same for down, still, up.
    pub height: [f64; 3],
    /// Share of all transitions.
    pub share: f64,
}

/// Figures of control. Definitions: `docs/evaluation.md`.
#[derive(Clone, Debug, Serialize)]
pub struct Control {
    /// exp(entropy) of the latent actions.
    pub action_perplexity: f64,
    /// Latent actions that occur at all.
    pub actions_used: usize,
    /// How well a latent action tells the sign of horizontal motion.
    pub motion_skill_x: Option<f64>,
    /// How well it tells the sign of vertical motion.
    pub motion_skill_y: Option<f64>,
    /// How well true actions tell the sign of horizontal motion, where the store has them: no latent
    /// action that says what was done can be expected to do better.
    pub true_motion_skill_x: Option<f64>,
    /// The same for vertical motion.
    pub true_motion_skill_y: Option<f64>,
    /// How well a latent action tells the true one, where the store has them.
    pub action_agreement: Option<f64>,
    /// Share of unblocked transitions whose true action, or one that would have looked the same, is told.
    pub action_agreement_unblocked: Option<f64>,
    /// The same for the one answer that is right most often.
    pub action_agreement_unblocked_base: Option<f64>,
    /// Share of transitions that are unblocked.
    pub unblocked: Option<f64>,
    /// Mean motion of the transitions of each latent action.
    pub action_motion: Vec<ActionMotion>,
    /// Names that the motion implies, and names that true actions imply where they are known: `motion`,
    /// `action`.
    pub implied_names: BTreeMap<&'static str, Vec<String>>,
    /// How often each latent action goes with each sign of motion and each true action: `motion_x`,
    /// `motion_y`, `action`.
    pub confusion: BTreeMap<&'static str, Confusion>,
}

const SIGNS_X: [&str; 3] = ["left", "still", "right"];
const SIGNS_Y: [&str; 3] = ["down", "still", "up"];

/// The number of a motion's sign: 0, 1, 2 for −, 0, +.
pub(super) fn sign(pixels: i64) -> usize {
    (pixels.signum() + 1) as usize
}

/// Measures control on the first `T − 1` transitions of `clips` for `actions` latent actions. `truth` is as
/// long as `clips`; true actions are called `true_names`.
pub(crate) fn measure(
    clips: &[Clip],
    truth: &[Truth],
    actions: usize,
    true_names: Option<&[&str]>,
) -> Control {
    let mut codes = Vec::new();
    let mut motions = Vec::new();
    // Halves by clip, alternating, so that neighbouring frames never lie in both.
    let mut fit = Vec::new();
    let mut labels = Vec::new();
    let mut unblocked = Vec::new();
    for (number, (clip, truth)) in clips.iter().zip(truth).enumerate() {
        let count = clip.tokens.len() - 1;
        codes.extend_from_slice(&clip.actions[..count]);
        motions.extend(
            clip.frames
                .windows(2)
                .take(count)
                .map(|w| motion::between(&w[0], &w[1])),
        );
        fit.extend(std::iter::repeat_n(number % 2 == 0, count));
        labels.extend((0..count).map(|t| known(truth.actions.get(t))));
        let transitions = truth.transitions.iter().flatten();
        unblocked.extend(
            transitions
                .zip(&clip.actions)
                .filter(|(transition, _)| !transition.blocked)
                .map(|(transition, &code)| Told {
                    code,
                    right: &transition.alike,
                    fit: number % 2 == 0,
                }),
        );
    }
    let explained: usize = truth
        .iter()
        .map(|t| t.transitions.as_ref().map_or(0, Vec::len))
        .sum();
    let mut counts = vec![0; actions];
    for &code in &codes {
        counts[code] += 1;
    }
    let signs =
        |of: fn(&Motion) -> i64| -> Vec<usize> { motions.iter().map(|m| sign(of(m))).collect() };
    let (x, y) = (signs(|m| m.x), signs(|m| m.y));
    let labelled: Vec<usize> = (0..codes.len()).filter(|&i| labels[i].is_some()).collect();
    let true_actions: Vec<usize> = labelled.iter().filter_map(|&i| labels[i]).collect();
    let pick = |of: &[usize]| -> Vec<usize> { labelled.iter().map(|&i| of[i]).collect() };
    let labelled_codes = pick(&codes);
    let labelled_fit: Vec<bool> = labelled.iter().map(|&i| fit[i]).collect();

    let action_motion = action_motion(&codes, &motions, actions);
    let pairs = |labels: &[usize]| -> Vec<(usize, usize)> {
        codes.iter().copied().zip(labels.iter().copied()).collect()
    };
    let mut confusion = BTreeMap::from([
        (
            "motion_x",
            Confusion::new(&SIGNS_X, actions, pairs(&x).into_iter()),
        ),
        (
            "motion_y",
            Confusion::new(&SIGNS_Y, actions, pairs(&y).into_iter()),
        ),
    ]);
    let mut implied = BTreeMap::from([("motion", names::by_motion(&action_motion))]);
    if !true_actions.is_empty() {
        let names = names::of_true_actions(true_names, &true_actions);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let pairs = labelled_codes
            .iter()
            .copied()
            .zip(true_actions.iter().copied());
        let table = Confusion::new(&names, actions, pairs);
        let directions = names::directions(&action_motion);
        implied.insert("action", names::by_label(&table, &directions));
        confusion.insert("action", table);
    }
    let agreement = agreement(&unblocked, actions);
    Control {
        action_perplexity: codes::perplexity(&counts),
        actions_used: counts.iter().filter(|&&c| c > 0).count(),
        motion_skill_x: motion::skill(&codes, &x, &fit),
        motion_skill_y: motion::skill(&codes, &y, &fit),
        true_motion_skill_x: motion::skill(&true_actions, &pick(&x), &labelled_fit),
        true_motion_skill_y: motion::skill(&true_actions, &pick(&y), &labelled_fit),
        action_agreement: motion::skill(&labelled_codes, &true_actions, &labelled_fit),
        action_agreement_unblocked: agreement.map(|(told, _)| told),
        action_agreement_unblocked_base: agreement.map(|(_, base)| base),
        unblocked: (explained > 0).then(|| unblocked.len() as f64 / explained as f64),
        action_motion,
        implied_names: implied,
        confusion,
    }
}

/// A true action as a number, if it is known.
pub(crate) fn known(action: Option<&u8>) -> Option<usize> {
    action
        .filter(|&&a| a != data::UNKNOWN_ACTION)
        .map(|&a| usize::from(a))
}

/// A transition whose latent action is to tell what was done.
struct Told<'a> {
    code: usize,
    /// The answers that are right.
    right: &'a [u8],
    /// Whether codes are given their answers by it; else it is asked about.
    fit: bool,
}

/// How often codes tell a right answer on the half that is asked about, each giving the answer that is right
/// for it most often on the other; and how often the one answer is right that is so most often there. `None`
/// if one half is empty.
fn agreement(transitions: &[Told<'_>], actions: usize) -> Option<(f64, f64)> {
    let answers = transitions.iter().flat_map(|t| t.right).max()?;
    let mut table = vec![vec![0u64; usize::from(*answers) + 1]; actions];
    let mut all = vec![0u64; usize::from(*answers) + 1];
    for transition in transitions.iter().filter(|t| t.fit) {
        for &answer in transition.right {
            table[transition.code][usize::from(answer)] += 1;
            all[usize::from(answer)] += 1;
        }
    }
    let usual = motion::commonest(&all)?;
    let (mut told, mut base, mut asked) = (0u64, 0u64, 0u64);
    for transition in transitions.iter().filter(|t| !t.fit) {
        let said = motion::commonest(&table[transition.code]).unwrap_or(usual);
        let right = |answer: usize| u64::from(transition.right.contains(&(answer as u8)));
        told += right(said);
        base += right(usual);
        asked += 1;
    }
    (asked > 0).then(|| (told as f64 / asked as f64, base as f64 / asked as f64))
}

/// The mean motion that each of `kinds` actions goes with.
pub(crate) fn action_motion(
    actions: &[usize],
    motions: &[Motion],
    kinds: usize,
) -> Vec<ActionMotion> {
    let mut sums = vec![ActionMotion::default(); kinds];
    for (&action, motion) in actions.iter().zip(motions) {
        let sum = &mut sums[action];
        sum.right += motion.x as f64;
        sum.up += motion.y as f64;
        sum.across[sign(motion.x)] += 1.0;
        sum.height[sign(motion.y)] += 1.0;
        sum.share += 1.0;
    }
    for sum in &mut sums {
        let count = sum.share.max(1.0);
        *sum = ActionMotion {
            right: sum.right / count,
            up: sum.up / count,
            across: sum.across.map(|n| n / count),
            height: sum.height.map(|n| n / count),
            share: sum.share / actions.len().max(1) as f64,
        };
    }
    sums
}

#[cfg(test)]
mod tests {
    use model::picture::Frame;

    use data::collect::Transition;

    use super::*;

    #[test]
    fn what_looks_the_same_is_as_right_as_what_was_done() {
        let told = |code, right, fit| Told { code, right, fit };
        let mut transitions = Vec::new();
        for fit in [true, false] {
            // Code 0 goes with 2, code 1 with 0 or 3, which mostly look the same.
            transitions.extend([
                told(0, &[2u8][..], fit),
                told(0, &[2], fit),
                told(1, &[0, 3], fit),
                told(1, &[0, 3], fit),
                told(1, &[3], fit),
            ]);
        }
        assert_eq!(agreement(&transitions, 3), Some((1.0, 0.6)));
        // A code that was never seen before gives the usual answer, 3.
        transitions.push(told(2, &[1], false));
        assert_eq!(agreement(&transitions, 3), Some((5.0 / 6.0, 0.5)));
        assert_eq!(agreement(&transitions[..5], 3), None);
        assert_eq!(agreement(&[], 3), None);
    }

    /// A picture that scrolls by two pixels to the right for code 1 and stands for code 0; true actions 4 and 2.
    #[test]
    fn a_perfect_code_is_told_by_every_figure() {
        let frame = |x: usize| Frame {
            height: 32,
            width: 32,
            rgb: (0..32 * 32 * 3)
                .map(|i| ((i % 96 / 3 + x) * (i / 96 + 7) * 31 % 251) as u8)
                .collect(),
        };
        let (mut clips, mut truth) = (Vec::new(), Vec::new());
        for number in 0..4 {
            let actions: Vec<usize> = (0..5).map(|t| (t + number) % 3 / 2).collect();
            let mut frames = vec![frame(number)];
            let mut x = number;
            for action in &actions {
                x += 2 * action;
                frames.push(frame(x));
            }
            truth.push(Truth {
                actions: actions.iter().map(|&a| [2, 4][a]).collect(),
                transitions: Some(
                    actions
                        .iter()
                        .map(|&a| Transition {
                            blocked: false,
                            alike: vec![[2, 4][a]],
                        })
                        .collect(),
                ),
            });
            clips.push(Clip {
                frames,
                actions,
                tokens: vec![Vec::new(); 6],
            });
        }
        let names = ["a", "b", "still", "d", "go-right"];
        let control = measure(&clips, &truth, 3, Some(&names));
        assert_eq!(control.motion_skill_x, Some(1.0));
        assert_eq!(control.motion_skill_y, None);
        assert_eq!(control.action_agreement, Some(1.0));
        assert_eq!(control.action_agreement_unblocked, Some(1.0));
        assert_eq!(control.unblocked, Some(1.0));
        assert_eq!(control.actions_used, 2);
        assert_eq!(
            control.implied_names["motion"],
            ["still", "right", "unused"]
        );
        assert_eq!(
            control.implied_names["action"],
            ["still", "go right", "unseen"]
        );
        let table = &control.confusion["motion_x"];
        assert_eq!(table.labels, SIGNS_X);
        assert_eq!(table.counts[2], [0, 0, 0]);
        assert_eq!(table.counts[0][1] + table.counts[1][2], 20);
    }
}
