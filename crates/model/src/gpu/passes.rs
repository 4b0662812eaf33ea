//! Passes: a transformer from tokens to logits or pixels, for a fixed number of frames.

use kernels::gpu::choice::Choice;
use kernels::gpu::embed::{self, Tables};
use kernels::gpu::linear::{Epilogue, Linear, Tiles};
use kernels::gpu::pixels::pixels;
use kernels::gpu::{Gpu, Launch, Program};

use super::stack::{Activations, Seen, Stack};
use crate::config::Config;

/// Which transformer a pass goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The dynamics model.
    Dynamics,
    /// The tokenizer's decoder.
    Decoder,
}

/// Buffers that several passes share.
pub(super) struct Buffers {
    pub activations: Activations,
    /// MaskGIT's.
    pub choice: Choice,
    /// Tokens of a prefilled window, `[T, N]`.
    pub window: wgpu::Buffer,
    /// `[T, N, 3P²]`, rows filled up.
    pub patches: wgpu::Buffer,
    /// `[T, H, W]`, four bytes each.
    pub rgba: wgpu::Buffer,
    /// Settings of each MaskGIT step, 256 bytes apart.
    pub settings: wgpu::Buffer,
}

/// What lies before and after the transformers.
pub(super) struct Tail {
    /// Tokens, positions, actions of the dynamics.
    pub dynamics: Tables,
    /// `D → K`.
    pub head: Linear,
    /// Codes and positions of the decoder.
    pub decoder: Tables,
    /// `D → 3P²`.
    pub to_patches: Linear,
}

/// One pass, ready to run.
pub(super) struct Pass {
    pub program: Program,
    pub seen: Seen,
    /// The row of the frame table of each frame, `[F]`.
    pub rows: wgpu::Buffer,
}

/// A pass, planned.
pub(super) struct Plan {
    pub launches: Vec<Launch>,
    seen: Seen,
    rows: wgpu::Buffer,
}

impl Plan {
    pub(super) fn ready(self, program: Program) -> Pass {
        Pass {
            program,
            seen: self.seen,
            rows: self.rows,
        }
    }
}

/// Where a pass takes its tokens from.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// The canvas: the frame before (if there are two) and the current one.
    Canvas,
    /// The prefilled window.
    Window,
}

/// Everything that plans need.
pub(super) struct Parts<'a> {
    pub gpu: &'a Gpu,
    pub config: &'a Config,
    pub dynamics: &'a Stack,
    pub decoder: &'a Stack,
    pub buffers: &'a Buffers,
    pub tail: &'a Tail,
    pub tiles: &'a Tiles,
}

impl Parts<'_> {
    /// A pass of `frames` frames. `output` decides whether the dynamics go on to the logits of the last
    /// frame; the decoder always goes on to pixels.
    pub(super) fn plan(&self, part: Part, frames: usize, source: Source, output: bool) -> Plan {
        let Self { gpu, buffers, .. } = *self;
        let n = self.config.tokens_per_frame();
        let (stack, tables) = match part {
            Part::Dynamics => (self.dynamics, &self.tail.dynamics),
            Part::Decoder => (self.decoder, &self.tail.decoder),
        };
        let (tokens, first) = match source {
            Source::Canvas => (&buffers.choice.canvas, (2 - frames) * n),
            Source::Window => (&buffers.window, 0),
        };
        let seen = stack.seen(gpu, frames, self.config.frames);
        // Zeros: the decoder's only row.
        let rows = gpu.storage_of("rows", &vec![0u32; frames]);
        let x = &buffers.activations.x;
        let mut launches = vec![embed::embed(gpu, tables, tokens, first, frames, &rows, x)];
        launches.extend(stack.pass(gpu, &buffers.activations, frames, &seen, self.tiles));
        match part {
            Part::Dynamics if output => launches.push(self.head(frames)),
            Part::Dynamics => {}
            Part::Decoder => launches.extend(self.pixels(frames)),
        }
        Plan {
            launches,
            seen,
            rows,
        }
    }

    /// Logits of the last of `frames` frames.
    fn head(&self, frames: usize) -> Launch {
        let n = self.config.tokens_per_frame();
        let head = &self.tail.head;
        let tile = self.tiles.tile(head, n);
        let (x, logits) = (&self.buffers.activations.x, &self.buffers.choice.logits);
        let first = (frames - 1) * n;
        head.launch(self.gpu, tile, x, first, n, logits, Epilogue::None)
    }

    fn pixels(&self, frames: usize) -> [Launch; 2] {
        let Config {
            height,
            width,
            tokenizer,
            ..
        } = self.config;
        let rows = frames * self.config.tokens_per_frame();
        let Buffers {
            activations,
            patches,
            rgba,
            ..
        } = self.buffers;
        let layer = &self.tail.to_patches;
        let tile = self.tiles.tile(layer, rows);
        let x = &activations.x;
        [
            layer.launch(self.gpu, tile, x, 0, rows, patches, Epilogue::None),
            pixels(
                self.gpu,
                patches,
                rgba,
                frames,
                (*height, *width),
                tokenizer.patch,
                layer.outputs(),
            ),
        ]
    }
}
