//! The mixed policy: holds a direction for a while, mostly rightward, in a style per episode.

use super::Policy;
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
    max_hold: u64,
    held: Press,
    left_to_hold: u64,
}

impl Walker {
    /// A player whose style is drawn from `seed`.
    pub(super) fn new(policy: &Policy, seed: u64) -> Self {
        let mut stream = Stream::new(seed);
        // Half to one and a half times each weight: the average over episodes stays the policy's.
        let mut vary = |weight: f32| weight * stream.range(0.5, 1.5);
        let (right, left, still) = (vary(policy.right), vary(policy.left), vary(policy.still));
        let jump = (policy.jump * stream.range(0.3, 1.7)).min(1.0);
        let max_hold = 1 + stream.below(u64::from(policy.max_hold));
        Self {
            stream,
            right,
            left,
            still,
            jump,
            max_hold,
            held: Press::Still,
            left_to_hold: 0,
        }
    }

    /// What to press for the next frame.
    pub(super) fn press(&mut self) -> Press {
        if self.left_to_hold == 0 {
            self.held = self.choose();
            self.left_to_hold = 1 + self.stream.below(self.max_hold);
        }
        self.left_to_hold -= 1;
        self.held
    }

    fn choose(&mut self) -> Press {
        let point = self.stream.range(0.0, self.right + self.left + self.still);
        let luck = self.stream.range(0.0, 1.0);
        let jumps = luck < self.jump;
        if point < self.right {
            if jumps { Press::RightUp } else { Press::Right }
        } else if point < self.right + self.left {
            if jumps { Press::LeftUp } else { Press::Left }
        } else if luck < 0.4 {
            Press::Up
        } else if luck < 0.9 {
            Press::Still
        } else {
            Press::Down
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_follow_the_policy() {
        let policy = Policy::default();
        let mut counts = [0u32; 3];
        for seed in 0..2000 {
            let mut walker = Walker::new(&policy, crate::hash::splitmix64(seed));
            for _ in 0..64 {
                let kind = match walker.press() {
                    Press::Right | Press::RightUp => 0,
                    Press::Left | Press::LeftUp => 1,
                    Press::Still | Press::Up | Press::Down => 2,
                };
                counts[kind] += 1;
            }
        }
        let share = |k: usize| f64::from(counts[k]) / (2000.0 * 64.0);
        assert!((share(0) - 0.55).abs() < 0.04, "right {}", share(0));
        assert!((share(1) - 0.25).abs() < 0.04, "left {}", share(1));
        assert!((share(2) - 0.20).abs() < 0.04, "still {}", share(2));
    }

    #[test]
    fn a_seed_replays_a_player() {
        let presses = |seed| {
            let mut walker = Walker::new(&Policy::default(), seed);
            (0..100).map(|_| walker.press()).collect::<Vec<_>>()
        };
        assert_eq!(presses(7), presses(7));
        assert_ne!(presses(7), presses(8));
    }
}
