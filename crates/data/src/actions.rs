//! True actions, for evaluation only.

use std::path::{Path, PathBuf};

use crate::store::{ClipArray, Kind, read_spec};
use crate::{Error, Result};

/// Stands for "no action is known": the last entry of every clip, and every entry of a video.
pub const UNKNOWN_ACTION: u8 = 255;

/// The actions that were really taken, which training must never see.
///
/// They are a type of their own so that a training loop, which is handed a
/// [`ClipStore`](crate::ClipStore) or a [`WindowLoader`](crate::WindowLoader), has no way to them.
pub struct TrueActions {
    path: PathBuf,
    len: u64,
    array: ClipArray,
}

impl TrueActions {
    /// Opens the actions of the clip store at `path`.
    ///
    /// # Errors
    /// As [`ClipStore::open`](crate::ClipStore::open).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let spec = read_spec(&path)?;
        // `frames` counts the clips: `actions` may already hold one that was never finished.
        let len = ClipArray::open(&path, Kind::Frames, &spec)?.len();
        let array = ClipArray::open(&path, Kind::Actions, &spec)?;
        Ok(Self { path, len, array })
    }

    /// Number of clips.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are no clips.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The `F` actions of clip `clip`: entry `t` led from frame `t` to frame `t + 1`, in the
    /// source's own numbers; [`UNKNOWN_ACTION`] at the end.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] past the end, [`Error::Chunk`] when the file is damaged.
    pub fn read(&self, clip: u64) -> Result<Vec<u8>> {
        if clip >= self.len {
            return Err(Error::OutOfRange {
                path: self.path.clone(),
                clip,
                len: self.len,
            });
        }
        self.array.read(clip)
    }
}
