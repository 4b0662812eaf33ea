//! What is behind the level: sky, clouds and two ridges. Across they move half as fast as the ground (parallax); up
//! and down they move with it, so that a jump moves the whole picture by one amount.

use crate::camera::Camera;
use crate::canvas::Canvas;
use crate::ink;
use crate::level::{Level, TILE};
use crate::rng::hash2;
use crate::theme::{Scenery, Theme};
use crate::{HEIGHT, WIDTH};

/// Pixels that the ground moves while the ridges and the clouds move by one. A step moves them by whole pixels,
/// so nothing trembles, and alike each time, so that a picture and an action tell the next picture.
const DIVISOR: i32 = 2;

/// The level's pixel row of the horizon: over high ground the ridges are seen to their feet, in a valley to their tops.
const HORIZON: i32 = 14 * TILE;

/// Pixels between the horizon and the ceiling of a cave.
const CEILING: i32 = 56;

/// Pixels that the near ridge's foot is below the far one's.
const NEAR_LOWER: i32 = 4;

/// Pixels above the horizon at which the sky's bands end; the highest goes on upwards, the lowest downwards.
const BANDS: [i32; 3] = [42, 30, 19];

/// Pixels above the horizon of the lowest clouds' tops, and from one layer of clouds or stars to the next.
const LOWEST_CLOUDS: i32 = 24;
const CLOUD_LAYER: i32 = 28;
const STAR_LAYER: i32 = 12;

/// A hump of a ridge, as one column of it is seen.
#[derive(Clone, Copy)]
struct Slice {
    /// Pixels above the horizon.
    height: i32,
    /// Height of the hump's top, and how far right of it this column is.
    peak: i32,
    offset: i32,
}

struct Ridge {
    /// Pixels from one hump to the next.
    spacing: i32,
    low: i32,
    high: i32,
    is_near: bool,
    inks: [u8; 2],
}

pub(crate) fn paint(canvas: &mut Canvas, theme: Theme, level: &Level, camera: &Camera) {
    let horizon = HORIZON - camera.y;
    for (band, up) in (ink::SKY..).zip([HEIGHT as i32 + HORIZON, BANDS[0], BANDS[1], BANDS[2]]) {
        canvas.band(horizon - up, HEIGHT as i32, band);
    }
    let scenery = theme.scenery();
    let moved = camera.x / DIVISOR;
    sky(canvas, scenery, moved, horizon);
    let (far, near) = ridges(scenery);
    for x in 0..WIDTH {
        // Only what can be seen: the far ridge ends where the near one begins, and both where the ground does.
        let floor = floor_of(level, camera, x as i32);
        let u = moved + x as i32;
        let near_slice = slice(scenery, &near, u);
        let near_horizon = horizon + NEAR_LOWER;
        let near_top = near_horizon - near_slice.height;
        let far_slice = slice(scenery, &far, u);
        canvas.column(x, horizon - far_slice.height, near_top.min(floor), |y| {
            shade(scenery, &far, far_slice, u, horizon - y)
        });
        canvas.column(x, near_top, floor, |y| {
            shade(scenery, &near, near_slice, u, near_horizon - y)
        });
        if scenery == Scenery::Stalactites {
            // The same rock hangs from the ceiling, out of step with what stands on the floor.
            for ridge in [&far, &near] {
                let u = u + ridge.spacing / 2 + 100 * ridge.spacing;
                let hanging = slice(scenery, ridge, u);
                let ceiling = horizon - CEILING;
                canvas.column(x, 0, ceiling + hanging.height - 2, |y| {
                    shade(scenery, ridge, hanging, u, y - ceiling)
                });
            }
        }
    }
}

/// First row of the picture that ground is sure to cover, in a column of it.
fn floor_of(level: &Level, camera: &Camera, x: i32) -> i32 {
    let column = (camera.x + x).div_euclid(TILE);
    if level.is_pit(column) {
        HEIGHT as i32
    } else {
        level.surface_at(camera.x + x) * TILE - camera.y
    }
}

const fn ridges(scenery: Scenery) -> (Ridge, Ridge) {
    let (far, near) = match scenery {
        Scenery::Hills => ((26, 10, 24), (22, 4, 12)),
        Scenery::Pyramids => ((34, 12, 26), (30, 4, 9)),
        Scenery::Peaks => ((22, 14, 30), (18, 5, 12)),
        Scenery::Stalactites => ((14, 8, 24), (20, 4, 14)),
        Scenery::Volcanoes => ((44, 16, 28), (20, 4, 10)),
        Scenery::Skyline => ((11, 12, 34), (13, 6, 18)),
        Scenery::Stripes => ((28, 12, 26), (20, 5, 12)),
        Scenery::Pines => ((10, 14, 28), (13, 8, 16)),
    };
    let (f, n) = ([ink::FAR, ink::FAR_LIGHT], [ink::NEAR, ink::NEAR_LIGHT]);
    (
        Ridge {
            spacing: far.0,
            low: far.1,
            high: far.2,
            is_near: false,
            inks: f,
        },
        Ridge {
            spacing: near.0,
            low: near.1,
            high: near.2,
            is_near: true,
            inks: n,
        },
    )
}

/// Clouds, stars or the moon, whichever the sky has.
fn sky(canvas: &mut Canvas, scenery: Scenery, u: i32, horizon: i32) {
    let stars = matches!(
        scenery,
        Scenery::Skyline | Scenery::Volcanoes | Scenery::Stalactites
    );
    let (spacing, layer) = if stars {
        (9, STAR_LAYER)
    } else {
        (30, CLOUD_LAYER)
    };
    let layers = (horizon - LOWEST_CLOUDS).div_euclid(layer) + 1;
    for row in 0..layers {
        let top = horizon - LOWEST_CLOUDS - row * layer;
        for cell in u.div_euclid(spacing) - 1..=(u + WIDTH as i32).div_euclid(spacing) {
            let chance = hash2(cell, 77 + row);
            let x = cell * spacing + (chance % 7) as i32 - u;
            let y = top - (chance >> 8) as i32 % 16;
            if stars {
                canvas.dot(x, y, ink::CLOUD);
            } else {
                cloud(canvas, x, y, 11 + (chance >> 16) as i32 % 6);
            }
        }
    }
    if scenery == Scenery::Skyline {
        for (row, from, to) in [
            (0, 2, 6),
            (1, 1, 5),
            (2, 0, 4),
            (3, 0, 4),
            (4, 0, 4),
            (5, 1, 5),
            (6, 2, 6),
        ] {
            (from..to).for_each(|column| {
                canvas.dot(48 + column, horizon - CEILING + 5 + row, ink::CLOUD)
            });
        }
    }
}

fn cloud(canvas: &mut Canvas, x: i32, y: i32, width: i32) {
    for (down, left, right) in [(0, 4, 3), (1, 2, 1), (2, 0, 0), (3, 1, 0)] {
        for column in left..width - right {
            canvas.dot(x + column, y + down, ink::CLOUD);
        }
    }
}

/// The highest hump at a column.
fn slice(scenery: Scenery, ridge: &Ridge, u: i32) -> Slice {
    let cell = u.div_euclid(ridge.spacing);
    let mut best = Slice {
        height: i32::MIN,
        peak: 0,
        offset: 0,
    };
    for cell in cell - 1..=cell + 1 {
        let chance = hash2(cell, 1 + i32::from(ridge.is_near));
        let peak = ridge.low + (chance % (ridge.high - ridge.low + 1) as u32) as i32;
        let middle =
            cell * ridge.spacing + ridge.spacing / 2 + (chance >> 8) as i32 % (ridge.spacing / 3);
        let offset = u - middle;
        let away = offset.abs();
        let height = match scenery {
            Scenery::Hills | Scenery::Stripes => peak - away * away / 14,
            Scenery::Pyramids if ridge.is_near => peak - away * away / 40,
            Scenery::Pyramids | Scenery::Peaks => peak - away * 5 / 4,
            Scenery::Stalactites => peak - away * away / 2,
            Scenery::Volcanoes if ridge.is_near => peak - away,
            Scenery::Volcanoes => peak - (away - 4).max(0),
            Scenery::Skyline if away <= ridge.spacing / 2 => peak,
            Scenery::Skyline => 2,
            // A pine widens and narrows again on every branch.
            Scenery::Pines => peak - away * 3 + away * away % 3,
        };
        if height > best.height {
            best = Slice {
                height,
                peak,
                offset,
            };
        }
    }
    Slice {
        height: best.height.max(1),
        ..best
    }
}

/// The ink of a pixel `up` pixels above the horizon, within a ridge.
fn shade(scenery: Scenery, ridge: &Ridge, slice: Slice, u: i32, up: i32) -> u8 {
    let [dark, light] = ridge.inks;
    let near = ridge.is_near;
    let below_top = slice.height - up;
    let lit = match scenery {
        Scenery::Hills => below_top <= 1,
        Scenery::Stripes => (u + up).rem_euclid(8) < 3,
        Scenery::Pyramids | Scenery::Pines => slice.offset < 0,
        Scenery::Peaks if near => below_top <= 1,
        Scenery::Peaks => {
            if slice.peak - up < 7 + (u & 1) {
                return ink::CLOUD;
            }
            slice.offset < 0
        }
        Scenery::Stalactites => slice.offset < 0 && below_top > 1,
        Scenery::Volcanoes if near => below_top <= 1,
        Scenery::Volcanoes => lava(slice, up),
        Scenery::Skyline => {
            let (x, y) = (u.div_euclid(3), up.div_euclid(3));
            u.rem_euclid(3) == 1
                && up.rem_euclid(3) != 0
                && below_top > 2
                && hash2(x, y).is_multiple_of(4)
        }
    };
    if lit { light } else { dark }
}

/// Lava in a volcano's crater and in three streams down from it.
const fn lava(slice: Slice, up: i32) -> bool {
    let down = slice.peak - up;
    match slice.offset {
        -3 => down < 7,
        0 => down < 10,
        4 => down < 5,
        offset => offset.abs() < 5 && down < 2,
    }
}
