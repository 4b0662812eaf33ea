//! Scene changes: where a clip may not go on.
//!
//! A cut shows something else; a game that scrolls, shakes, flashes or explodes still shows the same
//! place. So two frames are compared by motion: each block of a small version of one is looked for
//! near its place in the other, and what can't be found is the distance, relative to how much there is
//! to be seen. And a cut must keep the frames on its two sides apart for as long as a flash lasts: if
//! any frame shortly before it resembles one shortly after, the shot goes on.

use std::collections::VecDeque;

/// Cells on a side of the small version.
const SIDE: usize = 32;
/// Cells on a side of a block.
const BLOCK: usize = 8;
/// How far a block is looked for, in cells: a quarter of the frame across, a fifth down.
const REACH: (usize, usize) = (8, 6);
/// Contrast that every block is taken to have, in levels: a plain block's noise is no difference.
const LEAST_CONTRAST: f32 = 6.0;
/// Contrast above which a block weighs no more than others.
const MOST_WEIGHT: f32 = 24.0;
/// Frames on each side of a cut that must differ: a flash or an explosion lasts shorter.
pub(super) const LATE: usize = 4;
/// The distance that makes a cut, unless told otherwise.
pub(super) const DEFAULT_THRESHOLD: f32 = 0.4;

/// Values of a small frame: three planes of `SIDE * SIDE` cells.
type Planes = [u8; 3 * SIDE * SIDE];

/// A frame, small: mean red, green and blue of its cells, and between which values each cell would lie
/// if the picture were moved by half a cell, across, down or both.
///
/// Without those bounds (Birchfield and Tomasi's) a drawn game that scrolls by half a cell would look
/// like another picture.
#[derive(Clone)]
struct Small {
    mean: Box<Planes>,
    low: Box<Planes>,
    high: Box<Planes>,
}

impl Small {
    fn new(frame: &[u8], width: usize) -> Self {
        let mean = means(frame, width);
        let (mut low, mut high) = (mean.clone(), mean.clone());
        for plane in 0..3 {
            for y in 0..SIDE {
                for x in 0..SIDE {
                    let at = |x: usize, y: usize| (plane * SIDE + y) * SIDE + x;
                    let here = at(x, y);
                    let value = |x: usize, y: usize| u16::from(mean[at(x, y)]);
                    let columns = [x.saturating_sub(1), (x + 1).min(SIDE - 1)];
                    let rows = [y.saturating_sub(1), (y + 1).min(SIDE - 1)];
                    let mut bound = |sum: u16, count: u16| {
                        let between = (sum / count) as u8;
                        low[here] = low[here].min(between);
                        high[here] = high[here].max(between);
                    };
                    for column in columns {
                        let across = value(x, y) + value(column, y);
                        bound(across, 2);
                        for row in rows {
                            bound(across + value(x, row) + value(column, row), 4);
                        }
                    }
                    for row in rows {
                        bound(value(x, y) + value(x, row), 2);
                    }
                }
            }
        }
        Self { mean, low, high }
    }

    /// Sum of the differences between the block at `a` here and the one at `b` there.
    fn difference(&self, (ax, ay): (usize, usize), other: &Self, (bx, by): (usize, usize)) -> u32 {
        let mut sum = 0;
        for plane in 0..3 {
            for y in 0..BLOCK {
                let mean = row(&self.mean, plane, ay + y, ax);
                let low = row(&other.low, plane, by + y, bx);
                let high = row(&other.high, plane, by + y, bx);
                for i in 0..BLOCK {
                    let off = mean[i].saturating_sub(high[i]) + low[i].saturating_sub(mean[i]);
                    sum += u32::from(off);
                }
            }
        }
        sum
    }

    /// Sum of the differences between the block at `(x, y)` and its mean colour.
    fn contrast(&self, (x, y): (usize, usize)) -> u32 {
        let mut sum = 0;
        for plane in 0..3 {
            let rows = || (0..BLOCK).flat_map(|down| row(&self.mean, plane, y + down, x));
            let mean = rows().map(|&v| u32::from(v)).sum::<u32>() / (BLOCK * BLOCK) as u32;
            sum += rows().map(|&v| u32::from(v).abs_diff(mean)).sum::<u32>();
        }
        sum
    }

    /// How little of this frame is found in `other`, by looking at `places` for each block: 0 all of
    /// it, about 1 nothing.
    fn lost_in<P: Iterator<Item = (usize, usize)>>(
        &self,
        other: &Self,
        places: impl Fn((usize, usize)) -> P,
    ) -> f32 {
        let (mut lost, mut seen) = (0.0, 0.0);
        for block in blocks() {
            let best = places(block)
                .map(|place| self.difference(block, other, place))
                .min();
            let level = (3 * BLOCK * BLOCK) as f32;
            let contrast = (self.contrast(block) as f32 / level).max(LEAST_CONTRAST);
            // However bright what was lost of it, a block counts once: a figure that jumps is no cut.
            let share = (best.unwrap_or(0) as f32 / level / contrast).min(1.0);
            let weight = contrast.min(MOST_WEIGHT);
            lost += weight * share;
            seen += weight;
        }
        lost / seen
    }
}

fn blocks() -> impl Iterator<Item = (usize, usize)> {
    (0..SIDE / BLOCK).flat_map(|y| (0..SIDE / BLOCK).map(move |x| (x * BLOCK, y * BLOCK)))
}

/// Where a block is looked for: within reach, inside the frame.
fn within_reach((x, y): (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    let around =
        |at: usize, reach: usize| at.saturating_sub(reach)..(at + reach + 1).min(SIDE - BLOCK + 1);
    around(y, REACH.1).flat_map(move |y| around(x, REACH.0).map(move |x| (x, y)))
}

/// The mean colours of a frame's cells.
fn means(frame: &[u8], width: usize) -> Box<Planes> {
    let height = frame.len() / 3 / width;
    let mut planes = Box::new([0; 3 * SIDE * SIDE]);
    for y in 0..SIDE {
        let rows = span(y, height);
        for x in 0..SIDE {
            let columns = span(x, width);
            let mut sums = [0u32; 3];
            for row in rows.clone() {
                let row = row * width;
                for pixel in
                    frame[(row + columns.start) * 3..(row + columns.end) * 3].chunks_exact(3)
                {
                    for (sum, &value) in sums.iter_mut().zip(pixel) {
                        *sum += u32::from(value);
                    }
                }
            }
            let count = (rows.len() * columns.len()) as u32;
            for (plane, sum) in sums.into_iter().enumerate() {
                planes[(plane * SIDE + y) * SIDE + x] = (sum / count) as u8;
            }
        }
    }
    planes
}

/// `BLOCK` cells of a row, from column `x` on, which is at most `SIDE - BLOCK`.
fn row(planes: &Planes, plane: usize, y: usize, x: usize) -> &[u8; BLOCK] {
    let start = (plane * SIDE + y) * SIDE + x;
    planes[start..start + BLOCK]
        .try_into()
        .unwrap_or(&[0; BLOCK])
}

/// Positions `i` of `SIDE` cells over a length of pixels; at least one pixel each.
fn span(i: usize, length: usize) -> std::ops::Range<usize> {
    let start = (i * length / SIDE).min(length - 1);
    start..((i + 1) * length / SIDE).max(start + 1)
}

/// The distance between two frames: 0 for the same place, about 1 for different ones.
fn distance(a: &Small, b: &Small) -> f32 {
    a.lost_in(b, within_reach).max(b.lost_in(a, within_reach))
}

/// Whether the distance is above `threshold`. Most frames resemble their neighbours where they are, and
/// then nothing has to be looked for.
fn differs(a: &Small, b: &Small, threshold: f32) -> bool {
    let in_place = |a: &Small, b: &Small| a.lost_in(b, std::iter::once);
    (in_place(a, b) > threshold || in_place(b, a) > threshold) && distance(a, b) > threshold
}

/// The distance between two frames of `width` columns, for measuring where a threshold should lie.
#[must_use]
pub fn frame_distance(a: &[u8], b: &[u8], width: usize) -> f32 {
    distance(&Small::new(a, width), &Small::new(b, width))
}

/// Finds the cuts of a stream of frames, [`LATE`] frames after them.
pub(super) struct Detector {
    threshold: f32,
    width: usize,
    /// Up to `LATE` decided frames of this shot, then up to `LATE` undecided ones.
    frames: VecDeque<Small>,
    decided: usize,
}

impl Detector {
    pub(super) fn new(threshold: f32, width: usize) -> Self {
        Self {
            threshold,
            width,
            frames: VecDeque::new(),
            decided: 0,
        }
    }

    /// Takes the next frame; says of the frame `LATE` frames ago whether a new shot begins with it.
    pub(super) fn push(&mut self, frame: &[u8]) -> Option<bool> {
        self.frames.push_back(Small::new(frame, self.width));
        (self.frames.len() > self.decided + LATE).then(|| self.decide())
    }

    /// Decides on one more of the last frames; `None` when there are none, and the shot has ended.
    pub(super) fn flush(&mut self) -> Option<bool> {
        if self.frames.len() > self.decided {
            return Some(self.decide());
        }
        self.frames.clear();
        self.decided = 0;
        None
    }

    fn decide(&mut self) -> bool {
        let cut = self.is_cut();
        if cut {
            self.frames.drain(..self.decided);
            self.decided = 0;
        }
        self.decided += 1;
        if self.decided > LATE {
            self.frames.pop_front();
            self.decided -= 1;
        }
        cut
    }

    /// Whether all frames before the first undecided one differ from it and its followers.
    fn is_cut(&self) -> bool {
        let after = self.frames.len() - self.decided;
        // Direct neighbours first: nearly always they resemble each other, and all is said.
        (1..=LATE + 1).all(|apart| {
            (0..apart)
                .filter(|&back| back < self.decided && apart - 1 - back < after)
                .all(|back| {
                    let before = &self.frames[self.decided - 1 - back];
                    let next = &self.frames[self.decided + apart - 1 - back];
                    differs(before, next, self.threshold)
                })
        }) && self.decided > 0
    }
}

#[cfg(test)]
mod tests;
