//! The paper's random policy (Appendix F): each level for so many steps, any action at any time.

use std::ops::ControlFlow;

use super::super::bridge::{Bridge, ENVS};
use super::super::cutter::Cutter;
use super::super::{CollectSpec, Collected, Sink};
use super::{FPS, RESET, STILL};
use crate::hash::{below, mix};
use crate::{ClipBuf, LevelRange, Result};

/// procgen's actions; those from [`NOTHING`] on do nothing in CoinRun.
const ACTIONS: u64 = 15;
const NOTHING: u8 = 9;

/// Levels are played in groups of 64, one in each environment, in step; a group's clips come in the
/// order in which they end. Going on after a stop replays one group (seconds).
pub(super) fn collect(
    spec: &CollectSpec,
    steps: u32,
    bridge: &mut Bridge,
    sink: &mut Sink<'_>,
) -> Result<Collected> {
    let LevelRange { start, .. } = spec.levels;
    let groups = spec.levels.count().div_ceil(ENVS as u64);
    let first = sink.resume(|level| level.saturating_sub(start) / ENVS as u64)?;
    // The seed is of no account: each environment is sent to a level before anything is recorded.
    bridge.reset(0)?;
    for group in first..groups {
        let levels: [Option<u64>; ENVS] = std::array::from_fn(|env| {
            let level = start + group * ENVS as u64 + env as u64;
            (level < spec.levels.end).then_some(level)
        });
        let begun = group * ENVS as u64 * u64::from(steps);
        let players = levels.iter().flatten().count() as u64;
        let told = play(spec, steps, levels, bridge, &mut |step, clips| {
            sink.set_done(begun + players * u64::from(step));
            sink.push_all(clips)
        })?;
        if told.is_break() {
            return Ok(sink.collected());
        }
    }
    let _ = sink.flush()?;
    Ok(sink.collected())
}

/// Plays one level in each environment that has one, for `steps` steps; `take` gets the clips that
/// end with each of them.
pub(super) fn play(
    spec: &CollectSpec,
    steps: u32,
    levels: [Option<u64>; ENVS],
    bridge: &mut Bridge,
    take: &mut dyn FnMut(u32, Vec<ClipBuf>) -> Result<ControlFlow<()>>,
) -> Result<ControlFlow<()>> {
    bridge.play_levels(&levels)?;
    let mut batch = bridge.step(&[RESET; ENVS])?;
    let mut cutters: Vec<(usize, u64, Cutter)> = Vec::new();
    for (env, level) in levels.iter().enumerate() {
        if let Some(level) = *level {
            let mut cutter = Cutter::to_the_end(spec.frames_per_clip as usize, FPS);
            cutter.begin(level, 0);
            cutters.push((env, level, cutter));
        }
    }
    for step in 0..steps {
        let mut actions = [STILL as i8; ENVS];
        for (env, level, _) in &cutters {
            actions[*env] = below(mix(&[spec.seed, *level, u64::from(step)]), ACTIONS) as i8;
        }
        let next = bridge.step(&actions)?;
        let mut clips = Vec::new();
        for (env, level, cutter) in &mut cutters {
            if batch.level(*env) != *level {
                return Err(bridge.broke(format!(
                    "played level {} instead of {level}",
                    batch.level(*env)
                )));
            }
            let pressed = actions[*env].cast_unsigned();
            let did = if pressed < NOTHING { pressed } else { STILL };
            clips.extend(cutter.step(batch.frame(*env), did, Some(next.reward(*env))));
            if next.first(*env) || step + 1 == steps {
                clips.extend(cutter.end());
                cutter.begin(*level, 0);
            }
        }
        if take(step + 1, clips)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        batch = next;
    }
    Ok(ControlFlow::Continue(()))
}
