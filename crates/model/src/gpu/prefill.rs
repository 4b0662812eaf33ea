//! Fills the cache from the tokens of several frames, in one pass of each transformer.

use kernels::gpu::ReadBack;

use super::Engine;
use super::frame::picture;
use super::passes::{Part, Parts, Pass, Source};
use crate::error::Result;
use crate::picture::Frame;

/// One finished frame to compute again.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// `[N]`.
    pub tokens: &'a [u32],
    /// The action that led here; none for a prompt.
    pub action: Option<usize>,
    /// Its page.
    pub page: u32,
}

impl Engine {
    /// Fills the pages of 1 to `T` frames, oldest first, as if nothing had been before them; returns
    /// their pictures.
    ///
    /// # Errors
    /// [`crate::Error::Lost`], [`crate::Error::Device`].
    pub async fn prefill(&self, frames: &[Known<'_>]) -> Result<Vec<Frame>> {
        let count = frames.len();
        self.prepare(Part::Dynamics, count).await?;
        self.prepare(Part::Decoder, count).await?;
        let pending = {
            let mut state = self.state();
            let state = &mut *state;
            let tokens = frames.iter().map(|f| f.tokens).collect::<Vec<_>>().concat();
            self.gpu.write(&self.buffers.window, 0, &tokens);
            let pages: Vec<u32> = frames.iter().map(|f| f.page).collect();
            let unknown = self.config.actions();
            let rows: Vec<u32> = frames
                .iter()
                .map(|f| f.action.unwrap_or(unknown) as u32)
                .collect();
            let window = self.config.frames - 1;
            let dynamics = &state.prefill[&(Part::Dynamics, count)];
            let decoder = &state.prefill[&(Part::Decoder, count)];
            self.dynamics
                .tell(&self.gpu, &dynamics.seen, &[], &pages, window);
            self.gpu.write(&dynamics.rows, 0, &rows);
            self.decoder
                .tell(&self.gpu, &decoder.seen, &[], &pages, window);
            for &page in &pages {
                state.pool.touch(page);
            }
            let mut encoder = self.encoder();
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                dynamics.program.record(&mut pass);
                decoder.program.record(&mut pass);
            }
            let bytes = (4 * count * self.config.height * self.config.width) as u64;
            let back = ReadBack::new(&self.gpu, bytes);
            encoder.copy_buffer_to_buffer(&self.buffers.rgba, 0, back.buffer(), 0, bytes);
            self.gpu.submit(encoder);
            back.request()
        };
        let bytes = pending.bytes(&self.gpu).await?;
        let (height, width) = (self.config.height, self.config.width);
        Ok(bytes
            .chunks_exact(4 * height * width)
            .map(|rgba| picture(rgba, height, width))
            .collect())
    }

    /// Plans a pass over the window, unless it is there.
    pub(super) async fn prepare(&self, part: Part, frames: usize) -> Result<()> {
        if self.state().prefill.contains_key(&(part, frames)) {
            return Ok(());
        }
        let plan = self.parts().plan(part, frames, Source::Window, true);
        let mut pipelines = std::mem::take(&mut self.state().pipelines);
        let program = pipelines
            .program(&self.gpu, &plan.launches, &mut |_, _| {})
            .await;
        let mut state = self.state();
        state.pipelines = pipelines;
        let pass: Pass = plan.ready(program?);
        state.prefill.insert((part, frames), pass);
        Ok(())
    }

    pub(super) fn parts(&self) -> Parts<'_> {
        Parts {
            gpu: &self.gpu,
            config: &self.config,
            dynamics: &self.dynamics,
            decoder: &self.decoder,
            buffers: &self.buffers,
            tail: &self.tail,
            tiles: &self.tiles,
        }
    }
}
