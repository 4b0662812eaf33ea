//! What part of the level is in the picture.

use crate::level::{Level, TILE};
use crate::physics::Hero;
use crate::{HEIGHT, WIDTH};

/// Column of the picture at which the hero's eight pixels begin: a little left of its middle, as more happens to
/// the right.
const HERO_AT: i32 = 24;

/// Row of the picture under the hero's feet: its middle, so that a jump does not lose sight of the ground before its
/// end.
const FEET_AT: i32 = HEIGHT as i32 / 2;

/// The picture's upper left corner, in pixels of the level; above row 0 is more sky.
///
/// The camera is bolted to the hero, across and up and down: a step or a jump moves the whole picture at once, so
/// that what the buttons do is the largest change in the video, and the hero is always in the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Camera {
    pub x: i32,
    pub y: i32,
}

impl Camera {
    pub(crate) fn on(hero: &Hero, level: &Level) -> Self {
        // It does not follow into a pit: there is nothing to see down there.
        let floor = level.surface_at(hero.middle()) * TILE;
        Self {
            x: (hero.middle() - TILE / 2 - HERO_AT).clamp(0, level.width() - WIDTH as i32),
            y: hero.feet().min(floor) - FEET_AT,
        }
    }
}
