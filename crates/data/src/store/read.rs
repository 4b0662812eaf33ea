//! Opening a store and reading its clips.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::place::Place;
use super::view_file;
use super::write::Writer;
use super::{ClipArray, Kind, StoreSpec};
use crate::{Error, Result};

/// Clips of one shape: a store's, or those that a view shows. Reading is `&self` and safe from many
/// threads.
pub struct ClipStore {
    /// As it was opened: the store, or the view.
    pub(super) path: PathBuf,
    /// The store that holds the clips.
    pub(super) base: Place,
    pub(super) version: u64,
    pub(super) spec: StoreSpec,
    pub(super) frames: ClipArray,
    /// Visible clips; `frames` may run ahead of it within an append.
    pub(super) len: u64,
    /// A view's clips, by their number in the store.
    pub(super) shown: Option<Arc<[u64]>>,
    /// Present once clips have been added through this value.
    pub(super) writer: Option<Writer>,
}

impl ClipStore {
    /// Opens the store, or the view, at `path`. Clips that another program adds later are not seen.
    ///
    /// # Errors
    /// [`Error::NotAStore`] when there is none, [`Error::Version`] or [`Error::Metadata`] when its
    /// metadata can't be used, [`Error::Io`] when a file can't be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let Opened {
            base,
            spec,
            version,
            frames,
            shown,
        } = Opened::at(path.as_ref())?;
        Ok(Self {
            len: shown.as_ref().map_or(frames.len(), |s| s.len() as u64),
            path: path.as_ref().to_path_buf(),
            base,
            version,
            spec,
            frames,
            shown,
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
        self.frames
            .read(self.shown.as_ref().map_or(clip, |s| s[clip as usize]))
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

    /// Whether the store says where its clips come from: stores of version 1 don't.
    #[must_use]
    pub fn has_manifest(&self) -> bool {
        self.version >= 2
    }

    /// Bytes that the frames of all clips take as they are kept, compressed.
    ///
    /// # Errors
    /// [`Error::Chunk`] when a clip is missing, [`Error::Io`] when its size can't be asked for.
    pub fn stored_bytes(&self) -> Result<u64> {
        (0..self.len)
            .map(|clip| self.frames.stored_bytes(self.number_in_store(clip)))
            .sum()
    }

    /// Whether this is a view of another store's clips.
    #[must_use]
    pub fn is_view(&self) -> bool {
        self.shown.is_some()
    }

    /// The number of clip `clip` in the store that holds it: another one in a view.
    #[must_use]
    pub fn number_in_store(&self, clip: u64) -> u64 {
        match &self.shown {
            Some(shown) => shown.get(clip as usize).copied().unwrap_or(u64::MAX),
            None => clip,
        }
    }

    /// Whether `path` is the address of a remote store rather than a folder of this machine.
    #[must_use]
    pub fn is_address(path: &Path) -> bool {
        Place::is_remote(path)
    }

    /// Whether it was opened by an address, rather than as a folder of this machine.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        Place::is_remote(&self.path)
    }

    /// The store's directory, or the view's, or the address of a remote store.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// What opening a store or a view finds.
pub(crate) struct Opened {
    pub(crate) base: Place,
    pub(crate) spec: StoreSpec,
    pub(crate) version: u64,
    pub(crate) frames: ClipArray,
    pub(crate) shown: Option<Arc<[u64]>>,
}

impl Opened {
    /// Views of views are looked through, to this depth; more is a circle.
    const DEPTH: usize = 16;

    pub(crate) fn at(path: &Path) -> Result<Self> {
        Self::within(path, Self::DEPTH)
    }

    fn within(path: &Path, depth: usize) -> Result<Self> {
        let place = Place::at(path)?;
        let not_a_store = |why: &str| Error::NotAStore {
            path: path.to_path_buf(),
            why: why.into(),
        };
        if !Place::is_remote(path) {
            if !path.exists() {
                return Err(not_a_store("there is no such directory"));
            }
            if path.is_file() {
                return Err(not_a_store(
                    "it is a file; a store is a directory, and video files come in by `genie import`",
                ));
            }
        }
        if let Some(view) = view_file::read(&place)? {
            if depth == 0 {
                return Err(not_a_store("it is a view of a view, and so on without end"));
            }
            let opened = Self::within(&view.store, depth - 1)?;
            return opened.only(&view.clips, &place);
        }
        let group = place
            .read_json("zarr.json")?
            .ok_or_else(|| not_a_store("no zarr.json"))?;
        let (spec, version) = StoreSpec::from_group(&group, path, &place.file("zarr.json"))?;
        Ok(Self {
            frames: ClipArray::open(&place, Kind::Frames, &spec)?,
            base: place,
            spec,
            version,
            shown: None,
        })
    }

    /// These clips of it only, as the view at `view` says.
    fn only(mut self, clips: &[u64], view: &Place) -> Result<Self> {
        let len = self
            .shown
            .as_ref()
            .map_or(self.frames.len(), |s| s.len() as u64);
        if let Some(clip) = clips.iter().find(|clip| **clip >= len) {
            return Err(Error::metadata(
                view.file(view_file::FILE),
                format!("it shows clip {clip} of a store that has {len}"),
            ));
        }
        self.shown = Some(match &self.shown {
            None => clips.into(),
            Some(shown) => clips.iter().map(|&clip| shown[clip as usize]).collect(),
        });
        Ok(self)
    }
}
