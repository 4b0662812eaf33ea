//! What the operations take beside their input.

use burn::tensor::Tensor;

/// Learned gains of QK-norm, `[d]` each, shared by all heads.
#[derive(Clone, Debug)]
pub struct QkGains {
    /// Gain of the queries, `[d]`.
    pub query: Tensor<1>,
    /// Gain of the keys, `[d]`.
    pub key: Tensor<1>,
}

/// Keys and values of `P` earlier frames at every position: what a key-value cache hands to
/// [`crate::temporal_attention`]. Keys are normalised but not yet rotated (see docs/model.md).
#[derive(Clone, Debug)]
pub struct Past {
    /// Normalised, unrotated keys, `[B, P, N, I]`, oldest frame first.
    pub keys: Tensor<4>,
    /// Values, `[B, P, N, I]`.
    pub values: Tensor<4>,
}

/// Parameters of a linear layer.
#[derive(Clone, Debug)]
pub struct Affine {
    /// `[in, out]`.
    pub weight: Tensor<2>,
    /// `[out]`.
    pub bias: Tensor<1>,
}

/// Parameters of a layer norm.
#[derive(Clone, Debug)]
pub struct Norm {
    /// Gain, `[D]`.
    pub gamma: Tensor<1>,
    /// Shift, `[D]`.
    pub beta: Tensor<1>,
}

/// Parameters of an attention layer.
#[derive(Clone, Debug)]
pub struct AttentionLayer {
    /// Before everything else.
    pub norm: Norm,
    /// `D → 3I`.
    pub qkv: Affine,
    /// Gains of QK-norm.
    pub gains: QkGains,
    /// `I → D`.
    pub out: Affine,
    /// Number of heads.
    pub heads: usize,
}

/// Parameters of a feed-forward layer.
#[derive(Clone, Debug)]
pub struct FeedForward {
    /// Before everything else.
    pub norm: Norm,
    /// `D → 4D`, before GELU.
    pub up: Affine,
    /// `4D → D`.
    pub down: Affine,
}

/// What a head should predict.
#[derive(Clone, Debug)]
pub struct CodeTargets {
    /// The right code of each token, row-major `[B, T, N]`.
    pub codes: Vec<i32>,
    /// How much each token counts, `[B, T, N]`; nothing is computed for those of 0 where that can be
    /// avoided.
    pub weights: Vec<f32>,
}

/// What a step of AdamW depends on.
#[derive(Clone, Copy, Debug)]
pub struct AdamW {
    /// Learning rate.
    pub rate: f32,
    /// Decay of the gradient's mean.
    pub beta1: f32,
    /// Decay of its square's mean.
    pub beta2: f32,
    /// `1 − β₁^t`
    pub correction1: f32,
    /// `1 − β₂^t`
    pub correction2: f32,
    /// Keeps the divisor from 0.
    pub epsilon: f32,
    /// Decoupled weight decay.
    pub decay: f32,
    /// The gradient is multiplied by this first.
    pub scale: f32,
}

/// What AdamW remembers of each weight.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Mean of the gradient.
    pub first: Tensor<1>,
    /// Mean of its square.
    pub second: Tensor<1>,
}
