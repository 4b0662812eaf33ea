//! The fused operations on burn's tensors.

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use super::ops::FlexOps;
use crate::parameters::{AttentionLayer, FeedForward, Past, QkGains};

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

/// See [`crate::spatial_layer`] and [`crate::temporal_layer`].
pub(crate) fn attention_layer(x: Tensor<4>, layer: &AttentionLayer, over_time: bool) -> Tensor<4> {
    let AttentionLayer {
        norm,
        qkv,
        gains,
        out,
        heads,
    } = layer.clone();
    Tensor::from_dispatch(Dispatch::fused_attention_layer(
        x.into_dispatch(),
        norm.gamma.into_dispatch(),
        norm.beta.into_dispatch(),
        qkv.weight.into_dispatch(),
        qkv.bias.into_dispatch(),
        gains.query.into_dispatch(),
        gains.key.into_dispatch(),
        out.weight.into_dispatch(),
        out.bias.into_dispatch(),
        heads,
        over_time,
    ))
}

/// See [`crate::feed_forward`].
pub(crate) fn feed_forward(x: Tensor<4>, layer: &FeedForward) -> Tensor<4> {
    let FeedForward { norm, up, down } = layer.clone();
    Tensor::from_dispatch(Dispatch::fused_feed_forward(
        x.into_dispatch(),
        norm.gamma.into_dispatch(),
        norm.beta.into_dispatch(),
        up.weight.into_dispatch(),
        up.bias.into_dispatch(),
        down.weight.into_dispatch(),
        down.bias.into_dispatch(),
    ))
}
