//! One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101).

use burn::tensor::Tensor;

use crate::{flex, path, plain};

/// What a step of AdamW depends on.
#[derive(Clone, Copy, Debug)]
pub struct AdamW {
    /// Learning rate.
    pub rate: f32,
    /// Decay of the gradient's mean.
    pub beta1: f32,
    /// Decay of its square's mean.
    pub beta2: f32,
    /// `1 − β₁^t`
    pub correction1: f32,
    /// `1 − β₂^t`
    pub correction2: f32,
    /// Keeps the divisor from 0.
    pub epsilon: f32,
    /// Decoupled weight decay.
    pub decay: f32,
    /// The gradient is multiplied by this first.
    pub scale: f32,
}

/// What AdamW remembers of each weight.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Mean of the gradient.
    pub first: Tensor<1>,
    /// Mean of its square.
    pub second: Tensor<1>,
}

/// `weights` and `moments` after a step against `gradient`; all of one length, without autodiff.
/// On the CPU this writes in place what nobody else holds.
///
/// # Panics
/// If the lengths differ.
pub fn adamw(
    weights: Tensor<1>,
    gradient: Tensor<1>,
    moments: Moments,
    step: &AdamW,
) -> (Tensor<1>, Moments) {
    for other in [&gradient, &moments.first, &moments.second] {
        assert_eq!(
            weights.dims(),
            other.dims(),
            "weights, gradient and moments differ in length"
        );
    }
    let all = [&weights, &gradient, &moments.first, &moments.second];
    if all.into_iter().all(path::flex) && !weights.device().is_autodiff() {
        return flex::adamw(weights, gradient, moments, *step);
    }
    plain::adamw(weights, gradient, moments, step)
}
