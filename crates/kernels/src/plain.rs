//! The definition of every operation in ordinary tensor operations. Works on every device, with
//! gradients. Formulas: docs/model.md.

use burn::tensor::{
    Int, Tensor, TensorData,
    activation::{log_softmax, softmax},
};

use crate::parameters::{
    AdamW, Affine, AttentionLayer, CodeTargets, FeedForward, Moments, Past, QkGains,
};

const QK_EPSILON: f32 = 1e-6;
const LAYER_NORM_EPSILON: f32 = 1e-5;
const ROTARY_BASE: f32 = 10_000.0;

/// See [`crate::spatial_attention`].
pub fn spatial_attention(qkv: Tensor<4>, gains: &QkGains, heads: usize) -> Tensor<4> {
    let [b, t, n, width] = qkv.dims();
    let inner = width / 3;
    let [q, k, v] = split_heads(qkv, heads);
    let weights = spatial_softmax(q, k, gains);
    let out = weights.matmul(by_frame(v));
    out.swap_dims(1, 2).reshape([b, t, n, inner])
}

/// How much each token of a frame looks at each other one in spatial attention: `qkv [B, T, N, 3I]` →
/// `[B·T, h, N, N]`; each row adds up to 1. For looking into a model.
pub fn spatial_weights(qkv: Tensor<4>, gains: &QkGains, heads: usize) -> Tensor<4> {
    let [q, k, _] = split_heads(qkv, heads);
    spatial_softmax(q, k, gains)
}

/// Queries and keys `[B, T, N, h, d]` → weights `[B·T, h, N, N]`.
fn spatial_softmax(q: Tensor<5>, k: Tensor<5>, gains: &QkGains) -> Tensor<4> {
    let d = q.dims()[4];
    let q = by_frame(rms_norm(q, &gains.query));
    let k = by_frame(rms_norm(k, &gains.key));
    let scores = q.matmul(k.swap_dims(2, 3)) * (1.0 / (d as f32).sqrt());
    softmax(scores, 3)
}

/// `[B, T, N, h, d]` → `[B·T, h, N, d]`.
fn by_frame(x: Tensor<5>) -> Tensor<4> {
    let [b, t, n, heads, d] = x.dims();
    x.reshape([b * t, n, heads, d]).swap_dims(1, 2)
}

/// See [`crate::temporal_attention`].
pub fn temporal_attention(
    qkv: Tensor<4>,
    gains: &QkGains,
    heads: usize,
    past: Option<&Past>,
) -> Tensor<4> {
    let [b, t, n, width] = qkv.dims();
    let inner = width / 3;
    let d = inner / heads;
    let [q, k, v] = split_heads(qkv, heads);
    let q = rms_norm(q, &gains.query);
    let k = rms_norm(k, &gains.key);
    let (k, v) = match past {
        None => (k, v),
        Some(past) => {
            let p = past.keys.dims()[1];
            let open = |x: &Tensor<4>| x.clone().reshape([b, p, n, heads, d]);
            (
                Tensor::cat(vec![open(&past.keys), k], 1),
                Tensor::cat(vec![open(&past.values), v], 1),
            )
        }
    };
    let seen = k.dims()[1];
    let q = rotate(q, seen - t);
    let k = rotate(k, 0);
    // [B, T, N, h, d] -> [B, N, h, T, d]
    let by_position = |x: Tensor<5>| x.permute([0, 2, 3, 1, 4]);
    let (q, k, v) = (by_position(q), by_position(k), by_position(v));
    let scores = q.matmul(k.swap_dims(3, 4)) * (1.0 / (d as f32).sqrt());
    let scores = scores + causal_mask(t, seen, &gains.query.device());
    let out = softmax(scores, 4).matmul(v);
    out.permute([0, 3, 1, 2, 4]).reshape([b, t, n, inner])
}

/// Causal attention between all tokens of a clip: those of frame `t` see all of frames `0..=t`.
/// QK-norm and rotary time are those of temporal attention. `qkv [B, T, N, 3I]` → `[B, T, N, I]`.
///
/// For comparisons only (the paper's Table 3), hence without a faster twin.
pub fn full_attention(qkv: Tensor<4>, gains: &QkGains, heads: usize) -> Tensor<4> {
    let [b, t, n, width] = qkv.dims();
    let inner = width / 3;
    let d = inner / heads;
    let [q, k, v] = split_heads(qkv, heads);
    let q = rotate(rms_norm(q, &gains.query), 0);
    let k = rotate(rms_norm(k, &gains.key), 0);
    // [B, T, N, h, d] -> [B, h, T·N, d]
    let by_head = |x: Tensor<5>| x.reshape([b, t * n, heads, d]).swap_dims(1, 2);
    let (q, k, v) = (by_head(q), by_head(k), by_head(v));
    // Frame by frame: no score is computed to be masked.
    let frames = (0..t)
        .map(|frame| {
            let seen = (frame + 1) * n;
            let k = k.clone().narrow(2, 0, seen).swap_dims(2, 3);
            let q = q.clone().narrow(2, frame * n, n);
            let scores = q.matmul(k) * (1.0 / (d as f32).sqrt());
            softmax(scores, 3).matmul(v.clone().narrow(2, 0, seen))
        })
        .collect();
    Tensor::cat(frames, 2)
        .swap_dims(1, 2)
        .reshape([b, t, n, inner])
}

/// See [`crate::normalised_keys`].
pub fn normalised_keys(qkv: Tensor<4>, gains: &QkGains, heads: usize) -> Past {
    let [b, t, n, width] = qkv.dims();
    let inner = width / 3;
    let [_, k, v] = split_heads(qkv, heads);
    Past {
        keys: rms_norm(k, &gains.key).reshape([b, t, n, inner]),
        values: v.reshape([b, t, n, inner]),
    }
}

/// `[B, T, N, 3I]` → queries, keys, values, each `[B, T, N, h, d]`.
fn split_heads(qkv: Tensor<4>, heads: usize) -> [Tensor<5>; 3] {
    let [b, t, n, width] = qkv.dims();
    let inner = width / 3;
    [0, 1, 2].map(|i| {
        qkv.clone()
            .narrow(3, i * inner, inner)
            .reshape([b, t, n, heads, inner / heads])
    })
}

/// QK-norm: root-mean-square norm of the last dimension, times a learned gain.
fn rms_norm(x: Tensor<5>, gain: &Tensor<1>) -> Tensor<5> {
    let scale = (x.clone().square().mean_dim(4) + QK_EPSILON).sqrt();
    x / scale * gain.clone().unsqueeze::<5>()
}

/// Rotary time: rotates frame `t` of `[B, T, N, h, d]` by the angle of time `first + t`.
fn rotate(x: Tensor<5>, first: usize) -> Tensor<5> {
    let [_, t, _, _, d] = x.dims();
    let half = d / 2;
    let (cos, sin) = rotary_tables(t, d, first);
    let device = x.device();
    let table = |values: Vec<f32>| {
        Tensor::<2>::from_data(TensorData::new(values, [t, half]), &device)
            .reshape([1, t, 1, 1, half])
    };
    let (cos, sin) = (table(cos), table(sin));
    let a = x.clone().narrow(4, 0, half);
    let b = x.narrow(4, half, half);
    Tensor::cat(
        vec![
            a.clone() * cos.clone() - b.clone() * sin.clone(),
            a * sin + b * cos,
        ],
        4,
    )
}

/// Cosines and sines of rotary time for times `first..first + frames`, each `[frames, d/2]`.
pub fn rotary_tables(frames: usize, d: usize, first: usize) -> (Vec<f32>, Vec<f32>) {
    let half = d / 2;
    let mut cos = Vec::with_capacity(frames * half);
    let mut sin = Vec::with_capacity(frames * half);
    for t in first..first + frames {
        for i in 0..half {
            let angle = t as f32 * ROTARY_BASE.powf(-2.0 * i as f32 / d as f32);
            cos.push(angle.cos());
            sin.push(angle.sin());
        }
    }
    (cos, sin)
}

/// Zero where the query's frame may look, very negative elsewhere: `[1, 1, 1, T, seen]`.
fn causal_mask(frames: usize, seen: usize, device: &burn::tensor::Device) -> Tensor<5> {
    let mut mask = vec![0f32; frames * seen];
    for t in 0..frames {
        for s in (seen - frames + t + 1)..seen {
            // Finite, so that no row of the softmax can become NaN.
            mask[t * seen + s] = -1e9;
        }
    }
    Tensor::<2>::from_data(TensorData::new(mask, [frames, seen]), device)
        .reshape([1, 1, 1, frames, seen])
}

/// See [`crate::layer_norm`].
pub fn layer_norm(x: Tensor<4>, gamma: &Tensor<1>, beta: &Tensor<1>) -> Tensor<4> {
    let centred = x.clone() - x.mean_dim(3);
    let variance = centred.clone().square().mean_dim(3);
    let normed = centred / (variance + LAYER_NORM_EPSILON).sqrt();
    normed * gamma.clone().unsqueeze::<4>() + beta.clone().unsqueeze::<4>()
}

/// See [`crate::gelu`].
pub fn gelu(x: Tensor<4>) -> Tensor<4> {
    let cubed = x.clone() * x.clone() * x.clone();
    let inner = (x.clone() + cubed * 0.044_715) * (2.0 / std::f32::consts::PI).sqrt();
    x * (inner.tanh() + 1.0) * 0.5
}

/// See [`crate::linear`].
pub fn linear(x: Tensor<4>, w: &Tensor<2>, b: &Tensor<1>) -> Tensor<4> {
    let [batch, t, n, inputs] = x.dims();
    let [_, outputs] = w.dims();
    let y = x.reshape([batch * t * n, inputs]).matmul(w.clone()) + b.clone().unsqueeze::<2>();
    y.reshape([batch, t, n, outputs])
}

/// See [`crate::spatial_layer`].
pub fn spatial_layer(x: Tensor<4>, layer: &AttentionLayer) -> Tensor<4> {
    let seen = spatial_attention(normed_qkv(x.clone(), layer), &layer.gains, layer.heads);
    x + linear(seen, &layer.out.weight, &layer.out.bias)
}

/// See [`crate::temporal_layer`].
pub fn temporal_layer(x: Tensor<4>, layer: &AttentionLayer) -> Tensor<4> {
    let seen = temporal_attention(
        normed_qkv(x.clone(), layer),
        &layer.gains,
        layer.heads,
        None,
    );
    x + linear(seen, &layer.out.weight, &layer.out.bias)
}

/// [`spatial_layer`] with [`full_attention`] in its place.
pub fn full_layer(x: Tensor<4>, layer: &AttentionLayer) -> Tensor<4> {
    let seen = full_attention(normed_qkv(x.clone(), layer), &layer.gains, layer.heads);
    x + linear(seen, &layer.out.weight, &layer.out.bias)
}

fn normed_qkv(x: Tensor<4>, layer: &AttentionLayer) -> Tensor<4> {
    let normed = layer_norm(x, &layer.norm.gamma, &layer.norm.beta);
    linear(normed, &layer.qkv.weight, &layer.qkv.bias)
}

/// See [`crate::feed_forward`].
pub fn feed_forward(x: Tensor<4>, layer: &FeedForward) -> Tensor<4> {
    let normed = layer_norm(x.clone(), &layer.norm.gamma, &layer.norm.beta);
    let hidden = gelu(linear(normed, &layer.up.weight, &layer.up.bias));
    x + linear(hidden, &layer.down.weight, &layer.down.bias)
}

/// See [`crate::head_loss`].
pub fn head_loss(x: Tensor<4>, head: &Affine, targets: &CodeTargets) -> (Tensor<1>, Tensor<1>) {
    let device = x.device();
    let codes = head.bias.dims()[0];
    let logits = linear(x, &head.weight, &head.bias);
    let rows = targets.codes.len();
    let logits = logits.reshape([rows, codes]);
    let data = TensorData::new(targets.codes.clone(), [rows, 1]);
    let right = Tensor::<2, Int>::from_data(data, &device);
    let data = TensorData::new(targets.weights.clone(), [rows]);
    let weights = Tensor::<1>::from_data(data, &device);
    let total = weights.clone().sum();
    let hit = logits.clone().detach().argmax(1).equal(right.clone());
    let hits = hit.float().reshape([rows]) * weights.clone();
    let log = log_softmax(logits, 1).gather(1, right).reshape([rows]);
    let loss = (log * weights).sum().neg() / total.clone();
    (loss, hits.sum() / total)
}

/// See [`crate::squared_errors`].
pub fn squared_errors(x: Tensor<4>, target: Tensor<4>) -> Tensor<2> {
    let [b, t, n, p] = x.dims();
    let squares = (x - target.detach()).square();
    squares.reshape([b, t, n * p]).mean_dim(2).reshape([b, t])
}

/// See [`crate::adamw`].
pub fn adamw(
    weights: Tensor<1>,
    gradient: Tensor<1>,
    moments: Moments,
    step: &AdamW,
) -> (Tensor<1>, Moments) {
    let gradient = gradient * step.scale;
    let first = moments.first * step.beta1 + gradient.clone() * (1.0 - step.beta1);
    let second = moments.second * step.beta2 + gradient.square() * (1.0 - step.beta2);
    let spread = (second.clone() / step.correction2).sqrt() + step.epsilon;
    let direction = first.clone() / step.correction1 / spread;
    let weights = weights.clone() - (direction + weights * step.decay) * step.rate;
    (weights, Moments { first, second })
}
