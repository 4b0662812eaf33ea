//! The walking enemies: they pace between two points, die when stomped on and kill when touched otherwise.

use crate::level::{Patrol, TILE};
use crate::physics::{HERO_WIDTH, Hero};

/// Pixels an enemy walks in a frame: slower than the hero, so that it can be outrun.
pub(crate) const PACE: i32 = 2;

/// Frames that a flattened enemy stays in the picture.
const FLAT_FRAMES: u8 = 3;

/// Feet at most this many pixels below an enemy's top before the fall count as a stomp.
const STOMP_DEPTH: i32 = 4;

/// The body is narrower than its sprite by this many pixels on each side, and lower by this many at the top.
const INSET: i32 = 1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Enemy {
    patrol: Patrol,
    pub x: i32,
    pub walks_left: bool,
    /// Frames left to show it flattened; none while it is alive.
    flat: Option<u8>,
}

/// What came of the enemies' and the hero's moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contact {
    Clear,
    Stomped,
    Killed,
}

impl Enemy {
    pub(crate) fn new(patrol: &Patrol) -> Self {
        Self {
            x: patrol.x,
            walks_left: true,
            flat: None,
            patrol: patrol.clone(),
        }
    }

    /// Pixel of the sprite's top edge.
    pub(crate) const fn y(&self) -> i32 {
        self.patrol.y
    }

    pub(crate) const fn is_alive(&self) -> bool {
        self.flat.is_none()
    }

    pub(crate) fn is_visible(&self) -> bool {
        self.flat != Some(0)
    }

    /// Walks one frame.
    pub(crate) fn advance(&mut self) {
        if let Some(frames) = &mut self.flat {
            *frames = frames.saturating_sub(1);
            return;
        }
        if self.walks_left && self.x <= self.patrol.min_x {
            self.walks_left = false;
        } else if !self.walks_left && self.x >= self.patrol.max_x {
            self.walks_left = true;
        }
        self.x += if self.walks_left { -PACE } else { PACE };
    }

    /// What the hero's body does to this enemy, or it to the hero. `feet_before`: the hero's feet a frame ago.
    pub(crate) const fn meet(&mut self, hero: &Hero, feet_before: i32) -> Contact {
        let (left, top) = (self.x + INSET, self.y() + INSET);
        let apart = hero.x + HERO_WIDTH <= left
            || hero.x >= self.x + TILE - INSET
            || hero.feet() <= top
            || hero.y >= self.y() + TILE;
        if apart || !self.is_alive() {
            return Contact::Clear;
        }
        if hero.feet() > feet_before && feet_before <= top + STOMP_DEPTH {
            self.flat = Some(FLAT_FRAMES);
            return Contact::Stomped;
        }
        Contact::Killed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physics::HERO_HEIGHT;

    fn enemy() -> Enemy {
        Enemy::new(&Patrol {
            x: 40,
            y: 80,
            min_x: 32,
            max_x: 48,
        })
    }

    #[test]
    fn paces_between_its_ends() {
        let mut enemy = enemy();
        let seen: Vec<i32> = (0..100)
            .map(|_| {
                enemy.advance();
                enemy.x
            })
            .collect();
        assert_eq!(
            (seen.iter().min(), seen.iter().max()),
            (Some(&32), Some(&48))
        );
    }

    #[test]
    fn dies_from_above_and_kills_from_the_side() {
        let above = Hero::standing(41, 84);
        assert_eq!(enemy().meet(&above, 78), Contact::Stomped);
        let beside = Hero::standing(41, 88);
        assert_eq!(enemy().meet(&beside, 88), Contact::Killed);
        let far = Hero::standing(41 + 2 * TILE, 80 + HERO_HEIGHT);
        assert_eq!(enemy().meet(&far, 88), Contact::Clear);
    }

    #[test]
    fn a_flattened_enemy_harms_nobody_and_goes_away() {
        let mut enemy = enemy();
        enemy.meet(&Hero::standing(41, 84), 78);
        assert_eq!(enemy.meet(&Hero::standing(41, 88), 88), Contact::Clear);
        assert!(enemy.is_visible());
        (0..FLAT_FRAMES).for_each(|_| enemy.advance());
        assert!(!enemy.is_visible());
    }
}
