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
    s.mul(x, gate(s, x).0)
}

/// [`gelu`] and its derivative.
#[inline(always)]
pub(crate) fn gelu_and_slope<S: Simd>(s: S, x: S::V) -> (S::V, S::V) {
    let (gate, rest) = gate(s, x);
    let value = s.mul(x, gate);
    let square = s.mul(x, x);
    let du = s.fma(
        square,
        s.splat(6.0 * GELU_SLOPE * GELU_CUBE),
        s.splat(2.0 * GELU_SLOPE),
    );
    // σ' = σ (1 − σ)
    (value, s.fma(s.mul(value, rest), du, gate))
}

/// `σ(2u)` of [`gelu`], and `1 − σ(2u)` to all its digits.
#[inline(always)]
fn gate<S: Simd>(s: S, x: S::V) -> (S::V, S::V) {
    let square = s.mul(x, x);
    let per_x = s.fma(
        square,
        s.splat(-2.0 * GELU_SLOPE * GELU_CUBE),
        s.splat(-2.0 * GELU_SLOPE),
    );
    let one = s.splat(1.0);
    let e = exp(s, s.mul(x, per_x));
    let gate = s.div(one, s.add(one, e));
    (gate, s.mul(e, gate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flex::simd::{Kernel, tests::on_all};

    #[derive(Clone)]
    struct All(Vec<f32>);

    impl Kernel for All {
        /// `e^x`, GELU, that and its derivative.
        type Output = [Vec<f32>; 4];

        #[inline(always)]
        fn run<S: Simd>(self, s: S) -> Self::Output {
            let mut out = [0, 1, 2, 3].map(|_| vec![0.0; self.0.len()]);
            for at in (0..self.0.len()).step_by(S::LANES) {
                let x = s.load_head(&self.0[at..], 0.0);
                let (value, slope) = gelu_and_slope(s, x);
                s.store_head(&mut out[0][at..], exp(s, x));
                s.store_head(&mut out[1][at..], gelu(s, x));
                s.store_head(&mut out[2][at..], value);
                s.store_head(&mut out[3][at..], slope);
            }
            out
        }
    }

    #[test]
    fn right_to_six_digits() {
        let x: Vec<f32> = (-8000..8001).map(|i| i as f32 * 0.001).collect();
        for [exps, alone, values, slopes] in on_all(All(x.clone())) {
            for (i, &x) in x.iter().enumerate() {
                let x = f64::from(x);
                let close = |a: f32, b: f64, size: f64, digits: f64| {
                    assert!((f64::from(a) - b).abs() < digits * size, "{x}: {a} {b}");
                };
                close(exps[i], x.exp(), x.exp(), 3e-7);
                let c = (2.0 / std::f64::consts::PI).sqrt();
                let tanh = (c * (x + 0.044_715 * x.powi(3))).tanh();
                let value = 0.5 * x * (1.0 + tanh);
                close(alone[i], value, value.abs() + 1e-3, 1e-6);
                assert_eq!(alone[i], values[i]);
                let inner = c * (1.0 + 3.0 * 0.044_715 * x * x);
                let slope = 0.5 * (1.0 + tanh) + 0.5 * x * (1.0 - tanh * tanh) * inner;
                close(slopes[i], slope, 1.0, 1e-6);
            }
        }
    }

    #[test]
    fn exp_of_extremes_is_finite() {
        let x = vec![f32::MIN, -1e4, -88.0, 0.0, 88.0, 1e4, f32::MAX];
        for [exps, ..] in on_all(All(x)) {
            assert!(exps.iter().all(|e| e.is_finite() && *e >= 0.0), "{exps:?}");
            assert!(exps[0] < 1e-37 && exps[3] == 1.0);
        }
    }
}
