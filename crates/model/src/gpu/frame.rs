//! One frame: one submission, one read-back.

use kernels::gpu::choice::Step;
use kernels::gpu::{Pending, ReadBack};

use super::build::{SETTINGS_STRIDE, settings};
use super::{Engine, State};
use crate::error::Result;
use crate::maskgit::{self, Order, Sampling};
use crate::picture::Frame;

/// A frame to be made.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Pages of the frames before the previous one, oldest first: at most `T − 1`.
    pub past: &'a [u32],
    /// The page of the previous frame.
    pub previous: u32,
    /// The page of the new frame.
    pub page: u32,
    /// Tokens of the previous frame; none if the device made it last and still has them.
    pub tokens: Option<&'a [u32]>,
    /// The action that led to the previous frame; none for a prompt.
    pub before: Option<usize>,
    /// The action that leads to the new frame.
    pub action: usize,
    /// Number of the new frame since the prompt.
    pub frame: u32,
    /// How it is sampled.
    pub sampling: &'a Sampling,
}

/// A frame that is being made.
#[derive(Debug)]
pub struct Made {
    pending: Pending,
    pixels: usize,
    height: usize,
    width: usize,
}

impl Made {
    /// Waits for the frame: its tokens and its picture.
    ///
    /// # Errors
    /// [`crate::Error::Lost`].
    pub async fn read(self, engine: &Engine) -> Result<(Vec<u32>, Frame)> {
        let bytes = self.pending.bytes(&engine.gpu).await?;
        let (pixels, tokens) = bytes.split_at(4 * self.pixels);
        let tokens = tokens
            .chunks_exact(4)
            .map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
            .collect();
        Ok((tokens, picture(pixels, self.height, self.width)))
    }
}

/// The MaskGIT steps of frame `frame`, of `tokens` tokens, as the device reads them.
pub(crate) fn steps(sampling: &Sampling, frame: u32, tokens: usize, codes: usize) -> Vec<Step> {
    maskgit::schedule(sampling.steps, tokens)
        .map(|(step, settle)| Step {
            seed: sampling.seed,
            frame,
            step: step as u32,
            settle: settle as u32,
            temperature: sampling.temperature.max(0.0),
            choice: sampling.choice_temperature * (1.0 - step as f32 / sampling.steps as f32),
            order: match sampling.order {
                Order::Confidence => 0,
                Order::Random => 1,
                Order::Halton => 2,
            },
            mask: codes as u32,
        })
        .collect()
}

/// RGBA bytes as a frame.
pub(super) fn picture(rgba: &[u8], height: usize, width: usize) -> Frame {
    Frame {
        height,
        width,
        rgb: rgba
            .chunks_exact(4)
            .flat_map(|p| [p[0], p[1], p[2]])
            .collect(),
    }
}

impl Engine {
    /// Submits a frame. Its pages must be in use by nobody else; those of the past must be filled.
    ///
    /// # Errors
    /// [`crate::Error::Lost`], [`crate::Error::Device`].
    pub async fn submit(&self, request: &Request<'_>) -> Result<Made> {
        let steps = self.settings(request);
        let mut state = self.take_steps(steps).await?;
        let state = &mut *state;
        let n = self.config.tokens_per_frame();
        if let Some(tokens) = request.tokens {
            let current = 4 * n as u64;
            self.gpu.write(&self.buffers.choice.canvas, current, tokens);
        }
        self.tell(state, request);

        let mut encoder = self.encoder();
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            state.begin.record(&mut pass);
            for step in 0..steps {
                let dynamics = if step == 0 {
                    &state.first
                } else {
                    &state.later
                };
                dynamics.program.record(&mut pass);
                state.steps[step].record(&mut pass);
            }
            state.decode.program.record(&mut pass);
        }
        Ok(self.submit_and_read(encoder))
    }

    /// Copies pixels and tokens of the current frame, submits, and asks for them.
    pub(super) fn submit_and_read(&self, mut encoder: wgpu::CommandEncoder) -> Made {
        let n = self.config.tokens_per_frame();
        let (height, width) = (self.config.height, self.config.width);
        let pixels = height * width;
        let (pixel_bytes, token_bytes) = (4 * pixels as u64, 4 * n as u64);
        let back = ReadBack::new(&self.gpu, pixel_bytes + token_bytes);
        let buffers = &self.buffers;
        encoder.copy_buffer_to_buffer(&buffers.rgba, 0, back.buffer(), 0, pixel_bytes);
        encoder.copy_buffer_to_buffer(
            &buffers.choice.canvas,
            token_bytes,
            back.buffer(),
            pixel_bytes,
            token_bytes,
        );
        self.gpu.submit(encoder);
        Made {
            pending: back.request(),
            pixels,
            height,
            width,
        }
    }

    pub(super) fn encoder(&self) -> wgpu::CommandEncoder {
        self.gpu.encoder()
    }

    /// Writes the settings of all MaskGIT steps; returns how many there are.
    pub(super) fn settings(&self, request: &Request<'_>) -> usize {
        let n = self.config.tokens_per_frame();
        let steps = steps(request.sampling, request.frame, n, self.config.codes());
        let mut words = Vec::new();
        for step in &steps {
            words.extend_from_slice(bytemuck::cast_slice::<_, u32>(std::slice::from_ref(step)));
            words.resize(
                words.len().next_multiple_of(SETTINGS_STRIDE as usize / 4),
                0,
            );
        }
        self.gpu.write(&self.buffers.settings, 0, &words);
        steps.len()
    }

    /// The state, with programs for so many MaskGIT steps.
    pub(super) async fn take_steps(
        &self,
        steps: usize,
    ) -> Result<std::sync::MutexGuard<'_, State>> {
        let there = self.state().steps.len();
        for step in there..steps {
            let launches = self.buffers.choice.step(&settings(&self.buffers, step));
            // The kernels are there already: this binds two buffers, and never waits long.
            let mut pipelines = std::mem::take(&mut self.state().pipelines);
            let program = pipelines
                .program(&self.gpu, &launches, &mut |_, _| {})
                .await;
            let mut state = self.state();
            state.pipelines = pipelines;
            state.steps.push(program?);
        }
        Ok(self.state())
    }

    /// Tells every pass of the frame which pages it reads and writes.
    pub(super) fn tell(&self, state: &mut State, request: &Request<'_>) {
        let window = self.config.frames - 1;
        let unknown = self.config.actions();
        let row = |action: Option<usize>| action.unwrap_or(unknown) as u32;
        let (before, action) = (row(request.before), row(Some(request.action)));
        let past = request.past;
        let mut seen = past.to_vec();
        seen.push(request.previous);
        let State {
            pool,
            first,
            later,
            decode,
            ..
        } = state;
        let gpu = &self.gpu;
        let own = [request.previous, request.page];
        self.dynamics.tell(gpu, &first.seen, past, &own, window);
        gpu.write(&first.rows, 0, &[before, action]);
        let own = [request.page];
        self.dynamics.tell(gpu, &later.seen, &seen, &own, window);
        gpu.write(&later.rows, 0, &[action]);
        self.decoder.tell(gpu, &decode.seen, &seen, &own, window);
        for &page in seen.iter().chain(&own) {
            pool.touch(page);
        }
    }
}
