//! CoinRun: 64 environments in lockstep, clips cut from each.
//!
//! ```text
//! mixed   levels drawn from the range; clips from within episodes, for training
//! random  each level for so many steps, as in the paper's Appendix F
//! expert  each level won once, from saved states, with the reward of the coin
//! ```

mod expert;
mod mixed;
mod random;
#[cfg(test)]
mod real;

use super::bridge::Bridge;
use super::python;
use super::{CollectSpec, Collected, OnProgress, Policy, Sink, Source, Unit};
use crate::{Error, Result};

/// What a store of CoinRun names as its source.
pub const COINRUN: &str = "coinrun";

/// Names of the actions in a CoinRun store, by number: procgen's own first nine. It has six more,
/// 9 to 14, which do in CoinRun what 4 does; where they are pressed, 4 is what the store says.
pub const COINRUN_ACTIONS: [&str; 9] = [
    "left-down",
    "left",
    "left-up",
    "down",
    "still",
    "up",
    "right-down",
    "right",
    "right-up",
];

/// Frames a second.
const FPS: f64 = 15.0;
/// Ends the episode at once.
const RESET: i8 = -1;
const STILL: u8 = 4;
const RIGHT: u8 = 7;
const RIGHT_UP: u8 = 8;

/// Collects clips of CoinRun, without backgrounds and with one theme, as GenieRedux and the paper's
/// case study do. Needs Python 3.11 or 3.12; makes its own virtual environment on first use.
///
/// Every clip has its rewards and its level. A store that was left unfinished, by
/// [`OnProgress`] or by a kill, goes on where it was and comes out the same to the byte.
///
/// # Errors
/// [`Error::Python`] when no environment can be made, [`Error::Bridge`] when it stops,
/// [`Error::Invalid`] for settings out of range, and those of
/// [`ClipStore`](crate::ClipStore) for the store.
pub fn coinrun(spec: &CollectSpec, on_progress: OnProgress<'_>) -> Result<Collected> {
    if spec.levels.end > i32::MAX as u64 {
        return Err(Error::Invalid(format!(
            "CoinRun's level seeds are below {}; {} is not",
            i32::MAX,
            spec.levels.end
        )));
    }
    let source = Source {
        name: COINRUN,
        licence: "procgen (MIT); art by Kenney (CC0), no backgrounds",
        mode: spec.mode.name(),
        policy: spec.policy.describe(),
        fps: FPS,
        height: 64,
        width: 64,
        rewards: true,
    };
    spec.check_apart(&source)?;
    let levels = spec.levels.count();
    let whole = match spec.policy {
        Policy::Mixed(_) => (spec.frames.unwrap_or(0), Unit::Frames),
        Policy::Random { steps_per_level } => (levels * u64::from(steps_per_level), Unit::Steps),
        Policy::Expert { .. } => (levels, Unit::Levels),
    };
    let mut sink = Sink::open(spec, &source, whole, on_progress)?;
    if sink.is_full() {
        let _ = sink.report();
        return Ok(sink.collected());
    }
    let python = python::ready(spec.python.as_deref())?;
    let mut bridge = Bridge::start(&python, spec.levels, spec.mode)?;
    match &spec.policy {
        Policy::Mixed(policy) => mixed::collect(spec, policy, &mut bridge, &mut sink),
        Policy::Random { steps_per_level } => {
            random::collect(spec, *steps_per_level, &mut bridge, &mut sink)
        }
        Policy::Expert { retries } => expert::collect(spec, *retries, &mut bridge, &mut sink),
    }
}
