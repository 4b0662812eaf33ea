//! An ST-transformer on the device: its weights, its cache, the launches of a pass.

use kernels::gpu::attention::{self, CachePrecision, CachedAttention, Gains};
use kernels::gpu::linear::{Epilogue, Linear, Precision, Tiles};
use kernels::gpu::{Class, Gpu, Launch};

use super::weights::Host;
use crate::config::TransformerConfig;
use crate::error::Result;

/// How weights and the cache are kept on the device. Arithmetic is in f32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// Of linear layers. Everything else is in 32 bits.
    pub weights: Precision,
    /// Of keys and values.
    pub cache: CachePrecision,
}

impl Storage {
    /// What is fastest on adapters of this class. World files hold weights of 16 bits; unpacking them
    /// costs an imitated adapter more than their traffic saves.
    pub fn fastest(class: Class) -> Self {
        match class {
            Class::Hardware => Self {
                weights: Precision::F16,
                cache: CachePrecision::F16,
            },
            Class::Software => Self::default(),
        }
    }
}

/// One ST block.
struct Block {
    spatial_qkv: Linear,
    spatial_gains: Gains,
    spatial_out: Linear,
    temporal_qkv: Linear,
    temporal_gains: Gains,
    temporal_out: Linear,
    up: Linear,
    down: Linear,
    /// Keys and values of cached frames, `[pages, N, I]` each.
    cache: [wgpu::Buffer; 2],
}

/// An ST-transformer.
pub(super) struct Stack {
    config: TransformerConfig,
    tokens: usize,
    cache: CachePrecision,
    blocks: Vec<Block>,
}

/// Buffers between the launches of a pass, shared by everything that runs on the device.
pub(super) struct Activations {
    /// The residual stream, `[F, N, D]`.
    pub x: wgpu::Buffer,
    /// `[F, N, 3I]`.
    pub qkv: wgpu::Buffer,
    /// `[F, N, I]`.
    pub attended: wgpu::Buffer,
    /// `[F, N, 4D]`.
    pub hidden: wgpu::Buffer,
}

impl Activations {
    /// Room for `frames` frames of the largest of these transformers.
    pub(super) fn new(
        gpu: &Gpu,
        frames: usize,
        tokens: usize,
        configs: &[&TransformerConfig],
    ) -> Self {
        let most = |size: &dyn Fn(&TransformerConfig) -> usize| {
            let size = configs.iter().map(|c| size(c)).max().unwrap_or(0);
            (4 * frames * tokens * size) as u64
        };
        Self {
            x: gpu.storage("x", most(&|c| c.width)),
            qkv: gpu.storage("qkv", most(&|c| 3 * c.inner())),
            attended: gpu.storage("attended", most(&|c| c.inner())),
            hidden: gpu.storage("hidden", most(&|c| 4 * c.width)),
        }
    }
}

/// Bytes of the cache that one page takes in a transformer.
pub(super) fn page_bytes(config: &TransformerConfig, tokens: usize, cache: CachePrecision) -> u64 {
    (config.blocks * 2 * tokens * config.inner() * cache.bytes()) as u64
}

impl Stack {
    /// Brings the transformer named `name` to the device, with a cache of `pages` pages.
    pub(super) fn new(
        gpu: &Gpu,
        host: &Host,
        name: &str,
        config: &TransformerConfig,
        tokens: usize,
        pages: usize,
        Storage { weights, cache }: Storage,
    ) -> Result<Self> {
        let bytes = (cache.bytes() * pages * tokens * config.inner()) as u64;
        let blocks = (0..config.blocks)
            .map(|i| {
                let at = |part: &str| format!("{name}.blocks.{i}.{part}");
                let linear = |part: &str, norm: Option<&str>| {
                    let norm = norm.map(at);
                    host.linear(gpu, &at(part), norm.as_deref(), weights)
                };
                let gains = |part: &str| {
                    let query = host.values(&at(&format!("{part}.query_gain")))?;
                    let key = host.values(&at(&format!("{part}.key_gain")))?;
                    Ok::<_, crate::Error>(Gains {
                        query: gpu.storage_of("query gain", query),
                        key: gpu.storage_of("key gain", key),
                    })
                };
                Ok(Block {
                    spatial_qkv: linear("spatial.qkv", Some("spatial_norm"))?,
                    spatial_gains: gains("spatial")?,
                    spatial_out: linear("spatial.out", None)?,
                    temporal_qkv: linear("temporal.qkv", Some("temporal_norm"))?,
                    temporal_gains: gains("temporal")?,
                    temporal_out: linear("temporal.out", None)?,
                    up: linear("ff_in", Some("ff_norm"))?,
                    down: linear("ff_out", None)?,
                    cache: [gpu.storage("keys", bytes), gpu.storage("values", bytes)],
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            config: config.clone(),
            tokens,
            cache,
            blocks,
        })
    }

    /// Bytes of weights and of the cache on the device.
    pub(super) fn bytes(&self) -> u64 {
        let of = |block: &Block| -> u64 {
            let layers = [
                &block.spatial_qkv,
                &block.spatial_out,
                &block.temporal_qkv,
                &block.temporal_out,
                &block.up,
                &block.down,
            ];
            let gains = [&block.spatial_gains, &block.temporal_gains];
            let gains = gains.map(|g| g.query.size() + g.key.size());
            layers.map(Linear::bytes).iter().sum::<u64>()
                + gains.iter().sum::<u64>()
                + block.cache.iter().map(wgpu::Buffer::size).sum::<u64>()
        };
        self.blocks.iter().map(of).sum()
    }

    /// The launches of all blocks for `frames` frames in `activations.x`, which may look at the past
    /// that `seen` names.
    pub(super) fn pass(
        &self,
        gpu: &Gpu,
        activations: &Activations,
        frames: usize,
        seen: &Seen,
        tiles: &Tiles,
    ) -> Vec<Launch> {
        let rows = frames * self.tokens;
        let Activations {
            x,
            qkv,
            attended,
            hidden,
        } = activations;
        let (heads, d) = (self.config.heads, self.config.head_size);
        let linear = |layer: &Linear, from: &wgpu::Buffer, to: &wgpu::Buffer, epilogue| {
            let tile = tiles.tile(layer, rows);
            layer.launch(gpu, tile, from, 0, rows, to, epilogue)
        };
        let mut launches = Vec::with_capacity(8 * self.blocks.len());
        for block in &self.blocks {
            launches.push(linear(&block.spatial_qkv, x, qkv, Epilogue::None));
            launches.push(attention::spatial(
                gpu,
                qkv,
                &block.spatial_gains,
                attended,
                (frames, self.tokens),
                (heads, d),
            ));
            launches.push(linear(&block.spatial_out, attended, x, Epilogue::Residual));
            launches.push(linear(&block.temporal_qkv, x, qkv, Epilogue::None));
            launches.push(
                CachedAttention {
                    qkv,
                    gains: &block.temporal_gains,
                    keys: &block.cache[0],
                    values: &block.cache[1],
                    attended,
                    pages: &seen.pages,
                    sizes: &seen.sizes,
                    precision: self.cache,
                }
                .launch((frames, self.tokens), (heads, d)),
            );
            launches.push(linear(&block.temporal_out, attended, x, Epilogue::Residual));
            launches.push(linear(&block.up, x, hidden, Epilogue::Gelu));
            launches.push(linear(&block.down, hidden, x, Epilogue::Residual));
        }
        launches
    }

    /// Its linear layers.
    pub(super) fn layers(&self) -> impl Iterator<Item = &Linear> {
        self.blocks.iter().flat_map(|block| {
            [
                &block.spatial_qkv,
                &block.spatial_out,
                &block.temporal_qkv,
                &block.temporal_out,
                &block.up,
                &block.down,
            ]
        })
    }

    /// What a pass of `frames` frames is told of the past; `most` frames at most.
    pub(super) fn seen(&self, gpu: &Gpu, frames: usize, most: usize) -> Seen {
        Seen {
            pages: gpu.storage("pages", 4 * (most + frames) as u64),
            sizes: gpu.uniform_of(
                "temporal sizes",
                &attention::cached_sizes(self.tokens, frames, 0, 0, self.heads_and_size()),
            ),
            frames,
        }
    }

    /// Tells a pass which pages hold the past, oldest first, and which its own frames write to. A frame
    /// sees at most `window` frames before it.
    pub(super) fn tell(&self, gpu: &Gpu, seen: &Seen, past: &[u32], own: &[u32], window: usize) {
        assert_eq!(own.len(), seen.frames);
        let heads = self.heads_and_size();
        let sizes = attention::cached_sizes(self.tokens, seen.frames, past.len(), window, heads);
        gpu.write(&seen.sizes, 0, &sizes);
        gpu.write(&seen.pages, 0, &[past, own].concat());
    }

    fn heads_and_size(&self) -> (usize, usize) {
        (self.config.heads, self.config.head_size)
    }
}

/// What a pass knows of the past: rewritten before each submission.
pub(super) struct Seen {
    pages: wgpu::Buffer,
    sizes: wgpu::Buffer,
    frames: usize,
}
