//! `wgsl/normalised_keys.wgsl`: its constants and its launch.

use burn_cubecl::tensor::CubeTensor;

use super::launch::{launch, size};
use crate::shader::Kernel;

/// `qkv [B, T, N, 3I]`, gain `[d]` → keys and values, `[B, T, N, I]` each.
pub(super) fn normalise(
    qkv: CubeTensor,
    key_gain: CubeTensor,
    heads: usize,
) -> (CubeTensor, CubeTensor) {
    let [b, t, n, width] = qkv.meta.shape().dims();
    let kernel = kernel(size(heads), size(width / (12 * heads)));
    let rows = b * t * n * heads;
    let workgroups = rows.div_ceil(kernel.constant("ROWS") as usize);
    let shape = || [b, t, n, width / 3].into();
    let [keys, values] = launch(
        kernel,
        workgroups,
        vec![qkv, key_gain],
        [shape(), shape()],
        &[size(rows), 0, 0, 0],
    );
    (keys, values)
}

/// The kernel for `heads` heads of `vectors` · 4 dimensions.
fn kernel(heads: u32, vectors: u32) -> Kernel {
    let rows = (64 / vectors).max(1);
    let lanes = rows * vectors;
    Kernel {
        name: "normalised_keys",
        files: &[
            include_str!("../../../../wgsl/shared/grid.wgsl"),
            include_str!("../../../../wgsl/shared/qk_norm.wgsl"),
            include_str!("../../../../wgsl/normalised_keys.wgsl"),
        ],
        constants: vec![
            ("HEADS", heads),
            ("VECTORS", vectors),
            ("ROWS", rows),
            ("LANES", lanes),
        ],
        shared_bytes: 4 * lanes,
    }
}
