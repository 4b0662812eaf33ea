//! Creating a store and adding clips.

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::thread;

use super::manifest::{self, ClipRecord, Origin, checksum};
use super::place::{Lock, Place};
use super::{ClipArray, ClipStore, Kind, StoreSpec};
use crate::{Error, Result, UNKNOWN_ACTION};

const LOCK: &str = ".writer.lock";

/// One clip on its way into a store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClipBuf {
    /// `F * H * W * 3` bytes, RGB.
    pub frames: Vec<u8>,
    /// `F` bytes: `actions[t]` led from frame `t` to frame `t + 1`; the last is always
    /// [`UNKNOWN_ACTION`], and so are all where the source has no actions.
    pub actions: Vec<u8>,
    /// `F` values, `rewards[t]` earned by the action taken on frame `t`; empty where the store keeps
    /// none.
    pub rewards: Vec<f32>,
    /// Where the clip comes from.
    pub origin: Origin,
}

impl ClipBuf {
    /// A clip without rewards, of the store's one source.
    #[must_use]
    pub fn new(frames: Vec<u8>, actions: Vec<u8>) -> Self {
        Self {
            frames,
            actions,
            ..Self::default()
        }
    }
}

/// What adding clips needs beyond reading them.
pub(super) struct Writer {
    actions: ClipArray,
    rewards: Option<ClipArray>,
    lock: Lock,
}

impl ClipStore {
    /// Makes an empty store at `path`, and the directories above it.
    ///
    /// # Errors
    /// [`Error::Exists`] when a store is there, [`Error::Invalid`] when `spec` is out of range or
    /// the directory holds other things, [`Error::Io`] when it can't be written.
    pub fn create(path: impl AsRef<Path>, spec: &StoreSpec) -> Result<Self> {
        let path = path.as_ref();
        spec.check().map_err(Error::Invalid)?;
        let place = Place::at(path)?;
        if place.read_json("zarr.json")?.is_some() {
            return Err(Error::Exists {
                path: path.to_path_buf(),
            });
        }
        if !Place::is_remote(path) {
            fs::create_dir_all(path).map_err(Error::io("make the directory", path))?;
            refuse_foreign(path)?;
        }
        // The group comes last: without it a half-made store is no store, and can be made again.
        ClipArray::create(&place, Kind::Frames, spec)?;
        ClipArray::create(&place, Kind::Actions, spec)?;
        if spec.rewards {
            ClipArray::create(&place, Kind::Rewards, spec)?;
        }
        place.replace_json("zarr.json", &spec.to_group())?;
        Self::open(path)
    }

    /// Opens the store at `path`, or makes it where there is none.
    ///
    /// # Errors
    /// As [`Self::open`] and [`Self::create`]; [`Error::SpecMismatch`] when the store there was
    /// collected with other settings.
    pub fn open_or_create(path: impl AsRef<Path>, spec: &StoreSpec) -> Result<Self> {
        let path = path.as_ref();
        if Place::at(path)?.read_json("zarr.json")?.is_some() {
            let store = Self::open(path)?;
            store.spec.check_same(spec, path)?;
            Ok(store)
        } else {
            Self::create(path, spec)
        }
    }

    /// Adds one clip; when this returns, the clip is on disk and survives a kill.
    ///
    /// # Errors
    /// As [`Self::append_all`].
    pub fn append(&mut self, clip: &ClipBuf) -> Result<()> {
        self.append_all(std::slice::from_ref(clip))
    }

    /// Adds clips: all of them become visible together. Cheaper than one at a time, since the
    /// metadata is rewritten once.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a clip has the wrong size (nothing is added then), [`Error::Locked`]
    /// when another program adds clips, [`Error::Io`] when the disk is full or fails; the clips
    /// added before stay as they were.
    pub fn append_all(&mut self, clips: &[ClipBuf]) -> Result<()> {
        for clip in clips {
            check_clip(clip, &self.spec)?;
        }
        if self.writer.is_none() {
            self.start_writing()?;
        }
        let len = self.len + clips.len() as u64;
        let Some(writer) = self.writer.as_mut() else {
            return Ok(());
        };
        let mut write = || {
            self.frames.set_len_in_memory(len)?;
            writer.set_len_in_memory(len)?;
            let records = write_clips(&self.frames, writer, self.len, clips)?;
            manifest::write(&self.base, self.len, &records)?;
            writer.lock.check()?;
            // `frames` counts, so it goes last: until then nothing of the new clips is visible.
            writer.actions.advance(len)?;
            if let Some(rewards) = &mut writer.rewards {
                rewards.advance(len)?;
            }
            self.frames.advance(len)
        };
        let result = write();
        match result {
            Ok(()) => self.len = len,
            Err(_) => self.frames.set_len_in_memory(self.len)?,
        }
        result
    }

    /// Takes the lock, and catches up with clips added since this store was opened.
    fn start_writing(&mut self) -> Result<()> {
        if self.is_view() {
            return Err(Error::Invalid(format!(
                "{} is a view, which shows clips of {}. Add clips there",
                self.path.display(),
                self.base.path().display()
            )));
        }
        if !self.has_manifest() {
            return Err(Error::Invalid(format!(
                "{} is of an older version, without a manifest: it can be read, but not added to. Collect into another path",
                self.path.display()
            )));
        }
        let lock = self.base.lock(LOCK)?;
        self.frames = ClipArray::open(&self.base, Kind::Frames, &self.spec)?;
        self.len = self.frames.len();
        let actions = ClipArray::open(&self.base, Kind::Actions, &self.spec)?;
        let rewards = if self.spec.rewards {
            Some(ClipArray::open(&self.base, Kind::Rewards, &self.spec)?)
        } else {
            None
        };
        self.writer = Some(Writer {
            actions,
            rewards,
            lock,
        });
        Ok(())
    }
}

impl Writer {
    fn set_len_in_memory(&mut self, len: u64) -> Result<()> {
        self.actions.set_len_in_memory(len)?;
        self.rewards
            .as_mut()
            .map_or(Ok(()), |rewards| rewards.set_len_in_memory(len))
    }
}

/// Compresses and writes clips on all cores, the first of them clip `first`. Returns their records.
fn write_clips(
    frames: &ClipArray,
    writer: &Writer,
    first: u64,
    clips: &[ClipBuf],
) -> Result<Vec<ClipRecord>> {
    let one = |(clip, number): (&ClipBuf, u64)| -> Result<ClipRecord> {
        frames.write(number, &clip.frames)?;
        writer.actions.write(number, &clip.actions)?;
        if let Some(rewards) = &writer.rewards {
            rewards.write(number, &clip.rewards)?;
        }
        Ok(ClipRecord {
            sha256: checksum(&clip.frames),
            origin: clip.origin.clone(),
        })
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = clips.len().div_ceil(cores).max(1);
    let numbered = (first..).step_by(share);
    thread::scope(|scope| {
        let shares: Vec<_> = clips
            .chunks(share)
            .zip(numbered)
            .map(|(clips, first)| {
                scope.spawn(move || {
                    clips
                        .iter()
                        .zip(first..)
                        .map(one)
                        .collect::<Result<Vec<_>>>()
                })
            })
            .collect();
        let mut records = Vec::with_capacity(clips.len());
        for share in shares {
            match share.join() {
                Ok(written) => records.extend(written?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(records)
    })
}

fn check_clip(clip: &ClipBuf, spec: &StoreSpec) -> Result<()> {
    let invalid = |what: String| Err(Error::Invalid(what));
    if clip.frames.len() != spec.clip_bytes() {
        return invalid(format!(
            "a clip has {} bytes of frames, this store takes {}",
            clip.frames.len(),
            spec.clip_bytes()
        ));
    }
    if clip.actions.len() != spec.frames_per_clip as usize {
        return invalid(format!(
            "a clip has {} actions for {} frames",
            clip.actions.len(),
            spec.frames_per_clip
        ));
    }
    let rewards = if spec.rewards { clip.actions.len() } else { 0 };
    if clip.rewards.len() != rewards {
        return invalid(format!(
            "a clip has {} rewards where this store takes {rewards}",
            clip.rewards.len()
        ));
    }
    if clip.actions.last() != Some(&UNKNOWN_ACTION) {
        return invalid(format!(
            "a clip's last action leads out of it, so it must be {UNKNOWN_ACTION}"
        ));
    }
    Ok(())
}

/// Only an empty directory, or what a killed `create` leaves, may become a store.
fn refuse_foreign(path: &Path) -> Result<()> {
    for entry in fs::read_dir(path).map_err(Error::io("read", path))? {
        let name = entry.map_err(Error::io("read", path))?.file_name();
        if !["frames", "actions", "rewards", "zarr.json.new", LOCK]
            .iter()
            .any(|known| name == *known)
        {
            return Err(Error::Invalid(format!(
                "{} is not empty (it holds {}) and is not a clip store. Choose another path",
                path.display(),
                Path::new(&name).display()
            )));
        }
    }
    Ok(())
}
