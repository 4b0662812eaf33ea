//! Right-hand matrices as the tiles read them.

use crate::flex::simd::Simd;

/// A matrix `[k, n]` in panels of two vectors of columns, `[n / (2·LANES)][k][2·LANES]`: read from front to
/// back. Columns beyond `n` are zeros.
#[derive(Clone, Debug, Default)]
pub(super) struct Panels {
    pub(super) k: usize,
    pub(super) n: usize,
    /// Columns of a panel.
    pub(super) width: usize,
    pub(super) values: Vec<f32>,
}

impl Panels {
    /// Makes room for `[k, n]`; what was there is lost.
    pub(super) fn resize<S: Simd>(&mut self, _: S, k: usize, n: usize) {
        let width = 2 * S::LANES;
        if (self.k, self.n, self.width) != (k, n, width) {
            *self = Self {
                k,
                n,
                width,
                values: vec![0.0; k * n.next_multiple_of(width)],
            };
        }
    }

    /// Overwrites row `row` with `values [n]`.
    pub(super) fn set_row(&mut self, row: usize, values: &[f32]) {
        let (width, size) = (self.width, self.k * self.width);
        for (panel, from) in values[..self.n].chunks(width).enumerate() {
            let to = panel * size + row * width;
            self.values[to..to + from.len()].copy_from_slice(from);
        }
    }

    /// Overwrites column `column` with `values [k]`.
    pub(super) fn set_column(&mut self, column: usize, values: &[f32]) {
        let (width, size) = (self.width, self.k * self.width);
        let panel = &mut self.values[column / width * size..][..size];
        let to = panel[column % width..].iter_mut().step_by(width);
        for (to, from) in to.zip(&values[..self.k]) {
            *to = *from;
        }
    }
}
