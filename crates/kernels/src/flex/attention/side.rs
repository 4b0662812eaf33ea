//! Queries or keys of one head: QK-norm and rotary time, and their gradients (docs/model.md).
//!
//! They are turned so that tokens lie side by side, `[d, tokens]`: then a norm needs no sum across a
//! vector, and the result is what the product of queries and keys wants.

use crate::flex::{
    buffer::Buffer,
    simd::{MAX_LANES, Simd},
    transpose::transpose,
};

const EPSILON: f32 = 1e-6;

/// What is the same for the queries, or the keys, of all groups.
#[derive(Clone, Copy)]
pub(super) struct Norm<'a> {
    /// Learned gain, `[d]`.
    pub(super) gain: &'a [f32],
    /// The result is multiplied by this.
    pub(super) factor: f32,
}

/// Rotary time: cosines and sines `[d/2, stride]`, one column for each time.
pub(crate) struct Times {
    cos: Buffer,
    sin: Buffer,
    stride: usize,
}

impl Times {
    /// The tables for times `0..frames`.
    pub(super) fn new(frames: usize, d: usize) -> Self {
        let (half, stride) = (d / 2, frames.next_multiple_of(MAX_LANES));
        let (rows_cos, rows_sin) = crate::plain::rotary_tables(frames, d, 0);
        let mut cos = Buffer::zeros(half * stride);
        let mut sin = Buffer::zeros(half * stride);
        for t in 0..frames {
            for i in 0..half {
                cos[i * stride + t] = rows_cos[t * half + i];
                sin[i * stride + t] = rows_sin[t * half + i];
            }
        }
        Self { cos, sin, stride }
    }

    /// Turns the pairs `(x_i, x_{i + d/2})` of every column of `x [d, width]` by the angles of times
    /// `first..`; back, with `direction` −1.
    #[inline(always)]
    pub(super) fn rotate<S: Simd>(
        &self,
        s: S,
        x: &mut [f32],
        width: usize,
        first: usize,
        direction: f32,
    ) {
        let direction = s.splat(direction);
        let half = x.len() / 2;
        let (a, b) = x.split_at_mut(half);
        let pairs = a.chunks_exact_mut(width).zip(b.chunks_exact_mut(width));
        for (i, (a, b)) in pairs.enumerate() {
            let angles = i * self.stride + first;
            let cos = &self.cos.padded()[angles..];
            let sin = &self.sin.padded()[angles..];
            let lanes = a
                .chunks_exact_mut(S::LANES)
                .zip(b.chunks_exact_mut(S::LANES));
            for (c, (a, b)) in lanes.enumerate() {
                let cos = s.load(&cos[c * S::LANES..]);
                let sin = s.mul(direction, s.load(&sin[c * S::LANES..]));
                let (x, y) = (s.load(a), s.load(b));
                s.store(a, s.nfma(y, sin, s.mul(x, cos)));
                s.store(b, s.fma(x, sin, s.mul(y, cos)));
            }
        }
    }
}

/// The queries, or the keys, of one head of one group.
pub(super) struct Side {
    /// Tokens, rounded up to whole vectors.
    pub(super) width: usize,
    /// Normalised without the gain, `[d, width]`.
    unit: Buffer,
    /// `1 / √(mean(x²) + ε)`, `[width]`.
    inverse: Buffer,
    /// The result, `[d, width]`.
    pub(super) out: Buffer,
}

impl Side {
    pub(super) fn new(d: usize, tokens: usize) -> Self {
        let width = tokens.next_multiple_of(MAX_LANES);
        Self {
            width,
            unit: Buffer::zeros(d * width),
            inverse: Buffer::zeros(width),
            out: Buffer::zeros(d * width),
        }
    }

    /// Normalises `x [tokens, d]`, whose rows begin `stride` values apart.
    #[inline(always)]
    pub(super) fn fill<S: Simd>(&mut self, s: S, x: (&[f32], usize), tokens: usize, norm: Norm) {
        let (d, width) = (norm.gain.len(), self.width);
        transpose(s, x, (&mut self.unit, width), (tokens, d), true);
        for c in (0..width).step_by(S::LANES) {
            let mut squares = s.splat(0.0);
            for i in 0..d {
                let x = s.load(&self.unit[i * width + c..]);
                squares = s.fma(x, x, squares);
            }
            let mean = s.fma(squares, s.splat(1.0 / d as f32), s.splat(EPSILON));
            let inverse = s.div(s.splat(1.0), s.sqrt(mean));
            s.store(&mut self.inverse[c..], inverse);
            for (i, gain) in norm.gain.iter().enumerate() {
                let at = i * width + c;
                let unit = s.mul(s.load(&self.unit[at..]), inverse);
                s.store(&mut self.unit[at..], unit);
                s.store(
                    &mut self.out[at..],
                    s.mul(unit, s.splat(gain * norm.factor)),
                );
            }
        }
    }

    /// From the gradient `dy [d, width]` of the result, before rotation, to that of `x`, written over
    /// it. Adds to `dgain`, which has `MAX_LANES` partial sums for each of the `d` gains.
    #[inline(always)]
    pub(super) fn backward<S: Simd>(&self, s: S, dy: &mut [f32], norm: Norm, dgain: &mut [f32]) {
        let (d, width) = (norm.gain.len(), self.width);
        for c in (0..width).step_by(S::LANES) {
            let mut dot = s.splat(0.0);
            for (i, gain) in norm.gain.iter().enumerate() {
                let at = i * width + c;
                let (dy_i, unit) = (s.load(&dy[at..]), s.load(&self.unit[at..]));
                let dunit = s.mul(dy_i, s.splat(gain * norm.factor));
                let dgain = &mut dgain[i * MAX_LANES..];
                let along = s.mul(dy_i, s.splat(norm.factor));
                s.store(dgain, s.fma(along, unit, s.load(dgain)));
                dot = s.fma(dunit, unit, dot);
                s.store(&mut dy[at..], dunit);
            }
            let dot = s.mul(dot, s.splat(1.0 / d as f32));
            let inverse = s.load(&self.inverse[c..]);
            for i in 0..d {
                let at = i * width + c;
                let across = s.nfma(s.load(&self.unit[at..]), dot, s.load(&dy[at..]));
                s.store(&mut dy[at..], s.mul(across, inverse));
            }
        }
    }
}
