//! One launch: contiguous inputs, fresh outputs, sizes, grid.

use burn::tensor::{DType, Shape};
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::template::SourceKernel;
use burn_cubecl::tensor::CubeTensor;
use cubecl::prelude::CubeCount;
use cubecl::server::{KernelArguments, MetadataBindingInfo};

use super::source::workgroup;
use crate::shader::Kernel;

/// The most workgroups WebGPU promises along one axis of a dispatch.
const MAX_WORKGROUPS: u32 = 65_535;

/// Runs `kernel` on `workgroups` workgroups. Its bindings are `inputs` in order (in any layout),
/// then one new f32 tensor for each shape of `outputs`, then a uniform buffer of `sizes`; which must
/// be as long as the kernel's `Sizes`, padding included.
pub(super) fn launch<const OUTPUTS: usize>(
    kernel: Kernel,
    workgroups: usize,
    inputs: Vec<CubeTensor>,
    outputs: [Shape; OUTPUTS],
    sizes: &[u32],
) -> [CubeTensor; OUTPUTS] {
    assert!(kernel.keeps_the_contract(), "{kernel:?}");
    let inputs: Vec<_> = inputs.into_iter().map(into_contiguous).collect();
    let client = inputs[0].client.clone();
    let device = inputs[0].device.clone();
    let outputs = outputs.map(|shape| {
        let bytes = shape.num_elements() * size_of::<f32>();
        let handle = client.empty(bytes);
        CubeTensor::new_contiguous(client.clone(), device.clone(), shape, handle, DType::F32)
    });
    let buffers = inputs
        .iter()
        .chain(&outputs)
        .map(|tensor| tensor.handle.clone().binding())
        .collect();
    let arguments = KernelArguments::new()
        .with_buffers(buffers)
        .with_info(MetadataBindingInfo::custom(words(sizes)));
    let workgroup = workgroup(&kernel);
    client.launch(
        Box::new(SourceKernel::new(kernel, workgroup)),
        grid(workgroups),
        arguments,
    );
    outputs
}

/// Numbers as cubecl passes them: two to a word, the first in its low half.
fn words(sizes: &[u32]) -> Vec<u64> {
    assert!(
        sizes.len().is_multiple_of(4),
        "a uniform struct is a multiple of 16 bytes long"
    );
    sizes
        .chunks_exact(2)
        .map(|pair| u64::from(pair[0]) | u64::from(pair[1]) << 32)
        .collect()
}

/// At least `workgroups` workgroups, over x and y: see `wgsl/shared/grid.wgsl`.
fn grid(workgroups: usize) -> CubeCount {
    let workgroups = u32::try_from(workgroups).expect("a launch has at most 2^32 workgroups");
    let y = workgroups.div_ceil(MAX_WORKGROUPS);
    assert!(
        y <= MAX_WORKGROUPS,
        "a launch has at most 65535² workgroups"
    );
    let x = if y == 0 { 0 } else { workgroups.div_ceil(y) };
    CubeCount::Static(x, y, 1)
}

/// A size as a kernel takes it.
pub(super) fn size(n: usize) -> u32 {
    u32::try_from(n).expect("a kernel's sizes are 32 bits wide")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_covers_its_workgroups_within_the_limit() {
        for n in [0, 1, 2, 65_534, 65_535, 65_536, 131_070, 131_071, 1 << 27] {
            let CubeCount::Static(x, y, z) = grid(n) else {
                panic!("a static grid");
            };
            assert!(x <= MAX_WORKGROUPS && y <= MAX_WORKGROUPS && z == 1);
            let covered = x as usize * y as usize;
            assert!(
                covered >= n && covered < n + y.max(1) as usize,
                "{n}: {x} × {y}"
            );
        }
    }

    #[test]
    fn sizes_lie_in_memory_as_the_kernel_reads_them() {
        let sizes = [1, 2, 3, u32::MAX];
        let words = words(&sizes);
        assert_eq!(bytemuck::cast_slice::<u64, u32>(&words), sizes);
    }
}
