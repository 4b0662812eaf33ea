//! The hand-written gradients, told to burn's autodiff.

mod layers;
mod losses;

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

use super::{
    attention, gelu, layer_norm, linear,
    ops::{self, Cpu, FlexOps, attention_sizes, axis, dims, linear_sizes, ordered, tensor, values},
};

use layers::{AttentionLayerBackward, FeedForwardBackward};

/// Gradients of a linear layer. State: `x`, `W`, and the values before GELU, if that follows.
#[derive(Debug)]
struct LinearBackward;

impl Backward<Flex, 3> for LinearBackward {
    type State = (Cpu, Cpu, Option<Cpu>);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = ordered(grads.consume::<Flex>(&ops.node));
        let (x, w, before) = ops.state;
        let [x_node, w_node, b_node] = ops.parents;
        let sizes = linear_sizes(&w);
        let before = before.as_ref().map(values);
        let d = linear::backward(
            values(&x),
            values(&w),
            values(&dy),
            before,
            sizes,
            x_node.is_some(),
        );
        if let (Some(node), Some(dx)) = (x_node, d.x) {
            grads.register::<Flex>(node.id, tensor(dx, dims(&x)));
        }
        if let Some(node) = w_node {
            grads.register::<Flex>(node.id, tensor(d.w, dims(&w)));
        }
        if let Some(node) = b_node {
            grads.register::<Flex>(node.id, tensor(d.b, vec![sizes.outputs]));
        }
    }
}

/// Gradients of layer norm. State: `x` and gamma.
#[derive(Debug)]
struct LayerNormBackward;

impl Backward<Flex, 3> for LayerNormBackward {
    type State = (Cpu, Cpu);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = ordered(grads.consume::<Flex>(&ops.node));
        let (x, gamma) = ops.state;
        let (dx, dgamma, dbeta) = layer_norm::backward(values(&x), values(&gamma), values(&dy));
        let shapes = [dims(&x), dims(&gamma), dims(&gamma)];
        for ((node, d), shape) in ops.parents.into_iter().zip([dx, dgamma, dbeta]).zip(shapes) {
            if let Some(node) = node {
                grads.register::<Flex>(node.id, tensor(d, shape));
            }
        }
    }
}

/// Gradient of GELU. State: `x`.
#[derive(Debug)]
struct GeluBackward;

impl Backward<Flex, 1> for GeluBackward {
    type State = Cpu;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = ordered(grads.consume::<Flex>(&ops.node));
        if let [Some(node)] = ops.parents {
            let dx = gelu::backward(values(&ops.state), values(&dy));
            grads.register::<Flex>(node.id, tensor(dx, dims(&ops.state)));
        }
    }
}

/// Gradients of attention. State: `qkv`, the gains, the number of heads, and whether over time.
#[derive(Debug)]
struct AttentionBackward;

impl Backward<Flex, 3> for AttentionBackward {
    type State = (Cpu, [Cpu; 2], usize, bool);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dout = ordered(grads.consume::<Flex>(&ops.node));
        let (qkv, [query, key], heads, time) = ops.state;
        let (dqkv, dquery, dkey) = attention::backward(
            axis(time),
            values(&qkv),
            (values(&query), values(&key)),
            values(&dout),
            attention_sizes(&qkv, heads),
        );
        let shapes = [dims(&qkv), dims(&query), dims(&key)];
        for ((node, d), shape) in ops
            .parents
            .into_iter()
            .zip([dqkv, dquery, dkey])
            .zip(shapes)
        {
            if let Some(node) = node {
                grads.register::<Flex>(node.id, tensor(d, shape));
            }
        }
    }
}

impl<C: CheckpointStrategy> FlexOps for Autodiff<Flex, C> {
    fn fused_linear(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), w.node(), b.node()];
        let [x, w, b] = [x, w, b].map(|tensor| ordered(tensor.into_primitive()));
        match LinearBackward
            .prepare::<C>(nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => {
                let y = Flex::fused_linear(x.clone(), w.clone(), b);
                prep.finish((x, w, None), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(Flex::fused_linear(x, w, b)),
        }
    }

    fn fused_linear_gelu(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), w.node(), b.node()];
        let [x, w, b] = [x, w, b].map(|tensor| ordered(tensor.into_primitive()));
        match LinearBackward
            .prepare::<C>(nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => {
                let sizes = linear_sizes(&w);
                let (before, y) = linear::forward_gelu(values(&x), values(&w), values(&b), sizes);
                let mut shape = dims(&x);
                *shape.last_mut().expect("at least one dimension") = sizes.outputs;
                let before = tensor(before, shape.clone());
                prep.finish((x, w, Some(before)), tensor(y, shape))
            }
            OpsKind::UnTracked(prep) => prep.finish(Flex::fused_linear_gelu(x, w, b)),
        }
    }

    fn fused_layer_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), gamma.node(), beta.node()];
        let [x, gamma, beta] = [x, gamma, beta].map(|tensor| ordered(tensor.into_primitive()));
        match LayerNormBackward
            .prepare::<C>(nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => {
                let y = Flex::fused_layer_norm(x.clone(), gamma.clone(), beta);
                prep.finish((x, gamma), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(Flex::fused_layer_norm(x, gamma, beta)),
        }
    }

    fn fused_gelu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let nodes = [x.node()];
        let x = ordered(x.into_primitive());
        match GeluBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(x.clone(), Flex::fused_gelu(x)),
            OpsKind::UnTracked(prep) => prep.finish(Flex::fused_gelu(x)),
        }
    }

    fn fused_attention(
        qkv: FloatTensor<Self>,
        query_gain: FloatTensor<Self>,
        key_gain: FloatTensor<Self>,
        heads: usize,
        over_time: bool,
    ) -> FloatTensor<Self> {
        let nodes = [qkv.node(), query_gain.node(), key_gain.node()];
        let [qkv, query, key] =
            [qkv, query_gain, key_gain].map(|tensor| ordered(tensor.into_primitive()));
        match AttentionBackward
            .prepare::<C>(nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => {
                let out = Flex::fused_attention(
                    qkv.clone(),
                    query.clone(),
                    key.clone(),
                    heads,
                    over_time,
                );
                prep.finish((qkv, [query, key], heads, over_time), out)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(Flex::fused_attention(qkv, query, key, heads, over_time))
            }
        }
    }

    fn fused_attention_to_past(
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: FloatTensor<Self>,
        _: usize,
    ) -> FloatTensor<Self> {
        unreachable!("the path for gradients through a past is the plain one")
    }

    fn fused_attention_layer(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        qkv_weight: FloatTensor<Self>,
        qkv_bias: FloatTensor<Self>,
        query_gain: FloatTensor<Self>,
        key_gain: FloatTensor<Self>,
        out_weight: FloatTensor<Self>,
        out_bias: FloatTensor<Self>,
        heads: usize,
        over_time: bool,
    ) -> FloatTensor<Self> {
        let all = [
            x, gamma, beta, qkv_weight, qkv_bias, query_gain, key_gain, out_weight, out_bias,
        ];
        let nodes = all.each_ref().map(|tensor| tensor.node());
        let [x, params @ ..] = all.map(|tensor| ordered(tensor.into_primitive()));
        match AttentionLayerBackward
            .prepare::<C>(nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => {
                let (y, saved) = ops::attention_layer(&x, &params, heads, over_time, true);
                let saved = saved.expect("asked for");
                prep.finish((x, params, heads, over_time, saved), y)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(ops::attention_layer(&x, &params, heads, over_time, false).0)
            }
        }
    }

    fn fused_feed_forward(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        up_weight: FloatTensor<Self>,
        up_bias: FloatTensor<Self>,
        down_weight: FloatTensor<Self>,
        down_bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        let all = [x, gamma, beta, up_weight, up_bias, down_weight, down_bias];
        let nodes = all.each_ref().map(|tensor| tensor.node());
        let [x, params @ ..] = all.map(|tensor| ordered(tensor.into_primitive()));
        match FeedForwardBackward
            .prepare::<C>(nodes)
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => {
                let (y, saved) = ops::feed_forward(&x, &params, true);
                prep.finish((x, params, saved.expect("asked for")), y)
            }
            OpsKind::UnTracked(prep) => prep.finish(ops::feed_forward(&x, &params, false).0),
        }
    }
}
