//! Splitting a store into a part to learn from and a part to test on.

use std::collections::BTreeMap;

use crate::hash::{mix, permute};
use crate::{ClipStore, Error, Result};

/// What stays together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// All clips of one video.
    Source,
    /// All clips of one level.
    Level,
    /// Nothing: any clip may go anywhere. Neighbours in one video are much alike, so a test on such
    /// a split flatters.
    Clip,
}

/// Clips to learn from, and clips to test on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// To learn from, in the store's order.
    pub train: Vec<u64>,
    /// To test on, in the store's order.
    pub test: Vec<u64>,
}

/// Draws whole groups of clips, by `seed`, until at least `share` (above 0, below 1) of all clips are
/// in the test part. Both parts get a group at least.
///
/// # Errors
/// [`Error::Invalid`] when there are fewer than two groups, the manifest doesn't know them, or
/// `share` is out of range.
pub fn split(store: &ClipStore, share: f64, together: Together, seed: u64) -> Result<Split> {
    let invalid = |what: String| Err(Error::Invalid(what));
    if !(share > 0.0 && share < 1.0) {
        return invalid(format!("a test share of {share} is not between 0 and 1"));
    }
    let name = store.path().display();
    let groups = groups(store, together)?;
    if groups.len() < 2 {
        return invalid(format!(
            "all {} clips of {name} belong together by {}, so they can't be split. Try another --by",
            store.len(),
            match together {
                Together::Source => "source",
                Together::Level => "level",
                Together::Clip => "clip",
            },
        ));
    }
    let count = groups.len() as u64;
    let wanted = share * store.len() as f64;
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for place in 0..count {
        let group = &groups[permute(place, count, mix(&[seed])) as usize];
        let last = place + 1 == count;
        if (test.len() as f64) < wanted && !last {
            test.extend(group);
        } else {
            train.extend(group);
        }
    }
    train.sort_unstable();
    test.sort_unstable();
    Ok(Split { train, test })
}

/// Clips that stay together.
fn groups(store: &ClipStore, together: Together) -> Result<Vec<Vec<u64>>> {
    let mut groups: BTreeMap<(String, u64), Vec<u64>> = BTreeMap::new();
    match together {
        Together::Clip => return Ok((0..store.len()).map(|clip| vec![clip]).collect()),
        Together::Source | Together::Level => {
            for (clip, record) in (0..).zip(store.manifest()?) {
                let key = match (together, record.origin.level) {
                    (Together::Level, Some(level)) => (String::new(), level),
                    (Together::Level, None) => {
                        return Err(Error::Invalid(format!(
                            "the level of clip {clip} of {} is not known. Split by source or by clip",
                            store.path().display()
                        )));
                    }
                    _ => (record.origin.source, 0),
                };
                groups.entry(key).or_default().push(clip);
            }
        }
    }
    Ok(groups.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{clip, spec};
    use proptest::prelude::*;

    fn store(clips: u8) -> (tempfile::TempDir, ClipStore) {
        let directory = tempfile::tempdir().unwrap();
        let mut store = ClipStore::create(directory.path().join("s"), &spec()).unwrap();
        store
            .append_all(&(0..clips).map(clip).collect::<Vec<_>>())
            .unwrap();
        (directory, store)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_split_is_of_whole_sources(clips in 4u8..40, share in 0.05f64..0.95, seed: u64) {
            let (_keep, store) = store(clips);
            let manifest = store.manifest().unwrap();
            let Split { train, test } = split(&store, share, Together::Source, seed).unwrap();
            prop_assert!(!train.is_empty() && !test.is_empty());
            let mut all = [train.clone(), test.clone()].concat();
            all.sort_unstable();
            prop_assert_eq!(all, (0..u64::from(clips)).collect::<Vec<_>>());
            let source = |clip: &u64| manifest[*clip as usize].origin.source.clone();
            let tested: Vec<_> = test.iter().map(source).collect();
            prop_assert!(train.iter().all(|clip| !tested.contains(&source(clip))));
            // Three clips a source: no more than that above the share, unless nothing else was left.
            prop_assert!((test.len() as f64) < share * f64::from(clips) + 3.0);
            prop_assert_eq!(split(&store, share, Together::Source, seed).unwrap(), Split { train, test });
        }
    }

    #[test]
    fn what_cannot_be_split_is_told() {
        let (_keep, store) = store(3);
        for (share, together, says) in [
            (0.5, Together::Source, "belong together by source"),
            (0.5, Together::Level, "level of clip 1"),
            (1.0, Together::Clip, "not between 0 and 1"),
            (f64::NAN, Together::Clip, "not between 0 and 1"),
        ] {
            let text = split(&store, share, together, 0).unwrap_err().to_string();
            assert!(text.contains(says), "{text}");
        }
        assert_eq!(split(&store, 0.3, Together::Clip, 0).unwrap().test.len(), 1);
    }
}
