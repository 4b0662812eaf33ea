//! Matrix products of small matrices, from the caches.
//!
//! The right-hand matrix is copied into *panels* of [`PANEL`] columns, so that the innermost loop
//! reads it in order; the left-hand one is read where it lies, by rows or by columns. A *tile* of a
//! few rows by two vectors of the result stays in registers while it is summed.

// Raw pointers: bounds checks in the innermost loop would cost half the speed.
#![allow(unsafe_code)]

use super::simd::{MAX_LANES, Simd};

/// Columns of a panel: two of the widest vectors.
pub(crate) const PANEL: usize = 2 * MAX_LANES;

/// A right-hand matrix `[k, n]` in panels: `[n / PANEL][k][PANEL]`, the last one padded with zeros.
pub(crate) struct Panels {
    k: usize,
    n: usize,
    values: Vec<f32>,
}

impl Panels {
    /// Room for nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            k: 0,
            n: 0,
            values: Vec::new(),
        }
    }

    /// Copies in `b [k, n]`, whose rows begin `stride` values apart.
    #[inline(always)]
    pub(crate) fn fill(&mut self, b: &[f32], k: usize, n: usize, stride: usize) {
        self.resize(k, n);
        for (panel, column) in self.values.chunks_exact_mut(k * PANEL).zip((0..n).step_by(PANEL)) {
            let width = PANEL.min(n - column);
            for (to, row) in panel.chunks_exact_mut(PANEL).zip(0..k) {
                let from = row * stride + column;
                if width == PANEL {
                    to.copy_from_slice(&b[from..from + PANEL]);
                } else {
                    to[..width].copy_from_slice(&b[from..from + width]);
                    to[width..].fill(0.0);
                }
            }
        }
    }

    /// Copies in the transpose of `b [n, k]`, whose rows begin `stride` values apart.
    #[inline(always)]
    pub(crate) fn fill_transposed(&mut self, b: &[f32], k: usize, n: usize, stride: usize) {
        self.resize(k, n);
        for (panel, column) in self.values.chunks_exact_mut(k * PANEL).zip((0..n).step_by(PANEL)) {
            for i in 0..PANEL {
                if column + i < n {
                    let from = &b[(column + i) * stride..][..k];
                    for (to, &x) in panel[i..].iter_mut().step_by(PANEL).zip(from) {
                        *to = x;
                    }
                } else {
                    for to in panel[i..].iter_mut().step_by(PANEL) {
                        *to = 0.0;
                    }
                }
            }
        }
    }

    fn resize(&mut self, k: usize, n: usize) {
        self.k = k;
        self.n = n;
        self.values.resize(n.div_ceil(PANEL) * k * PANEL, 0.0);
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

/// `c = start + a b`, with `a [m, k]`, and `c [m, n]` whose rows begin `stride` values apart.
#[inline(always)]
pub(crate) fn multiply<S: Simd>(
    s: S,
    a: Left,
    b: &Panels,
    c: &mut [f32],
    m: usize,
    stride: usize,
    start: Start,
) {
    let (k, n) = (b.k, b.n);
    if m == 0 || n == 0 {
        return;
    }
    assert!(k == 0 || a.values.len() > (m - 1) * a.row + (k - 1) * a.step);
    assert!(c.len() >= (m - 1) * stride + n);
    if let Start::Row(row) = start {
        assert!(row.len() >= n);
    }
    for (panel, column) in b.values.chunks_exact((k * PANEL).max(1)).zip((0..n).step_by(PANEL)) {
        let end = n.min(column + PANEL);
        for column in (column..end).step_by(2 * S::LANES) {
            let width = (end - column).min(2 * S::LANES);
            let mut r = 0;
            // SAFETY: the lengths were checked above; `panel` has `k` rows of `PANEL` values.
            unsafe {
                let b = panel.as_ptr().add(column % PANEL);
                macro_rules! rows {
                    ($rows:literal) => {
                        while r + $rows <= m {
                            let a = a.values.as_ptr().add(r * a.row);
                            let c = c.as_mut_ptr().add(r * stride + column);
                            tile::<S, $rows>(s, k, a, (a_row, a_step), b, c, stride, width, start, column);
                            r += $rows;
                        }
                    };
                }
                let (a_row, a_step) = (a.row, a.step);
                if S::LANES == MAX_LANES {
                    rows!(12);
                }
                rows!(4);
                rows!(1);
            }
        }
    }
}

/// One tile of [`multiply`]: `ROWS` rows of `width ≤ 2 · LANES` columns.
///
/// # Safety
/// `a` must be readable at `r · row + p · step`, `b` at `p · PANEL + 0..2·LANES`, and `c` writable at
/// `r · stride + 0..width`, for `r` below `ROWS` and `p` below `k`.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn tile<S: Simd, const ROWS: usize>(
    s: S,
    k: usize,
    a: *const f32,
    (row, step): (usize, usize),
    b: *const f32,
    c: *mut f32,
    stride: usize,
    width: usize,
    start: Start,
    column: usize,
) {
    let lanes = S::LANES;
    let mut sums = [[s.splat(0.0); 2]; ROWS];
    // SAFETY: as promised by the caller.
    unsafe {
        for p in 0..k {
            let b0 = s.load_ptr(b.add(p * PANEL));
            let b1 = s.load_ptr(b.add(p * PANEL + lanes));
            for (r, sum) in sums.iter_mut().enumerate() {
                let a = s.splat(*a.add(r * row + p * step));
                sum[0] = s.fma(a, b0, sum[0]);
                sum[1] = s.fma(a, b1, sum[1]);
            }
        }
        for (r, sum) in sums.into_iter().enumerate() {
            for (i, sum) in sum.into_iter().enumerate() {
                let at = i * lanes;
                if at >= width {
                    break;
                }
                let here = std::slice::from_raw_parts_mut(c.add(r * stride + at), lanes.min(width - at));
                let sum = match start {
                    Start::Zero => sum,
                    Start::Row(first) => s.add(sum, s.load_head(&first[column + at..], 0.0)),
                    Start::Sum => s.add(sum, s.load_head(here, 0.0)),
                };
                s.store_head(here, sum);
            }
        }
    }
}
