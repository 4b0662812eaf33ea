//! The manifest: for each clip, where it comes from, its licence and its checksum.
//!
//! `manifest/N.jsonl` holds one line for each clip that was added in one go, the first of them clip
//! `N`. Files of a few lines, rather than one that grows, since an object store can't append; and a
//! kill between a file and the store's length leaves a file that the next append writes anew.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::place::Place;
use crate::{ClipStore, Error, Result};

/// Bound on one file of lines; ours have a few hundred bytes a clip.
const MAX_BYTES: u64 = 256 << 20;

/// Where a clip comes from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    /// The video's name; empty where the store as a whole has one source.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Where the clip begins in its video, in seconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub start: f64,
    /// The level's seed, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u64>,
    /// The video's licence; empty where the store's own holds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(start: &f64) -> bool {
    *start == 0.0
}

/// What the manifest says of one clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClipRecord {
    /// SHA-256 of the clip's frames (`F * H * W * 3` bytes, RGB), in hexadecimal.
    pub sha256: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// The checksum that a manifest has of a clip with these frames.
#[must_use]
pub fn checksum(frames: &[u8]) -> String {
    format!("{:x}", Sha256::digest(frames))
}

/// Writes the lines of the clips from `first` on.
pub(super) fn write(place: &Place, first: u64, records: &[ClipRecord]) -> Result<()> {
    let key = key(first);
    let mut text = Vec::new();
    for record in records {
        serde_json::to_writer(&mut text, record)
            .map_err(|e| Error::metadata(place.file(&key), e.to_string()))?;
        text.push(b'\n');
    }
    place.replace(&key, &text)
}

/// Reads the lines of the first `len` clips.
fn read(place: &Place, len: u64) -> Result<Vec<ClipRecord>> {
    let mut records: Vec<ClipRecord> = Vec::new();
    while (records.len() as u64) < len {
        let key = key(records.len() as u64);
        let file = place.file(&key);
        let wrong = |what: String| Error::metadata(&file, what);
        let text = place.read(&key, MAX_BYTES)?.ok_or_else(|| {
            wrong("it is missing, so some clips have no record of where they come from".into())
        })?;
        let before = records.len();
        for (number, line) in text.split(|b| *b == b'\n').enumerate() {
            if line.is_empty() {
                continue;
            }
            let record = serde_json::from_slice(line)
                .map_err(|e| wrong(format!("line {} is not a clip's ({e})", number + 1)))?;
            records.push(record);
        }
        if records.len() == before {
            return Err(wrong("it is empty".into()));
        }
    }
    // The last file may hold clips that were written but never counted.
    records.truncate(len as usize);
    Ok(records)
}

fn key(first: u64) -> String {
    format!("manifest/{first:08}.jsonl")
}

impl ClipStore {
    /// One record for each clip, in order.
    ///
    /// # Errors
    /// [`Error::Metadata`] when a file of the manifest is missing or damaged, or the store is of
    /// version 1, which had none.
    pub fn manifest(&self) -> Result<Vec<ClipRecord>> {
        if !self.has_manifest() {
            return Err(Error::metadata(
                self.base.file("zarr.json"),
                "it is a store of version 1, which has no manifest",
            ));
        }
        let records = read(&self.base, self.frames.len())?;
        Ok(match &self.shown {
            None => records.into_iter().take(self.len as usize).collect(),
            Some(shown) => shown
                .iter()
                .map(|&clip| records[clip as usize].clone())
                .collect(),
        })
    }
}
