//! The innermost loops.

// Raw pointers: bounds checks in here would cost half the speed.
#![allow(unsafe_code)]

use std::hint::black_box;

use super::Start;
use crate::flex::simd::Simd;

/// The most rows of a tile.
const MAX_ROWS: usize = 12;

/// Where a tile's matrices begin, and how they go on.
pub(super) struct Place {
    pub(super) k: usize,
    pub(super) a: *const f32,
    pub(super) row: usize,
    pub(super) step: usize,
    pub(super) b: *const f32,
    pub(super) b_stride: usize,
    pub(super) c: *mut f32,
    pub(super) c_stride: usize,
    pub(super) width: usize,
}

/// `ROWS` rows of `width ≤ VECTORS · LANES` columns. If `PACKED`, `row` must be 1 and `step` `ROWS`.
///
/// # Safety
/// `a` must be readable at `r · row + p · step`, `b` at `p · b_stride + 0..VECTORS · LANES`, and `c`
/// writable at `r · c_stride + 0..width`, for `r` below `ROWS` and `p` below `k`.
#[inline(always)]
pub(super) unsafe fn tile<S: Simd, const ROWS: usize, const VECTORS: usize, const PACKED: bool>(
    s: S,
    at: Place,
    start: Start,
) {
    let lanes = S::LANES;
    let mut sums = [[s.splat(0.0); VECTORS]; ROWS];
    // Packed, values lie at constant distances. Else:
    // one pointer for every three rows: few enough to stay in registers, and few to advance. Hidden,
    // or the compiler computes the addresses one from another.
    let mut heads = [at.a; MAX_ROWS / 3];
    for (i, head) in heads[..ROWS.div_ceil(3)].iter_mut().enumerate() {
        *head = black_box(at.a.wrapping_add(3 * i * at.row));
    }
    let rows = [0, at.row, black_box(2 * at.row)];
    let mut b = at.b;
    if matches!(start, Start::Sum) {
        for r in 0..ROWS {
            for i in 0..VECTORS {
                s.prefetch(at.c.wrapping_add(r * at.c_stride + i * lanes));
            }
        }
    }
    // SAFETY: as promised by the caller.
    unsafe {
        for _ in 0..at.k {
            let mut columns = [s.splat(0.0); VECTORS];
            for (i, column) in columns.iter_mut().enumerate() {
                *column = s.load_ptr(b.add(i * lanes));
            }
            for (r, sums) in sums.iter_mut().enumerate() {
                let a = if PACKED {
                    heads[0].add(r)
                } else {
                    heads[r / 3].add(rows[r % 3])
                };
                let a = s.splat(*a);
                for (sum, column) in sums.iter_mut().zip(columns) {
                    *sum = s.fma(a, column, *sum);
                }
            }
            let step = if PACKED { ROWS } else { at.step };
            let used = if PACKED { 1 } else { ROWS.div_ceil(3) };
            for head in &mut heads[..used] {
                *head = head.wrapping_add(step);
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
