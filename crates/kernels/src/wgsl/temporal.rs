//! `wgsl/temporal_attention.wgsl`: its constants and its launch.

use burn_cubecl::tensor::CubeTensor;

use super::launch::{launch, size};
use crate::plain::rotary_tables;
use crate::shader::Kernel;

/// Queries of a workgroup: few, so that even one frame makes several of them.
const LANES: u32 = 32;

/// `qkv [B, T, N, 3I]`, gains `[d]` of queries and keys, keys and values of the past `[B, P, N, I]`
/// (anything if `past` is 0) → `[B, T, N, I]`.
pub(super) fn attend(
    qkv: CubeTensor,
    gains: [CubeTensor; 2],
    past_tensors: [CubeTensor; 2],
    heads: usize,
    past: usize,
) -> CubeTensor {
    let [b, t, n, width] = qkv.meta.shape().dims();
    let d = width / (3 * heads);
    let rows = b * t * n * heads;
    let (cosines, sines) = rotary_tables(1, d, 1);
    let mut sizes = vec![size(n), size(t), size(past), size(rows)];
    for (cosines, sines) in cosines.chunks(4).zip(sines.chunks(4)) {
        sizes.extend(cosines.iter().chain(sines).map(|x| x.to_bits()));
    }
    let [query_gain, key_gain] = gains;
    let [past_keys, past_values] = past_tensors;
    let shape = [b, t, n, width / 3].into();
    let [attended] = launch(
        kernel(size(heads), size(d / 4)),
        rows.div_ceil(LANES as usize),
        vec![qkv, query_gain, key_gain, past_keys, past_values],
        [shape],
        &sizes,
    );
    attended
}

/// The kernel for `heads` heads of `vectors` · 4 dimensions, `vectors` even.
fn kernel(heads: u32, vectors: u32) -> Kernel {
    Kernel {
        name: "temporal_attention",
        files: &[
            include_str!("../../../../wgsl/shared/grid.wgsl"),
            include_str!("../../../../wgsl/shared/qk_norm.wgsl"),
            include_str!("../../../../wgsl/shared/quad.wgsl"),
            include_str!("../../../../wgsl/shared/rotary.wgsl"),
            include_str!("../../../../wgsl/temporal_attention.wgsl"),
        ],
        constants: vec![
            ("HEADS", heads),
            ("VECTORS", vectors),
            ("HALF", vectors / 2),
            ("LANES", LANES),
        ],
        shared_bytes: 0,
    }
}
