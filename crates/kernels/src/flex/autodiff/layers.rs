//! The gradients of whole layers.

use burn::backend::{
    Flex,
    autodiff::{
        checkpoint::base::Checkpointer,
        grads::Gradients,
        ops::{Backward, Ops},
    },
};

use crate::flex::{
    layers,
    ops::{
        Cpu, attention_params, axis, dims, feed_forward_params, layer_sizes, ordered, tensor,
        values,
    },
    saved::Saved,
};

/// Gradients of an attention layer. State: `x`, the parameters, the number of heads, whether over
/// time, and what the forward pass saved.
#[derive(Debug)]
pub(super) struct AttentionLayerBackward;

impl Backward<Flex, 9> for AttentionLayerBackward {
    type State = (Cpu, [Cpu; 8], usize, bool, Saved);

    fn backward(self, ops: Ops<Self::State, 9>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = ordered(grads.consume::<Flex>(&ops.node));
        let (x, params, heads, time, saved) = ops.state;
        let sizes = layer_sizes(&x, &params, heads);
        let (dx, d) = layers::attention::backward(
            axis(time),
            values(&x),
            attention_params(&params),
            sizes,
            &saved,
            values(&dy),
        );
        let [query, key] = d.gains;
        let all = [
            dx, d.norm.0, d.norm.1, d.qkv.w, d.qkv.b, query, key, d.out.w, d.out.b,
        ];
        let shapes = std::iter::once(&x).chain(&params).map(dims);
        for ((node, d), shape) in ops.parents.into_iter().zip(all).zip(shapes) {
            if let Some(node) = node {
                grads.register::<Flex>(node.id, tensor(d, shape));
            }
        }
    }
}

/// Gradients of a feed-forward layer. State: `x`, the parameters, what the forward pass saved.
#[derive(Debug)]
pub(super) struct FeedForwardBackward;

impl Backward<Flex, 7> for FeedForwardBackward {
    type State = (Cpu, [Cpu; 6], Saved);

    fn backward(self, ops: Ops<Self::State, 7>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = ordered(grads.consume::<Flex>(&ops.node));
        let (x, params, saved) = ops.state;
        let (dx, d) = layers::feed_forward::backward(
            values(&x),
            feed_forward_params(&params),
            &saved,
            values(&dy),
        );
        let all = [dx, d.norm.0, d.norm.1, d.up.w, d.up.b, d.down.w, d.down.b];
        let shapes = std::iter::once(&x).chain(&params).map(dims);
        for ((node, d), shape) in ops.parents.into_iter().zip(all).zip(shapes) {
            if let Some(node) = node {
                grads.register::<Flex>(node.id, tensor(d, shape));
            }
        }
    }
}
