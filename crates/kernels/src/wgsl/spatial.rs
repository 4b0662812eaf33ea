//! `wgsl/spatial_attention.wgsl`: its constants and its launch.

use burn_cubecl::tensor::CubeTensor;

use super::launch::{launch, size};
use crate::gpu::attention::spatial_kernel;

/// `qkv [B, T, N, 3I]`, gains `[d]` → `[B, T, N, I]`.
pub(super) fn attend(
    qkv: CubeTensor,
    query_gain: CubeTensor,
    key_gain: CubeTensor,
    heads: usize,
) -> CubeTensor {
    let [b, t, n, width] = qkv.meta.shape().dims();
    let kernel = spatial_kernel(size(heads), size(width / (12 * heads)));
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
