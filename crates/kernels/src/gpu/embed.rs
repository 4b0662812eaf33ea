//! `wgsl/embed.wgsl`: tokens to vectors.

use super::device::Gpu;
use super::program::{Launch, Slice};
use crate::shader::Kernel;

const LANES: u32 = 64;

/// Tables of an embedding, on the device.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Of tokens, `[codes, D]`.
    pub table: wgpu::Buffer,
    /// Rows of `table`.
    pub codes: usize,
    /// Of positions, `[N, D]`.
    pub position: wgpu::Buffer,
    /// What a frame adds to all of its tokens, `[rows, D]`.
    pub extra: wgpu::Buffer,
    /// Rows of `extra`.
    pub rows: usize,
    /// `N`.
    pub tokens: usize,
    /// `D`, a multiple of 4.
    pub width: usize,
}

impl Tables {
    /// Bytes that they take on the device.
    pub fn bytes(&self) -> u64 {
        self.table.size() + self.position.size() + self.extra.size()
    }
}

/// Embeds `frames` frames of `tokens`, from the token numbered `first`, with the rows of the extra table
/// in `row [F]`, into `x [F, N, D]`.
pub fn embed(
    gpu: &Gpu,
    tables: &Tables,
    tokens: &wgpu::Buffer,
    first: usize,
    frames: usize,
    row: &wgpu::Buffer,
    x: &wgpu::Buffer,
) -> Launch {
    let vectors = frames * tables.tokens * tables.width / 4;
    let sizes = [first, vectors, tables.codes, tables.rows].map(|n| n as u32);
    let uniform = gpu.uniform_of("embed sizes", &sizes);
    Launch {
        kernel: Kernel {
            name: "embed",
            files: &[
                include_str!("../../../../wgsl/shared/grid.wgsl"),
                include_str!("../../../../wgsl/embed.wgsl"),
            ],
            constants: vec![
                ("VECTORS", tables.width as u32 / 4),
                ("TOKENS", tables.tokens as u32),
                ("LANES", LANES),
            ],
            shared_bytes: 0,
        },
        buffers: vec![
            Slice::from(tokens),
            Slice::from(&tables.table),
            Slice::from(&tables.position),
            Slice::from(&tables.extra),
            Slice::from(row),
            Slice::from(x),
            Slice::from(&uniform),
        ],
        workgroups: vectors.div_ceil(LANES as usize),
    }
}
