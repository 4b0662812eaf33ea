//! A frame without the cache: the whole window is computed anew in each pass, as the paper did. For
//! comparison only.

use super::Engine;
use super::frame::{Made, Request};
use super::passes::Part;
use super::prefill::Known;
use crate::error::Result;

impl Engine {
    /// As [`Engine::submit`], with the frames of the window (at most `T − 1`, oldest first) instead of
    /// their pages. The pages in `known` and `request` are scratch: any, each its own.
    ///
    /// # Errors
    /// As [`Engine::submit`].
    pub async fn submit_without_cache(
        &self,
        known: &[Known<'_>],
        request: &Request<'_>,
    ) -> Result<Made> {
        let n = self.config.tokens_per_frame();
        let frames = known.len() + 1;
        self.prepare(Part::Dynamics, frames).await?;
        self.prepare(Part::Decoder, frames).await?;
        let steps = self.settings(request);
        let state = self.take_steps(steps).await?;
        let dynamics = &state.prefill[&(Part::Dynamics, frames)];
        let decoder = &state.prefill[&(Part::Decoder, frames)];

        let tokens = known.iter().map(|f| f.tokens).collect::<Vec<_>>().concat();
        self.gpu.write(&self.buffers.window, 0, &tokens);
        let mut pages: Vec<u32> = known.iter().map(|f| f.page).collect();
        pages.push(request.page);
        let unknown = self.config.actions();
        let mut rows: Vec<u32> = known
            .iter()
            .map(|f| f.action.unwrap_or(unknown) as u32)
            .collect();
        rows.push(request.action as u32);
        let window = self.config.frames - 1;
        self.dynamics
            .tell(&self.gpu, &dynamics.seen, &[], &pages, window);
        self.gpu.write(&dynamics.rows, 0, &rows);
        self.decoder
            .tell(&self.gpu, &decoder.seen, &[], &pages, window);

        let mut encoder = self.encoder();
        let bytes = 4 * n as u64;
        let canvas = &self.buffers.choice.canvas;
        let last = bytes * known.len() as u64;
        let begin = wgpu::ComputePassDescriptor::default();
        state.begin.record(&mut encoder.begin_compute_pass(&begin));
        for step in 0..steps {
            encoder.copy_buffer_to_buffer(canvas, bytes, &self.buffers.window, last, bytes);
            let mut pass = encoder.begin_compute_pass(&begin);
            dynamics.program.record(&mut pass);
            state.steps[step].record(&mut pass);
        }
        encoder.copy_buffer_to_buffer(canvas, bytes, &self.buffers.window, last, bytes);
        decoder
            .program
            .record(&mut encoder.begin_compute_pass(&begin));
        // The newest frame's pixels are the last.
        let pixels = 4 * (self.config.height * self.config.width) as u64;
        let rgba = &self.buffers.rgba;
        if frames > 1 {
            let from = pixels * (frames as u64 - 1);
            let spare = self.gpu.storage("newest pixels", pixels);
            encoder.copy_buffer_to_buffer(rgba, from, &spare, 0, pixels);
            encoder.copy_buffer_to_buffer(&spare, 0, rgba, 0, pixels);
        }
        Ok(self.submit_and_read(encoder))
    }
}
