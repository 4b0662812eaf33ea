//! Collecting clips from environments, resumably.
//!
//! A collection is a list of clips that its [`CollectSpec`] fixes once and for all: clip `i` is the
//! same whenever it is made. So a store with `n` clips goes on at clip `n`, and a collection that
//! was stopped and continued is byte for byte the one that was not.

mod bridge;
mod coinrun;
mod cutter;
mod platformer;
mod policy;
mod python;
mod sink;
#[cfg(test)]
mod tests;
mod truth;
mod walk;

pub use ::platformer::Theme;
pub use coinrun::{COINRUN, COINRUN_ACTIONS, coinrun};
pub use platformer::{PLATFORMER, platformer};
pub use policy::{Mixed, Policy};
pub use sink::{OnProgress, Progress, Unit};
pub use truth::{Transition, transitions};

use std::path::PathBuf;

use crate::{ClipStore, Error, LevelRange, Result, StoreSpec};
use sink::Sink;

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

/// What to collect, and where to.
#[derive(Clone, Debug)]
pub struct CollectSpec {
    /// The store's directory; made where there is none, continued where there is one.
    pub out: PathBuf,
    /// Frames wanted in all, those already there included; rounded up to whole clips. `None` for the
    /// policies that go through the levels once: there the levels say when it is enough.
    pub frames: Option<u64>,
    /// Level seeds. CoinRun's are below 2^31.
    pub levels: LevelRange,
    /// A store whose levels these must not be: that of the training, say, when this one is to test.
    pub apart_from: Option<PathBuf>,
    /// Frames in a clip, `F`: 2 or more.
    pub frames_per_clip: u32,
    /// Seed of every choice.
    pub seed: u64,
    /// How actions are chosen.
    pub policy: Policy,
    /// CoinRun's difficulty; the platformer has one only.
    pub mode: Mode,
    /// Looks of the platformer's levels; none for all.
    pub themes: Vec<Theme>,
    /// A Python that already has `tools/coinrun/requirements.txt`; by default the program makes its own.
    pub python: Option<PathBuf>,
}

impl CollectSpec {
    /// The usual settings: 32 frames a clip, levels 0 to 9,999, hard, seed 0, the mixed policy.
    #[must_use]
    pub fn new(out: impl Into<PathBuf>, frames: u64) -> Self {
        Self {
            out: out.into(),
            frames: Some(frames),
            levels: LevelRange {
                start: 0,
                end: 10_000,
            },
            apart_from: None,
            frames_per_clip: 32,
            seed: 0,
            policy: Policy::default(),
            mode: Mode::default(),
            themes: Vec::new(),
            python: None,
        }
    }

    /// Clips that make up [`Self::frames`].
    fn clips(&self) -> Option<u64> {
        self.frames
            .map(|frames| frames.div_ceil(u64::from(self.frames_per_clip.max(1))))
    }

    fn check(&self) -> Result<()> {
        let LevelRange { start, end } = self.levels;
        if self.levels.count() == 0 {
            return Err(Error::Invalid(format!(
                "the level range {start}..{end} is empty"
            )));
        }
        match (&self.policy, self.frames) {
            (Policy::Mixed(_), None) => {
                return Err(Error::Invalid(
                    "the mixed policy draws levels without end, so it needs a number of frames"
                        .into(),
                ));
            }
            (Policy::Random { .. } | Policy::Expert { .. }, Some(_)) => {
                return Err(Error::Invalid(
                    "a number of frames goes with the mixed policy only; the others play each level of the range once"
                        .into(),
                ));
            }
            _ => {}
        }
        self.policy.check()
    }

    /// Refuses levels that [`Self::apart_from`] has.
    fn check_apart(&self, source: &Source) -> Result<()> {
        let Some(path) = &self.apart_from else {
            return Ok(());
        };
        let other = ClipStore::open(path)?;
        let spec = other.spec();
        let Some(levels) = spec.levels else {
            return Err(Error::Invalid(format!(
                "{} says nothing of levels, so nobody can tell whether these are apart from them",
                path.display()
            )));
        };
        // Another game's level of the same number is another level.
        if spec.source == source.name && levels.overlaps(&self.levels) {
            return Err(Error::Invalid(format!(
                "{} has levels {}..{}, which overlap {}..{}. Choose a range apart from them",
                path.display(),
                levels.start,
                levels.end,
                self.levels.start,
                self.levels.end
            )));
        }
        Ok(())
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
            rewards: source.rewards,
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
    rewards: bool,
}

/// What a collection came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collected {
    /// Frames in the store.
    pub frames: u64,
    /// Levels that the expert won, of those in the range; known once it has been through all.
    pub won: Option<u64>,
}
