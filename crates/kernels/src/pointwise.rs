//! Layer norm and GELU: the public functions, and which path each takes.

use burn::tensor::Tensor;

use crate::plain;

/// Layer norm over the last dimension of `x [B, T, N, D]`, with gain and shift `[D]`.
pub fn layer_norm(x: Tensor<4>, gamma: &Tensor<1>, beta: &Tensor<1>) -> Tensor<4> {
    plain::layer_norm(x, gamma, beta)
}

/// GELU in its tanh form, `[B, T, N, D]`.
pub fn gelu(x: Tensor<4>) -> Tensor<4> {
    plain::gelu(x)
}
