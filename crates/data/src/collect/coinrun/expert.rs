//! An expert without a trained agent: it dies, goes back a few frames, and tries something else.
//!
//! Measured on hard levels 0 to 399, of which 59 % are won by always jumping to the right: 128 attempts
//! from the level's start win 96 % in 1830 steps a level; attempts from saved states, 4 to 64 frames
//! before the last death, win 99 % in a third of the steps. A win is an episode like any other: going back restores the game to the bit, so the same
//! actions from the start lead to the coin.

use super::super::bridge::{Batch, Bridge, ENVS, FRAME};
use super::super::cutter::Cutter;
use super::super::{CollectSpec, Collected, Sink};
use super::{FPS, RESET, RIGHT, RIGHT_UP, STILL};
use crate::hash::{Stream, mix};
use crate::{ClipBuf, LevelRange, Result};

/// Levels in a round. Going on after a stop replays one round, at most a minute or two. A round's last
/// levels, the hard ones, leave environments idle, so it is many times larger than their number.
const ROUND: u64 = 1024;
/// A state is kept every so many steps.
const KEEP_EVERY: usize = 4;
/// How far to go back after a death, in steps; the state kept before that is taken.
const BACK: [usize; 8] = [4, 8, 12, 16, 24, 32, 48, 64];
/// An episode this long is as good as dead: won ones have some 90 steps, the longest of a thousand
/// about 350.
const LONGEST: usize = 600;

pub(super) fn collect(
    spec: &CollectSpec,
    retries: u32,
    bridge: &mut Bridge,
    sink: &mut Sink<'_>,
) -> Result<Collected> {
    let LevelRange { start, end } = spec.levels;
    let rounds = spec.levels.count().div_ceil(ROUND);
    let first = sink.resume(|level| level.saturating_sub(start) / ROUND)?;
    // The seed is of no account: each environment is sent to a level before anything is recorded.
    let mut batch = bridge.reset(0)?;
    for number in first..rounds {
        let begin = start + number * ROUND;
        let levels = LevelRange {
            start: begin,
            end: end.min(begin + ROUND),
        };
        let mut round = Round::new(spec, retries, levels);
        while let Some(orders) = round.step(&batch) {
            orders.send(bridge)?;
            batch = bridge.step(&orders.actions)?;
            if let Some(what) = round.astray(&batch) {
                return Err(bridge.broke(what));
            }
            for win in std::mem::take(&mut round.wins) {
                sink.set_done(number * ROUND + round.finished);
                if sink
                    .push_all(win.clips(spec.frames_per_clip as usize))?
                    .is_break()
                {
                    return Ok(sink.collected());
                }
            }
        }
    }
    sink.set_done(spec.levels.count());
    let _ = sink.flush()?;
    let mut collected = sink.collected();
    let mut won: Vec<Option<u64>> = sink
        .store
        .manifest()?
        .iter()
        .map(|record| record.origin.level)
        .collect();
    won.sort_unstable();
    won.dedup();
    collected.won = Some(won.len() as u64);
    Ok(collected)
}

/// A level's way to the coin: `actions.len()` frames, the last of them before the coin.
pub(super) struct Win {
    pub(super) level: u64,
    pub(super) frames: Vec<u8>,
    pub(super) actions: Vec<u8>,
    /// What the last action earned; those before it earn nothing.
    pub(super) reward: f32,
    /// How many attempts it took.
    #[cfg_attr(not(test), expect(dead_code, reason = "for the tests"))]
    pub(super) attempts: u32,
}

impl Win {
    fn clips(&self, frames_per_clip: usize) -> Vec<ClipBuf> {
        let mut cutter = Cutter::to_the_end(frames_per_clip, FPS);
        cutter.begin(self.level, 0);
        let mut clips = Vec::new();
        let last = self.actions.len() - 1;
        for (t, (frame, &action)) in self.frames.chunks(FRAME).zip(&self.actions).enumerate() {
            let reward = if t == last { self.reward } else { 0.0 };
            clips.extend(cutter.step(frame, action, Some(reward)));
        }
        clips.extend(cutter.end());
        clips
    }
}

/// What to tell the bridge before the next step, and the step's actions.
pub(super) struct Orders {
    levels: [Option<u64>; ENVS],
    keep: [bool; ENVS],
    back: [Option<u32>; ENVS],
    pub(super) actions: [i8; ENVS],
}

impl Orders {
    pub(super) fn send(&self, bridge: &mut Bridge) -> Result<()> {
        if self.levels.iter().any(Option::is_some) {
            bridge.play_levels(&self.levels)?;
        }
        if self.back.iter().any(Option::is_some) {
            bridge.go_back(&self.back)?;
        }
        if self.keep.contains(&true) {
            bridge.keep(&self.keep)?;
        }
        Ok(())
    }
}

/// Levels being won, one in each environment; who finishes takes the next.
pub(super) struct Round {
    seed: u64,
    retries: u32,
    frames_per_clip: usize,
    next: u64,
    end: u64,
    searches: Vec<Option<Search>>,
    pub(super) finished: u64,
    pub(super) wins: Vec<Win>,
}

impl Round {
    pub(super) fn new(spec: &CollectSpec, retries: u32, levels: LevelRange) -> Self {
        Self {
            seed: spec.seed,
            retries,
            frames_per_clip: spec.frames_per_clip as usize,
            next: levels.start,
            end: levels.end,
            searches: (0..ENVS).map(|_| None).collect(),
            finished: 0,
            wins: Vec::new(),
        }
    }

    /// Looks at a batch; what to do next, or `None` when all levels are done.
    pub(super) fn step(&mut self, batch: &Batch) -> Option<Orders> {
        let mut orders = Orders {
            levels: [None; ENVS],
            keep: [false; ENVS],
            back: [None; ENVS],
            actions: [STILL as i8; ENVS],
        };
        for env in 0..ENVS {
            let todo = self.searches[env].as_mut().map_or(Todo::Leave, |search| {
                let todo = search.look(batch, env, self.frames_per_clip);
                if matches!(todo, Todo::Retry) && search.attempt >= self.retries {
                    Todo::Leave
                } else {
                    todo
                }
            });
            match todo {
                Todo::Act => {}
                Todo::Retry => {
                    orders.back[env] = self.searches[env].as_mut().map(|s| s.retry(self.seed));
                }
                Todo::Leave => self.leave(env, &mut orders),
            }
            // One who has just been sent to a level sees it first.
            if let Some(search) = self.searches[env].as_mut().filter(|s| !s.starting) {
                orders.keep[env] = search.keeps();
                orders.actions[env] = search.act() as i8;
            }
        }
        (!self.searches.iter().all(Option::is_none) || !self.wins.is_empty()).then_some(orders)
    }

    /// What is wrong, if an environment plays another level than it was sent to.
    pub(super) fn astray(&self, batch: &Batch) -> Option<String> {
        self.searches.iter().enumerate().find_map(|(env, search)| {
            let (wanted, found) = (search.as_ref()?.level, batch.level(env));
            (wanted != found).then(|| format!("played level {found} instead of {wanted}"))
        })
    }

    /// Takes the win, if it is one, and sends the environment to the next level.
    fn leave(&mut self, env: usize, orders: &mut Orders) {
        if let Some(search) = self.searches[env].take() {
            self.finished += 1;
            if let Some(reward) = search.won {
                self.wins.push(Win {
                    level: search.level,
                    frames: search.frames,
                    actions: search.actions,
                    reward,
                    attempts: search.attempt,
                });
            }
        }
        if self.next < self.end {
            self.searches[env] = Some(Search::new(self.seed, self.next));
            orders.levels[env] = Some(self.next);
            orders.actions[env] = RESET;
            self.next += 1;
        }
    }
}

/// What a look at a frame leads to.
enum Todo {
    /// Go on.
    Act,
    /// The hero is dead.
    Retry,
    /// The level is won, or there was none.
    Leave,
}

/// One level's search. While it plays there is one frame more than there are actions: the last frame
/// is the one to act on.
struct Search {
    level: u64,
    /// From 1 up.
    attempt: u32,
    runner: Runner,
    frames: Vec<u8>,
    actions: Vec<u8>,
    /// The steps at which states were kept, in order.
    kept: Vec<usize>,
    /// Steps to stand still at the start, where a win was shorter than a clip.
    stand: usize,
    /// The next frame is the level's first.
    starting: bool,
    won: Option<f32>,
}

impl Search {
    fn new(seed: u64, level: u64) -> Self {
        Self {
            level,
            attempt: 1,
            runner: Runner::first(mix(&[seed, level, 1])),
            frames: Vec::new(),
            actions: Vec::new(),
            kept: Vec::new(),
            stand: 0,
            starting: true,
            won: None,
        }
    }

    fn look(&mut self, batch: &Batch, env: usize, frames_per_clip: usize) -> Todo {
        let (frame, reward) = (batch.frame(env), batch.reward(env));
        if self.starting {
            self.starting = false;
            self.frames.extend_from_slice(frame);
            return Todo::Act;
        }
        let steps = self.actions.len();
        if reward > 0.0 {
            if steps >= frames_per_clip {
                self.won = Some(reward);
                return Todo::Leave;
            }
            // Too short for a clip: again from the start, and a wait before it.
            self.stand += frames_per_clip - steps;
            self.kept.truncate(1);
            return Todo::Retry;
        }
        if batch.first(env) || steps >= LONGEST {
            return Todo::Retry;
        }
        self.frames.extend_from_slice(frame);
        Todo::Act
    }

    /// Forgets the last steps. Returns the number of the kept state to go on from.
    fn retry(&mut self, seed: u64) -> u32 {
        self.attempt += 1;
        self.runner = Runner::new(mix(&[seed, self.level, u64::from(self.attempt)]));
        let until = self.actions.len().saturating_sub(self.runner.back());
        // The first is that of step 0.
        let state = self
            .kept
            .iter()
            .rposition(|step| *step <= until)
            .unwrap_or(0);
        self.kept.truncate(state + 1);
        self.actions.truncate(self.kept[state]);
        self.frames.truncate((self.kept[state] + 1) * FRAME);
        state as u32
    }

    /// Whether to keep the state of this frame.
    fn keeps(&mut self) -> bool {
        let now = self.actions.len();
        let keeps = now.is_multiple_of(KEEP_EVERY) && self.kept.last() != Some(&now);
        if keeps {
            self.kept.push(now);
        }
        keeps
    }

    fn act(&mut self) -> u8 {
        let action = if self.actions.len() < self.stand {
            STILL
        } else {
            self.runner.press()
        };
        self.actions.push(action);
        action
    }
}

/// Runs right and jumps, in a style of its own: how often, and how long it waits at times.
struct Runner {
    luck: Stream,
    jump: f32,
    wait: f32,
    held: u8,
    left_to_hold: u64,
}

impl Runner {
    const JUMP: [f32; 5] = [1.0, 0.9, 0.7, 0.5, 0.3];
    const WAIT: [f32; 5] = [0.0, 0.0, 0.05, 0.1, 0.2];
    /// What to do while waiting: stand, step back, or jump up or back.
    const WAITING: [u8; 4] = [STILL, 1, 2, 5];

    /// Always right and up, which wins six levels of ten.
    fn first(seed: u64) -> Self {
        Self {
            luck: Stream::new(seed),
            jump: 1.0,
            wait: 0.0,
            held: RIGHT_UP,
            left_to_hold: 0,
        }
    }

    fn new(seed: u64) -> Self {
        let mut luck = Stream::new(seed);
        let jump = Self::JUMP[luck.below(5) as usize];
        let wait = Self::WAIT[luck.below(5) as usize];
        Self {
            luck,
            jump,
            wait,
            ..Self::first(seed)
        }
    }

    fn back(&mut self) -> usize {
        BACK[self.luck.below(BACK.len() as u64) as usize]
    }

    fn press(&mut self) -> u8 {
        if self.left_to_hold == 0 {
            if self.luck.range(0.0, 1.0) < self.wait {
                self.held = Self::WAITING[self.luck.below(4) as usize];
                self.left_to_hold = 2 + self.luck.below(10);
            } else {
                let jumps = self.luck.range(0.0, 1.0) < self.jump;
                self.held = if jumps { RIGHT_UP } else { RIGHT };
                self.left_to_hold = 2 + self.luck.below(12);
            }
        }
        self.left_to_hold -= 1;
        self.held
    }
}
