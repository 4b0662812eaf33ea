//! The truth behind a frame, for evaluation and for policies. A model that learns from video never sees it.

use crate::enemies::Enemy;
use crate::level::{Level, TILE};
use crate::physics::{HERO_HEIGHT, HERO_WIDTH, Hero};

/// Where everything is. Pixels are those of the level: x grows to the right, y downwards, the level's upper
/// left corner is (0, 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Left edge of the hero's body, in pixels: 0 to the level's width (about 1,500) less [`HERO_WIDTH`].
    pub x: i32,
    /// Top edge of the hero's body, in pixels: somewhat under 0 to [`ROWS`](crate::ROWS) x [`TILE`].
    pub y: i32,
    /// Pixels moved to the right in the last frame: -4, 0 or 4.
    pub vx: i32,
    /// Speed downwards, in pixels a frame: -4 (rising), 16 (falling), 0.
    pub vy: i32,
    /// Whether the hero stands on something.
    pub on_ground: bool,
    /// Whether a wall cut the last step short: the action asked for more pixels than were walked.
    pub blocked: bool,
    /// Whether the hero looks to the left.
    pub faces_left: bool,
    /// False from the frame in which the hero dies until the next level begins.
    pub alive: bool,
    /// Left edge of the picture, in pixels.
    pub camera_x: i32,
    /// Top edge of the picture, in pixels; below 0 above the level.
    pub camera_y: i32,
    /// Coins collected in this level.
    pub coins: u32,
    /// Frames since this level began.
    pub frame: u32,
    /// What lies to the left of the hero.
    pub left: Sight,
    /// What lies to the right of the hero.
    pub right: Sight,
}

impl State {
    /// The hero's upper left corner in the picture, in pixels.
    #[must_use]
    pub const fn on_screen(&self) -> (i32, i32) {
        (self.x - self.camera_x, self.y - self.camera_y)
    }
}

/// Dangers on one side of the hero: pixels between its body and the nearest of each kind, none beyond
/// [`Sight::RANGE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// The edge of a pit.
    pub pit: Option<i32>,
    /// A wall at the height of the feet.
    pub wall: Option<i32>,
    /// A living enemy at the hero's height.
    pub enemy: Option<i32>,
}

impl Sight {
    /// How far a hero sees, in pixels.
    pub const RANGE: i32 = 24;

    pub(crate) fn of(hero: &Hero, level: &Level, enemies: &[Enemy], direction: i32) -> Self {
        let edge = if direction < 0 {
            hero.x
        } else {
            hero.x + HERO_WIDTH - 1
        };
        let ahead = |found: &dyn Fn(i32) -> bool| {
            (0..Self::RANGE).find(|&gap| found(edge + direction * (gap + 1)))
        };
        let distance = |enemy: &Enemy| match direction < 0 {
            true => hero.x - (enemy.x + TILE),
            false => enemy.x - (hero.x + HERO_WIDTH),
        };
        let level_with = |enemy: &&Enemy| {
            enemy.is_alive() && enemy.y() < hero.feet() && enemy.y() + TILE > hero.y - HERO_HEIGHT
        };
        Self {
            pit: ahead(&|x| {
                level.is_pit(x.div_euclid(TILE)) && !floor_within(level, x, hero.feet())
            }),
            wall: ahead(&|x| level.solid_at(x, hero.feet() - 1)),
            enemy: enemies
                .iter()
                .filter(level_with)
                .map(distance)
                .filter(|d| (0..Self::RANGE).contains(d))
                .min(),
        }
    }
}

/// Whether bricks over a pit would catch a hero whose feet are at this height.
fn floor_within(level: &Level, x: i32, feet: i32) -> bool {
    (0..4).any(|row| level.solid_at(x, feet + row * TILE))
}
