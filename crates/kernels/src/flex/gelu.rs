//! GELU in its tanh form, and its gradient, for as many values as there are.

use super::{
    math,
    simd::{Kernel, Simd, dispatch},
    threads,
};

/// Values per thread's turn.
const SHARE: usize = 1 << 15;

/// GELU of every value.
pub(crate) fn forward(x: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; x.len()];
    let items = x.chunks(SHARE).zip(out.chunks_mut(SHARE)).collect();
    threads::for_each(items, |(x, out)| dispatch(Forward { x, out }));
    out
}

/// `dy · GELU'(x)` for every value.
pub(crate) fn backward(x: &[f32], dy: &[f32]) -> Vec<f32> {
    let mut dx = vec![0.0; x.len()];
    let inputs = x.chunks(SHARE).zip(dy.chunks(SHARE));
    let items = inputs.zip(dx.chunks_mut(SHARE)).collect();
    threads::for_each(items, |((x, dy), dx)| dispatch(Backward { x, dy, dx }));
    dx
}

struct Forward<'a> {
    x: &'a [f32],
    out: &'a mut [f32],
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        apply(s, self.x, self.out);
    }
}

struct Backward<'a> {
    x: &'a [f32],
    dy: &'a [f32],
    dx: &'a mut [f32],
}

impl Kernel for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        apply_backward(s, self.x, self.dy, self.dx);
    }
}

/// `out = GELU(x)`
#[inline(always)]
pub(crate) fn apply<S: Simd>(s: S, x: &[f32], out: &mut [f32]) {
    for (x, out) in x.chunks(S::LANES).zip(out.chunks_mut(S::LANES)) {
        s.store_head(out, math::gelu(s, s.load_head(x, 0.0)));
    }
}

/// `dx = dy · GELU'(x)`
#[inline(always)]
pub(crate) fn apply_backward<S: Simd>(s: S, x: &[f32], dy: &[f32], dx: &mut [f32]) {
    let inputs = x.chunks(S::LANES).zip(dy.chunks(S::LANES));
    for ((x, dy), dx) in inputs.zip(dx.chunks_mut(S::LANES)) {
        let (_, slope) = math::gelu_and_slope(s, s.load_head(x, 0.0));
        s.store_head(dx, s.mul(slope, s.load_head(dy, 0.0)));
    }
}

/// `x = GELU(x)`
#[inline(always)]
pub(crate) fn apply_here<S: Simd>(s: S, x: &mut [f32]) {
    for x in x.chunks_mut(S::LANES) {
        s.store_head(x, math::gelu(s, s.load_head(x, 0.0)));
    }
}

/// `out = GELU(x)`, `dy = dy · GELU'(x)`
#[inline(always)]
pub(crate) fn both<S: Simd>(s: S, x: &[f32], dy: &mut [f32], out: &mut [f32]) {
    let outputs = dy.chunks_mut(S::LANES).zip(out.chunks_mut(S::LANES));
    for (x, (dy, out)) in x.chunks(S::LANES).zip(outputs) {
        let (value, slope) = math::gelu_and_slope(s, s.load_head(x, 0.0));
        s.store_head(out, value);
        s.store_head(dy, s.mul(slope, s.load_head(dy, 0.0)));
    }
}
