//! Mean squared errors of frames, of values or of their sigmoids, and the gradient.

use super::{
    math,
    simd::{Kernel, Simd, dispatch},
    threads,
};

/// The mean squared difference of every `len` values of `x`, or of their sigmoids, from `target`.
pub(crate) fn forward(x: &[f32], target: &[f32], len: usize, squash: bool) -> Vec<f32> {
    let frames = x.chunks_exact(len).zip(target.chunks_exact(len));
    let items = frames.map(|(x, target)| Forward { x, target, squash });
    threads::map(threads::turns(items.collect()), |frames| {
        frames.into_iter().map(dispatch).collect::<Vec<f32>>()
    })
    .concat()
}

/// The gradient of `x`, from that of each mean.
pub(crate) fn backward(x: &[f32], target: &[f32], dy: &[f32], squash: bool) -> Vec<f32> {
    let len = x.len() / dy.len().max(1);
    let mut dx = vec![0.0; x.len()];
    let inputs = x.chunks_exact(len).zip(target.chunks_exact(len));
    let items = inputs
        .zip(dx.chunks_exact_mut(len).zip(dy))
        .map(|((x, target), (dx, dy))| Backward {
            x,
            target,
            dx,
            scale: 2.0 * dy / len as f32,
            squash,
        });
    threads::for_each(threads::turns(items.collect()), |frames| {
        frames.into_iter().for_each(dispatch);
    });
    dx
}

struct Forward<'a> {
    x: &'a [f32],
    target: &'a [f32],
    squash: bool,
}

impl Kernel for Forward<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> f32 {
        let mut total = s.splat(0.0);
        let values = self.x.chunks(S::LANES).zip(self.target.chunks(S::LANES));
        for (x, target) in values {
            let mut x = s.load_head(x, 0.0);
            // Lanes beyond the end count nothing: the sigmoid of 0 is exactly a half.
            let mut beyond = 0.0;
            if self.squash {
                x = sigmoid(s, x);
                beyond = 0.5;
            }
            let target = s.load_head(target, beyond);
            let error = s.sub(x, target);
            total = s.fma(error, error, total);
        }
        s.sum(total) / self.x.len() as f32
    }
}

struct Backward<'a> {
    x: &'a [f32],
    target: &'a [f32],
    dx: &'a mut [f32],
    /// `2 dy / len`
    scale: f32,
    squash: bool,
}

impl Kernel for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let scale = s.splat(self.scale);
        let inputs = self.x.chunks(S::LANES).zip(self.target.chunks(S::LANES));
        for ((x, target), dx) in inputs.zip(self.dx.chunks_mut(S::LANES)) {
            let mut x = s.load_head(x, 0.0);
            let mut slope = scale;
            if self.squash {
                x = sigmoid(s, x);
                // σ' = σ (1 − σ)
                slope = s.mul(scale, s.nfma(x, x, x));
            }
            let error = s.sub(x, s.load_head(target, 0.0));
            s.store_head(dx, s.mul(slope, error));
        }
    }
}

#[inline(always)]
fn sigmoid<S: Simd>(s: S, x: S::V) -> S::V {
    let one = s.splat(1.0);
    let e = math::exp(s, s.sub(s.splat(0.0), x));
    s.div(one, s.add(one, e))
}
