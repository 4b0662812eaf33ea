//! Matrix products of small matrices, from the caches.
//!
//! A *tile* of a few rows by one or two vectors of the result stays in registers while it is summed.
//! [`multiply`] reads both matrices where they lie. For large ones there is [`multiply_panels`]: the
//! right-hand matrix, such as a layer's weight, was copied into *panels* of a few columns before, and
//! a left-hand one by columns is copied into tiles on the way, so that both are read in order.

mod packed;
mod panels;
#[cfg(test)]
mod tests;
mod tile;

pub(crate) use packed::multiply_panels;
pub(crate) use panels::Panels;

use tile::{Place, tile};

use super::simd::{Kernel, MAX_LANES, Simd};

/// A left-hand matrix `[m, k]`: element `(r, p)` lies at `r · row + p · step`.
#[derive(Clone, Copy)]
pub(crate) struct Left<'a> {
    /// Where it lies.
    pub(crate) values: &'a [f32],
    /// Between rows.
    pub(crate) row: usize,
    /// Between columns.
    pub(crate) step: usize,
}

/// A right-hand matrix `[k, n]` whose rows begin `stride` values apart.
#[derive(Clone, Copy)]
pub(crate) struct Right<'a> {
    /// Where it lies. Must have values to spare: rows are read in whole vectors.
    pub(crate) values: &'a [f32],
    /// Between rows.
    pub(crate) stride: usize,
}

/// Where a product `[m, n]` goes.
pub(crate) struct Out<'a> {
    /// Where it lies.
    pub(crate) values: &'a mut [f32],
    /// Between rows.
    pub(crate) stride: usize,
    /// What is added to it.
    pub(crate) start: Start<'a>,
}

/// What a product starts from.
#[derive(Clone, Copy)]
pub(crate) enum Start<'a> {
    /// Zero.
    Zero,
    /// The same row everywhere.
    Row(&'a [f32]),
    /// What is there.
    Sum,
}

/// `out = start + a b`, with `a [m, k]` and `b [k, n]`.
#[inline(always)]
pub(crate) fn multiply<S: Simd>(
    s: S,
    size: (usize, usize, usize),
    left: Left,
    right: Right,
    out: Out,
) {
    s.apart(Multiply {
        size,
        left,
        right,
        out,
    });
}

struct Multiply<'a> {
    size: (usize, usize, usize),
    left: Left<'a>,
    right: Right<'a>,
    out: Out<'a>,
}

impl Kernel for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (a, b, c) = (self.left, self.right, self.out);
        let (m, k, n) = self.size;
        if m == 0 || n == 0 {
            return;
        }
        let whole = n.next_multiple_of(S::LANES);
        assert!(k == 0 || a.values.len() > (m - 1) * a.row + (k - 1) * a.step);
        assert!(k == 0 || b.values.len() >= (k - 1) * b.stride + whole);
        assert!(c.values.len() >= (m - 1) * c.stride + n);
        if let Start::Row(row) = c.start {
            assert!(row.len() >= n);
        }
        let mut column = 0;
        while column < n {
            let width = (n - column).min(2 * S::LANES);
            let mut r = 0;
            macro_rules! rows {
                ($rows:literal, $vectors:literal) => {
                    while m - r >= $rows {
                        let place = Place {
                            k,
                            a: a.values.as_ptr().wrapping_add(r * a.row),
                            row: a.row,
                            step: a.step,
                            b: b.values.as_ptr().wrapping_add(column),
                            b_stride: b.stride,
                            c: c.values.as_mut_ptr().wrapping_add(r * c.stride + column),
                            c_stride: c.stride,
                            width,
                        };
                        let start = match c.start {
                            Start::Row(row) => Start::Row(&row[column..]),
                            other => other,
                        };
                        // SAFETY: the lengths were checked above; the tile is within `m` rows and
                        // `n` columns.
                        #[allow(unsafe_code)]
                        unsafe {
                            tile::<S, $rows, $vectors, false>(s, place, start);
                        }
                        r += $rows;
                    }
                };
            }
            if width > S::LANES {
                // As many sums as there are registers for.
                if S::LANES == MAX_LANES || cfg!(target_arch = "aarch64") {
                    rows!(12, 2);
                } else if cfg!(target_arch = "x86_64") && S::LANES == 8 {
                    rows!(6, 2);
                }
                rows!(4, 2);
                rows!(1, 2);
            } else {
                rows!(8, 1);
                rows!(4, 1);
                rows!(1, 1);
            }
            column += width;
        }
    }
}
