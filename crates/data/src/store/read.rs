//! Opening a store and reading its clips.

use std::path::{Path, PathBuf};

use super::write::Writer;
use super::{ClipArray, Kind, StoreSpec, json};
use crate::{Error, Result};

/// Clips on disk, all of one shape. Reading is `&self` and safe from many threads.
pub struct ClipStore {
    pub(super) path: PathBuf,
    pub(super) spec: StoreSpec,
    pub(super) frames: ClipArray,
    /// Visible clips; `frames` may run ahead of it within an append.
    pub(super) len: u64,
    /// Present once clips have been added through this value.
    pub(super) writer: Option<Writer>,
}

impl ClipStore {
    /// Opens the store at `path`. Clips that another program adds later are not seen.
    ///
    /// # Errors
    /// [`Error::NotAStore`] when there is none, [`Error::Version`] or [`Error::Metadata`] when its
    /// metadata can't be used, [`Error::Io`] when a file can't be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let spec = read_spec(&path)?;
        let frames = ClipArray::open(&path, Kind::Frames, &spec)?;
        Ok(Self {
            len: frames.len(),
            path,
            spec,
            frames,
            writer: None,
        })
    }

    /// Decodes clip `clip`: `F * H * W * 3` bytes, RGB, row by row, frame by frame.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] past the end, [`Error::Chunk`] when its file is missing, cut short or
    /// altered.
    pub fn read_clip(&self, clip: u64) -> Result<Vec<u8>> {
        if clip >= self.len {
            return Err(Error::OutOfRange {
                path: self.path.clone(),
                clip,
                len: self.len,
            });
        }
        self.frames.read(clip)
    }

    /// Number of clips.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are no clips yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Number of frames, over all clips.
    #[must_use]
    pub fn total_frames(&self) -> u64 {
        self.len * u64::from(self.spec.frames_per_clip)
    }

    /// Frames in every clip, `F`.
    #[must_use]
    pub fn frames_per_clip(&self) -> usize {
        self.spec.frames_per_clip as usize
    }

    /// Rows of a frame, `H`.
    #[must_use]
    pub fn height(&self) -> usize {
        usize::from(self.spec.height)
    }

    /// Columns of a frame, `W`.
    #[must_use]
    pub fn width(&self) -> usize {
        usize::from(self.spec.width)
    }

    /// Shape and origin of the clips.
    #[must_use]
    pub fn spec(&self) -> &StoreSpec {
        &self.spec
    }

    /// The store's directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Reads the group metadata of the store at `path`.
pub(crate) fn read_spec(path: &Path) -> Result<StoreSpec> {
    let not_a_store = |why: &str| Error::NotAStore {
        path: path.to_path_buf(),
        why: why.into(),
    };
    if !path.exists() {
        return Err(not_a_store("there is no such directory"));
    }
    if path.is_file() {
        return Err(not_a_store(
            "it is a file; a store is a directory, and video files can't be read as they are",
        ));
    }
    let file = path.join("zarr.json");
    let group = json::read(&file)?.ok_or_else(|| not_a_store("no zarr.json"))?;
    StoreSpec::from_group(&group, path, &file)
}
