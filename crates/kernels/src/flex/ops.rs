//! The fused loops as operations of burn's CPU backend.

// The trait is burn's way of adding operations; only this crate calls it.
#![allow(missing_docs)]

use burn::backend::{
    Backend, Dispatch, Flex, TensorMetadata, backend_extension, tensor::FloatTensor,
};
use burn::tensor::{Tensor, TensorData};

use super::{
    attention::{self, Axis},
    gelu, layer_norm, linear,
};
use crate::attention::{Past, QkGains};

#[backend_extension(Flex, Autodiff: cfg(feature = "autodiff"))]
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
}

/// The tensor with its values in order, copied if they weren't.
pub(super) fn ordered(x: Cpu) -> Cpu {
    if x.is_contiguous() { x } else { x.to_contiguous() }
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

/// See [`crate::linear`].
pub(crate) fn linear(x: Tensor<4>, w: &Tensor<2>, b: &Tensor<1>) -> Tensor<4> {
    let (w, b) = (w.clone().into_dispatch(), b.clone().into_dispatch());
    Tensor::from_dispatch(Dispatch::fused_linear(x.into_dispatch(), w, b))
}

/// See [`crate::linear_gelu`].
pub(crate) fn linear_gelu(x: Tensor<4>, w: &Tensor<2>, b: &Tensor<1>) -> Tensor<4> {
    let (w, b) = (w.clone().into_dispatch(), b.clone().into_dispatch());
    Tensor::from_dispatch(Dispatch::fused_linear_gelu(x.into_dispatch(), w, b))
}

/// See [`crate::layer_norm`].
pub(crate) fn layer_norm(x: Tensor<4>, gamma: &Tensor<1>, beta: &Tensor<1>) -> Tensor<4> {
    let (gamma, beta) = (gamma.clone().into_dispatch(), beta.clone().into_dispatch());
    Tensor::from_dispatch(Dispatch::fused_layer_norm(x.into_dispatch(), gamma, beta))
}

/// See [`crate::gelu`].
pub(crate) fn gelu(x: Tensor<4>) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::fused_gelu(x.into_dispatch()))
}

/// See [`crate::spatial_attention`].
pub(crate) fn spatial_attention(qkv: Tensor<4>, gains: &QkGains, heads: usize) -> Tensor<4> {
    attention(qkv, gains, heads, false)
}

/// See [`crate::temporal_attention`].
pub(crate) fn temporal_attention(
    qkv: Tensor<4>,
    gains: &QkGains,
    heads: usize,
    past: Option<&Past>,
) -> Tensor<4> {
    let Some(past) = past else {
        return attention(qkv, gains, heads, true);
    };
    Tensor::from_dispatch(Dispatch::fused_attention_to_past(
        qkv.into_dispatch(),
        gains.query.clone().into_dispatch(),
        gains.key.clone().into_dispatch(),
        past.keys.clone().into_dispatch(),
        past.values.clone().into_dispatch(),
        heads,
    ))
}

fn attention(qkv: Tensor<4>, gains: &QkGains, heads: usize, over_time: bool) -> Tensor<4> {
    Tensor::from_dispatch(Dispatch::fused_attention(
        qkv.into_dispatch(),
        gains.query.clone().into_dispatch(),
        gains.key.clone().into_dispatch(),
        heads,
        over_time,
    ))
}
