//! A linear layer inside a larger one: its weight, ready for both directions, and its gradients.

use crate::flex::{
    gemm::{Left, Out, Panels, Start, multiply_panels},
    linear::{Sizes, panels},
    simd::Simd,
    threads,
};

/// A linear layer's parameters: `w [in, out]`, `b [out]`.
#[derive(Clone, Copy)]
pub(crate) struct Linear<'a> {
    pub(crate) w: &'a [f32],
    pub(crate) b: &'a [f32],
}

/// A weight in panels.
pub(super) struct Weight<'a> {
    panels: Panels,
    b: &'a [f32],
    sizes: Sizes,
}

impl<'a> Weight<'a> {
    /// For [`forward`](Self::forward).
    pub(super) fn new(linear: Linear<'a>) -> Self {
        Self::with(linear, false)
    }

    /// For [`backward`](Self::backward).
    pub(super) fn transposed(linear: Linear<'a>) -> Self {
        Self::with(linear, true)
    }

    fn with(linear: Linear<'a>, transposed: bool) -> Self {
        let outputs = linear.b.len();
        let sizes = Sizes {
            inputs: linear.w.len() / outputs.max(1),
            outputs,
        };
        Self {
            panels: panels(linear.w, sizes, transposed),
            b: linear.b,
            sizes,
        }
    }

    /// `y = x W + b` for `m` rows.
    #[inline(always)]
    pub(super) fn forward<S: Simd>(&self, s: S, m: usize, x: &[f32], y: &mut [f32]) {
        let left = rows(x, self.sizes.inputs);
        let out = Out {
            values: y,
            stride: self.sizes.outputs,
            start: Start::Row(self.b),
        };
        multiply_panels(s, m, left, &self.panels, out);
    }

    /// `dx = dy Wᵀ` for `m` rows.
    #[inline(always)]
    pub(super) fn backward<S: Simd>(&self, s: S, m: usize, dy: &[f32], dx: &mut [f32]) {
        let left = rows(dy, self.sizes.outputs);
        let out = Out {
            values: dx,
            stride: self.sizes.inputs,
            start: Start::Zero,
        };
        multiply_panels(s, m, left, &self.panels, out);
    }

    /// Inputs and outputs.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.sizes.inputs, self.sizes.outputs)
    }

    /// Gradients of zero.
    pub(super) fn zeros(&self) -> Sums {
        Sums {
            w: vec![0.0; self.sizes.inputs * self.sizes.outputs],
            b: vec![0.0; self.sizes.outputs],
        }
    }
}

#[inline(always)]
fn rows(values: &[f32], width: usize) -> Left<'_> {
    Left {
        values,
        row: width,
        step: 1,
    }
}

/// Sums of a linear layer's gradients.
pub(crate) struct Sums {
    pub(crate) w: Vec<f32>,
    pub(crate) b: Vec<f32>,
}

impl Sums {
    /// Adds those of `m` rows. `panels` is scratch.
    #[inline(always)]
    pub(super) fn add<S: Simd>(
        &mut self,
        s: S,
        m: usize,
        x: &[f32],
        dy: &[f32],
        panels: &mut Panels,
    ) {
        let outputs = self.b.len();
        let inputs = self.w.len() / outputs.max(1);
        for dy in dy[..m * outputs].chunks_exact(outputs) {
            for (b, dy) in self.b.chunks_mut(S::LANES).zip(dy.chunks(S::LANES)) {
                s.store_head(b, s.add(s.load_head(b, 0.0), s.load_head(dy, 0.0)));
            }
        }
        panels.fill(s, dy, m, outputs, outputs);
        let left = Left {
            values: x,
            row: 1,
            step: inputs,
        };
        let out = Out {
            values: &mut self.w,
            stride: outputs,
            start: Start::Sum,
        };
        multiply_panels(s, inputs, left, panels, out);
    }

    /// Adds those of other turns.
    pub(super) fn add_all<'a>(&mut self, others: impl Iterator<Item = &'a Self> + Clone) {
        threads::add_all(&mut self.w, others.clone().map(|other| &other.w[..]));
        threads::add_all(&mut self.b, others.map(|other| &other.b[..]));
    }
}

/// Adds gradients of layer norms' gains and shifts to `sum`.
pub(super) fn add_norms<'a>(
    sum: &mut (Vec<f32>, Vec<f32>),
    others: impl Iterator<Item = &'a (Vec<f32>, Vec<f32>)> + Clone,
) {
    threads::add_all(&mut sum.0, others.clone().map(|other| &other.0[..]));
    threads::add_all(&mut sum.1, others.map(|other| &other.1[..]));
}
