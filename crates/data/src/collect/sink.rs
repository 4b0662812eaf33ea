//! Where the clips of a collection go: into the store, in batches, from where it was left.

use std::ops::ControlFlow;

use super::{CollectSpec, Collected, Source};
use crate::{ClipBuf, ClipStore, Error, Result, checksum};

/// What [`Progress::done`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Frames of the store.
    Frames,
    /// Steps played.
    Steps,
    /// Levels, won or given up.
    Levels,
}

impl Unit {
    /// For messages: "frames", "steps", "levels".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Frames => "frames",
            Self::Steps => "steps",
            Self::Levels => "levels",
        }
    }
}

/// How far a collection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Frames in the store.
    pub frames: u64,
    /// Frames written since this call began.
    pub new_frames: u64,
    /// What is done of [`Self::total`], from the collection's beginning.
    pub done: u64,
    /// What there is to do, in the same unit.
    pub total: u64,
    /// The unit of both.
    pub unit: Unit,
}

/// Told of progress every few dozen clips; `Break` stops the collection, which can be continued.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// Writes clips in batches and keeps the caller informed.
pub(super) struct Sink<'a> {
    pub(super) store: ClipStore,
    pending: Vec<ClipBuf>,
    start: u64,
    /// Clips wanted; `None` where the levels say when it is enough.
    target: Option<u64>,
    done: u64,
    total: u64,
    unit: Unit,
    /// Clips made again on the way to the first new one.
    skip: u64,
    on_progress: OnProgress<'a>,
}

impl<'a> Sink<'a> {
    /// Clips per append: one metadata update for all of them, and at most a second's work to redo
    /// after a kill.
    const BATCH: u64 = 32;

    /// Opens or makes the store. `total` in `unit` is what the whole collection takes.
    pub(super) fn open(
        spec: &CollectSpec,
        source: &Source,
        (total, unit): (u64, Unit),
        on_progress: OnProgress<'a>,
    ) -> Result<Self> {
        spec.check()?;
        let store = ClipStore::open_or_create(&spec.out, &spec.store_spec(source))?;
        let start = store.len();
        Ok(Self {
            store,
            pending: Vec::new(),
            start,
            target: spec.clips(),
            done: 0,
            total,
            unit,
            skip: 0,
            on_progress,
        })
    }

    /// The next clip's number.
    pub(super) fn next(&self) -> u64 {
        self.store.len() + self.pending.len() as u64
    }

    pub(super) fn is_full(&self) -> bool {
        self.target.is_some_and(|target| self.next() >= target)
    }

    /// For collections whose clips come in groups of levels, each group made as a whole: the group to
    /// go on with. Its clips that are in the store already are made again, and passed over by
    /// [`Self::push`].
    pub(super) fn resume(&mut self, group_of: impl Fn(u64) -> u64) -> Result<u64> {
        let mut groups = Vec::new();
        for record in self.store.manifest()? {
            let level = record.origin.level.ok_or_else(|| {
                Error::metadata(
                    self.store.path().join("manifest"),
                    "it does not name the levels, so there is no going on",
                )
            })?;
            groups.push(group_of(level));
        }
        let Some(&last) = groups.last() else {
            return Ok(0);
        };
        self.skip = groups.iter().rev().take_while(|g| **g == last).count() as u64;
        Ok(last)
    }

    /// Takes the next clip. `Break` when the collection is complete or the caller wants to stop.
    pub(super) fn push(&mut self, clip: ClipBuf) -> Result<ControlFlow<()>> {
        if self.skip > 0 {
            self.skip -= 1;
            return self.check_again(&clip);
        }
        self.pending.push(clip);
        if (self.pending.len() as u64) < Self::BATCH && !self.is_full() {
            return Ok(ControlFlow::Continue(()));
        }
        self.flush()
    }

    /// As [`Self::push`], for several clips.
    pub(super) fn push_all(&mut self, clips: Vec<ClipBuf>) -> Result<ControlFlow<()>> {
        for clip in clips {
            if self.push(clip)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Writes what is pending; where the levels say when it is enough, the last thing to do.
    pub(super) fn flush(&mut self) -> Result<ControlFlow<()>> {
        self.store.append_all(&self.pending)?;
        self.pending.clear();
        let told = self.report();
        Ok(if self.is_full() {
            ControlFlow::Break(())
        } else {
            told
        })
    }

    /// What to return when there is no more to do.
    pub(super) fn collected(&self) -> Collected {
        Collected {
            frames: self.store.total_frames(),
            won: None,
        }
    }

    /// Says how much is done, for collections that don't count frames.
    pub(super) fn set_done(&mut self, done: u64) {
        self.done = done;
    }

    pub(super) fn report(&mut self) -> ControlFlow<()> {
        let per_clip = self.store.frames_per_clip() as u64;
        let frames = self.store.total_frames();
        (self.on_progress)(Progress {
            frames,
            new_frames: (self.store.len() - self.start) * per_clip,
            done: if self.unit == Unit::Frames {
                frames
            } else {
                self.done
            },
            total: self.total,
            unit: self.unit,
        })
    }

    /// The last clip that is made again must be the one in the store: another procgen, or another
    /// version of this program, would go on with a collection that is neither's.
    fn check_again(&self, clip: &ClipBuf) -> Result<ControlFlow<()>> {
        if self.skip == 0 {
            let records = self.store.manifest()?;
            if records.last().map(|r| &r.sha256) != Some(&checksum(&clip.frames)) {
                return Err(Error::Invalid(format!(
                    "clip {} of {} comes out differently now, so another version of genie or of procgen has made it. \
                     Go on with that one, or collect into another path",
                    self.start.saturating_sub(1),
                    self.store.path().display()
                )));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
