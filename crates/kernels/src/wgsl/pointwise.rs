//! `wgsl/layer_norm.wgsl` and `wgsl/gelu.wgsl`: their constants and their launches.

use burn_cubecl::tensor::CubeTensor;

use super::launch::{launch, size};
use crate::shader::Kernel;

/// Layer norm over the last dimension, which must be a multiple of 4; gamma and beta `[D]`.
pub(super) fn layer_norm(x: CubeTensor, gamma: CubeTensor, beta: CubeTensor) -> CubeTensor {
    let shape = x.meta.shape().clone();
    let width = shape[shape.num_dims() - 1];
    let kernel = layer_norm_kernel(size(width / 4));
    let rows = shape.num_elements() / width;
    let workgroups = rows.div_ceil(kernel.constant("ROWS") as usize);
    let sizes = [size(rows), 0, 0, 0];
    let [normed] = launch(kernel, workgroups, vec![x, gamma, beta], [shape], &sizes);
    normed
}

/// GELU of a tensor whose number of elements is a multiple of 4.
pub(super) fn gelu(x: CubeTensor) -> CubeTensor {
    const LANES: u32 = 64;
    let shape = x.meta.shape().clone();
    let vectors = shape.num_elements() / 4;
    let kernel = Kernel {
        name: "gelu",
        files: &[
            include_str!("../../../../wgsl/shared/grid.wgsl"),
            include_str!("../../../../wgsl/shared/gelu.wgsl"),
            include_str!("../../../../wgsl/gelu.wgsl"),
        ],
        constants: vec![("LANES", LANES)],
        shared_bytes: 0,
    };
    let workgroups = vectors.div_ceil(LANES as usize);
    let sizes = [size(vectors), 0, 0, 0];
    let [activated] = launch(kernel, workgroups, vec![x], [shape], &sizes);
    activated
}

/// The kernel for rows of `vectors` · 4 elements: about four vectors an invocation, and several
/// short rows, or one long one, a workgroup of 64.
fn layer_norm_kernel(vectors: u32) -> Kernel {
    let columns = vectors.div_ceil(4).min(64);
    let rows = 64 / columns;
    Kernel {
        name: "layer_norm",
        files: &[
            include_str!("../../../../wgsl/shared/grid.wgsl"),
            include_str!("../../../../wgsl/layer_norm.wgsl"),
        ],
        constants: vec![
            ("VECTORS", vectors),
            ("COLUMNS", columns),
            ("ROWS", rows),
            ("LANES", rows * columns),
        ],
        shared_bytes: 8 * rows * columns,
    }
}
