//! Products with a matrix in panels.

use std::cell::Cell;

use super::{
    Left, Out, Right, Start, multiply,
    panels::{PANEL, Panels},
    tile::{Place, tile},
};
use crate::flex::{
    buffer::Buffer,
    simd::{Kernel, MAX_LANES, Simd},
};

thread_local! {
    /// A tile of the left-hand matrix: `[k][ROWS]`.
    static TILES: Cell<Buffer> = const { Cell::new(Buffer::none()) };
}

/// `out = start + a b`, with `a [m, k]` and `b` in panels.
#[inline(always)]
pub(crate) fn multiply_panels<S: Simd>(s: S, m: usize, a: Left, b: &Panels, out: Out) {
    s.apart(MultiplyPanels { m, a, b, out });
}

struct MultiplyPanels<'a> {
    m: usize,
    a: Left<'a>,
    b: &'a Panels,
    out: Out<'a>,
}

impl Kernel for MultiplyPanels<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        // As many sums as there are registers for.
        if S::LANES == MAX_LANES || cfg!(target_arch = "aarch64") {
            self.by_tiles::<S, 12>(s);
        } else if cfg!(target_arch = "x86_64") && S::LANES == 8 {
            self.by_tiles::<S, 6>(s);
        } else {
            self.by_tiles::<S, 4>(s);
        }
    }
}

impl MultiplyPanels<'_> {
    #[inline(always)]
    fn by_tiles<S: Simd, const ROWS: usize>(mut self, s: S) {
        let (m, k) = (self.m, self.b.k);
        // Rows are read as well from where they lie.
        let whole = if self.a.step == 1 { 0 } else { m - m % ROWS };
        if whole > 0 && k > 0 && self.b.n > 0 {
            // Taken out, for a closure would be compiled for the baseline processor.
            let mut tiles = TILES.take();
            self.columns_to_tiles::<S, ROWS>(s, &mut tiles, whole);
            TILES.set(tiles);
        }
        let first = if k == 0 { 0 } else { whole };
        if first < m {
            self.rest(s, first);
        }
    }

    /// A few columns become a tile, which meets all panels.
    #[inline(always)]
    fn columns_to_tiles<S: Simd, const ROWS: usize>(
        &mut self,
        s: S,
        tiles: &mut Buffer,
        whole: usize,
    ) {
        let k = self.b.k;
        tiles.resize(ROWS * k + MAX_LANES);
        for r in (0..whole).step_by(ROWS) {
            let from = &self.a.values[r * self.a.row..];
            for p in 0..k {
                for i in (0..ROWS).step_by(S::LANES) {
                    let values = s.load_head(&from[p * self.a.step + i..], 0.0);
                    s.store(&mut tiles[p * ROWS + i..], values);
                }
            }
            for panel in 0..self.b.n.div_ceil(PANEL) {
                self.meet::<S, ROWS>(s, tiles, panel, r);
            }
        }
    }

    /// The product of a tile, whose first row is row `r`, with a panel.
    #[inline(always)]
    fn meet<S: Simd, const ROWS: usize>(
        &mut self,
        s: S,
        tile_of_a: &[f32],
        panel: usize,
        r: usize,
    ) {
        let k = self.b.k;
        let b = &self.b.values.padded()[panel * k * PANEL..][..k * PANEL];
        let (stride, c) = (self.out.stride, &mut self.out.values[r * self.out.stride..]);
        assert!(tile_of_a.len() >= k * ROWS);
        let mut column = panel * PANEL;
        let end = self.b.n.min(column + PANEL);
        while column < end {
            let width = (end - column).min(2 * S::LANES);
            assert!(c.len() >= (ROWS - 1) * stride + column + width);
            let place = Place {
                k,
                a: tile_of_a.as_ptr(),
                row: 1,
                step: ROWS,
                b: b.as_ptr().wrapping_add(column - panel * PANEL),
                b_stride: PANEL,
                c: c.as_mut_ptr().wrapping_add(column),
                c_stride: stride,
                width,
            };
            let start = match self.out.start {
                Start::Row(row) => Start::Row(&row[column..]),
                other => other,
            };
            // SAFETY: the lengths were checked above; a panel's rows are whole vectors.
            #[allow(unsafe_code)]
            unsafe {
                if width > S::LANES {
                    tile::<S, ROWS, 2, true>(s, place, start);
                } else {
                    tile::<S, ROWS, 1, true>(s, place, start);
                }
            }
            column += width;
        }
    }

    /// The rows from `first` on, which fill no tile.
    #[inline(always)]
    fn rest<S: Simd>(self, s: S, first: usize) {
        let (k, n) = (self.b.k, self.b.n);
        for column in (0..n).step_by(PANEL) {
            let width = PANEL.min(n - column);
            let left = Left {
                values: &self.a.values[(first * self.a.row).min(self.a.values.len())..],
                ..self.a
            };
            let right = Right {
                values: &self.b.values.padded()[column * k..],
                stride: PANEL,
            };
            let out = Out {
                values: &mut self.out.values[first * self.out.stride + column..],
                stride: self.out.stride,
                start: match self.out.start {
                    Start::Row(row) => Start::Row(&row[column..]),
                    other => other,
                },
            };
            multiply(s, (self.m - first, k, width), left, right, out);
        }
    }
}
