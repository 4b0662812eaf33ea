//! The fused loops as operations of burn's CPU backend.

// The trait is burn's way of adding operations; only this crate calls it.
#![allow(missing_docs)]

use burn::backend::{Backend, Flex, TensorMetadata, backend_extension, tensor::FloatTensor};
use burn::tensor::TensorData;

use super::{
    attention::{self, Axis},
    gelu, layer_norm, layers, linear,
    saved::Saved,
};

#[backend_extension(Flex, Autodiff: cfg(not(target_family = "wasm")))]
pub trait FlexOps: Backend {
    /// `x [.., in]`, `w [in, out]`, `b [out]` → `[.., out]`
    fn fused_linear(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// GELU of [`fused_linear`](Self::fused_linear).
    fn fused_linear_gelu(
        x: FloatTensor<Self>,
        w: FloatTensor<Self>,
        b: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// `x [.., D]`, `gamma [D]`, `beta [D]` → `[.., D]`
    fn fused_layer_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// Of any shape.
    fn fused_gelu(x: FloatTensor<Self>) -> FloatTensor<Self>;

    /// `qkv [B, T, N, 3I]`, gains `[d]` → `[B, T, N, I]`
    fn fused_attention(
        qkv: FloatTensor<Self>,
        query_gain: FloatTensor<Self>,
        key_gain: FloatTensor<Self>,
        heads: usize,
        over_time: bool,
    ) -> FloatTensor<Self>;

    /// Temporal attention with a past, `[B, P, N, I]` each. Has no gradients.
    fn fused_attention_to_past(
        qkv: FloatTensor<Self>,
        query_gain: FloatTensor<Self>,
        key_gain: FloatTensor<Self>,
        past_keys: FloatTensor<Self>,
        past_values: FloatTensor<Self>,
        heads: usize,
    ) -> FloatTensor<Self>;

    /// A whole attention layer: see `AttentionLayer`.
    #[allow(clippy::too_many_arguments)]
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
    ) -> FloatTensor<Self>;

    /// A whole feed-forward layer: see `FeedForward`.
    fn fused_feed_forward(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        up_weight: FloatTensor<Self>,
        up_bias: FloatTensor<Self>,
        down_weight: FloatTensor<Self>,
        down_bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;
}

/// A tensor of the CPU backend.
pub(super) type Cpu = FloatTensor<Flex>;

impl FlexOps for Flex {
    fn fused_linear(x: Cpu, w: Cpu, b: Cpu) -> Cpu {
        let (x, w, b) = (ordered(x), ordered(w), ordered(b));
        let sizes = linear_sizes(&w);
        let y = linear::forward(values(&x), values(&w), values(&b), sizes);
        tensor(y, with_last(&x, sizes.outputs))
    }

    fn fused_linear_gelu(x: Cpu, w: Cpu, b: Cpu) -> Cpu {
        let (x, w, b) = (ordered(x), ordered(w), ordered(b));
        let sizes = linear_sizes(&w);
        let (_, y) = linear::forward_gelu(values(&x), values(&w), values(&b), sizes);
        tensor(y, with_last(&x, sizes.outputs))
    }

    fn fused_layer_norm(x: Cpu, gamma: Cpu, beta: Cpu) -> Cpu {
        let (x, gamma, beta) = (ordered(x), ordered(gamma), ordered(beta));
        let y = layer_norm::forward(values(&x), values(&gamma), values(&beta));
        tensor(y, dims(&x))
    }

    fn fused_gelu(x: Cpu) -> Cpu {
        let x = ordered(x);
        tensor(gelu::forward(values(&x)), dims(&x))
    }

    fn fused_attention(qkv: Cpu, query_gain: Cpu, key_gain: Cpu, heads: usize, time: bool) -> Cpu {
        let (qkv, query, key) = (ordered(qkv), ordered(query_gain), ordered(key_gain));
        let sizes = attention_sizes(&qkv, heads);
        let gains = (values(&query), values(&key));
        let out = attention::forward(axis(time), values(&qkv), gains, None, sizes);
        tensor(out, with_last(&qkv, heads * sizes.d))
    }

    fn fused_attention_to_past(
        qkv: Cpu,
        query_gain: Cpu,
        key_gain: Cpu,
        past_keys: Cpu,
        past_values: Cpu,
        heads: usize,
    ) -> Cpu {
        let (qkv, query, key) = (ordered(qkv), ordered(query_gain), ordered(key_gain));
        let (keys, past) = (ordered(past_keys), ordered(past_values));
        let sizes = attention_sizes(&qkv, heads);
        let past = attention::Past {
            keys: values(&keys),
            values: values(&past),
            frames: dims(&keys)[1],
        };
        let gains = (values(&query), values(&key));
        let out = attention::forward(Axis::Time, values(&qkv), gains, Some(past), sizes);
        tensor(out, with_last(&qkv, heads * sizes.d))
    }

    fn fused_attention_layer(
        x: Cpu,
        gamma: Cpu,
        beta: Cpu,
        qkv_weight: Cpu,
        qkv_bias: Cpu,
        query_gain: Cpu,
        key_gain: Cpu,
        out_weight: Cpu,
        out_bias: Cpu,
        heads: usize,
        over_time: bool,
    ) -> Cpu {
        let rest = [
            gamma, beta, qkv_weight, qkv_bias, query_gain, key_gain, out_weight, out_bias,
        ];
        let (x, params) = (ordered(x), rest.map(ordered));
        attention_layer(&x, &params, heads, over_time, false).0
    }

    fn fused_feed_forward(
        x: Cpu,
        gamma: Cpu,
        beta: Cpu,
        up_weight: Cpu,
        up_bias: Cpu,
        down_weight: Cpu,
        down_bias: Cpu,
    ) -> Cpu {
        let rest = [gamma, beta, up_weight, up_bias, down_weight, down_bias];
        let (x, params) = (ordered(x), rest.map(ordered));
        feed_forward(&x, &params, false).0
    }
}

/// An attention layer; with `save`, also what its backward pass needs.
pub(super) fn attention_layer(
    x: &Cpu,
    params: &[Cpu; 8],
    heads: usize,
    over_time: bool,
    save: bool,
) -> (Cpu, Option<Saved>) {
    let sizes = layer_sizes(x, params, heads);
    let params = attention_params(params);
    let (y, saved) = layers::attention::forward(axis(over_time), values(x), params, sizes, save);
    (tensor(y, dims(x)), saved)
}

/// A feed-forward layer; with `save`, also what its backward pass needs.
pub(super) fn feed_forward(x: &Cpu, params: &[Cpu; 6], save: bool) -> (Cpu, Option<Saved>) {
    let (y, saved) = layers::feed_forward::forward(values(x), feed_forward_params(params), save);
    (tensor(y, dims(x)), saved)
}

/// The parameters of an attention layer, in the operation's order.
pub(super) fn attention_params(params: &[Cpu; 8]) -> layers::attention::Params<'_> {
    let [gamma, beta, qkv_w, qkv_b, query, key, out_w, out_b] = params.each_ref().map(values);
    layers::attention::Params {
        norm: (gamma, beta),
        qkv: layers::Linear { w: qkv_w, b: qkv_b },
        gains: (query, key),
        out: layers::Linear { w: out_w, b: out_b },
    }
}

/// The parameters of a feed-forward layer, in the operation's order.
pub(super) fn feed_forward_params(params: &[Cpu; 6]) -> layers::feed_forward::Params<'_> {
    let [gamma, beta, up_w, up_b, down_w, down_b] = params.each_ref().map(values);
    layers::feed_forward::Params {
        norm: (gamma, beta),
        up: layers::Linear { w: up_w, b: up_b },
        down: layers::Linear {
            w: down_w,
            b: down_b,
        },
    }
}

/// The sizes of an attention layer on `x [B, T, N, D]`.
pub(super) fn layer_sizes(x: &Cpu, params: &[Cpu; 8], heads: usize) -> attention::Sizes {
    let (dims, gain) = (dims(x), dims(&params[4]));
    attention::Sizes {
        batch: dims[0],
        frames: dims[1],
        tokens: dims[2],
        heads,
        d: gain[0],
    }
}

/// The tensor with its values in order, copied if they weren't.
pub(super) fn ordered(x: Cpu) -> Cpu {
    if x.is_contiguous() {
        x
    } else {
        x.to_contiguous()
    }
}

/// The values of an [`ordered`] tensor.
pub(super) fn values(x: &Cpu) -> &[f32] {
    x.as_slice().expect("an ordered tensor of f32")
}

/// A tensor of these values.
pub(super) fn tensor(values: Vec<f32>, dims: Vec<usize>) -> Cpu {
    Cpu::from_data(TensorData::new(values, dims))
}

/// The shape.
pub(super) fn dims(x: &Cpu) -> Vec<usize> {
    x.shape().to_vec()
}

fn with_last(x: &Cpu, last: usize) -> Vec<usize> {
    let mut dims = dims(x);
    *dims.last_mut().expect("at least one dimension") = last;
    dims
}

/// The sizes that a weight `[in, out]` gives a linear layer.
pub(super) fn linear_sizes(w: &Cpu) -> linear::Sizes {
    let dims = dims(w);
    linear::Sizes {
        inputs: dims[0],
        outputs: dims[1],
    }
}

/// The sizes of `qkv [B, T, N, 3I]`.
pub(super) fn attention_sizes(qkv: &Cpu, heads: usize) -> attention::Sizes {
    let dims = dims(qkv);
    attention::Sizes {
        batch: dims[0],
        frames: dims[1],
        tokens: dims[2],
        heads,
        d: dims[3] / 3 / heads,
    }
}

pub(super) fn axis(over_time: bool) -> Axis {
    if over_time { Axis::Time } else { Axis::Space }
}
