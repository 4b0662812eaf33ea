//! How the hero moves. Integers only: pixels across, sixteenths of a pixel up and down.

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

/// Units of vertical position and speed in a pixel.
pub const SUBPIXELS: i32 = 16;

/// Speed on leaving the ground, and the pull on it: held, the jump rises 30 pixels; let go, gravity is heavier
/// while the hero still rises, so that a tap rises 14. All even, as heights are then.
const JUMP_SPEED: i32 = -10 * SUBPIXELS;
const GRAVITY: i32 = 2 * SUBPIXELS;
const GRAVITY_RELEASED: i32 = 6 * SUBPIXELS;

/// Fastest fall: a tile a frame.
const MAX_FALL: i32 = TILE * SUBPIXELS;

/// Upward speed after stomping on an enemy.
const BOUNCE: i32 = -6 * SUBPIXELS;

/// The hero's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hero {
    /// Pixel of the left edge.
    pub x: i32,
    /// Top edge, in sixteenths of a pixel.
    pub sub_y: i32,
    /// Pixels moved across in the last frame.
    pub vx: i32,
    /// Speed downwards, in sixteenths of a pixel a frame.
    pub vy: i32,
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
            sub_y: (feet - HERO_HEIGHT) * SUBPIXELS,
            vx: 0,
            vy: 0,
            on_ground: true,
            blocked: false,
            faces_left: false,
            alive: true,
        }
    }

    /// Pixel of the top edge.
    pub(crate) const fn y(&self) -> i32 {
        self.sub_y.div_euclid(SUBPIXELS)
    }

    /// Pixel row just under the feet.
    pub(crate) const fn feet(&self) -> i32 {
        self.y() + HERO_HEIGHT
    }

    /// Pixel column of the middle of the body.
    pub(crate) const fn middle(&self) -> i32 {
        self.x + HERO_WIDTH / 2
    }

    /// Moves by one frame: across first, then up or down, a pixel at a time, so that nothing is ever entered.
    pub(crate) fn advance(&mut self, action: Action, level: &Level) {
        self.walk(action.direction(), level);
        if action.jumps() && self.on_ground {
            self.vy = JUMP_SPEED;
        } else {
            let released = self.vy < 0 && !action.jumps();
            self.vy = (self.vy + if released { GRAVITY_RELEASED } else { GRAVITY }).min(MAX_FALL);
        }
        self.fall(level);
        self.on_ground = self.vy >= 0 && self.touches(level, self.x, self.y() + 1);
        if self.on_ground {
            // Standing keeps no speed and no fraction, so a step off an edge always falls alike.
            self.vy = 0;
            self.sub_y = self.y() * SUBPIXELS;
        }
    }

    /// Thrown up again by an enemy under the feet.
    pub(crate) const fn bounce(&mut self) {
        self.vy = BOUNCE;
        self.on_ground = false;
    }

    /// Whether the hero has dropped out of the picture through a pit: two rows under the ground around it.
    pub(crate) fn is_lost(&self, level: &Level) -> bool {
        self.y() >= (level.surface_at(self.middle()) + 2) * TILE
    }

    fn walk(&mut self, direction: i32, level: &Level) {
        if direction != 0 {
            self.faces_left = direction < 0;
        }
        let from = self.x;
        let goal = from + direction * WALK;
        while self.x != goal && !self.touches(level, self.x + direction, self.y()) {
            self.x += direction;
        }
        self.vx = self.x - from;
        self.blocked = self.x != goal;
    }

    fn fall(&mut self, level: &Level) {
        let goal = self.sub_y + self.vy;
        let down = if self.vy < 0 { -1 } else { 1 };
        while self.y() != goal.div_euclid(SUBPIXELS) {
            if self.touches(level, self.x, self.y() + down) {
                self.vy = 0;
                self.sub_y = self.y() * SUBPIXELS;
                return;
            }
            self.sub_y = (self.y() + down) * SUBPIXELS;
        }
        self.sub_y = goal;
    }

    fn touches(&self, level: &Level, x: i32, y: i32) -> bool {
        level.solid_box(x, y, HERO_WIDTH, HERO_HEIGHT)
    }
}
