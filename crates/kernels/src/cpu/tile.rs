//! The innermost loop: a tile of the product stays in registers while it is summed.

// Raw pointers: bounds checks in here would cost half the speed.
#![allow(unsafe_code)]

use std::hint::black_box;

use crate::flex::math::gelu;
use crate::flex::simd::Simd;
use crate::play::Epilogue;

/// Steps of the sum in one turn of the loop: WebAssembly asks in every turn whether it should stop.
const TURN: usize = 4;

/// Where a tile's matrices begin, and how they go on.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) k: usize,
    pub(super) a: *const f32,
    /// Between rows of `a`.
    pub(super) a_row: usize,
    pub(super) b: *const f32,
    pub(super) c: *mut f32,
    /// Between rows of `c`.
    pub(super) c_row: usize,
    /// Columns of `c`.
    pub(super) width: usize,
}

/// `ROWS` rows of `width ≤ 2 · LANES` columns: `c = a b + bias`, and what `epilogue` says.
///
/// # Safety
/// `a` must be readable at `r · a_row + 0..k`, `b` at `0..k · 2 · LANES`, and `c` readable and writable at
/// `r · c_row + 0..width`, for `r` below `ROWS`.
#[inline(always)]
pub(super) unsafe fn tile<S: Simd, const ROWS: usize>(
    s: S,
    at: Place,
    bias: [S::V; 2],
    epilogue: Epilogue,
) {
    let lanes = S::LANES;
    let mut sums = [[s.splat(0.0); 2]; ROWS];
    let mut heads = [at.a; ROWS];
    for (r, head) in heads.iter_mut().enumerate() {
        // Hidden, or the compiler computes the addresses one from another in every turn.
        *head = black_box(at.a.wrapping_add(r * at.a_row));
    }
    let mut b = at.b;
    // SAFETY: as promised by the caller.
    unsafe {
        let mut turn = |steps: usize| {
            for p in 0..steps {
                let columns = [
                    s.load_ptr(b.add(2 * p * lanes)),
                    s.load_ptr(b.add((2 * p + 1) * lanes)),
                ];
                for (sums, head) in sums.iter_mut().zip(heads) {
                    let a = s.splat(*head.add(p));
                    for (sum, column) in sums.iter_mut().zip(columns) {
                        *sum = s.fma(a, column, *sum);
                    }
                }
            }
            for head in &mut heads {
                *head = head.wrapping_add(steps);
            }
            b = b.wrapping_add(2 * steps * lanes);
        };
        for _ in 0..at.k / TURN {
            turn(TURN);
        }
        for _ in 0..at.k % TURN {
            turn(1);
        }
        for (r, sums) in sums.into_iter().enumerate() {
            for (i, sum) in sums.into_iter().enumerate() {
                let from = i * lanes;
                if from >= at.width {
                    break;
                }
                let len = lanes.min(at.width - from);
                let here = std::slice::from_raw_parts_mut(at.c.add(r * at.c_row + from), len);
                let sum = s.add(sum, bias[i]);
                let sum = match epilogue {
                    Epilogue::None => sum,
                    Epilogue::Gelu => gelu(s, sum),
                    Epilogue::Residual => s.add(s.load_head(here, 0.0), sum),
                };
                s.store_head(here, sum);
            }
        }
    }
}
