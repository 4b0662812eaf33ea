//! The ST-transformer (§2 of the paper): blocks of spatial attention, causal temporal attention
//! and one feed-forward layer. With a key-value cache it advances frame by frame.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use kernels::{AttentionLayer, FeedForward, Past, QkGains};

use crate::config::{AttentionKind, TransformerConfig};
use crate::layers::{LayerNorm, Linear};
use crate::single::SingleBlock;

/// Projections of one attention, spatial or temporal.
#[derive(Module, Debug)]
pub struct Attention {
    /// `D → 3I`: queries, keys, values.
    pub qkv: Linear,
    /// QK-norm's gain of queries, `[d]`.
    pub query_gain: Param<Tensor<1>>,
    /// QK-norm's gain of keys, `[d]`.
    pub key_gain: Param<Tensor<1>>,
    /// `I → D`.
    pub out: Linear,
    heads: usize,
}

impl Attention {
    pub(crate) fn new(config: &TransformerConfig, residual_gain: f64, device: &Device) -> Self {
        let inner = config.inner();
        Self {
            qkv: Linear::new(config.width, 3 * inner, 1.0, device),
            query_gain: Param::from_tensor(Tensor::ones([config.head_size], device)),
            key_gain: Param::from_tensor(Tensor::ones([config.head_size], device)),
            out: Linear::new(inner, config.width, residual_gain, device),
            heads: config.heads,
        }
    }

    pub(crate) fn layer(&self, norm: &LayerNorm) -> AttentionLayer {
        AttentionLayer {
            norm: norm.values(),
            qkv: self.qkv.values(),
            gains: self.gains(),
            out: self.out.values(),
            heads: self.heads,
        }
    }

    fn gains(&self) -> QkGains {
        QkGains {
            query: self.query_gain.val(),
            key: self.key_gain.val(),
        }
    }
}

/// Spatial attention, temporal attention, feed-forward; each behind a layer norm, each added to
/// the residual stream.
#[derive(Module, Debug)]
pub struct StBlock {
    /// Before spatial attention.
    pub spatial_norm: LayerNorm,
    /// Between the tokens of one frame.
    pub spatial: Attention,
    /// Before temporal attention.
    pub temporal_norm: LayerNorm,
    /// Between frames, at one position.
    pub temporal: Attention,
    /// Before the feed-forward layer.
    pub ff_norm: LayerNorm,
    /// `D → 4D`.
    pub ff_in: Linear,
    /// `4D → D`.
    pub ff_out: Linear,
}

impl StBlock {
    /// A block of random weights; `residual_gain` scales the layers that write to the residual
    /// stream.
    pub fn new(config: &TransformerConfig, residual_gain: f64, device: &Device) -> Self {
        let width = config.width;
        Self {
            spatial_norm: LayerNorm::new(width, device),
            spatial: Attention::new(config, residual_gain, device),
            temporal_norm: LayerNorm::new(width, device),
            temporal: Attention::new(config, residual_gain, device),
            ff_norm: LayerNorm::new(width, device),
            ff_in: Linear::new(width, 4 * width, 1.0, device),
            ff_out: Linear::new(4 * width, width, residual_gain, device),
        }
    }

    /// `[B, T, N, D]` → the same shape. Frame `t` sees the `past` and frames `0..=t`. With `keep`,
    /// also the keys and values of these frames, for a cache.
    pub fn forward(
        &self,
        x: Tensor<4>,
        past: Option<&Past>,
        keep: bool,
    ) -> (Tensor<4>, Option<Past>) {
        let x = kernels::spatial_layer(x, &self.spatial.layer(&self.spatial_norm));
        let (x, kept) = if past.is_none() && !keep {
            let layer = self.temporal.layer(&self.temporal_norm);
            (kernels::temporal_layer(x, &layer), None)
        } else {
            let heads = self.temporal.heads;
            let gains = self.temporal.gains();
            let qkv = self
                .temporal
                .qkv
                .forward(self.temporal_norm.forward(x.clone()));
            let kept = keep.then(|| kernels::normalised_keys(qkv.clone(), &gains, heads));
            let seen = kernels::temporal_attention(qkv, &gains, heads, past);
            (x + self.temporal.out.forward(seen), kept)
        };
        let layer = FeedForward {
            norm: self.ff_norm.values(),
            up: self.ff_in.values(),
            down: self.ff_out.values(),
        };
        (kernels::feed_forward(x, &layer), kept)
    }

    /// How much each token of `x [1, 1, N, D]` looks at each other one in this block's spatial attention,
    /// averaged over the heads: `[N, N]`, a row for each token that looks.
    pub fn spatial_weights(&self, x: Tensor<4>) -> Tensor<2> {
        let qkv = self.spatial.qkv.forward(self.spatial_norm.forward(x));
        let weights =
            kernels::plain::spatial_weights(qkv, &self.spatial.gains(), self.spatial.heads);
        let [_, _, n, _] = weights.dims();
        weights.mean_dim(1).reshape([n, n])
    }
}

/// A block of either kind.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // all blocks of a transformer are of one kind
pub enum Block {
    /// Spatial and temporal attention: everything that is played.
    St(StBlock),
    /// One attention of another reach, for comparisons.
    Single(SingleBlock),
}

impl Block {
    fn new(config: &TransformerConfig, device: &Device) -> Self {
        // Each layer that writes to the residual stream adds to its variance: keep that near one.
        let gain = |layers: usize| 1.0 / ((layers * config.blocks) as f64).sqrt();
        match config.attention {
            AttentionKind::St => Self::St(StBlock::new(config, gain(3), device)),
            AttentionKind::Spatial | AttentionKind::Full => {
                Self::Single(SingleBlock::new(config, gain(2), device))
            }
        }
    }

    fn forward(&self, x: Tensor<4>, past: Option<&Past>, keep: bool) -> (Tensor<4>, Option<Past>) {
        match self {
            Self::St(block) => block.forward(x, past, keep),
            Self::Single(block) => {
                assert!(past.is_none() && !keep, "only ST blocks have a cache");
                (block.forward(x), None)
            }
        }
    }
}

/// A stack of blocks and a final layer norm.
#[derive(Module, Debug)]
pub struct StTransformer {
    /// The blocks, first to last.
    pub blocks: Vec<Block>,
    /// After the last block.
    pub norm: LayerNorm,
}

impl StTransformer {
    /// A transformer of random weights.
    pub fn new(config: &TransformerConfig, device: &Device) -> Self {
        Self {
            blocks: (0..config.blocks)
                .map(|_| Block::new(config, device))
                .collect(),
            norm: LayerNorm::new(config.width, device),
        }
    }

    /// `[B, T, N, D]` → the same shape, causal in time.
    pub fn forward(&self, mut x: Tensor<4>) -> Tensor<4> {
        for block in &self.blocks {
            x = block.forward(x, None, false).0;
        }
        self.norm.forward(x)
    }

    /// [`StBlock::spatial_weights`] of the last frame of `x [1, T, N, D]` in each block.
    ///
    /// # Panics
    /// If the attention isn't ST: [`Config::check_playable`](crate::Config::check_playable).
    pub fn spatial_weights(&self, mut x: Tensor<4>) -> Vec<Tensor<2>> {
        let last = x.dims()[1] - 1;
        let mut weights = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let Block::St(st) = block else {
                panic!("only ST blocks have spatial attention of their own");
            };
            weights.push(st.spatial_weights(x.clone().narrow(1, last, 1)));
            x = block.forward(x, None, false).0;
        }
        weights
    }

    /// [`StTransformer::forward`] for frames that follow those of `past` (one entry per block).
    ///
    /// # Panics
    /// If the attention isn't ST and there is a past.
    pub fn forward_after(&self, mut x: Tensor<4>, past: Option<&[Past]>) -> Tensor<4> {
        for (i, block) in self.blocks.iter().enumerate() {
            x = block.forward(x, past.map(|p| &p[i]), false).0;
        }
        self.norm.forward(x)
    }

    /// The same, and each block's keys and values of these frames.
    ///
    /// # Panics
    /// If the attention isn't ST: [`Config::check_playable`](crate::Config::check_playable).
    pub fn forward_keeping(
        &self,
        mut x: Tensor<4>,
        past: Option<&[Past]>,
    ) -> (Tensor<4>, Vec<Past>) {
        let mut kept = Vec::with_capacity(self.blocks.len());
        for (i, block) in self.blocks.iter().enumerate() {
            let (y, keys) = block.forward(x, past.map(|p| &p[i]), true);
            x = y;
            kept.extend(keys);
        }
        (self.norm.forward(x), kept)
    }
}
