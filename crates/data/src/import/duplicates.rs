//! Near-duplicates: the same stretch of play, encoded twice, or uploaded twice.
//!
//! Two steps. A signature of half a kilobyte per clip (mean pictures of its eighths, eight cells by
//! eight) finds candidates; then the clips themselves are compared, frame by frame, in cells so small
//! that a figure fills one. The cell that differs most counts: two plays before the same background
//! differ in a figure alone, and are two plays.
//!
//! Candidates are found by a grid over four weighted means of the signature. Each of them moves by at
//! most as much as the cell that moves most, so two signatures within [`TOLERANCE`] lie in neighbouring
//! boxes: unlike with random hashes, no pair is missed.

use std::collections::HashMap;

/// Cells on a side of a mean picture.
const SIDE: usize = 8;
/// Mean pictures of a clip.
const PARTS: usize = 8;
/// Bytes of a signature.
pub(super) const SIGNATURE_BYTES: usize = PARTS * SIDE * SIDE;
/// Most that a cell's mean moves when a clip is encoded anew, in grey levels.
const TOLERANCE: u8 = 8;
/// Candidates that are compared in full, the nearest first.
const MOST_CANDIDATES: usize = 4;
/// Every so many frames are compared.
const STRIDE: usize = 4;
/// Most that a small cell's mean colour moves when a frame is encoded anew, in levels.
const CELL_TOLERANCE: u32 = 24;
/// Share of the frames compared that must agree; encoders move single frames in time.
const AGREEMENT: f64 = 0.9;

/// A clip, very small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signature(pub(super) [u8; SIGNATURE_BYTES]);

impl Signature {
    pub(super) fn of(clip: &[u8], shape: Shape) -> Self {
        let frames = clip.len() / shape.frame_bytes();
        let mut signature = [0; SIGNATURE_BYTES];
        for (part, means) in signature.chunks_exact_mut(SIDE * SIDE).enumerate() {
            let range = cell(part, PARTS, frames);
            let mut sums = [0u64; SIDE * SIDE];
            for frame in clip[range.start * shape.frame_bytes()..range.end * shape.frame_bytes()]
                .chunks_exact(shape.frame_bytes())
            {
                add_cells(frame, shape, &mut sums);
            }
            for (i, (mean, sum)) in means.iter_mut().zip(sums).enumerate() {
                let pixels = cell(i % SIDE, SIDE, shape.width).len()
                    * cell(i / SIDE, SIDE, shape.height).len();
                *mean = (sum / (range.len() * pixels * 3) as u64) as u8;
            }
        }
        Self(signature)
    }

    /// The greatest difference of two cells.
    fn distance(&self, other: &Self) -> u8 {
        self.0
            .iter()
            .zip(&other.0)
            .map(|(&a, &b)| a.abs_diff(b))
            .max()
            .unwrap_or(0)
    }

    /// The box of the grid: mean brightness, top against bottom, left against right, early against
    /// late. The weights of each sum to 1 in size, so none moves further than the cell that moves most.
    fn place(&self) -> [i16; 4] {
        let mut sums = [0i64; 4];
        for (i, &value) in self.0.iter().enumerate() {
            let signed = |minus: bool| {
                if minus {
                    -i64::from(value)
                } else {
                    i64::from(value)
                }
            };
            let (x, y, part) = (i % SIDE, i / SIDE % SIDE, i / (SIDE * SIDE));
            sums[0] += signed(false);
            sums[1] += signed(y < SIDE / 2);
            sums[2] += signed(x < SIDE / 2);
            sums[3] += signed(part < PARTS / 2);
        }
        sums.map(|sum| sum.div_euclid(SIGNATURE_BYTES as i64 * (i64::from(TOLERANCE) + 1)) as i16)
    }
}

/// Rows and columns of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) height: usize,
    pub(super) width: usize,
}

impl Shape {
    pub(super) fn frame_bytes(self) -> usize {
        self.height * self.width * 3
    }
}

/// Part `i` of `parts` of a length; at least one position, where parts are more than the length.
fn cell(i: usize, parts: usize, length: usize) -> std::ops::Range<usize> {
    let start = (i * length / parts).min(length - 1);
    start..((i + 1) * length / parts).max(start + 1)
}

fn add_cells(frame: &[u8], shape: Shape, sums: &mut [u64; SIDE * SIDE]) {
    for y in 0..SIDE {
        for row in cell(y, SIDE, shape.height) {
            let row = &frame[row * shape.width * 3..(row + 1) * shape.width * 3];
            for x in 0..SIDE {
                let columns = cell(x, SIDE, shape.width);
                let sum: u32 = row[columns.start * 3..columns.end * 3]
                    .iter()
                    .map(|&v| u32::from(v))
                    .sum();
                sums[y * SIDE + x] += u64::from(sum);
            }
        }
    }
}

/// The signatures of all clips so far, by clip number.
#[derive(Default)]
pub(super) struct Index {
    signatures: Vec<Signature>,
    boxes: HashMap<[i16; 4], Vec<u32>>,
}

impl Index {
    /// Takes the next clip's.
    pub(super) fn push(&mut self, signature: Signature) {
        self.boxes
            .entry(signature.place())
            .or_default()
            .push(self.signatures.len() as u32);
        self.signatures.push(signature);
    }

    /// Clips that may be nearly the same, the nearest first.
    pub(super) fn candidates(&self, signature: &Signature) -> Vec<u64> {
        let centre = signature.place();
        let mut near: Vec<(u8, u32)> = Vec::new();
        for neighbour in 0..81 {
            let mut place = centre;
            let mut rest = neighbour;
            for axis in &mut place {
                *axis += rest % 3 - 1;
                rest /= 3;
            }
            let clips = self.boxes.get(&place).map_or(&[][..], Vec::as_slice);
            near.extend(clips.iter().filter_map(|&clip| {
                let distance = signature.distance(&self.signatures[clip as usize]);
                (distance <= TOLERANCE).then_some((distance, clip))
            }));
        }
        near.sort_unstable();
        near.into_iter()
            .take(MOST_CANDIDATES)
            .map(|(_, clip)| clip.into())
            .collect()
    }
}

/// Whether two clips show the same, but for how they were encoded.
pub(super) fn same(a: &[u8], b: &[u8], shape: Shape) -> bool {
    let frames = a.len() / shape.frame_bytes();
    let compared = frames.div_ceil(STRIDE);
    let allowed = compared - (compared as f64 * AGREEMENT).ceil() as usize;
    let frame = |clip: &[u8], t: usize| -> std::ops::Range<usize> {
        debug_assert!(t < clip.len() / shape.frame_bytes());
        t * shape.frame_bytes()..(t + 1) * shape.frame_bytes()
    };
    let mut different = 0;
    for t in (0..frames).step_by(STRIDE) {
        // The same instant first; a neighbour where the two were sampled at slightly other times.
        let agrees = [
            Some(t),
            t.checked_sub(1),
            Some(t + 1).filter(|&t| t < frames),
        ]
        .into_iter()
        .flatten()
        .any(|other| same_frame(&a[frame(a, t)], &b[frame(b, other)], shape));
        different += usize::from(!agrees);
        if different > allowed {
            return false;
        }
    }
    true
}

/// Whether no small cell's colour differs.
fn same_frame(a: &[u8], b: &[u8], shape: Shape) -> bool {
    let side = (shape.height.min(shape.width) / 16).clamp(2, 8);
    let row = shape.width * 3;
    let mut sums = vec![[0i32; 3]; shape.width.div_ceil(side)];
    for (a, b) in a.chunks(row * side).zip(b.chunks(row * side)) {
        sums.fill([0; 3]);
        for (a, b) in a.chunks_exact(row).zip(b.chunks_exact(row)) {
            for ((a, b), sum) in a.chunks(side * 3).zip(b.chunks(side * 3)).zip(&mut sums) {
                for (a, b) in a.chunks_exact(3).zip(b.chunks_exact(3)) {
                    for channel in 0..3 {
                        sum[channel] += i32::from(a[channel]) - i32::from(b[channel]);
                    }
                }
            }
        }
        let rows = a.len() / row;
        let over = sums.iter().enumerate().any(|(i, sum)| {
            let pixels = (rows * side.min(shape.width - i * side)) as u32;
            sum.iter()
                .any(|s| s.unsigned_abs() > CELL_TOLERANCE * pixels)
        });
        if over {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests;
