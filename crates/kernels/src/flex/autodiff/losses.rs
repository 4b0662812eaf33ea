//! The gradients of the losses.

use std::sync::Arc;

use burn::backend::{
    Flex,
    autodiff::{
        Autodiff,
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    tensor::FloatTensor,
};

use crate::flex::{
    errors,
    losses::{LossOps, head_loss, squared_errors},
    ops::{Cpu, dims, ordered, tensor, values},
};
use crate::parameters::CodeTargets;

/// Gradients of a head's cross-entropy, which the forward pass has computed already: its logits are
/// gone. State: those of `x`, `W` and `b`.
#[derive(Debug)]
struct HeadLossBackward;

impl Backward<Flex, 3> for HeadLossBackward {
    type State = [Cpu; 3];

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = ordered(grads.consume::<Flex>(&ops.node));
        let scale = values(&dy)[0];
        for (node, mut d) in ops.parents.into_iter().zip(ops.state) {
            if let Some(node) = node {
                if scale != 1.0 {
                    for d in d.storage_mut::<f32>() {
                        *d *= scale;
                    }
                }
                grads.register::<Flex>(node.id, d);
            }
        }
    }
}

/// Gradient of the errors of frames. State: `x`, the target, and whether of the sigmoid.
#[derive(Debug)]
struct SquaredErrorsBackward;

impl Backward<Flex, 1> for SquaredErrorsBackward {
    type State = (Cpu, Cpu, bool);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = ordered(grads.consume::<Flex>(&ops.node));
        let (x, target, squash) = ops.state;
        if let [Some(node)] = ops.parents {
            let dx = errors::backward(values(&x), values(&target), values(&dy), squash);
            grads.register::<Flex>(node.id, tensor(dx, dims(&x)));
        }
    }
}

impl<C: CheckpointStrategy> LossOps for Autodiff<Flex, C> {
    fn fused_head_loss(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
        targets: Arc<CodeTargets>,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), w.node(), b.node()];
        let [x, w, b] = [x, w, b].map(|tensor| ordered(tensor.into_primitive()));
        match HeadLossBackward
            .prepare::<C>(nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => {
                let (score, gradients) = head_loss(&x, &w, &b, &targets, true);
                let d = gradients.expect("asked for");
                let state = [
                    tensor(d.x, dims(&x)),
                    tensor(d.head.w, dims(&w)),
                    tensor(d.head.b, dims(&b)),
                ];
                prep.finish(state, score)
            }
            OpsKind::UnTracked(prep) => prep.finish(head_loss(&x, &w, &b, &targets, false).0),
        }
    }

    fn fused_squared_errors(
        x: FloatTensor<Self>,
        target: FloatTensor<Self>,
        squash: bool,
    ) -> FloatTensor<Self> {
        let nodes = [x.node()];
        let [x, target] = [x, target].map(|tensor| ordered(tensor.into_primitive()));
        let errors = squared_errors(&x, &target, squash);
        match SquaredErrorsBackward
            .prepare::<C>(nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => prep.finish((x, target, squash), errors),
            OpsKind::UnTracked(prep) => prep.finish(errors),
        }
    }
}
