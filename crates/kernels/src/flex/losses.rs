//! The fused losses as operations of burn's CPU backend.

// The trait is burn's way of adding operations; only this crate calls it.
#![allow(missing_docs)]

use std::sync::Arc;

use burn::backend::{Backend, Dispatch, Flex, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

use super::{
    errors,
    layers::{Linear, head},
    ops::{Cpu, dims, ordered, tensor, values},
};
use crate::parameters::{Affine, CodeTargets};

#[backend_extension(Flex, Autodiff: cfg(not(target_family = "wasm")))]
pub trait LossOps: Backend {
    /// Cross-entropy and accuracy of a head, `[2]`; only the first has a gradient. `x [.., D]`,
    /// `w [D, K]`, `b [K]`.
    fn fused_head_loss(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
        targets: Arc<CodeTargets>,
    ) -> FloatTensor<Self>;

    /// `x [B, T, ..]`, `target` likewise → `[B, T]`. Has no gradient for `target`.
    fn fused_squared_errors(
        x: FloatTensor<Self>,
        target: FloatTensor<Self>,
        squash: bool,
    ) -> FloatTensor<Self>;
}

impl LossOps for Flex {
    fn fused_head_loss(x: Cpu, w: Cpu, b: Cpu, targets: Arc<CodeTargets>) -> Cpu {
        let (x, w, b) = (ordered(x), ordered(w), ordered(b));
        head_loss(&x, &w, &b, &targets, false).0
    }

    fn fused_squared_errors(x: Cpu, target: Cpu, squash: bool) -> Cpu {
        let (x, target) = (ordered(x), ordered(target));
        squared_errors(&x, &target, squash)
    }
}

/// Loss and accuracy `[2]` of [`ordered`] tensors; with `train`, also the gradients of the loss.
pub(super) fn head_loss(
    x: &Cpu,
    w: &Cpu,
    b: &Cpu,
    targets: &CodeTargets,
    train: bool,
) -> (Cpu, Option<head::Gradients>) {
    let head = Linear {
        w: values(w),
        b: values(b),
    };
    let targets = head::Targets {
        codes: &targets.codes,
        weights: &targets.weights,
    };
    let (score, gradients) = head::forward(values(x), head, targets, train);
    (tensor(vec![score.loss, score.accuracy], vec![2]), gradients)
}

/// The errors `[B, T]` of [`ordered`] tensors.
pub(super) fn squared_errors(x: &Cpu, target: &Cpu, squash: bool) -> Cpu {
    let frames = dims(x)[..2].to_vec();
    let len = dims(x)[2..].iter().product();
    let errors = errors::forward(values(x), values(target), len, squash);
    tensor(errors, frames)
}

/// See [`crate::head_loss`].
pub(crate) fn head_loss_and_accuracy(
    x: Tensor<4>,
    head: &Affine,
    targets: CodeTargets,
) -> (Tensor<1>, Tensor<1>) {
    let both = Tensor::<1>::from_dispatch(Dispatch::fused_head_loss(
        x.into_dispatch(),
        head.weight.clone().into_dispatch(),
        head.bias.clone().into_dispatch(),
        Arc::new(targets),
    ));
    (both.clone().narrow(0, 0, 1), both.detach().narrow(0, 1, 1))
}

/// See [`crate::squared_errors`].
pub(crate) fn errors_of_frames(x: Tensor<4>, target: Tensor<4>, squash: bool) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::fused_squared_errors(
        x.into_dispatch(),
        target.into_dispatch(),
        squash,
    ))
}
