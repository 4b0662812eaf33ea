//! CoinRun: 64 environments in lockstep, clips cut from each.

use std::ops::ControlFlow;

use super::bridge::{Batch, Bridge, ENVS};
use super::cutter::{Cut, Cutter};
use super::python;
use super::walk::{Press, Walker};
use super::{CollectSpec, OnProgress, Sink, Source};
use crate::hash::{Stream, mix};
use crate::{ClipBuf, Error, Result};

/// Names of the actions in a CoinRun store, by number: procgen's own first nine.
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

/// Ends the episode at once.
const RESET: i8 = -1;
/// Clips in a round. A round starts fresh environments from a seed of its own, so going on after a
/// stop replays part of one round (seconds), not the whole collection.
const ROUND: u64 = 4096;
/// At most this many clips of one episode, about 200 frames: a hero stuck in a pit for a thousand
/// frames is one picture many times.
const CLIPS_PER_EPISODE: u32 = 6;

/// Collects clips of CoinRun, without backgrounds and with one theme, as GenieRedux and the paper's
/// case study do. Needs Python 3.11 or 3.12; makes its own virtual environment on first use.
///
/// Returns the number of clips in the store.
///
/// # Errors
/// [`Error::Python`] when no environment can be made, [`Error::Bridge`] when it stops,
/// [`Error::Invalid`] for settings out of range, and those of
/// [`ClipStore`](crate::ClipStore) for the store.
pub fn coinrun(spec: &CollectSpec, on_progress: OnProgress<'_>) -> Result<u64> {
    if spec.levels.end > i32::MAX as u64 {
        return Err(Error::Invalid(format!(
            "CoinRun's level seeds are below {}; {} is not",
            i32::MAX,
            spec.levels.end
        )));
    }
    let source = Source {
        name: "coinrun",
        licence: "procgen (MIT); art by Kenney (CC0), no backgrounds",
        mode: spec.mode.name(),
        fps: 15.0,
        height: 64,
        width: 64,
    };
    let mut sink = Sink::open(spec, &source, on_progress)?;
    if sink.is_full() {
        let _ = sink.report();
        return Ok(sink.store.len());
    }
    let python = python::ready(spec.python.as_deref())?;
    let mut bridge = Bridge::start(&python, spec.levels, spec.mode)?;
    loop {
        let mut round = Round::new(spec, sink.next() / ROUND);
        let mut skip = sink.next() % ROUND;
        let mut in_round = 0;
        let mut batch = bridge.reset(round.seed as u32)?;
        while in_round < ROUND {
            let (clips, actions) = round.step(&batch);
            for clip in clips.into_iter().take((ROUND - in_round) as usize) {
                in_round += 1;
                if skip > 0 {
                    skip -= 1;
                } else if let ControlFlow::Break(()) = sink.push(clip)? {
                    return Ok(sink.store.len());
                }
            }
            batch = bridge.step(&actions)?;
        }
    }
}

/// 64 players from a fresh start. What they do depends on the round's seed alone.
struct Round<'a> {
    spec: &'a CollectSpec,
    seed: u64,
    players: Vec<Player>,
}

struct Player {
    cutter: Cutter,
    walker: Walker,
    episodes: u64,
}

impl<'a> Round<'a> {
    fn new(spec: &'a CollectSpec, number: u64) -> Self {
        let player = || Player {
            cutter: Cutter::new(spec.frames_per_clip as usize),
            walker: Walker::new(&spec.policy, 0),
            episodes: 0,
        };
        Self {
            spec,
            seed: mix(&[spec.seed, number]),
            players: (0..ENVS).map(|_| player()).collect(),
        }
    }

    /// Looks at a batch of frames; gives the clips that ended with it, in order, and what to do next.
    fn step(&mut self, batch: &Batch) -> (Vec<ClipBuf>, [i8; ENVS]) {
        let mut clips = Vec::new();
        let mut actions = [RESET; ENVS];
        for (env, player) in self.players.iter_mut().enumerate() {
            if batch.first(env) {
                let mut luck = Stream::new(mix(&[self.seed, env as u64, player.episodes]));
                player.episodes += 1;
                player.walker = Walker::new(&self.spec.policy, luck.next());
                player
                    .cutter
                    .begin(luck.below(u64::from(self.spec.frames_per_clip)));
            }
            if let Cut::Clip(clip) = player.cutter.frame(batch.frame(env)) {
                clips.push(clip);
            }
            if player.cutter.clips() < CLIPS_PER_EPISODE {
                let action = procgen_action(player.walker.press());
                player.cutter.action(action);
                actions[env] = action as i8;
            }
        }
        (clips, actions)
    }
}

fn procgen_action(press: Press) -> u8 {
    match press {
        Press::Left => 1,
        Press::LeftUp => 2,
        Press::Down => 3,
        Press::Still => 4,
        Press::Up => 5,
        Press::Right => 7,
        Press::RightUp => 8,
    }
}
