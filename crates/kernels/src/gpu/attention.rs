//! `wgsl/spatial_attention.wgsl` and `wgsl/cached_attention.wgsl`: attention within a frame, and over the
//! cached frames.

use super::device::{Class, Gpu};
use super::program::{Launch, Slice};
use crate::plain::rotary_tables;
use crate::shader::Kernel;

/// Largest head size of the kernels.
const MOST_HEAD_SIZE: usize = 128;
/// Queries of a workgroup of temporal attention: few, so that even one frame makes many of them.
const LANES: u32 = 16;

/// Whether the kernels take heads of `d` dimensions.
pub fn takes_head_size(d: usize) -> bool {
    d > 0 && d <= MOST_HEAD_SIZE && d.is_multiple_of(8)
}

/// QK-norm's gains, `[d]` each.
#[derive(Clone, Debug)]
pub struct Gains {
    /// Of queries.
    pub query: wgpu::Buffer,
    /// Of keys.
    pub key: wgpu::Buffer,
}

/// Attention between the tokens of each of `frames` frames: `qkv [F, N, 3I]` → `attended [F, N, I]`.
pub fn spatial(
    gpu: &Gpu,
    qkv: &wgpu::Buffer,
    gains: &Gains,
    attended: &wgpu::Buffer,
    (frames, tokens): (usize, usize),
    (heads, d): (usize, usize),
) -> Launch {
    let vectors = d as u32 / 4;
    let (kernel, tiles, items) = match gpu.class() {
        Class::Hardware => {
            let kernel = spatial_kernel(heads as u32, vectors);
            let tiles = tokens.div_ceil(4 * kernel.constant("QUADS") as usize);
            (kernel, tiles, frames * heads * tiles)
        }
        Class::Software => {
            let tiles = tokens.div_ceil(PLAIN_QUERIES as usize);
            (
                plain_kernel(heads as u32, vectors),
                tiles,
                frames * heads * tiles,
            )
        }
    };
    let workgroups = match gpu.class() {
        Class::Hardware => items,
        Class::Software => items.div_ceil(kernel.constant("LANES") as usize),
    };
    let uniform = gpu.uniform_of("spatial sizes", &[tokens, tiles, items].map(|n| n as u32));
    Launch {
        kernel,
        buffers: vec![
            Slice::from(qkv),
            Slice::from(&gains.query),
            Slice::from(&gains.key),
            Slice::from(attended),
            Slice::from(&uniform),
        ],
        workgroups,
    }
}

/// Queries of an invocation of the kernel without shared memory.
const PLAIN_QUERIES: u32 = 4;

/// The kernel without shared memory, for adapters that are imitated.
fn plain_kernel(heads: u32, vectors: u32) -> Kernel {
    Kernel {
        name: "spatial_attention_plain",
        files: &[
            include_str!("../../../../wgsl/shared/grid.wgsl"),
            include_str!("../../../../wgsl/shared/qk_norm.wgsl"),
            include_str!("../../../../wgsl/spatial_attention_plain.wgsl"),
        ],
        constants: vec![
            ("HEADS", heads),
            ("VECTORS", vectors),
            ("QUERIES", PLAIN_QUERIES),
            ("LANES", 4),
        ],
        shared_bytes: 0,
    }
}

/// How the cache is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CachePrecision {
    /// 32 bits.
    #[default]
    F32,
    /// 16 bits: half of the memory and of its traffic.
    F16,
}

impl CachePrecision {
    /// Bytes of a number.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
        }
    }
}

/// Causal attention over frames at each position, with the cache of one layer.
#[derive(Clone, Copy, Debug)]
pub struct CachedAttention<'a> {
    /// Of the frames of this pass, `[F, N, 3I]`.
    pub qkv: &'a wgpu::Buffer,
    /// QK-norm's.
    pub gains: &'a Gains,
    /// Of cached frames, normalised, unrotated: `[pages, N, I]`.
    pub keys: &'a wgpu::Buffer,
    /// Of cached frames, `[pages, N, I]`.
    pub values: &'a wgpu::Buffer,
    /// `[F, N, I]`.
    pub attended: &'a wgpu::Buffer,
    /// Pages of the past frames, oldest first, then of the frames of this pass.
    pub pages: &'a wgpu::Buffer,
    /// [`cached_sizes`], a uniform buffer.
    pub sizes: &'a wgpu::Buffer,
    /// How keys and values are kept.
    pub precision: CachePrecision,
}

impl CachedAttention<'_> {
    /// For `frames` frames of `tokens` tokens, `heads` heads of `d` dimensions.
    pub fn launch(&self, (frames, tokens): (usize, usize), (heads, d): (usize, usize)) -> Launch {
        let vectors = d as u32 / 4;
        Launch {
            kernel: Kernel {
                name: "cached_attention",
                files: match self.precision {
                    CachePrecision::F32 => &[
                        GRID,
                        QK_NORM,
                        ROTARY,
                        include_str!("../../../../wgsl/shared/cache_f32.wgsl"),
                        CACHED,
                    ],
                    CachePrecision::F16 => &[
                        GRID,
                        QK_NORM,
                        ROTARY,
                        include_str!("../../../../wgsl/shared/cache_f16.wgsl"),
                        CACHED,
                    ],
                },
                constants: vec![
                    ("HEADS", heads as u32),
                    ("VECTORS", vectors),
                    ("HALF", vectors / 2),
                    ("LANES", LANES),
                    ("BITS", 8 * self.precision.bytes() as u32),
                ],
                shared_bytes: 0,
            },
            buffers: [
                self.qkv,
                &self.gains.query,
                &self.gains.key,
                self.keys,
                self.values,
                self.attended,
                self.sizes,
                self.pages,
            ]
            .map(Slice::from)
            .to_vec(),
            workgroups: (frames * tokens * heads).div_ceil(LANES as usize),
        }
    }
}

const GRID: &str = include_str!("../../../../wgsl/shared/grid.wgsl");
const QK_NORM: &str = include_str!("../../../../wgsl/shared/qk_norm.wgsl");
const ROTARY: &str = include_str!("../../../../wgsl/shared/rotary.wgsl");
const CACHED: &str = include_str!("../../../../wgsl/cached_attention.wgsl");

/// What temporal attention is told: `frames` frames of `tokens` tokens, `past` frames before them, of
/// which (and of its own pass) a frame sees at most `window`.
pub fn cached_sizes(
    tokens: usize,
    frames: usize,
    past: usize,
    window: usize,
    (heads, d): (usize, usize),
) -> Vec<u32> {
    let rows = frames * tokens * heads;
    let mut sizes: Vec<u32> = [tokens, frames, past, rows, window, 0, 0, 0]
        .map(|n| n as u32)
        .to_vec();
    let (cosines, sines) = rotary_tables(1, d, 1);
    for (cosines, sines) in cosines.chunks(4).zip(sines.chunks(4)) {
        sizes.extend(cosines.iter().chain(sines).map(|x| x.to_bits()));
    }
    sizes
}

/// The kernel for `heads` heads of `vectors` · 4 dimensions.
pub(crate) fn spatial_kernel(heads: u32, vectors: u32) -> Kernel {
    // Workgroups of about 64, so that even one frame makes many of them.
    let quads = (64 / vectors).clamp(1, 16);
    Kernel {
        name: "spatial_attention",
        files: &[
            include_str!("../../../../wgsl/shared/grid.wgsl"),
            include_str!("../../../../wgsl/shared/qk_norm.wgsl"),
            include_str!("../../../../wgsl/shared/quad.wgsl"),
            include_str!("../../../../wgsl/spatial_attention.wgsl"),
        ],
        constants: vec![
            ("HEADS", heads),
            ("VECTORS", vectors),
            ("QUADS", quads),
            ("LANES", quads * vectors),
        ],
        shared_bytes: 144 * quads * vectors,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_head_size_keeps_the_contract() {
        for vectors in 1..=32 {
            assert!(spatial_kernel(8, vectors).keeps_the_contract(), "{vectors}");
        }
    }
}
