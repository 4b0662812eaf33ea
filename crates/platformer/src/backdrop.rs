//! What is behind the level: sky, clouds and two ridges that move slower than the ground (parallax).

use crate::camera::Camera;
use crate::canvas::Canvas;
use crate::ink::ink;
use crate::rng::hash2;
use crate::theme::{Scenery, Theme};
use crate::{HEIGHT, WIDTH};

/// A step of three pixels moves the near ridge by two, the far one by one: whole pixels, so nothing trembles.
const FAR_DIVISOR: i32 = 3;
const NEAR_NUMERATOR: i32 = 2;
const NEAR_DIVISOR: i32 = 3;
const CLOUD_DIVISOR: i32 = 6;

/// Screen row of the horizon when the camera is at the top of the level, and how slowly it sinks.
const HORIZON: i32 = 56;
const HORIZON_DIVISOR: i32 = 8;

/// Rows of the sky's bands.
const BANDS: [i32; 5] = [0, 14, 26, 37, HEIGHT as i32];

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
    salt: i32,
    inks: [u8; 2],
}

pub(crate) fn paint(canvas: &mut Canvas, theme: Theme, camera: &Camera) {
    for (band, rows) in (ink::SKY..).zip(BANDS.windows(2)) {
        canvas.band(rows[0], rows[1], band);
    }
    let scenery = theme.scenery();
    sky(canvas, scenery, camera.x / CLOUD_DIVISOR);
    let (far, near) = ridges(scenery);
    let horizon = HORIZON - camera.y / HORIZON_DIVISOR;
    for x in 0..WIDTH {
        let u = camera.x / FAR_DIVISOR + x as i32;
        paint_ridge(canvas, scenery, &far, x, u, horizon);
        let u = camera.x * NEAR_NUMERATOR / NEAR_DIVISOR + x as i32;
        paint_ridge(canvas, scenery, &near, x, u, horizon + 4);
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
        Ridge { spacing: far.0, low: far.1, high: far.2, salt: 1, inks: f },
        Ridge { spacing: near.0, low: near.1, high: near.2, salt: 2, inks: n },
    )
}

/// Clouds, stars or the moon, whichever the sky has.
fn sky(canvas: &mut Canvas, scenery: Scenery, u: i32) {
    let stars = matches!(scenery, Scenery::Skyline | Scenery::Volcanoes | Scenery::Stalactites);
    let spacing = if stars { 9 } else { 30 };
    for cell in u.div_euclid(spacing) - 1..=(u + WIDTH as i32).div_euclid(spacing) {
        let chance = hash2(cell, 77);
        let (x, y) = (cell * spacing + (chance % 7) as i32 - u, 4 + (chance >> 8) as i32 % 16);
        if stars {
            canvas.dot(x, y, ink::CLOUD);
            continue;
        }
        let width = 11 + (chance >> 16) as i32 % 6;
        for (row, inset, right) in [(0, 4, 3), (1, 2, 1), (2, 0, 0), (3, 1, 0)] {
            for column in inset..width - right {
                canvas.dot(x + column, y + row, ink::CLOUD);
            }
        }
    }
    if scenery == Scenery::Skyline {
        for (row, from, to) in [(0, 2, 6), (1, 1, 5), (2, 0, 4), (3, 0, 4), (4, 0, 4), (5, 1, 5), (6, 2, 6)] {
            (from..to).for_each(|column| canvas.dot(48 + column, 5 + row, ink::CLOUD));
        }
    }
}

fn paint_ridge(canvas: &mut Canvas, scenery: Scenery, ridge: &Ridge, x: usize, u: i32, horizon: i32) {
    let slice = slice(scenery, ridge, u);
    let near = ridge.salt == 2;
    canvas.column(x, horizon - slice.height, HEIGHT as i32, |y| {
        shade(scenery, near, ridge.inks, slice, u, horizon - y)
    });
    if scenery == Scenery::Stalactites {
        // The same rock hangs from the ceiling, out of step with what stands on the floor.
        let hanging = self::slice(scenery, ridge, u + ridge.spacing / 2 + 100 * ridge.spacing);
        canvas.column(x, 0, hanging.height - 2, |y| {
            shade(scenery, near, ridge.inks, hanging, u, y)
        });
    }
}

/// The highest hump at a column.
fn slice(scenery: Scenery, ridge: &Ridge, u: i32) -> Slice {
    let cell = u.div_euclid(ridge.spacing);
    let mut best = Slice { height: i32::MIN, peak: 0, offset: 0 };
    for cell in cell - 1..=cell + 1 {
        let chance = hash2(cell, ridge.salt);
        let peak = ridge.low + (chance % (ridge.high - ridge.low + 1) as u32) as i32;
        let middle = cell * ridge.spacing + ridge.spacing / 2 + (chance >> 8) as i32 % (ridge.spacing / 3);
        let offset = u - middle;
        let away = offset.abs();
        let height = match scenery {
            Scenery::Hills | Scenery::Stripes => peak - away * away / 14,
            Scenery::Pyramids if ridge.salt == 2 => peak - away * away / 40,
            Scenery::Pyramids | Scenery::Peaks => peak - away * 5 / 4,
            Scenery::Stalactites => peak - away * away / 2,
            Scenery::Volcanoes if ridge.salt == 2 => peak - away,
            Scenery::Volcanoes => (peak - (away - 3).max(0)).min(peak - 2 + away.min(2)),
            Scenery::Skyline if away <= ridge.spacing / 2 => peak,
            Scenery::Skyline => 2,
            // A pine widens and narrows again on every branch.
            Scenery::Pines => peak - away * 3 + away * away % 3,
        };
        if height > best.height {
            best = Slice { height, peak, offset };
        }
    }
    Slice { height: best.height.max(1), ..best }
}

/// The ink of a pixel `up` pixels above the horizon, within a ridge.
fn shade(scenery: Scenery, near: bool, inks: [u8; 2], slice: Slice, u: i32, up: i32) -> u8 {
    let [dark, light] = inks;
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
        Scenery::Volcanoes => slice.offset.abs() < 4 && slice.peak - up < 5 - slice.offset.abs(),
        Scenery::Skyline => {
            let (x, y) = (u.div_euclid(3), up.div_euclid(3));
            u.rem_euclid(3) == 1 && up.rem_euclid(3) != 0 && below_top > 2 && hash2(x, y) % 4 == 0
        }
    };
    if lit { light } else { dark }
}
