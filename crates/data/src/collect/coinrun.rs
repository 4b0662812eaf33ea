//! CoinRun: 64 environments in lockstep, clips cut from each.

use std::ops::ControlFlow;

use super::bridge::{Batch, Bridge, ENVS};
use super::cutter::{Cut, Cutter};
use super::python;
use super::walk::{Press, Walker};
use super::{CollectSpec, OnProgress, Policy, Sink, Source};
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
/// At most this many clips of one episode: those who survive long are those who stay in the first
/// pit, and without this bound most clips were theirs.
const CLIPS_PER_EPISODE: u32 = 2;
/// One episode in so many is recorded from its first frame on.
const SHARE_OF_STARTS: u64 = 25;

/// Collects clips of CoinRun, without backgrounds and with one theme, as GenieRedux and the paper's
/// case study do. Needs Python 3.11 or 3.12; makes its own virtual environment on first use.
///
/// Returns the number of frames in the store.
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
        policy: spec.policy.describe(),
        fps: 15.0,
        height: 64,
        width: 64,
    };
    let mut sink = Sink::open(spec, &source, on_progress)?;
    if sink.is_full() {
        let _ = sink.report();
        return Ok(sink.store.total_frames());
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
                    return Ok(sink.store.total_frames());
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
    recorder: Walker,
    walk_in: u64,
    episodes: u64,
    last: Vec<u8>,
}

impl Player {
    fn new(spec: &CollectSpec) -> Self {
        let walker = Walker::new(&spec.policy, 0);
        Self {
            cutter: Cutter::new(spec.frames_per_clip as usize),
            recorder: walker.clone(),
            walker,
            walk_in: 0,
            episodes: 0,
            last: Vec::new(),
        }
    }

    fn begin(&mut self, policy: &Policy, seed: u64) {
        let mut luck = Stream::new(mix(&[seed, self.episodes]));
        self.episodes += 1;
        // Nearly all walk in: who stays at the start outlives the others, and fills more clips.
        let longest = u64::from(policy.walk_in);
        let walks = luck.below(SHARE_OF_STARTS) > 0;
        self.walk_in = if walks {
            longest / 2 + luck.below(longest - longest / 2 + 1)
        } else {
            0
        };
        self.walker = Walker::forward(luck.next());
        self.recorder = Walker::new(policy, luck.next());
        self.cutter.begin(self.walk_in);
        self.last.clear();
    }

    /// What to press on seeing `frame`.
    fn press(&mut self, frame: &[u8]) -> Press {
        let moved = moved(&self.last, frame);
        self.last.clear();
        self.last.extend_from_slice(frame);
        if self.walk_in > 0 {
            self.walk_in -= 1;
            self.walker.press(moved)
        } else {
            self.recorder.press(moved)
        }
    }
}

/// Whether the camera, which follows the hero, moved. Enemies and the hero's legs change under 1 %
/// of the bytes, the slowest scrolling above 3 %.
fn moved(last: &[u8], frame: &[u8]) -> bool {
    let changed = last
        .iter()
        .zip(frame)
        .filter(|(a, b)| a.abs_diff(**b) > 8)
        .count();
    last.len() != frame.len() || changed * 1000 > frame.len() * 15
}

impl<'a> Round<'a> {
    fn new(spec: &'a CollectSpec, number: u64) -> Self {
        let players = (0..ENVS).map(|_| Player::new(spec)).collect();
        Self {
            spec,
            seed: mix(&[spec.seed, number]),
            players,
        }
    }

    /// Looks at a batch of frames; gives the clips that ended with it, in order, and what to do next.
    fn step(&mut self, batch: &Batch) -> (Vec<ClipBuf>, [i8; ENVS]) {
        let mut clips = Vec::new();
        let mut actions = [RESET; ENVS];
        for (env, player) in self.players.iter_mut().enumerate() {
            let frame = batch.frame(env);
            if batch.first(env) {
                player.begin(&self.spec.policy, mix(&[self.seed, env as u64]));
            }
            if let Cut::Clip(clip) = player.cutter.frame(frame) {
                clips.push(clip);
            }
            if player.cutter.clips() < CLIPS_PER_EPISODE {
                let action = procgen_action(player.press(frame));
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
