//! Losses of training, in one pass over what they compare on the CPU.

use burn::tensor::{Tensor, activation::sigmoid};

use crate::parameters::{Affine, CodeTargets};
use crate::{flex, path, plain};

/// A head that predicts one of `K` codes for every token, `x [B, T, N, D]`, and its loss: the mean
/// cross-entropy of the logits `x W + b` against `targets`, and the share of tokens whose likeliest
/// code is the right one (without a gradient); `[1]` each. Both are weighted means over the tokens
/// that count.
///
/// # Panics
/// If `x` doesn't fit the head, or the targets aren't one for each token, all below `K`, with weights
/// that add up to more than 0.
pub fn head_loss(x: Tensor<4>, head: &Affine, targets: CodeTargets) -> (Tensor<1>, Tensor<1>) {
    let [b, t, n, d] = x.dims();
    let [inputs, codes] = head.weight.dims();
    assert_eq!(d, inputs, "x's last dimension must be the head's first");
    assert_eq!(head.bias.dims(), [codes], "one bias for each code");
    assert_eq!(targets.codes.len(), b * t * n, "one target for each token");
    assert_eq!(
        targets.weights.len(),
        b * t * n,
        "one weight for each token"
    );
    let valid = |&code: &i32| usize::try_from(code).is_ok_and(|code| code < codes);
    assert!(targets.codes.iter().all(valid), "a target is no code");
    assert!(
        targets.weights.iter().sum::<f32>() > 0.0,
        "no token counts: there is no mean"
    );
    if path::flex(&x) && path::flex(&head.weight) && path::flex(&head.bias) {
        return flex::head_loss_and_accuracy(x, head, targets);
    }
    plain::head_loss(x, head, &targets)
}

/// The mean squared difference of each frame of `x [B, T, N, P]` from `target`: `[B, T]`. Has no
/// gradient for `target`.
///
/// # Panics
/// If the shapes differ.
pub fn squared_errors(x: Tensor<4>, target: Tensor<4>) -> Tensor<2> {
    assert_eq!(x.dims(), target.dims(), "only equal shapes can be compared");
    if path::flex(&x) && path::flex(&target) {
        return flex::errors_of_frames(x, target, false);
    }
    plain::squared_errors(x, target)
}

/// [`squared_errors`] of the sigmoid of `x`.
///
/// # Panics
/// As [`squared_errors`].
pub fn sigmoid_squared_errors(x: Tensor<4>, target: Tensor<4>) -> Tensor<2> {
    assert_eq!(x.dims(), target.dims(), "only equal shapes can be compared");
    if path::flex(&x) && path::flex(&target) {
        return flex::errors_of_frames(x, target, true);
    }
    plain::squared_errors(sigmoid(x), target)
}
