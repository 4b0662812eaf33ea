//! The linear layer: the public function, and which path it takes.

use burn::tensor::Tensor;

use crate::plain;

/// `x W + b`: `x [B, T, N, in]`, `w [in, out]`, `b [out]` → `[B, T, N, out]`.
///
/// # Panics
/// If `x`'s last dimension isn't `in`, or `b`'s isn't `out`.
pub fn linear(x: Tensor<4>, w: &Tensor<2>, b: &Tensor<1>) -> Tensor<4> {
    check(&x, w, b);
    plain::linear(x, w, b)
}

/// [`gelu`](crate::gelu) of [`linear`], which training does in one go.
///
/// # Panics
/// As [`linear`].
pub fn linear_gelu(x: Tensor<4>, w: &Tensor<2>, b: &Tensor<1>) -> Tensor<4> {
    check(&x, w, b);
    plain::gelu(plain::linear(x, w, b))
}

fn check(x: &Tensor<4>, w: &Tensor<2>, b: &Tensor<1>) {
    let [inputs, outputs] = w.dims();
    assert_eq!(x.dims()[3], inputs, "x's last dimension must be w's first");
    assert_eq!(b.dims(), [outputs], "b must be as long as w's last dimension");
}
