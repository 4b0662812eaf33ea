//! Who plays when nobody does: policies that make video to learn from.

use crate::action::Action;
use crate::rng::Rng;
use crate::state::{Sight, State};

/// Chooses what to do next.
pub trait Policy {
    /// The action for the frame that follows `state`.
    fn act(&mut self, state: &State) -> Action;
}

/// Draws every action with the same chance, a new one each frame: the paper's random policy.
#[derive(Clone, Debug)]
pub struct RandomPolicy {
    rng: Rng,
}

impl RandomPolicy {
    /// Equal seeds play alike.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
        }
    }
}

impl Policy for RandomPolicy {
    fn act(&mut self, _state: &State) -> Action {
        Action::ALL[self.rng.below(Action::COUNT as u32) as usize]
    }
}

/// The policy to train on: holds what it does for some frames, gets along, and still does everything.
///
/// A wholly random player rarely leaves the start, and a good one never goes left, so a model trained on either
/// is lost off their paths. This one changes its mood now and then: it runs to the right, wanders, or goes
/// back. It mostly jumps when danger is near, but not always, so that deaths are seen too. Over many frames
/// about 35 % of its actions are [`Action::Right`] and 15 % [`Action::Left`]; the rest are jumps and rests.
#[derive(Clone, Debug)]
pub struct MixedPolicy {
    rng: Rng,
    mood: &'static Mood,
    mood_frames: u32,
    action: Action,
    action_frames: u32,
}

/// How often an action is drawn, in [`Action::ALL`]'s order, and how many frames it is then held.
#[derive(Debug)]
struct Mood {
    weights: [u32; Action::COUNT],
    /// Shortest and longest stay in this mood, in frames.
    frames: (i32, i32),
}

const MOODS: [Mood; 3] = [
    // Running on.
    Mood {
        weights: [10, 6, 62, 5, 2, 4],
        frames: (40, 120),
    },
    // Wandering.
    Mood {
        weights: [24, 30, 26, 9, 3, 3],
        frames: (20, 60),
    },
    // Going back.
    Mood {
        weights: [10, 68, 8, 4, 3, 1],
        frames: (12, 36),
    },
];
const MOOD_WEIGHTS: [u32; MOODS.len()] = [20, 40, 40];

/// Shortest and longest hold of each action, in frames. A jump rises for up to eight; short holds make low ones.
///
/// Steps are short on purpose: the hero's looks and legs show where it went last, and if that nearly always
/// told where it goes next, a latent action model would spend no code on left and right.
const HOLDS: [(i32, i32); Action::COUNT] = [(1, 3), (1, 3), (1, 4), (2, 8), (2, 8), (2, 8)];

/// Pixels before a pit or a wall, and before an enemy, at which a careful hero jumps.
const EDGE: i32 = 5;
const ENEMY: i32 = 16;

/// In how many of a hundred dangers the hero takes care.
const CARE: u32 = 90;

impl MixedPolicy {
    /// Equal seeds play alike.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
            mood: &MOODS[0],
            mood_frames: 0,
            action: Action::Still,
            action_frames: 0,
        }
    }

    fn hold(&mut self, action: Action, frames: (i32, i32)) {
        self.action = action;
        self.action_frames = self.rng.between(frames.0, frames.1) as u32;
    }

    /// Jumps, or at times turns around, if walking on would end badly.
    fn take_care(&mut self, state: &State) {
        let direction = self.action.direction();
        let sight = if direction < 0 {
            state.left
        } else {
            state.right
        };
        if direction == 0 || !state.on_ground || !threatens(sight) || !self.rng.chance(CARE) {
            return;
        }
        if sight.enemy.is_some() && self.rng.chance(15) {
            self.hold(Action::from_parts(-direction, false), (4, 10));
        } else {
            self.hold(Action::from_parts(direction, true), (6, 8));
        }
    }
}

fn threatens(sight: Sight) -> bool {
    let near = |distance: Option<i32>, limit| distance.is_some_and(|distance| distance < limit);
    near(sight.pit, EDGE) || near(sight.wall, EDGE) || near(sight.enemy, ENEMY)
}

impl Policy for MixedPolicy {
    fn act(&mut self, state: &State) -> Action {
        if state.frame == 0 {
            // A new level: off, or half of the video would be of its first steps.
            (self.mood, self.mood_frames, self.action_frames) =
                (&MOODS[0], MOODS[0].frames.1 as u32, 0);
        } else if self.mood_frames == 0 {
            self.mood = &MOODS[self.rng.weighted(&MOOD_WEIGHTS)];
            self.mood_frames = self.rng.between(self.mood.frames.0, self.mood.frames.1) as u32;
        }
        self.mood_frames -= 1;
        if self.action_frames == 0 {
            let index = self.rng.weighted(&self.mood.weights);
            self.hold(Action::ALL[index], HOLDS[index]);
        }
        self.take_care(state);
        self.action_frames -= 1;
        if state.vy > 0 {
            // Nobody holds a jump that is over.
            self.action = Action::from_parts(self.action.direction(), false);
        }
        self.action
    }
}
