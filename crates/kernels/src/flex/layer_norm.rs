//! Layer norm over rows of `D` values, and its gradients.

use super::{
    simd::{Kernel, Simd, dispatch},
    threads,
};
use crate::parts::{Clock, Part};

const EPSILON: f32 = 1e-5;
/// Values per thread's turn, at least.
const FEWEST: usize = 1 << 15;

/// `(x − µ)/√(σ² + ε) · gamma + beta` for every row of `x [rows, D]`.
pub(crate) fn forward(x: &[f32], gamma: &[f32], beta: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; x.len()];
    let share = share(x.len(), gamma.len());
    let items = x.chunks(share).zip(out.chunks_mut(share)).collect();
    threads::for_each(items, |(x, out)| {
        dispatch(Forward {
            x,
            gamma,
            beta,
            out,
        });
    });
    out
}

/// Gradients of `x [rows, D]`, `gamma [D]` and `beta [D]` from that of the output, `dy [rows, D]`.
pub(crate) fn backward(x: &[f32], gamma: &[f32], dy: &[f32]) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    let mut dx = vec![0.0; x.len()];
    let share = share(x.len(), gamma.len());
    let inputs = x.chunks(share).zip(dy.chunks(share));
    let items = inputs
        .zip(dx.chunks_mut(share))
        .map(|((x, dy), dx)| Backward { x, gamma, dy, dx })
        .collect();
    let mut dgamma = vec![0.0; gamma.len()];
    let mut dbeta = vec![0.0; gamma.len()];
    for (more_gamma, more_beta) in threads::map(items, dispatch) {
        for i in 0..gamma.len() {
            dgamma[i] += more_gamma[i];
            dbeta[i] += more_beta[i];
        }
    }
    (dx, dgamma, dbeta)
}

/// Values per turn: whole rows, four turns for each thread if there is enough to do.
fn share(len: usize, width: usize) -> usize {
    let rows = len / width.max(1);
    let turns = (4 * threads::threads()).min(len.div_ceil(FEWEST)).max(1);
    rows.div_ceil(turns).max(1) * width.max(1)
}

struct Forward<'a> {
    x: &'a [f32],
    gamma: &'a [f32],
    beta: &'a [f32],
    out: &'a mut [f32],
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let mut clock = Clock::start();
        let d = self.gamma.len();
        for (x, out) in self.x.chunks_exact(d).zip(self.out.chunks_exact_mut(d)) {
            row(s, x, self.gamma, self.beta, out);
        }
        clock.was(Part::Elementwise);
    }
}

/// Layer norm of one row.
#[inline(always)]
pub(crate) fn row<S: Simd>(s: S, x: &[f32], gamma: &[f32], beta: &[f32], out: &mut [f32]) {
    let (mean, inverse) = moments(s, x);
    let (mean, inverse) = (s.splat(mean), s.splat(inverse));
    let values = x.chunks(S::LANES).zip(out.chunks_mut(S::LANES));
    let affine = gamma.chunks(S::LANES).zip(beta.chunks(S::LANES));
    for ((x, out), (gamma, beta)) in values.zip(affine) {
        let normed = s.mul(s.sub(s.load_head(x, 0.0), mean), inverse);
        s.store_head(
            out,
            s.fma(normed, s.load_head(gamma, 0.0), s.load_head(beta, 0.0)),
        );
    }
}

/// Mean, and one over the standard deviation.
#[inline(always)]
fn moments<S: Simd>(s: S, x: &[f32]) -> (f32, f32) {
    let mut sum = s.splat(0.0);
    for x in x.chunks(S::LANES) {
        sum = s.add(sum, s.load_head(x, 0.0));
    }
    let mean = s.sum(sum) / x.len() as f32;
    let middle = s.splat(mean);
    let mut squares = s.splat(0.0);
    for x in x.chunks(S::LANES) {
        // Lanes beyond the end count nothing.
        let x = s.sub(s.load_head(x, mean), middle);
        squares = s.fma(x, x, squares);
    }
    let variance = s.sum(squares) / x.len() as f32;
    (mean, 1.0 / (variance + EPSILON).sqrt())
}

struct Backward<'a> {
    x: &'a [f32],
    gamma: &'a [f32],
    dy: &'a [f32],
    dx: &'a mut [f32],
}

impl Kernel for Backward<'_> {
    /// This share's sums for gamma and beta.
    type Output = (Vec<f32>, Vec<f32>);

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        let mut clock = Clock::start();
        let d = self.gamma.len();
        let mut dgamma = vec![0.0; d];
        let mut dbeta = vec![0.0; d];
        let rows = self.x.chunks_exact(d).zip(self.dy.chunks_exact(d));
        for ((x, dy), dx) in rows.zip(self.dx.chunks_exact_mut(d)) {
            row_backward(s, x, self.gamma, dy, dx, (&mut dgamma, &mut dbeta));
        }
        clock.was(Part::Elementwise);
        (dgamma, dbeta)
    }
}

/// Gradient of one row; adds to those of gamma and beta.
#[inline(always)]
pub(crate) fn row_backward<S: Simd>(
    s: S,
    x: &[f32],
    gamma: &[f32],
    dy: &[f32],
    dx: &mut [f32],
    (dgamma, dbeta): (&mut [f32], &mut [f32]),
) {
    let (mean, inverse) = moments(s, x);
    let (middle, scale) = (s.splat(mean), s.splat(inverse));
    let (mut total, mut along) = (s.splat(0.0), s.splat(0.0));
    let sums = dgamma.chunks_mut(S::LANES).zip(dbeta.chunks_mut(S::LANES));
    let rows = x
        .chunks(S::LANES)
        .zip(dy.chunks(S::LANES))
        .zip(gamma.chunks(S::LANES));
    for (((x, dy), gamma), (dgamma, dbeta)) in rows.zip(sums) {
        let (dy, normed) = (
            s.load_head(dy, 0.0),
            s.mul(s.sub(s.load_head(x, mean), middle), scale),
        );
        s.store_head(dgamma, s.fma(dy, normed, s.load_head(dgamma, 0.0)));
        s.store_head(dbeta, s.add(dy, s.load_head(dbeta, 0.0)));
        let dnormed = s.mul(dy, s.load_head(gamma, 0.0));
        total = s.add(total, dnormed);
        along = s.fma(dnormed, normed, along);
    }
    let count = x.len() as f32;
    let (total, along) = (s.splat(s.sum(total) / count), s.splat(s.sum(along) / count));
    let rows = x
        .chunks(S::LANES)
        .zip(dy.chunks(S::LANES))
        .zip(gamma.chunks(S::LANES));
    for (((x, dy), gamma), dx) in rows.zip(dx.chunks_mut(S::LANES)) {
        let normed = s.mul(s.sub(s.load_head(x, mean), middle), scale);
        let dnormed = s.mul(s.load_head(dy, 0.0), s.load_head(gamma, 0.0));
        let spread = s.nfma(normed, along, s.sub(dnormed, total));
        s.store_head(dx, s.mul(scale, spread));
    }
}
