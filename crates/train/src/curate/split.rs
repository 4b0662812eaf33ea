//! Which graded clips are learned from, and which are held out to measure with.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::rng::Rng;

/// Keeps the order of groups apart from the seed's other uses.
const STREAM: u64 = 31;
/// Most of each class that may be held out, in shares of [`SHARE`].
const LOOSEST: f64 = 2.5;

/// Share of the clips that is held out.
pub const SHARE: f64 = 0.2;

/// A graded clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Its number.
    pub clip: u64,
    /// Graded 5; else 1.
    pub good: bool,
    /// The video, or the level of it, that it comes from; empty if that isn't known.
    pub source: String,
}

/// How clips were divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// No source has clips on both sides.
    Source,
    /// Each clip for itself.
    Clip,
}

/// A division of examples in two.
#[derive(Clone, Debug)]
pub struct Split {
    /// To learn from.
    pub train: Vec<Example>,
    /// To measure with.
    pub held_out: Vec<Example>,
    /// How they were divided.
    pub by: By,
}

/// Holds out about [`SHARE`] of the good clips and of the bad ones, at least one of each: whole
/// sources if they are known and a choice of them has both classes on both sides, else single clips.
/// `None` if there are fewer than two good or two bad clips.
pub fn split(examples: &[Example], seed: u64) -> Option<Split> {
    let known = examples.iter().all(|example| !example.source.is_empty());
    let by_source = |example: &Example| example.source.clone();
    let by_clip = |example: &Example| example.clip.to_string();
    let sources = known
        .then(|| divide(examples, seed, &by_source, By::Source))
        .flatten();
    sources.or_else(|| divide(examples, seed, &by_clip, By::Clip))
}

fn divide(
    examples: &[Example],
    seed: u64,
    key: &dyn Fn(&Example) -> String,
    by: By,
) -> Option<Split> {
    let mut groups: BTreeMap<String, Vec<&Example>> = BTreeMap::new();
    for example in examples {
        groups.entry(key(example)).or_default().push(example);
    }
    // In a random order that a new group doesn't change for the others.
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_cached_key(|(name, _)| (order(name, seed), name.clone()));
    let all = count(examples.iter());
    // Tight first: with many small groups the share is met exactly.
    [1.0, 1.5, LOOSEST].into_iter().find_map(|slack| {
        let most = all.map(|n| ((n as f64 * SHARE * slack).round() as usize).max(1));
        let aim = all.map(|n| ((n as f64 * SHARE).round() as usize).max(1));
        let mut split = Split {
            train: Vec::new(),
            held_out: Vec::new(),
            by,
        };
        let mut held = [0, 0];
        for (_, group) in &groups {
            let more = count(group.iter().copied());
            let fits = (0..2).all(|class| held[class] + more[class] <= most[class]);
            let wanted = (0..2).any(|class| more[class] > 0 && held[class] < aim[class]);
            let side = if fits && wanted {
                held = [held[0] + more[0], held[1] + more[1]];
                &mut split.held_out
            } else {
                &mut split.train
            };
            side.extend(group.iter().map(|&example| example.clone()));
        }
        let both = |side: &[Example]| count(side.iter()).into_iter().all(|n| n > 0);
        (both(&split.train) && both(&split.held_out)).then_some(split)
    })
}

/// Bad and good ones.
pub(super) fn count<'a>(examples: impl Iterator<Item = &'a Example>) -> [usize; 2] {
    examples.fold([0, 0], |[bad, good], example| {
        if example.good {
            [bad, good + 1]
        } else {
            [bad + 1, good]
        }
    })
}

/// A hash of the name.
fn order(name: &str, seed: u64) -> u64 {
    name.bytes().fold(seed, |hash, byte| {
        Rng::of_step(hash, u64::from(byte), STREAM).next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `good` and `bad` clips in turns, from `sources` sources, or from none.
    fn examples(good: usize, bad: usize, sources: u64) -> Vec<Example> {
        (0..(good + bad) as u64)
            .map(|clip| Example {
                clip,
                good: (clip as usize) < good,
                source: match sources {
                    0 => String::new(),
                    n => format!("video {}", Rng::of_step(n, clip, 1).below(n as usize)),
                },
            })
            .collect()
    }

    #[test]
    fn the_sides_are_disjoint_whole_and_have_both_classes() {
        for seed in 0..40 {
            for (good, bad, sources) in [
                (2, 2, 0),
                (100, 30, 0),
                (50, 50, 20),
                (7, 90, 12),
                (10, 10, 2),
                (10, 10, 1),
            ] {
                let all = examples(good, bad, sources);
                let split = split(&all, seed).unwrap();
                let mut clips: Vec<u64> = (split.train.iter().chain(&split.held_out))
                    .map(|example| example.clip)
                    .collect();
                clips.sort_unstable();
                assert_eq!(clips, (0..(good + bad) as u64).collect::<Vec<_>>());
                for side in [&split.train, &split.held_out] {
                    assert!(count(side.iter()).into_iter().all(|n| n > 0));
                }
                let mut shared = split.train.iter().filter(|a| {
                    !a.source.is_empty() && split.held_out.iter().any(|b| a.source == b.source)
                });
                if split.by == By::Source {
                    assert_eq!(shared.next(), None);
                } else {
                    // Exactly the share of each class.
                    let aim = [bad, good].map(|n| ((n as f64 * SHARE).round() as usize).max(1));
                    assert_eq!(count(split.held_out.iter()), aim);
                }
                assert!(
                    split.held_out.len() as f64 <= (LOOSEST * SHARE * all.len() as f64).max(2.0)
                );
            }
        }
    }

    #[test]
    fn sources_are_kept_whole_where_that_is_possible() {
        let by = |good, bad, sources| split(&examples(good, bad, sources), 3).unwrap().by;
        assert_eq!(by(50, 50, 20), By::Source);
        assert_eq!(by(50, 50, 1), By::Clip);
        assert_eq!(by(50, 50, 0), By::Clip);
        // One clip whose source isn't known.
        let mut some = examples(50, 50, 20);
        some[3].source.clear();
        assert_eq!(split(&some, 3).unwrap().by, By::Clip);
    }

    #[test]
    fn the_seed_decides() {
        let held = |seed| -> Vec<u64> {
            let split = split(&examples(40, 40, 0), seed).unwrap();
            split.held_out.iter().map(|example| example.clip).collect()
        };
        assert_eq!(held(1), held(1));
        assert_ne!(held(1), held(2));
    }

    #[test]
    fn one_clip_of_a_class_cannot_be_divided() {
        assert!(split(&examples(1, 50, 0), 0).is_none());
        assert!(split(&examples(50, 0, 0), 0).is_none());
    }
}
