//! Layer norm and GELU: the public functions, and which path each takes.

use burn::tensor::Tensor;

#[cfg(not(target_family = "wasm"))]
use crate::wgsl;
use crate::{flex, path, plain};

/// Layer norm over the last dimension of `x [B, T, N, D]`, with gain and shift `[D]`.
///
/// # Panics
/// If gain or shift isn't as long as `x`'s last dimension.
pub fn layer_norm(x: Tensor<4>, gamma: &Tensor<1>, beta: &Tensor<1>) -> Tensor<4> {
    let [_, _, _, d] = x.dims();
    assert_eq!(
        gamma.dims(),
        [d],
        "gamma must be as long as x's last dimension"
    );
    assert_eq!(
        beta.dims(),
        [d],
        "beta must be as long as x's last dimension"
    );
    #[cfg(not(target_family = "wasm"))]
    if d.is_multiple_of(4) && path::wgsl(&x) && path::wgsl(gamma) && path::wgsl(beta) {
        return wgsl::layer_norm(x, gamma, beta);
    }
    if path::flex(&x) && path::flex(gamma) && path::flex(beta) {
        return flex::layer_norm(x, gamma, beta);
    }
    plain::layer_norm(x, gamma, beta)
}

/// GELU in its tanh form, `[B, T, N, D]`.
pub fn gelu(x: Tensor<4>) -> Tensor<4> {
    #[cfg(not(target_family = "wasm"))]
    if x.shape().num_elements().is_multiple_of(4) && path::wgsl(&x) {
        return wgsl::gelu(x);
    }
    if path::flex(&x) {
        return flex::gelu(x);
    }
    plain::gelu(x)
}
