//! Products with a matrix in panels.

use super::panels::Panels;
use super::tile::{Place, tile};
use crate::flex::simd::{Kernel, Simd};
use crate::play::Epilogue;

/// `c = a b + bias`, and what the epilogue says: `a [rows, k]`, `b [k, n]`, `c [rows, n]`.
pub(super) struct Multiply<'a> {
    pub(super) rows: usize,
    /// Its rows begin `a_row` values apart.
    pub(super) a: &'a [f32],
    pub(super) a_row: usize,
    pub(super) b: &'a Panels,
    /// Its rows begin `c_row` values apart.
    pub(super) c: &'a mut [f32],
    pub(super) c_row: usize,
    /// `[n]`, filled up to whole panels; empty for none.
    pub(super) bias: &'a [f32],
    pub(super) epilogue: Epilogue,
}

impl Kernel for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Panels {
            k,
            n,
            width,
            values,
        } = self.b;
        let (k, n, width) = (*k, *n, *width);
        if self.rows == 0 || n == 0 {
            return;
        }
        let last = self.rows - 1;
        assert!(width == 2 * S::LANES && values.len() >= n.div_ceil(width) * k * width);
        assert!(self.a.len() >= last * self.a_row + k);
        assert!(self.c.len() >= last * self.c_row + n && (last == 0 || self.c_row >= n));
        for (panel, column) in (0..n).step_by(width).enumerate() {
            let bias = match self.bias {
                [] => [s.splat(0.0); 2],
                bias => [s.load(&bias[column..]), s.load(&bias[column + S::LANES..])],
            };
            let mut row = 0;
            macro_rules! rows {
                ($rows:literal) => {
                    while self.rows - row >= $rows {
                        let place = Place {
                            k,
                            a: self.a.as_ptr().wrapping_add(row * self.a_row),
                            a_row: self.a_row,
                            b: values.as_ptr().wrapping_add(panel * k * width),
                            c: self.c.as_mut_ptr().wrapping_add(row * self.c_row + column),
                            c_row: self.c_row,
                            width: width.min(n - column),
                        };
                        // SAFETY: the lengths were checked above; the tile is within the rows of `a`
                        // and `c`, the panels of `b` and the columns of `c`.
                        #[allow(unsafe_code)]
                        unsafe {
                            tile::<S, $rows>(s, place, bias, self.epilogue);
                        }
                        row += $rows;
                    }
                };
            }
            // Twelve sums, two columns and one value: fifteen of WebAssembly's sixteen registers.
            rows!(6);
            rows!(4);
            rows!(2);
            rows!(1);
        }
    }
}
