//! `wgsl/begin.wgsl`, `wgsl/draw.wgsl`, `wgsl/settle.wgsl`: MaskGIT's choice of tokens.

use super::program::{Launch, Slice};
use crate::shader::Kernel;

/// Invocations of a workgroup that does one position, or many.
const LANES: u32 = 32;

/// One MaskGIT step of one frame, as the kernels read it (`wgsl/shared/maskgit.wgsl`).
#[derive(Clone, Copy, Debug, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Step {
    /// The player's seed.
    pub seed: u32,
    /// Number of the frame since the prompt.
    pub frame: u32,
    /// MaskGIT step within the frame, from 1, below 65,536.
    pub step: u32,
    /// Positions to settle.
    pub settle: u32,
    /// Of the codes; 0 takes the likeliest.
    pub temperature: f32,
    /// Of the Gumbel noise on the confidence, annealed.
    pub choice: f32,
    /// 0: the most confident first, 1: a random permutation, 2: a fixed order.
    pub order: u32,
    /// The token that stands for a masked position.
    pub mask: u32,
}

/// Buffers of the choice, on the device.
#[derive(Clone, Debug)]
pub struct Choice {
    /// `N`, below 65,536.
    pub tokens: usize,
    /// `K`.
    pub codes: usize,
    /// Numbers of a row of logits: at least `K`, a multiple of 4.
    pub row: usize,
    /// Codes of the frame before and of this one, `[2, N]`.
    pub canvas: wgpu::Buffer,
    /// `[N, row]`.
    pub logits: wgpu::Buffer,
    /// Place of each position in a fixed order, `[N]`.
    pub places: wgpu::Buffer,
    /// `[N]`.
    pub drawn: wgpu::Buffer,
    /// `[N]`.
    pub ranks: wgpu::Buffer,
}

impl Choice {
    /// Begins a frame: everything masked, and what was current becomes the frame before.
    pub fn begin(&self, step: &Slice) -> Launch {
        Launch {
            kernel: Kernel {
                name: "begin",
                files: &[
                    include_str!("../../../../wgsl/shared/maskgit.wgsl"),
                    include_str!("../../../../wgsl/begin.wgsl"),
                ],
                constants: vec![("TOKENS", self.tokens as u32), ("LANES", LANES)],
                shared_bytes: 0,
            },
            buffers: vec![Slice::from(&self.canvas), step.clone()],
            workgroups: self.tokens.div_ceil(LANES as usize),
        }
    }

    /// Draws codes and settles some of them: one step, from the logits.
    pub fn step(&self, step: &Slice) -> [Launch; 2] {
        let draw = Launch {
            kernel: Kernel {
                name: "draw",
                files: &[
                    include_str!("../../../../wgsl/shared/grid.wgsl"),
                    include_str!("../../../../wgsl/shared/noise.wgsl"),
                    include_str!("../../../../wgsl/shared/maskgit.wgsl"),
                    include_str!("../../../../wgsl/draw.wgsl"),
                ],
                constants: vec![
                    ("CODES", self.codes as u32),
                    ("ROW", self.row as u32 / 4),
                    ("TOKENS", self.tokens as u32),
                    ("LANES", LANES),
                ],
                shared_bytes: 16 * LANES,
            },
            buffers: vec![
                Slice::from(&self.logits),
                Slice::from(&self.canvas),
                Slice::from(&self.places),
                Slice::from(&self.drawn),
                Slice::from(&self.ranks),
                step.clone(),
            ],
            workgroups: self.tokens,
        };
        let settle = Launch {
            kernel: Kernel {
                name: "settle",
                files: &[
                    include_str!("../../../../wgsl/shared/maskgit.wgsl"),
                    include_str!("../../../../wgsl/settle.wgsl"),
                ],
                constants: vec![("TOKENS", self.tokens as u32), ("LANES", LANES)],
                shared_bytes: 0,
            },
            buffers: vec![
                Slice::from(&self.drawn),
                Slice::from(&self.ranks),
                Slice::from(&self.canvas),
                step.clone(),
            ],
            workgroups: self.tokens.div_ceil(LANES as usize),
        };
        [draw, settle]
    }
}
