//! What part of the level is in the picture.

use crate::level::{Level, TILE};
use crate::physics::Hero;
use crate::{HEIGHT, WIDTH};

/// Fastest drift up or down, in pixels a frame, towards the height of the ground that the hero stands on.
const DRIFT: i32 = 4;

/// Column of the picture at which the hero's eight pixels begin: a little left of its middle, as more happens to
/// the right.
const HERO_AT: i32 = 24;

/// Where the ground under the hero settles in the picture: two tiles above its lower edge.
const FEET_AT: i32 = HEIGHT as i32 - 2 * TILE;

/// The hero's feet and head never get nearer than this to the picture's edge (a pit's fall excepted). Both leave
/// the picture where tiles are seen in few places: the head is ten pixels above the feet.
const FEET_LOWEST: i32 = HEIGHT as i32 - TILE;
const HEAD_HIGHEST: i32 = 6;

/// The picture's upper left corner, in pixels of the level.
///
/// Across, the camera is bolted to the hero, so that a step moves the whole picture at once. Up and down it
/// only follows the ground stood on: a jump moves the hero, not the picture. Otherwise vertical scrolling
/// would be the largest motion in the video, and a small action model would spend its codes on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Camera {
    pub x: i32,
    pub y: i32,
}

impl Camera {
    /// At rest on a hero who stands.
    pub(crate) fn on(hero: &Hero, level: &Level) -> Self {
        Self {
            x: across(hero, level),
            y: hero.feet() - FEET_AT,
        }
    }

    /// Follows the hero by one frame.
    pub(crate) fn follow(&mut self, hero: &Hero, level: &Level) {
        self.x = across(hero, level);
        if hero.on_ground {
            self.y += (hero.feet() - FEET_AT - self.y).clamp(-DRIFT, DRIFT);
        }
        // Falling drags the picture along, but not into a pit: there is nothing to see down there.
        let floor = level.surface_at(hero.middle()) * TILE - FEET_AT;
        let dragged = (hero.feet() - FEET_LOWEST).min(floor);
        self.y = self.y.max(dragged).min(hero.y - HEAD_HIGHEST).max(0);
    }
}

fn across(hero: &Hero, level: &Level) -> i32 {
    (hero.middle() - TILE / 2 - HERO_AT).clamp(0, level.width() - WIDTH as i32)
}
