//! How actions are chosen.

use crate::{Error, Result};

/// Who plays, and with it how a collection goes through its levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Policy {
    /// Video to learn from: draws levels from the range, again and again, until there are
    /// [`CollectSpec::frames`](super::CollectSpec::frames).
    Mixed(Mixed),
    /// The paper's case study: any action at any time. Each level of the range, in order, is played
    /// for so many steps, 1 or more (the paper: 1000); an episode that ends begins again in the same
    /// level.
    Random {
        /// Steps in each level.
        steps_per_level: u32,
    },
    /// Reaches the coin, by going back to saved states after each death. Each level of the range is
    /// won once, or given up.
    Expert {
        /// Attempts at a level, 1 or more, before it is given up.
        retries: u32,
    },
}

impl Default for Policy {
    fn default() -> Self {
        Self::Mixed(Mixed::default())
    }
}

impl Policy {
    /// The paper's steps in each level.
    pub const STEPS_PER_LEVEL: u32 = 1000;
    /// Wins 98.9 % of hard levels; 32 win 92.7 % (levels 0 to 999, seed 0).
    pub const RETRIES: u32 = 128;

    /// Says it in words, for the store's attributes.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Mixed(mixed) => mixed.describe(),
            Self::Random { steps_per_level } => {
                format!("random: any action at any time, {steps_per_level} steps in each level")
            }
            Self::Expert { retries } => {
                format!("expert: each level won once, {retries} attempts from saved states")
            }
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        match self {
            Self::Mixed(mixed) => mixed.check(),
            Self::Random { steps_per_level: 0 } => Err(Error::Invalid(
                "a level is played for 1 step or more".into(),
            )),
            Self::Expert { retries: 0 } => Err(Error::Invalid(
                "a level takes 1 attempt or more to win".into(),
            )),
            Self::Random { .. } | Self::Expert { .. } => Ok(()),
        }
    }
}

/// A player who gets along but does not only go right.
///
/// Each episode draws its own shares around these, and its own holding time, so that clips differ:
/// some run far, some dither, some hop. Shares are weights; only their ratio counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixed {
    /// Weight of moving right, running or jumping.
    pub right: f32,
    /// Weight of moving left.
    pub left: f32,
    /// Weight of standing, ducking and jumping on the spot.
    pub still: f32,
    /// Share of jumps among moves, 0 to 1, besides those over a step in the way. Low on purpose:
    /// falling scrolls more pixels than running, and a latent action model that sees much of it
    /// learns up and down but not left and right.
    pub jump: f32,
    /// Longest time an action is held, in frames, 1 to 255; each episode draws its own bound, from
    /// half of this up.
    pub max_hold: u8,
    /// CoinRun only: half of this to all of it, in frames, passes unrecorded while a player gets
    /// into the level, in all but one episode of 25. Episodes are short, and without that most clips
    /// would show the start of a level.
    pub walk_in: u32,
}

impl Default for Mixed {
    fn default() -> Self {
        Self {
            right: 0.5,
            left: 0.32,
            still: 0.18,
            jump: 0.1,
            max_hold: 14,
            walk_in: 64,
        }
    }
}

impl Mixed {
    fn describe(&self) -> String {
        let Self {
            right,
            left,
            still,
            jump,
            max_hold,
            walk_in,
        } = self;
        format!(
            "mixed: right {right}, left {left}, still {still}, jump {jump}, hold 1-{max_hold} frames, walk-in {}-{walk_in} frames",
            walk_in / 2
        )
    }

    fn check(&self) -> Result<()> {
        let weights = [self.right, self.left, self.still];
        if !weights.iter().all(|w| w.is_finite() && *w >= 0.0) || weights.iter().sum::<f32>() <= 0.0
        {
            return Err(Error::Invalid(format!(
                "a policy needs weights of 0 or more, not all 0; these are {weights:?}"
            )));
        }
        if !(0.0..=1.0).contains(&self.jump) || self.max_hold == 0 {
            return Err(Error::Invalid(
                "a policy's jump share is 0 to 1 and its longest hold at least 1 frame".into(),
            ));
        }
        Ok(())
    }
}
