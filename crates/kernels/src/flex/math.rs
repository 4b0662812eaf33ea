//! Exponentials on vectors, right to about 1e-7 of their value.

use super::simd::Simd;

/// `√(2/π)`, of GELU's tanh form.
const GELU_SLOPE: f32 = 0.797_884_6;
/// The cubic term of GELU's tanh form.
const GELU_CUBE: f32 = 0.044_715;

/// `e^x`. Below −87 it returns the smallest normal numbers instead of zero, above 88 it stops growing.
#[inline(always)]
pub(crate) fn exp<S: Simd>(s: S, x: S::V) -> S::V {
    // Adding this rounds to the nearest integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = s.min(s.max(x, s.splat(-87.0)), s.splat(88.0));
    let t = s.fma(x, s.splat(std::f32::consts::LOG2_E), s.splat(ROUND));
    let n = s.sub(t, s.splat(ROUND));
    // ln 2 in two parts, so that the remainder keeps all its digits.
    let r = s.nfma(n, s.splat(0.693_359_4), x);
    let r = s.nfma(n, s.splat(-2.121_944_4e-4), r);
    let mut p = s.splat(1.987_569_1e-4);
    for c in [
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        5e-1,
    ] {
        p = s.fma(p, r, s.splat(c));
    }
    let p = s.add(s.fma(p, s.mul(r, r), r), s.splat(1.0));
    s.times_exp2(p, t)
}

/// GELU in its tanh form: `x σ(2u)`, `u = √(2/π)(x + 0.044715 x³)`, which equals `x (1 + tanh u) / 2`.
#[inline(always)]
pub(crate) fn gelu<S: Simd>(s: S, x: S::V) -> S::V {
    s.mul(x, gate(s, x))
}

/// [`gelu`] and its derivative.
#[inline(always)]
pub(crate) fn gelu_and_slope<S: Simd>(s: S, x: S::V) -> (S::V, S::V) {
    let gate = gate(s, x);
    let value = s.mul(x, gate);
    let square = s.mul(x, x);
    let du = s.fma(
        square,
        s.splat(6.0 * GELU_SLOPE * GELU_CUBE),
        s.splat(2.0 * GELU_SLOPE),
    );
    // x σ' = x σ (1 − σ)
    let spread = s.nfma(value, gate, value);
    (value, s.fma(spread, du, gate))
}

/// `σ(2u)` of [`gelu`].
#[inline(always)]
fn gate<S: Simd>(s: S, x: S::V) -> S::V {
    let square = s.mul(x, x);
    let per_x = s.fma(
        square,
        s.splat(-2.0 * GELU_SLOPE * GELU_CUBE),
        s.splat(-2.0 * GELU_SLOPE),
    );
    let one = s.splat(1.0);
    s.div(one, s.add(one, exp(s, s.mul(x, per_x))))
}
