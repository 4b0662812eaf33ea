//! Large right-hand matrices.

use crate::flex::{
    buffer::Buffer,
    simd::{MAX_LANES, Simd},
    transpose::transpose,
};

/// Columns of a panel: two of the widest vectors.
pub(super) const PANEL: usize = 2 * MAX_LANES;

/// A right-hand matrix `[k, n]` in panels: `[n / PANEL][k][PANEL]`, with anything beyond `n`.
pub(crate) struct Panels {
    pub(super) k: usize,
    pub(super) n: usize,
    pub(super) values: Buffer,
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
