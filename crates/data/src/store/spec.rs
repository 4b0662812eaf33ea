//! What a store holds, kept in its group attributes.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Error, Result};

const FORMAT: &str = "pocket-genie-clips";
/// 1 had no manifest.
const VERSION: u64 = 2;
const OLDEST: u64 = 1;
/// Bound on one decoded clip: 1 GiB. It keeps hostile metadata from asking for all memory.
const MAX_CLIP_BYTES: u64 = 1 << 30;

/// The level seeds a collection draws from: `start <= seed < end`.
///
/// A train and a test store of one source are kept apart by disjoint ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelRange {
    /// First seed.
    pub start: u64,
    /// One past the last seed.
    pub end: u64,
}

impl LevelRange {
    /// Number of seeds; 0 when the range is empty or reversed.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether both ranges hold a seed in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start.max(other.start) < self.end.min(other.end)
    }
}

/// Shape and origin of the clips of one store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoreSpec {
    /// Rows of a frame, 1 or more.
    pub height: u16,
    /// Columns of a frame, 1 or more.
    pub width: u16,
    /// Frames in every clip, 2 or more; 32 unless there is a reason.
    pub frames_per_clip: u32,
    /// Frames a second at which the clips are meant to be seen; above 0.
    pub fps: f64,
    /// Where the frames come from: "platformer", "coinrun", a video's name.
    pub source: String,
    /// Who made the pictures and what may be done with them.
    pub licence: String,
    /// Level seeds, where the source has levels.
    #[serde(default)]
    pub levels: Option<LevelRange>,
    /// How the actions were chosen, in words.
    #[serde(default)]
    pub policy: String,
    /// Seed of the collection.
    #[serde(default)]
    pub seed: u64,
    /// What else the source was told, such as CoinRun's "hard".
    #[serde(default)]
    pub mode: String,
    /// Whether rewards are kept too.
    #[serde(default)]
    pub rewards: bool,
}

impl StoreSpec {
    /// Bytes of one frame, `H * W * 3`.
    #[must_use]
    pub fn frame_bytes(&self) -> usize {
        usize::from(self.height) * usize::from(self.width) * 3
    }

    /// Bytes of one decoded clip, `F * H * W * 3`.
    #[must_use]
    pub fn clip_bytes(&self) -> usize {
        self.frames_per_clip as usize * self.frame_bytes()
    }

    /// Says what is out of range, if anything is.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.height == 0 || self.width == 0 {
            return Err(format!(
                "a frame of {} by {} pixels is empty",
                self.width, self.height
            ));
        }
        if self.frames_per_clip < 2 {
            return Err(format!(
                "{} frames per clip hold no motion; at least 2 are needed",
                self.frames_per_clip
            ));
        }
        let bytes =
            u64::from(self.height) * u64::from(self.width) * 3 * u64::from(self.frames_per_clip);
        if bytes > MAX_CLIP_BYTES {
            return Err(format!(
                "one clip would take {bytes} bytes; the most is {MAX_CLIP_BYTES}"
            ));
        }
        if !(self.fps.is_finite() && self.fps > 0.0) {
            return Err(format!("{} frames a second is not a speed", self.fps));
        }
        Ok(())
    }

    /// The group's `zarr.json`.
    pub(super) fn to_group(&self) -> Value {
        let mut attributes = json!(self);
        attributes["format"] = json!(FORMAT);
        attributes["version"] = json!(VERSION);
        json!({ "zarr_format": 3, "node_type": "group", "attributes": { "pocket_genie": attributes } })
    }

    /// Reads the group's `zarr.json`, and the version of the format; `file` is for messages.
    pub(super) fn from_group(group: &Value, store: &Path, file: &Path) -> Result<(Self, u64)> {
        let attributes = &group["attributes"]["pocket_genie"];
        if attributes["format"] != FORMAT {
            return Err(Error::NotAStore {
                path: store.to_path_buf(),
                why: format!("{} is not marked as {FORMAT}", file.display()),
            });
        }
        let found = attributes["version"]
            .as_u64()
            .ok_or_else(|| Error::metadata(file, "it names no version"))?;
        if !(OLDEST..=VERSION).contains(&found) {
            return Err(Error::Version {
                path: file.to_path_buf(),
                found,
                supported: VERSION,
            });
        }
        let spec =
            Self::deserialize(attributes).map_err(|e| Error::metadata(file, e.to_string()))?;
        spec.check().map_err(|what| Error::metadata(file, what))?;
        Ok((spec, found))
    }

    /// Refuses to add clips collected with `wanted` to a store that holds others.
    ///
    /// # Errors
    /// [`Error::SpecMismatch`] names the first setting that differs.
    pub fn check_same(&self, wanted: &Self, path: &Path) -> Result<()> {
        let (mine, theirs) = (json!(self), json!(wanted));
        for field in [
            "source",
            "mode",
            "policy",
            "seed",
            "levels",
            "frames_per_clip",
            "height",
            "width",
            "fps",
            "rewards",
        ] {
            if mine[field] != theirs[field] {
                let (found, wanted) = (mine[field].to_string(), theirs[field].to_string());
                return Err(Error::SpecMismatch {
                    path: path.to_path_buf(),
                    field,
                    found,
                    wanted,
                });
            }
        }
        Ok(())
    }
}
