//! Collecting clips from environments, resumably.
//!
//! A collection is a list of clips that its [`CollectSpec`] fixes once and for all: clip `i` is the
//! same whenever it is made. So a store with `n` clips goes on at clip `n`, and a collection that
//! was stopped and continued is byte for byte the one that was not.

mod bridge;
mod coinrun;
mod cutter;
mod platformer;
mod python;
mod walk;

pub use coinrun::{COINRUN_ACTIONS, coinrun};
pub use platformer::platformer;

use std::ops::ControlFlow;
use std::path::PathBuf;

use crate::{ClipBuf, ClipStore, Error, LevelRange, Result, StoreSpec};

/// How hard CoinRun's levels are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Shorter levels, fewer enemies.
    Easy,
    /// procgen's own default, and the paper's.
    #[default]
    Hard,
}

impl Mode {
    /// procgen's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Hard => "hard",
        }
    }
}

/// How actions are chosen.
///
/// Each episode draws its own shares around these, and its own holding time, so that clips differ:
/// some run far, some dither, some hop. Shares are weights; only their ratio counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Weight of moving right, running or jumping.
    pub right: f32,
    /// Weight of moving left.
    pub left: f32,
    /// Weight of standing, ducking and jumping on the spot.
    pub still: f32,
    /// Share of jumps among moves, 0 to 1, besides those over a step in the way. Low on purpose:
    /// falling scrolls more pixels than running, and a latent action model that sees much of it
    /// learns up and down but not left and right.
    pub jump: f32,
    /// Longest time an action is held, in frames, 1 to 255; each episode draws its own bound, from
    /// half of this up.
    pub max_hold: u8,
    /// CoinRun only: half of this to all of it, in frames, passes unrecorded while a player gets
    /// into the level, in all but one episode of 25. Episodes are short, and without that most clips
    /// would show the start of a level.
    pub walk_in: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            right: 0.5,
            left: 0.32,
            still: 0.18,
            jump: 0.1,
            max_hold: 14,
            walk_in: 64,
        }
    }
}

impl Policy {
    /// Says it in words, for the store's attributes.
    fn describe(&self) -> String {
        let Self {
            right,
            left,
            still,
            jump,
            max_hold,
            walk_in,
        } = self;
        format!(
            "mixed: right {right}, left {left}, still {still}, jump {jump}, hold 1-{max_hold} frames, walk-in {}-{walk_in} frames",
            walk_in / 2
        )
    }

    fn check(&self) -> Result<()> {
        let weights = [self.right, self.left, self.still];
        if !weights.iter().all(|w| w.is_finite() && *w >= 0.0) || weights.iter().sum::<f32>() <= 0.0
        {
            return Err(Error::Invalid(format!(
                "a policy needs weights of 0 or more, not all 0; these are {weights:?}"
            )));
        }
        if !(0.0..=1.0).contains(&self.jump) || self.max_hold == 0 {
            return Err(Error::Invalid(
                "a policy's jump share is 0 to 1 and its longest hold at least 1 frame".into(),
            ));
        }
        Ok(())
    }
}

/// What to collect, and where to.
#[derive(Clone, Debug)]
pub struct CollectSpec {
    /// The store's directory; made where there is none, continued where there is one.
    pub out: PathBuf,
    /// Frames wanted in all, those already there included; rounded up to whole clips.
    pub frames: u64,
    /// Level seeds to draw from. CoinRun's are below 2^31.
    pub levels: LevelRange,
    /// Frames in a clip, `F`: 2 or more.
    pub frames_per_clip: u32,
    /// Seed of every choice.
    pub seed: u64,
    /// How actions are chosen.
    pub policy: Policy,
    /// CoinRun's difficulty; the platformer has one only.
    pub mode: Mode,
    /// A Python that already has `tools/coinrun/requirements.txt`; by default the program makes its own.
    pub python: Option<PathBuf>,
}

impl CollectSpec {
    /// The usual settings: 32 frames a clip, levels 0 to 9,999, hard, seed 0.
    #[must_use]
    pub fn new(out: impl Into<PathBuf>, frames: u64) -> Self {
        Self {
            out: out.into(),
            frames,
            levels: LevelRange {
                start: 0,
                end: 10_000,
            },
            frames_per_clip: 32,
            seed: 0,
            policy: Policy::default(),
            mode: Mode::default(),
            python: None,
        }
    }

    /// Clips that make up [`Self::frames`].
    fn clips(&self) -> u64 {
        self.frames.div_ceil(u64::from(self.frames_per_clip.max(1)))
    }

    fn check(&self) -> Result<()> {
        if self.levels.count() == 0 {
            let LevelRange { start, end } = self.levels;
            return Err(Error::Invalid(format!(
                "the level range {start}..{end} is empty"
            )));
        }
        self.policy.check()
    }

    fn store_spec(&self, source: &Source) -> StoreSpec {
        StoreSpec {
            height: source.height,
            width: source.width,
            frames_per_clip: self.frames_per_clip,
            fps: source.fps,
            source: source.name.into(),
            licence: source.licence.into(),
            levels: Some(self.levels),
            policy: source.policy.clone(),
            seed: self.seed,
            mode: source.mode.into(),
            rewards: false,
        }
    }
}

/// What an environment says of itself.
struct Source {
    name: &'static str,
    licence: &'static str,
    mode: &'static str,
    policy: String,
    fps: f64,
    height: u16,
    width: u16,
}

/// How far a collection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Frames in the store.
    pub frames: u64,
    /// Frames wanted.
    pub target: u64,
    /// Frames written since this call began.
    pub new_frames: u64,
}

/// Told of progress every few dozen clips; `Break` stops the collection, which can be continued.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// Writes clips in batches and keeps the caller informed.
struct Sink<'a> {
    store: ClipStore,
    pending: Vec<ClipBuf>,
    start: u64,
    target: u64,
    on_progress: OnProgress<'a>,
}

impl<'a> Sink<'a> {
    /// Clips per append: one metadata update for all of them, and at most a second's work to redo
    /// after a kill.
    const BATCH: u64 = 32;

    fn open(spec: &CollectSpec, source: &Source, on_progress: OnProgress<'a>) -> Result<Self> {
        spec.check()?;
        let store = ClipStore::open_or_create(&spec.out, &spec.store_spec(source))?;
        let start = store.len();
        Ok(Self {
            store,
            pending: Vec::new(),
            start,
            target: spec.clips(),
            on_progress,
        })
    }

    /// The next clip's number.
    fn next(&self) -> u64 {
        self.store.len() + self.pending.len() as u64
    }

    fn is_full(&self) -> bool {
        self.next() >= self.target
    }

    /// Takes the next clip. `Break` when the collection is complete or the caller wants to stop.
    fn push(&mut self, clip: ClipBuf) -> Result<ControlFlow<()>> {
        self.pending.push(clip);
        if (self.pending.len() as u64) < Self::BATCH && !self.is_full() {
            return Ok(ControlFlow::Continue(()));
        }
        self.store.append_all(&self.pending)?;
        self.pending.clear();
        let told = self.report();
        Ok(if self.is_full() {
            ControlFlow::Break(())
        } else {
            told
        })
    }

    fn report(&mut self) -> ControlFlow<()> {
        let per_clip = self.store.frames_per_clip() as u64;
        (self.on_progress)(Progress {
            frames: self.store.total_frames(),
            target: self.target * per_clip,
            new_frames: (self.store.len() - self.start) * per_clip,
        })
    }
}
