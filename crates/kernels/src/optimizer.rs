//! One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101).

use burn::tensor::Tensor;

use crate::parameters::{AdamW, Moments};
use crate::{flex, path, plain};

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

/// The sum of the squares of `x`, without autodiff: `[1]`.
pub fn sum_of_squares(x: Tensor<1>) -> Tensor<1> {
    if path::flex(&x) && !x.device().is_autodiff() {
        return flex::sum_of_squares(x);
    }
    x.square().sum()
}
