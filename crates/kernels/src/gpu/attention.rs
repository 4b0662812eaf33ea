//! `wgsl/spatial_attention.wgsl` and `wgsl/cached_attention.wgsl`: attention within a frame, and over the
//! cached frames.

use super::device::Gpu;
use super::program::{Launch, Slice};
use crate::plain::rotary_tables;
use crate::shader::Kernel;

/// Largest head size of the kernels.
const MOST_HEAD_SIZE: usize = 128;
/// Queries of a workgroup of temporal attention: few, so that even one frame makes several of them.
const LANES: u32 = 32;

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
    let kernel = spatial_kernel(heads as u32, d as u32 / 4);
    let tiles = tokens.div_ceil(4 * kernel.constant("QUADS") as usize);
    let workgroups = frames * heads * tiles;
    let sizes = [tokens, tiles, workgroups, 0].map(|n| n as u32);
    let uniform = gpu.uniform_of("spatial sizes", &sizes);
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
}

impl CachedAttention<'_> {
    /// For `frames` frames of `tokens` tokens, `heads` heads of `d` dimensions.
    pub fn launch(&self, (frames, tokens): (usize, usize), (heads, d): (usize, usize)) -> Launch {
        let vectors = d as u32 / 4;
        Launch {
            kernel: Kernel {
                name: "cached_attention",
                files: &[
                    include_str!("../../../../wgsl/shared/grid.wgsl"),
                    include_str!("../../../../wgsl/shared/qk_norm.wgsl"),
                    include_str!("../../../../wgsl/shared/quad.wgsl"),
                    include_str!("../../../../wgsl/shared/rotary.wgsl"),
                    include_str!("../../../../wgsl/cached_attention.wgsl"),
                ],
                constants: vec![
                    ("HEADS", heads as u32),
                    ("VECTORS", vectors),
                    ("HALF", vectors / 2),
                    ("LANES", LANES),
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
                self.pages,
                self.sizes,
            ]
            .map(Slice::from)
            .to_vec(),
            workgroups: (frames * tokens * heads).div_ceil(LANES as usize),
        }
    }
}

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
