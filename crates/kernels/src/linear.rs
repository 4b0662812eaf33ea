//! The linear layer: the public functions, and which path they take.

use burn::tensor::Tensor;

use crate::{flex, path, plain, pointwise::gelu};

/// `x W + b`: `x [B, T, N, in]`, `w [in, out]`, `b [out]` → `[B, T, N, out]`.
///
/// # Panics
/// If `x`'s last dimension isn't `in`, or `b`'s isn't `out`.
pub fn linear(x: Tensor<4>, w: &Tensor<2>, b: &Tensor<1>) -> Tensor<4> {
    check(&x, w, b);
    if takes_flex(&x, w, b) {
        return flex::linear(x, w, b);
    }
    plain::linear(x, w, b)
}

/// [`gelu`] of [`linear`], which training does in one go.
///
/// # Panics
/// As [`linear`].
pub fn linear_gelu(x: Tensor<4>, w: &Tensor<2>, b: &Tensor<1>) -> Tensor<4> {
    check(&x, w, b);
    if takes_flex(&x, w, b) {
        return flex::linear_gelu(x, w, b);
    }
    gelu(plain::linear(x, w, b))
}

fn takes_flex(x: &Tensor<4>, w: &Tensor<2>, b: &Tensor<1>) -> bool {
    path::flex(x) && path::flex(w) && path::flex(b)
}

fn check(x: &Tensor<4>, w: &Tensor<2>, b: &Tensor<1>) {
    let [inputs, outputs] = w.dims();
    assert_eq!(x.dims()[3], inputs, "x's last dimension must be w's first");
    assert_eq!(
        b.dims(),
        [outputs],
        "b must be as long as w's last dimension"
    );
}
