//! `wgsl/spatial_attention.wgsl`: its constants and its launch.

use burn_cubecl::tensor::CubeTensor;

use super::launch::{launch, size};
use super::source::Kernel;

/// `qkv [B, T, N, 3I]`, gains `[d]` → `[B, T, N, I]`.
pub(super) fn attend(
    qkv: CubeTensor,
    query_gain: CubeTensor,
    key_gain: CubeTensor,
    heads: usize,
) -> CubeTensor {
    let [b, t, n, width] = qkv.meta.shape().dims();
    let kernel = kernel(size(heads), size(width / (12 * heads)));
    let tiles = n.div_ceil(4 * kernel.constant("QUADS") as usize);
    let workgroups = b * t * heads * tiles;
    let sizes = [size(n), size(tiles), size(workgroups), 0];
    let shape = [b, t, n, width / 3].into();
    let [attended] = launch(
        kernel,
        workgroups,
        vec![qkv, query_gain, key_gain],
        [shape],
        &sizes,
    );
    attended
}

/// The kernel for `heads` heads of `vectors` · 4 dimensions.
fn kernel(heads: u32, vectors: u32) -> Kernel {
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
            assert!(kernel(8, vectors).keeps_the_contract(), "{vectors}");
        }
    }
}
