//! Matrix products of small matrices, from the caches.
//!
//! A *tile* of a few rows by one or two vectors of the result stays in registers while it is summed.
//! The left-hand matrix is read where it lies, by rows or by columns. A large right-hand one, such as
//! a layer's weight, is first copied into *panels* of [`PANEL`] columns, so that it is read in order.

// Raw pointers: bounds checks in the innermost loop would cost half the speed.
#![allow(unsafe_code)]

use std::hint::black_box;

use super::{
    buffer::Buffer,
    simd::{Kernel, MAX_LANES, Simd},
    transpose::transpose,
};

/// Columns of a panel: two of the widest vectors.
const PANEL: usize = 2 * MAX_LANES;

/// The most rows of a tile.
const MAX_ROWS: usize = 12;

/// A right-hand matrix `[k, n]` in panels: `[n / PANEL][k][PANEL]`, with anything beyond `n`.
pub(crate) struct Panels {
    k: usize,
    n: usize,
    values: Buffer,
}

impl Panels {
    /// Room for nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            k: 0,
            n: 0,
            values: Buffer::zeros(0),
        }
    }

    /// Copies in `b [k, n]`, whose rows begin `stride` values apart.
    #[inline(always)]
    pub(crate) fn fill<S: Simd>(&mut self, s: S, b: &[f32], k: usize, n: usize, stride: usize) {
        self.resize(k, n);
        let panels = self.values.chunks_exact_mut((k * PANEL).max(1));
        for (panel, column) in panels.zip((0..n).step_by(PANEL)) {
            let width = PANEL.min(n - column);
            for (to, row) in panel.chunks_exact_mut(PANEL).zip(0..k) {
                let from = &b[row * stride + column..][..width];
                for (to, from) in to.chunks_mut(S::LANES).zip(from.chunks(S::LANES)) {
                    s.store(to, s.load_head(from, 0.0));
                }
            }
        }
    }

    /// Copies in the transpose of `b [n, k]`, whose rows begin `stride` values apart.
    #[inline(always)]
    pub(crate) fn fill_transposed<S: Simd>(
        &mut self,
        s: S,
        b: &[f32],
        k: usize,
        n: usize,
        stride: usize,
    ) {
        self.resize(k, n);
        let panels = self.values.chunks_exact_mut((k * PANEL).max(1));
        for (panel, column) in panels.zip((0..n).step_by(PANEL)) {
            let width = PANEL.min(n - column);
            let from = (&b[column * stride..], stride);
            transpose(s, from, (panel, PANEL), (width, k), true);
        }
    }

    fn resize(&mut self, k: usize, n: usize) {
        self.k = k;
        self.n = n;
        self.values.resize(n.div_ceil(PANEL) * k * PANEL);
    }
}

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

/// `out = start + a b`, with `a [m, k]` and `b` in panels.
#[inline(always)]
pub(crate) fn multiply_panels<S: Simd>(s: S, m: usize, a: Left, b: &Panels, out: Out) {
    for (i, column) in (0..b.n).step_by(PANEL).enumerate() {
        let width = PANEL.min(b.n - column);
        let right = Right {
            values: &b.values.padded()[i * b.k * PANEL..],
            stride: PANEL,
        };
        let out = Out {
            values: &mut out.values[column..],
            stride: out.stride,
            start: match out.start {
                Start::Row(row) => Start::Row(&row[column..]),
                other => other,
            },
        };
        multiply(s, (m, b.k, width), a, right, out);
    }
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
                    // Written for any number of rows; for one, clippy would have it shorter.
                    #[allow(clippy::int_plus_one)]
                    while r + $rows <= m {
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
                        unsafe { tile::<S, $rows, $vectors>(s, place, start) };
                        r += $rows;
                    }
                };
            }
            if width > S::LANES {
                if S::LANES == MAX_LANES {
                    rows!(12, 2);
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

/// Where a tile's matrices begin, and how they go on.
struct Place {
    k: usize,
    a: *const f32,
    row: usize,
    step: usize,
    b: *const f32,
    b_stride: usize,
    c: *mut f32,
    c_stride: usize,
    width: usize,
}

/// `ROWS` rows of `width ≤ VECTORS · LANES` columns.
///
/// # Safety
/// `a` must be readable at `r · row + p · step`, `b` at `p · b_stride + 0..VECTORS · LANES`, and `c`
/// writable at `r · c_stride + 0..width`, for `r` below `ROWS` and `p` below `k`.
#[inline(always)]
unsafe fn tile<S: Simd, const ROWS: usize, const VECTORS: usize>(s: S, at: Place, start: Start) {
    let lanes = S::LANES;
    let mut sums = [[s.splat(0.0); VECTORS]; ROWS];
    // One pointer for every three rows: few enough to stay in registers, and few to advance. Hidden,
    // or the compiler computes the addresses one from another.
    let mut heads = [at.a; MAX_ROWS / 3];
    for (i, head) in heads[..ROWS.div_ceil(3)].iter_mut().enumerate() {
        *head = black_box(at.a.wrapping_add(3 * i * at.row));
    }
    let rows = [0, at.row, black_box(2 * at.row)];
    let mut b = at.b;
    // SAFETY: as promised by the caller.
    unsafe {
        for _ in 0..at.k {
            let mut columns = [s.splat(0.0); VECTORS];
            for (i, column) in columns.iter_mut().enumerate() {
                *column = s.load_ptr(b.add(i * lanes));
            }
            for (r, sums) in sums.iter_mut().enumerate() {
                let a = s.splat(*heads[r / 3].add(rows[r % 3]));
                for (sum, column) in sums.iter_mut().zip(columns) {
                    *sum = s.fma(a, column, *sum);
                }
            }
            for head in &mut heads[..ROWS.div_ceil(3)] {
                *head = head.wrapping_add(at.step);
            }
            b = b.wrapping_add(at.b_stride);
        }
        for (r, sums) in sums.into_iter().enumerate() {
            for (i, sum) in sums.into_iter().enumerate() {
                let from = i * lanes;
                if from >= at.width {
                    break;
                }
                let len = lanes.min(at.width - from);
                let here = std::slice::from_raw_parts_mut(at.c.add(r * at.c_stride + from), len);
                let sum = match start {
                    Start::Zero => sum,
                    Start::Row(row) => s.add(sum, s.load_head(&row[from..], 0.0)),
                    Start::Sum => s.add(sum, s.load_head(here, 0.0)),
                };
                s.store_head(here, sum);
            }
        }
    }
}
