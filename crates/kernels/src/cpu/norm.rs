//! Layer norm without gain and shift (they are in the weights behind it), QK-norm, softmax.

use crate::flex::math::exp;
use crate::flex::simd::{Kernel, Simd};

const LAYER_NORM_EPSILON: f32 = 1e-5;
const QK_EPSILON: f32 = 1e-6;

/// `(x − µ)/√(σ² + ε)` of every row of `x`.
pub(super) struct Normalise<'a> {
    pub(super) x: &'a [f32],
    pub(super) out: &'a mut [f32],
    pub(super) width: usize,
}

impl Kernel for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let rows = self.x.chunks_exact(self.width);
        for (x, out) in rows.zip(self.out.chunks_exact_mut(self.width)) {
            let count = x.len() as f32;
            let mut sum = s.splat(0.0);
            for x in x.chunks(S::LANES) {
                sum = s.add(sum, s.load_head(x, 0.0));
            }
            let mean = s.sum(sum) / count;
            let middle = s.splat(mean);
            let mut squares = s.splat(0.0);
            for x in x.chunks(S::LANES) {
                // Lanes beyond the end count nothing.
                let x = s.sub(s.load_head(x, mean), middle);
                squares = s.fma(x, x, squares);
            }
            let scale = s.splat(1.0 / (s.sum(squares) / count + LAYER_NORM_EPSILON).sqrt());
            for (x, out) in x.chunks(S::LANES).zip(out.chunks_mut(S::LANES)) {
                s.store_head(out, s.mul(s.sub(s.load_head(x, 0.0), middle), scale));
            }
        }
    }
}

/// QK-norm of one head: `x / √(mean of squares + ε) · gain · factor`.
#[inline(always)]
pub(super) fn qk_norm<S: Simd>(s: S, x: &[f32], gain: &[f32], factor: f32, out: &mut [f32]) {
    let mut squares = s.splat(0.0);
    for x in x.chunks(S::LANES) {
        let x = s.load_head(x, 0.0);
        squares = s.fma(x, x, squares);
    }
    let scale = factor / (s.sum(squares) / x.len() as f32 + QK_EPSILON).sqrt();
    let scale = s.splat(scale);
    let values = x.chunks(S::LANES).zip(gain.chunks(S::LANES));
    for ((x, gain), out) in values.zip(out.chunks_mut(S::LANES)) {
        let scaled = s.mul(s.load_head(x, 0.0), scale);
        s.store_head(out, s.mul(scaled, s.load_head(gain, 0.0)));
    }
}

/// `x = e^(x − max x)`; returns one over the sum.
#[inline(always)]
pub(super) fn softmax<S: Simd>(s: S, x: &mut [f32]) -> f32 {
    let mut top = s.splat(f32::MIN);
    for x in x.chunks(S::LANES) {
        top = s.max(top, s.load_head(x, f32::MIN));
    }
    let top = s.splat(s.greatest(top));
    let mut sum = s.splat(0.0);
    for x in x.chunks_mut(S::LANES) {
        let power = exp(s, s.sub(s.load_head(x, f32::MIN), top));
        s.store_head(x, power);
        let whole = x.len() >= S::LANES;
        // Lanes beyond the end count nothing.
        sum = s.add(sum, if whole { power } else { s.load_head(x, 0.0) });
    }
    1.0 / s.sum(sum)
}
