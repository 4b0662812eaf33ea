//! `wgsl/pixels.wgsl`: patches to RGBA bytes.

use super::device::Gpu;
use super::program::{Launch, Slice};
use crate::shader::Kernel;

const LANES: u32 = 64;

/// `frames` frames of `height × width` pixels from patches of side `patch`, each `row` numbers long.
pub fn pixels(
    gpu: &Gpu,
    patches: &wgpu::Buffer,
    rgba: &wgpu::Buffer,
    frames: usize,
    (height, width): (usize, usize),
    patch: usize,
    row: usize,
) -> Launch {
    let count = frames * height * width;
    let uniform = gpu.uniform_of("pixels sizes", &[count as u32]);
    Launch {
        kernel: Kernel {
            name: "pixels",
            files: &[
                include_str!("../../../../wgsl/shared/grid.wgsl"),
                include_str!("../../../../wgsl/pixels.wgsl"),
            ],
            constants: vec![
                ("PATCH", patch as u32),
                ("ROW", row as u32),
                ("HEIGHT", height as u32),
                ("WIDTH", width as u32),
                ("LANES", LANES),
            ],
            shared_bytes: 0,
        },
        buffers: vec![
            Slice::from(patches),
            Slice::from(rgba),
            Slice::from(&uniform),
        ],
        workgroups: count.div_ceil(LANES as usize),
    }
}
