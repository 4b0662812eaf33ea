//! A world's own tiles and sprites: patches that recur in its pictures.

use super::canvas::{Canvas, Point};
use crate::protocol::Picture;

/// Patches that differ by no more than this, in levels of a channel on average, are the same one.
const SAME: u32 = 9;
/// Stamps differ from each other by at least this much.
const APART: u32 = 22;
/// The same where one is laid over the other, shifted: sprites move their limbs.
const SHIFTED: u32 = 40;
/// A patch whose pixels differ by less than this from their mean is plain colour, and no stamp.
const PLAIN: u32 = 8;
/// How much more something counts that has plain colour all around it: it is not cut off.
const WHOLE: usize = 6;
/// Pictures that are looked at.
const MOST_PICTURES: usize = 16;
/// Kinds of patches that are told apart.
const MOST_KINDS: usize = 5000;

/// Up to `most` patches of `size` × `size` pixels: those that are found in the most of the pictures
/// first, and among these the most detailed. What only shows a piece of one before, shifted, is left
/// out. The same pictures give the same stamps.
pub fn stamps(pictures: &[Picture], size: usize, most: usize) -> Vec<Picture> {
    let step = step(size);
    let mut chosen: Vec<Patch> = Vec::new();
    for Kind { patch, .. } in kinds(pictures, size) {
        if chosen.len() == most {
            break;
        }
        if !chosen.iter().any(|other| other.shows(&patch, size, step)) {
            chosen.push(patch);
        }
    }
    chosen.iter().map(|patch| patch.picture(size)).collect()
}

/// Patches that aren't plain, each kind once, those of the most pictures first.
fn kinds(pictures: &[Picture], size: usize) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for (number, picture) in pictures.iter().take(MOST_PICTURES).enumerate() {
        let canvas = Canvas::of(picture);
        for (x, y) in places(&canvas, size) {
            let patch = Patch::cut(&canvas, x, y, size);
            if patch.detail < PLAIN {
                continue;
            }
            let full = kinds.len() == MOST_KINDS;
            match kinds.iter_mut().find(|kind| kind.patch.is(&patch, SAME)) {
                Some(kind) => kind.meet(number),
                None if full => {}
                None => kinds.push(Kind {
                    patch,
                    pictures: 1,
                    last: number,
                }),
            }
        }
    }
    // Stable: of equals the first one met stays first.
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.worth()));
    kinds
}

/// From one patch that is looked at to the next, pixels.
fn step(size: usize) -> usize {
    (size / 4).max(1)
}

/// Corners of the patches that are looked at.
fn places(canvas: &Canvas, size: usize) -> impl Iterator<Item = (usize, usize)> {
    let step = step(size);
    let along = move |length: usize| (0..(length + 1).saturating_sub(size)).step_by(step);
    let (columns, rows) = (along(canvas.width()), along(canvas.height()));
    rows.flat_map(move |y| columns.clone().map(move |x| (x, y)))
}

/// Patches that look the same.
struct Kind {
    patch: Patch,
    /// In how many pictures.
    pictures: usize,
    /// The newest of them.
    last: usize,
}

impl Kind {
    /// What recurs counts, and what shows much; a whole sprite more than a piece of one.
    fn worth(&self) -> usize {
        let whole = if self.patch.framed { WHOLE } else { 1 };
        self.pictures * self.patch.detail as usize * whole
    }

    fn meet(&mut self, picture: usize) {
        if picture != self.last {
            self.pictures += 1;
            self.last = picture;
        }
    }
}

struct Patch {
    values: Vec<u8>,
    /// Mean of each channel: patches whose means differ much differ as much at least.
    mean: [u32; 3],
    /// How much the pixels differ from that, on average.
    detail: u32,
    /// Whether its edge is of one colour all around.
    framed: bool,
}

impl Patch {
    fn cut(canvas: &Canvas, x: usize, y: usize, size: usize) -> Self {
        let mut values = Vec::with_capacity(3 * size * size);
        for row in 0..size {
            for column in 0..size {
                let point = Point {
                    x: (x + column) as i32,
                    y: (y + row) as i32,
                };
                values.extend(canvas.at(point).unwrap_or_default());
            }
        }
        let pixels = (size * size) as u32;
        let mean = [0, 1, 2].map(|channel| {
            let sum: u32 = values
                .iter()
                .skip(channel)
                .step_by(3)
                .map(|&v| u32::from(v))
                .sum();
            sum / pixels
        });
        let off = values.iter().zip(mean.iter().cycle());
        let off: u32 = off.map(|(&v, &m)| u32::from(v).abs_diff(m)).sum();
        let detail = off / (3 * pixels);
        let corner = [values[0], values[1], values[2]];
        let on_edge = |place: usize| {
            let (x, y) = (place % size, place / size);
            x == 0 || y == 0 || x + 1 == size || y + 1 == size
        };
        let framed = values
            .as_chunks::<3>()
            .0
            .iter()
            .enumerate()
            .all(|(place, pixel)| {
                let mut off = pixel.iter().zip(corner);
                !on_edge(place) || off.all(|(&v, c)| u32::from(v.abs_diff(c)) < 4 * PLAIN)
            });
        Self {
            values,
            mean,
            detail,
            framed,
        }
    }

    /// Whether two patches differ by `most` levels on average at most.
    fn is(&self, other: &Self, most: u32) -> bool {
        let means = self.mean.iter().zip(other.mean);
        let means: u32 = means.map(|(&a, b)| a.abs_diff(b)).sum();
        if means > 3 * (most + 1) {
            return false;
        }
        let budget = most * self.values.len() as u32;
        let mut off = 0;
        for (ours, theirs) in self.values.chunks(48).zip(other.values.chunks(48)) {
            let pairs = ours.iter().zip(theirs);
            off += pairs.map(|(&a, &b)| u32::from(a.abs_diff(b))).sum::<u32>();
            if off > budget {
                return false;
            }
        }
        true
    }

    /// Whether most of what the other one shows is here, too, maybe shifted.
    fn shows(&self, other: &Self, size: usize, step: usize) -> bool {
        if self.is(other, APART) {
            return true;
        }
        let shifts = (step..size).step_by(step).map(|s| s as isize);
        let shifts: Vec<isize> = shifts.flat_map(|s| [s, -s]).chain([0]).collect();
        shifts
            .iter()
            .flat_map(|&dx| shifts.iter().map(move |&dy| (dx, dy)))
            .any(|shift| self.shows_shifted(other, size, shift))
    }

    fn shows_shifted(&self, other: &Self, size: usize, (dx, dy): (isize, isize)) -> bool {
        let common = |shift: isize| {
            let low = shift.max(0);
            (low, (size as isize + shift.min(0)) - low)
        };
        let ((x, width), (y, height)) = (common(dx), common(dy));
        // A few pixels alike say nothing.
        if 8 * width * height < (size * size) as isize {
            return false;
        }
        let at = |patch: &Self, x: isize, y: isize| -> [u32; 3] {
            let place = 3 * (y as usize * size + x as usize);
            [0, 1, 2].map(|channel| u32::from(patch.values[place + channel]))
        };
        let (mut off, mut detail, mut values) = (0, 0, 0);
        for row in y..y + height {
            for column in x..x + width {
                let ours = at(self, column - dx, row - dy);
                let theirs = at(other, column, row);
                for channel in 0..3 {
                    off += ours[channel].abs_diff(theirs[channel]);
                    detail += theirs[channel].abs_diff(other.mean[channel]);
                    values += 1;
                }
            }
        }
        // Most of what the other shows lies there, and looks alike.
        let whole = other.detail * other.values.len() as u32;
        off <= SHIFTED * values && 5 * detail >= 4 * whole
    }

    fn picture(&self, size: usize) -> Picture {
        let pixels = self.values.as_chunks().0;
        Picture {
            width: size,
            height: size,
            rgba: pixels
                .iter()
                .flat_map(|&[r, g, b]| [r, g, b, 255])
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SKY: [u8; 3] = [90, 160, 250];

    /// A tile of stripes.
    fn tile(dark: [u8; 3], light: [u8; 3]) -> Canvas {
        let mut tile = Canvas::plain(8, 8, dark);
        for x in 0..8 {
            for y in (0..8).step_by(2) {
                tile.set(Point { x, y }, light);
            }
        }
        tile
    }

    /// A sky with a tile at each place.
    fn picture(tiles: &[(&Canvas, i32, i32)]) -> Picture {
        let mut canvas = Canvas::plain(32, 32, SKY);
        for (tile, x, y) in tiles {
            let middle = Point { x: x + 4, y: y + 4 };
            super::super::draw::stamp(&mut canvas, tile, middle, false);
        }
        canvas.picture()
    }

    #[test]
    fn what_recurs_comes_first_and_plain_colour_is_no_stamp() {
        let wall = tile([80, 40, 20], [200, 120, 60]);
        let coin = tile([250, 220, 0], [90, 60, 0]);
        let pictures = [
            picture(&[(&wall, 0, 24), (&wall, 8, 24)]),
            picture(&[(&wall, 16, 24), (&coin, 8, 8)]),
            picture(&[(&wall, 0, 16)]),
        ];
        let found = stamps(&pictures, 8, 99);
        let place = |tile: &Canvas| found.iter().position(|stamp| *stamp == tile.picture());
        // Their edges are there as well: the wall with the sky above it recurs, too.
        assert!(place(&wall).unwrap() < place(&coin).unwrap());
        assert_eq!(stamps(&pictures, 8, 3), found[..3]);
        for stamp in &found {
            assert!(stamp.rgba.as_chunks::<4>().0.iter().any(|p| p[..3] != SKY));
        }
    }

    #[test]
    fn nearly_the_same_is_the_same() {
        let wall = tile([80, 40, 20], [200, 120, 60]);
        let faded = tile([84, 44, 24], [204, 124, 64]);
        let pictures = [picture(&[(&wall, 0, 0)]), picture(&[(&faded, 0, 0)])];
        let found = stamps(&pictures, 8, 99);
        assert!(found.contains(&wall.picture()));
        assert!(!found.contains(&faded.picture()));
    }

    #[test]
    fn no_pictures_no_stamps_and_small_ones_have_none_either() {
        assert_eq!(stamps(&[], 8, 9), []);
        let small = Canvas::plain(5, 5, [0; 3]).picture();
        assert_eq!(stamps(&[small], 8, 9), []);
        let plain = Canvas::plain(32, 32, SKY).picture();
        assert_eq!(stamps(&[plain], 8, 9), []);
    }
}
