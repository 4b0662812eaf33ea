//! A world's own tiles and sprites: patches that recur in its pictures.

use super::canvas::{Canvas, Point};
use crate::protocol::Picture;

/// Patches that differ by no more than this, in levels of a channel on average, are the same one.
const SAME: u32 = 9;
/// Stamps differ from each other by at least this much.
const APART: u32 = 22;
/// A patch whose pixels differ by less than this from their mean is plain colour, and no stamp.
const PLAIN: u32 = 8;
/// Pictures that are looked at.
const MOST_PICTURES: usize = 24;

/// Up to `most` patches of `size` × `size` pixels: those that are found in the most of the pictures
/// first, and among these the most frequent. The same pictures give the same stamps.
pub fn stamps(pictures: &[Picture], size: usize, most: usize) -> Vec<Picture> {
    let mut kinds: Vec<Kind> = Vec::new();
    for (number, picture) in pictures.iter().take(MOST_PICTURES).enumerate() {
        let canvas = Canvas::of(picture);
        for (x, y) in places(&canvas, size) {
            let patch = Patch::cut(&canvas, x, y, size);
            if patch.detail < PLAIN {
                continue;
            }
            match kinds.iter_mut().find(|kind| kind.patch.is(&patch, SAME)) {
                Some(kind) => kind.meet(number),
                None => kinds.push(Kind {
                    patch,
                    pictures: 1,
                    times: 1,
                    last: number,
                }),
            }
        }
    }
    // Stable: of equals the first one met stays first.
    kinds.sort_by_key(|kind| std::cmp::Reverse((kind.pictures, kind.times, kind.patch.detail)));
    let mut chosen: Vec<Patch> = Vec::new();
    for kind in kinds {
        if chosen.len() == most {
            break;
        }
        if !chosen.iter().any(|patch| patch.is(&kind.patch, APART)) {
            chosen.push(kind.patch);
        }
    }
    chosen.iter().map(|patch| patch.picture(size)).collect()
}

/// Corners of the patches that are looked at: every half patch.
fn places(canvas: &Canvas, size: usize) -> impl Iterator<Item = (usize, usize)> {
    let step = (size / 2).max(1);
    let along = move |length: usize| (0..(length + 1).saturating_sub(size)).step_by(step);
    let (columns, rows) = (along(canvas.width()), along(canvas.height()));
    rows.flat_map(move |y| columns.clone().map(move |x| (x, y)))
}

/// Patches that look the same.
struct Kind {
    patch: Patch,
    /// In how many pictures.
    pictures: usize,
    /// In how many places of them.
    times: usize,
    /// The newest of them.
    last: usize,
}

impl Kind {
    fn meet(&mut self, picture: usize) {
        self.times += 1;
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
        Self {
            values,
            mean,
            detail,
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
        let found = stamps(&pictures, 8, 12);
        let place = |tile: &Canvas| found.iter().position(|stamp| *stamp == tile.picture());
        // Before both there may be their edges: the wall with the sky above it recurs as well.
        assert!(place(&wall).unwrap() < place(&coin).unwrap());
        assert!(found.len() <= 12);
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
