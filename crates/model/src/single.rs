//! The block of the transformers that the paper compares its own with (Table 3): one attention and one
//! feed-forward. No session plays them.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kernels::FeedForward;

use crate::config::{AttentionKind, TransformerConfig};
use crate::layers::{LayerNorm, Linear};
use crate::transformer::Attention;

/// Attention, feed-forward; each behind a layer norm, each added to the residual stream.
#[derive(Module, Debug)]
pub struct SingleBlock {
    /// Before the attention.
    pub norm: LayerNorm,
    /// Between the tokens of a frame, or of all frames so far.
    pub attention: Attention,
    /// Before the feed-forward layer.
    pub ff_norm: LayerNorm,
    /// `D → 4D`.
    pub ff_in: Linear,
    /// `4D → D`.
    pub ff_out: Linear,
    full: bool,
}

impl SingleBlock {
    /// A block of random weights; `residual_gain` scales the layers that write to the residual
    /// stream.
    pub(crate) fn new(config: &TransformerConfig, residual_gain: f64, device: &Device) -> Self {
        let width = config.width;
        Self {
            norm: LayerNorm::new(width, device),
            attention: Attention::new(config, residual_gain, device),
            ff_norm: LayerNorm::new(width, device),
            ff_in: Linear::new(width, 4 * width, 1.0, device),
            ff_out: Linear::new(4 * width, width, residual_gain, device),
            full: config.attention == AttentionKind::Full,
        }
    }

    /// `[B, T, N, D]` → the same shape.
    pub(crate) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let layer = self.attention.layer(&self.norm);
        let x = if self.full {
            kernels::plain::full_layer(x, &layer)
        } else {
            kernels::spatial_layer(x, &layer)
        };
        let layer = FeedForward {
            norm: self.ff_norm.values(),
            up: self.ff_in.values(),
            down: self.ff_out.values(),
        };
        kernels::feed_forward(x, &layer)
    }
}
