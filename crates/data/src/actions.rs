//! True actions, for evaluation only.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::store::{ClipArray, Kind, Opened};
use crate::{Error, Result};

/// Stands for "no action is known": the last entry of every clip, and every entry of a video.
pub const UNKNOWN_ACTION: u8 = 255;

/// The names of the actions in a store whose [`source`](crate::StoreSpec::source) is `source`, by number;
/// `None` where they have none.
#[must_use]
pub fn action_names(source: &str) -> Option<Vec<&'static str>> {
    match source {
        crate::collect::PLATFORMER => Some(platformer::Action::ALL.map(|a| a.name()).to_vec()),
        crate::collect::COINRUN => Some(crate::collect::COINRUN_ACTIONS.to_vec()),
        _ => None,
    }
}

/// The actions that were really taken, which training must never see.
///
/// They are a type of their own so that a training loop, which is handed a
/// [`ClipStore`](crate::ClipStore) or a [`WindowLoader`](crate::WindowLoader), has no way to them.
pub struct TrueActions {
    path: PathBuf,
    len: u64,
    array: ClipArray,
    rewards: Option<ClipArray>,
    shown: Option<Arc<[u64]>>,
}

impl TrueActions {
    /// Opens the actions of the clip store at `path`.
    ///
    /// # Errors
    /// As [`ClipStore::open`](crate::ClipStore::open).
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        // `frames` counts the clips: `actions` may already hold one that was never finished.
        let Opened {
            base,
            spec,
            frames,
            shown,
            ..
        } = Opened::at(&path)?;
        let array = ClipArray::open(&base, Kind::Actions, &spec)?;
        let rewards = if spec.rewards {
            Some(ClipArray::open(&base, Kind::Rewards, &spec)?)
        } else {
            None
        };
        Ok(Self {
            len: shown.as_ref().map_or(frames.len(), |s| s.len() as u64),
            path,
            array,
            rewards,
            shown,
        })
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
        self.array.read(self.number(clip)?)
    }

    /// The `F` rewards of clip `clip`, entry `t` earned by the action taken on frame `t`; `None`
    /// where the store keeps none.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn rewards(&self, clip: u64) -> Result<Option<Vec<f32>>> {
        let number = self.number(clip)?;
        self.rewards.as_ref().map(|r| r.read(number)).transpose()
    }

    fn number(&self, clip: u64) -> Result<u64> {
        if clip >= self.len {
            return Err(Error::OutOfRange {
                path: self.path.clone(),
                clip,
                len: self.len,
            });
        }
        Ok(self.shown.as_ref().map_or(clip, |s| s[clip as usize]))
    }
}
