//! The mixed policy in CoinRun: players who get into their levels first, then are recorded.

use std::ops::ControlFlow;

use super::super::bridge::{Batch, Bridge, ENVS};
use super::super::cutter::Cutter;
use super::super::walk::{Press, Walker};
use super::super::{CollectSpec, Collected, Mixed, Sink};
use super::{FPS, RESET, RIGHT, RIGHT_UP, STILL};
use crate::hash::{Stream, mix};
use crate::{ClipBuf, Result, UNKNOWN_ACTION};

/// Clips in a round. A round starts fresh environments from a seed of its own, so going on after a
/// stop replays part of one round (seconds), not the whole collection.
const ROUND: u64 = 4096;
/// At most this many clips of one episode: those who survive long are those who stay in the first
/// pit, and without this bound most clips were theirs.
const CLIPS_PER_EPISODE: u64 = 2;
/// One episode in so many is recorded from its first frame on.
const SHARE_OF_STARTS: u64 = 25;

pub(super) fn collect(
    spec: &CollectSpec,
    policy: &Mixed,
    bridge: &mut Bridge,
    sink: &mut Sink<'_>,
) -> Result<Collected> {
    loop {
        let mut round = Round::new(spec, policy, sink.next() / ROUND);
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
                    return Ok(sink.collected());
                }
            }
            batch = bridge.step(&actions)?;
        }
    }
}

/// 64 players from a fresh start. What they do depends on the round's seed alone.
struct Round<'a> {
    policy: &'a Mixed,
    seed: u64,
    /// Most frames recorded of an episode.
    frames: u64,
    players: Vec<Player>,
}

struct Player {
    cutter: Cutter,
    walker: Walker,
    recorder: Walker,
    walk_in: u64,
    /// Frames to record in this episode; it is ended with the last of them.
    recorded: u64,
    episodes: u64,
    last: Vec<u8>,
    /// What was done on `last`.
    action: Option<u8>,
}

impl Player {
    fn new(spec: &CollectSpec, policy: &Mixed) -> Self {
        let walker = Walker::new(policy, 0);
        Self {
            cutter: Cutter::new(spec.frames_per_clip as usize, FPS),
            recorder: walker.clone(),
            walker,
            walk_in: 0,
            recorded: 0,
            episodes: 0,
            last: Vec::new(),
            action: None,
        }
    }

    fn begin(&mut self, policy: &Mixed, seed: u64, level: u64, frames: u64) {
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
        self.recorded = frames;
        self.walker = Walker::forward(luck.next());
        self.recorder = Walker::new(policy, luck.next());
        self.cutter.begin(level, self.walk_in);
        self.last.clear();
    }

    /// What to press on seeing `frame`; `None` when that was the last frame to record.
    fn press(&mut self, frame: &[u8]) -> Option<Press> {
        let moved = moved(&self.last, frame);
        self.last.clear();
        self.last.extend_from_slice(frame);
        if self.walk_in > 0 {
            self.walk_in -= 1;
            return Some(self.walker.press(moved));
        }
        self.recorded -= 1;
        (self.recorded > 0).then(|| self.recorder.press(moved))
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
    fn new(spec: &CollectSpec, policy: &'a Mixed, number: u64) -> Self {
        let players = (0..ENVS).map(|_| Player::new(spec, policy)).collect();
        Self {
            policy,
            seed: mix(&[spec.seed, number]),
            frames: CLIPS_PER_EPISODE * u64::from(spec.frames_per_clip),
            players,
        }
    }

    /// Looks at a batch of frames; gives the clips that ended before it, in order (what a clip's last
    /// action earned comes with the frame after it), and what to do next.
    fn step(&mut self, batch: &Batch) -> (Vec<ClipBuf>, [i8; ENVS]) {
        let mut clips = Vec::new();
        let mut actions = [RESET; ENVS];
        for (env, player) in self.players.iter_mut().enumerate() {
            if let Some(action) = player.action.take() {
                let reward = Some(batch.reward(env));
                clips.extend(player.cutter.step(&player.last, action, reward));
            }
            if batch.first(env) {
                let seed = mix(&[self.seed, env as u64]);
                player.begin(self.policy, seed, batch.level(env), self.frames);
            }
            let pressed = player.press(batch.frame(env)).map(procgen_action);
            if let Some(action) = pressed {
                actions[env] = action as i8;
            }
            player.action = Some(pressed.unwrap_or(UNKNOWN_ACTION));
        }
        (clips, actions)
    }
}

fn procgen_action(press: Press) -> u8 {
    match press {
        Press::Left => 1,
        Press::LeftUp => 2,
        Press::Down => 3,
        Press::Still => STILL,
        Press::Up => 5,
        Press::Right => RIGHT,
        Press::RightUp => RIGHT_UP,
    }
}
