//! How the hero moves, in whole pixels.

use crate::action::Action;
use crate::level::{Level, TILE};

/// Width of the hero's body, in pixels: narrower than a tile, so that edges forgive a little, and a whole
/// step, so that the hero stands before a wall where a step ends.
pub const HERO_WIDTH: i32 = WALK;

/// Height of the hero's body, in pixels.
pub const HERO_HEIGHT: i32 = 10;

/// Pixels walked in a frame. There is no acceleration: the picture answers a key in the very next frame.
///
/// Half of a tile, and everything that stops a hero lies on the tiles' grid: so tiles are only ever seen in two
/// places beside each other, which is little to learn. With steps of three pixels there were eight, and latent
/// actions that told odd columns from even ones.
pub const WALK: i32 = TILE / 2;

/// Pixels that a jump rises in a frame.
///
/// No gravity: from speeds that change in every frame, a latent action model learned to tell speeds instead of
/// buttons.
pub const RISE: i32 = TILE / 2;

/// Pixels that the hero drops in a frame: fast, so that most of the time when the picture moves up or down, it does
/// because a button is held.
const FALL: i32 = 2 * TILE;

/// Frames that a jump rises at most: 32 pixels if the button is held, 4 after a tap.
const RISE_FRAMES: u8 = 8;

/// Frames that an enemy under the feet throws the hero up, whatever is held.
const BOUNCE_FRAMES: u8 = 4;

/// The hero's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hero {
    /// Pixel of the left edge.
    pub x: i32,
    /// Pixel of the top edge.
    pub y: i32,
    /// Pixels moved across in the last frame.
    pub vx: i32,
    /// Pixels moved down in the last frame, were nothing in the way; 0 on the ground.
    pub vy: i32,
    /// Frames that the hero may still rise.
    rising: u8,
    /// Whether it rises without a button.
    thrown: bool,
    pub on_ground: bool,
    pub blocked: bool,
    pub faces_left: bool,
    pub alive: bool,
}

impl Hero {
    /// A hero standing with its feet at pixel row `feet`.
    pub(crate) const fn standing(x: i32, feet: i32) -> Self {
        Self {
            x,
            y: feet - HERO_HEIGHT,
            vx: 0,
            vy: 0,
            rising: 0,
            thrown: false,
            on_ground: true,
            blocked: false,
            faces_left: false,
            alive: true,
        }
    }

    /// Pixel row just under the feet.
    pub(crate) const fn feet(&self) -> i32 {
        self.y + HERO_HEIGHT
    }

    /// Pixel column of the middle of the body.
    pub(crate) const fn middle(&self) -> i32 {
        self.x + HERO_WIDTH / 2
    }

    /// Moves by one frame: across first, then up or down, a pixel at a time, so that nothing is ever entered.
    pub(crate) fn advance(&mut self, action: Action, level: &Level) {
        self.walk(action.direction(), level);
        if action.jumps() && self.on_ground {
            self.rising = RISE_FRAMES;
        } else if !action.jumps() && !self.thrown {
            self.rising = 0;
        }
        self.vy = if self.rising > 0 { -RISE } else { FALL };
        self.rising = self.rising.saturating_sub(1);
        self.thrown &= self.rising > 0;
        self.rise_or_fall(level);
        self.on_ground = self.vy >= 0 && self.touches(level, self.x, self.y + 1);
        if self.on_ground {
            self.vy = 0;
        }
    }

    /// Thrown up again by an enemy under the feet.
    pub(crate) const fn bounce(&mut self) {
        self.rising = BOUNCE_FRAMES;
        self.thrown = true;
        self.on_ground = false;
    }

    /// Whether the hero has dropped out of the picture through a pit: two rows under the ground around it.
    pub(crate) fn is_lost(&self, level: &Level) -> bool {
        self.y >= (level.surface_at(self.middle()) + 2) * TILE
    }

    fn walk(&mut self, direction: i32, level: &Level) {
        if direction != 0 {
            self.faces_left = direction < 0;
        }
        let from = self.x;
        let goal = from + direction * WALK;
        while self.x != goal && !self.touches(level, self.x + direction, self.y) {
            self.x += direction;
        }
        self.vx = self.x - from;
        self.blocked = self.x != goal;
    }

    fn rise_or_fall(&mut self, level: &Level) {
        let from = self.y;
        let goal = from + self.vy;
        let down = self.vy.signum();
        while self.y != goal {
            if self.touches(level, self.x, self.y + down) {
                if down < 0 {
                    // A rise that does not fit under the ceiling is none, so that feet stay on the grid.
                    self.y = from;
                }
                (self.vy, self.rising, self.thrown) = (0, 0, false);
                return;
            }
            self.y += down;
        }
    }

    fn touches(&self, level: &Level, x: i32, y: i32) -> bool {
        level.solid_box(x, y, HERO_WIDTH, HERO_HEIGHT)
    }
}
