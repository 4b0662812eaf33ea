//! Whole residual layers of an ST block: on the CPU they are done in one go, forward and backward.

use burn::tensor::Tensor;

use crate::{
    attention::{spatial_attention, temporal_attention},
    flex,
    linear::{linear, linear_gelu},
    parameters::{Affine, AttentionLayer, FeedForward, Norm},
    path,
    pointwise::layer_norm,
};

/// `x + out(spatial_attention(qkv(norm(x))))`, `[B, T, N, D]`.
pub fn spatial_layer(x: Tensor<4>, layer: &AttentionLayer) -> Tensor<4> {
    if layer.on_flex(&x) {
        return flex::attention_layer(x, layer, false);
    }
    let seen = spatial_attention(layer.qkv(x.clone()), &layer.gains, layer.heads);
    x + linear(seen, &layer.out.weight, &layer.out.bias)
}

/// `x + out(temporal_attention(qkv(norm(x))))`, `[B, T, N, D]`, without a past.
pub fn temporal_layer(x: Tensor<4>, layer: &AttentionLayer) -> Tensor<4> {
    if x.dims()[1] == 1 {
        return layer.lone_frame(x);
    }
    if layer.on_flex(&x) {
        return flex::attention_layer(x, layer, true);
    }
    let seen = temporal_attention(layer.qkv(x.clone()), &layer.gains, layer.heads, None);
    x + linear(seen, &layer.out.weight, &layer.out.bias)
}

/// `x + down(GELU(up(norm(x))))`, `[B, T, N, D]`.
pub fn feed_forward(x: Tensor<4>, layer: &FeedForward) -> Tensor<4> {
    if layer.on_flex(&x) {
        return flex::feed_forward(x, layer);
    }
    let normed = layer_norm(x.clone(), &layer.norm.gamma, &layer.norm.beta);
    let hidden = linear_gelu(normed, &layer.up.weight, &layer.up.bias);
    x + linear(hidden, &layer.down.weight, &layer.down.bias)
}

impl AttentionLayer {
    fn qkv(&self, x: Tensor<4>) -> Tensor<4> {
        let normed = layer_norm(x, &self.norm.gamma, &self.norm.beta);
        linear(normed, &self.qkv.weight, &self.qkv.bias)
    }

    /// [`temporal_layer`] of one frame: it sees only itself, and the softmax of one score is 1,
    /// whatever query and key are. Only values are computed, and only they get gradients.
    fn lone_frame(&self, x: Tensor<4>) -> Tensor<4> {
        let inner = self.out.weight.dims()[0];
        let normed = layer_norm(x.clone(), &self.norm.gamma, &self.norm.beta);
        let seen = linear(
            normed,
            &self.qkv.weight.clone().narrow(1, 2 * inner, inner),
            &self.qkv.bias.clone().narrow(0, 2 * inner, inner),
        );
        x + linear(seen, &self.out.weight, &self.out.bias)
    }

    fn on_flex(&self, x: &Tensor<4>) -> bool {
        path::flex(x)
            && self.norm.on_flex()
            && self.qkv.on_flex()
            && self.out.on_flex()
            && path::flex(&self.gains.query)
            && path::flex(&self.gains.key)
    }
}

impl FeedForward {
    fn on_flex(&self, x: &Tensor<4>) -> bool {
        path::flex(x) && self.norm.on_flex() && self.up.on_flex() && self.down.on_flex()
    }
}

impl Norm {
    fn on_flex(&self) -> bool {
        path::flex(&self.gamma) && path::flex(&self.beta)
    }
}

impl Affine {
    fn on_flex(&self) -> bool {
        path::flex(&self.weight) && path::flex(&self.bias)
    }
}
