//! The mixed policy: holds a direction for a while, mostly rightward, in a style per episode.
//!
//! It looks at one thing only: whether the picture moved. A player who runs into a step and sees
//! the world stand still jumps over it or turns away. Without that, players spend their episodes
//! hopping in the first pit: over half of all transitions were falls, and runs were short.

use super::Mixed;
use crate::hash::Stream;

/// A choice of direction and jump, which each environment turns into its own action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    Left,
    LeftUp,
    Right,
    RightUp,
    Still,
    Up,
    Down,
}

/// One episode's player.
#[derive(Clone, Debug)]
pub(super) struct Walker {
    stream: Stream,
    right: f32,
    left: f32,
    still: f32,
    jump: f32,
    /// Chance of jumping, rather than turning away, when the way right is blocked.
    drive: f32,
    max_hold: u64,
    held: Press,
    left_to_hold: u64,
    blocked: u32,
}

impl Walker {
    /// Frames without motion after which a wall is what holds the player.
    const BLOCKED: u32 = 2;

    /// A player whose style is drawn from `seed`.
    pub(super) fn new(policy: &Mixed, seed: u64) -> Self {
        let mut stream = Stream::new(seed);
        // Half to one and a half times each weight: the average over episodes stays the policy's.
        let mut vary = |weight: f32| weight * stream.range(0.5, 1.5);
        let (right, left, still) = (vary(policy.right), vary(policy.left), vary(policy.still));
        let jump = (policy.jump * stream.range(0.0, 2.0)).min(1.0);
        let drive = stream.range(0.6, 1.0);
        let max_hold = (u64::from(policy.max_hold) / 2).max(1);
        let max_hold = max_hold + stream.below(u64::from(policy.max_hold) - max_hold + 1);
        Self {
            stream,
            right,
            left,
            still,
            jump,
            drive,
            max_hold,
            held: Press::Still,
            left_to_hold: 0,
            blocked: 0,
        }
    }

    /// A player who wants to get into the level, so that clips can begin within it: always right,
    /// always jumping. After 40 frames that one is out of the first pit in every level and alive in
    /// four of five; running and jumping over what is in the way leaves half alive.
    pub(super) fn forward(seed: u64) -> Self {
        let policy = Mixed {
            right: 1.0,
            left: 0.0,
            still: 0.0,
            ..Mixed::default()
        };
        Self {
            jump: 1.0,
            ..Self::new(&policy, seed)
        }
    }

    /// What to press for the next frame; `moved` tells whether the last one differed from the one before.
    pub(super) fn press(&mut self, moved: bool) -> Press {
        let walks = matches!(self.held, Press::Left | Press::Right);
        self.blocked = if walks && !moved { self.blocked + 1 } else { 0 };
        if self.blocked >= Self::BLOCKED {
            self.blocked = 0;
            // Held for most of a flight: a shorter press lands in front of the step again.
            self.left_to_hold = 10 + self.stream.below(14);
            let luck = self.luck();
            self.held = match self.held {
                Press::Right if luck < self.drive => Press::RightUp,
                Press::Left if luck < 0.4 => Press::LeftUp,
                Press::Right => Press::Left,
                _ => Press::Right,
            };
        }
        if self.left_to_hold == 0 {
            self.held = self.choose();
            self.left_to_hold = 1 + self.stream.below(self.max_hold);
        }
        self.left_to_hold -= 1;
        self.held
    }

    fn luck(&mut self) -> f32 {
        self.stream.range(0.0, 1.0)
    }

    fn choose(&mut self) -> Press {
        let point = self.stream.range(0.0, self.right + self.left + self.still);
        let jumps = self.luck() < self.jump;
        if point < self.right {
            if jumps { Press::RightUp } else { Press::Right }
        } else if point < self.right + self.left {
            if jumps { Press::LeftUp } else { Press::Left }
        } else {
            match self.luck() {
                luck if luck < 0.3 => Press::Up,
                luck if luck < 0.9 => Press::Still,
                _ => Press::Down,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_the_policy() {
        let policy = Mixed::default();
        let mut counts = [0u32; 3];
        for seed in 0..2000 {
            let mut walker = Walker::new(&policy, crate::hash::splitmix64(seed));
            for _ in 0..128 {
                let kind = match walker.press(true) {
                    Press::Right | Press::RightUp => 0,
                    Press::Left | Press::LeftUp => 1,
                    Press::Still | Press::Up | Press::Down => 2,
                };
                counts[kind] += 1;
            }
        }
        let total = policy.right + policy.left + policy.still;
        for (count, weight) in counts
            .into_iter()
            .zip([policy.right, policy.left, policy.still])
        {
            let share = count as f32 / (2000.0 * 128.0);
            assert!((share - weight / total).abs() < 0.04, "{share} of {weight}");
        }
    }

    #[test]
    fn a_blocked_player_jumps() {
        let policy = Mixed {
            left: 0.0,
            still: 0.0,
            jump: 0.0,
            ..Mixed::default()
        };
        // The first thing that a player blocked on the way right does is to jump or to turn away;
        // at least six in ten jump.
        let jumps = (0..200)
            .filter(|&seed| {
                let mut walker = Walker::new(&policy, crate::hash::splitmix64(seed));
                let presses: Vec<Press> = (0..8).map(|_| walker.press(false)).collect();
                presses.contains(&Press::RightUp)
            })
            .count();
        assert!((120..200).contains(&jumps), "{jumps} of 200 jump");
    }

    #[test]
    fn a_forward_player_never_turns() {
        let mut walker = Walker::forward(3);
        assert!((0..200).all(|i| walker.press(i % 5 > 2) == Press::RightUp));
    }

    #[test]
    fn a_seed_replays_a_player() {
        let presses = |seed| {
            let mut walker = Walker::new(&Mixed::default(), seed);
            (0..100)
                .map(|i| walker.press(i % 3 == 0))
                .collect::<Vec<_>>()
        };
        assert_eq!(presses(7), presses(7));
        assert_ne!(presses(7), presses(8));
    }
}
