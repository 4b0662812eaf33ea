//! From graded clips to what is learned from.

use std::collections::HashSet;

use anyhow::{Result, bail};
use data::ClipStore;
use data::labels::{GRADES, Labels};
use serde::Serialize;

use super::split::{Example, count};

/// Fewest clips of each class: with fewer, what is held out says nothing.
pub const FEWEST: usize = 8;

/// What became of the graded clips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Used {
    /// Graded 5.
    pub good: usize,
    /// Graded 1.
    pub bad: usize,
    /// Graded 2, 3 and 4: left out, as in the paper.
    pub between: usize,
    /// Left out since the same clip, pixel for pixel, is there under another number.
    pub duplicates: usize,
    /// Labels of clips that this store doesn't have.
    pub elsewhere: usize,
}

/// Good and bad clips of `store`, and what was left out.
///
/// # Errors
/// If the manifest can't be read, or there are fewer than [`FEWEST`] clips of a class.
pub fn examples(store: &ClipStore, labels: &Labels) -> Result<(Vec<Example>, Used)> {
    let origins = if store.has_manifest() {
        store.manifest()?
    } else {
        Vec::new()
    };
    let mut used = Used {
        elsewhere: labels.elsewhere(),
        ..Used::default()
    };
    let mut seen = HashSet::new();
    let mut examples = Vec::new();
    for (clip, grade) in labels.iter() {
        if (GRADES.start() + 1..*GRADES.end()).contains(&grade) {
            used.between += 1;
            continue;
        }
        let record = origins.get(clip as usize);
        if record.is_some_and(|record| !seen.insert(&record.sha256)) {
            used.duplicates += 1;
            continue;
        }
        // A level of a game is a source of its own: its clips look alike.
        let source = record.map_or_else(String::new, |record| match record.origin.level {
            Some(level) => format!("{}, level {level}", record.origin.source),
            None => record.origin.source.clone(),
        });
        examples.push(Example {
            clip,
            good: grade == *GRADES.end(),
            source,
        });
    }
    [used.bad, used.good] = count(examples.iter());
    if used.good < FEWEST || used.bad < FEWEST {
        bail!(
            "{} has {} good clips (grade 5) and {} bad ones (grade 1); at least {FEWEST} of each are needed{}. Grade more with `genie curate label`",
            labels.path().display(),
            used.good,
            used.bad,
            match used.between {
                0 => String::new(),
                n => format!(" ({n} graded 2 to 4 don't count)"),
            }
        );
    }
    Ok((examples, used))
}

#[cfg(test)]
mod tests {
    use data::labels::Clips;
    use data::{ClipBuf, Origin, StoreSpec, UNKNOWN_ACTION};

    use super::*;

    #[test]
    fn fives_and_ones_are_taken_once_each_with_their_source() {
        let folder = tempfile::tempdir().unwrap();
        let spec = StoreSpec {
            height: 1,
            width: 1,
            frames_per_clip: 2,
            fps: 10.0,
            source: "test".into(),
            licence: String::new(),
            levels: None,
            policy: String::new(),
            seed: 0,
            mode: String::new(),
            rewards: false,
        };
        let mut store = ClipStore::create(folder.path().join("a.zarr"), &spec).unwrap();
        for clip in 0..24u8 {
            // Clip 23 is clip 0 again.
            let mut buffer = ClipBuf::new(vec![clip % 23; 6], vec![UNKNOWN_ACTION; 2]);
            buffer.origin = Origin {
                source: format!("video {}", clip / 8),
                level: (clip == 9).then_some(3),
                ..Origin::default()
            };
            store.append(&buffer).unwrap();
        }
        let path = folder.path().join("labels.jsonl");
        let mut labels = Labels::open(&path, Clips::of(&store).unwrap()).unwrap();
        for clip in 0..24 {
            let grade = match clip {
                20..23 => (clip - 18) as u8,
                clip if clip % 2 == 0 => 5,
                _ => 1,
            };
            labels.grade(clip, grade).unwrap();
        }
        let (examples, used) = examples(&store, &labels).unwrap();
        let expected = Used {
            good: 10,
            bad: 10,
            between: 3,
            duplicates: 1,
            elsewhere: 0,
        };
        assert_eq!(used, expected);
        assert_eq!(examples.len(), 20);
        for example in &examples {
            assert_eq!(example.good, example.clip % 2 == 0);
        }
        assert_eq!(examples[8].source, "video 1");
        assert_eq!(examples[9].source, "video 1, level 3");

        for clip in 0..3 {
            labels.grade(2 * clip, 3).unwrap();
        }
        let said = super::examples(&store, &labels).unwrap_err().to_string();
        assert!(
            said.contains("7 good clips") && said.contains("(6 graded 2 to 4"),
            "{said}"
        );
    }
}
