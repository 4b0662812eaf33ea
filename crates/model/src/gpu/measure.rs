//! Parts of a frame alone, for the bench: play itself submits whole frames.

use std::collections::BTreeMap;

use super::frame::{Request, steps};
use super::{Engine, Page};
use crate::error::Result;
use crate::maskgit::Sampling;

/// A part of a frame that can be submitted alone, as if in the middle of a play: with a full window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// The first MaskGIT step's pass, of the frame before and the current one, and its choice.
    First,
    /// A later step's pass, of the current frame, and its choice.
    Later,
    /// The decoder, to RGBA.
    Decode,
}

/// Pages of a full window, of the frame after it and of the current one.
#[derive(Debug)]
pub struct FullWindow {
    numbers: Vec<u32>,
    /// Held, so that nobody else gets them.
    _pages: Vec<Page>,
}

impl FullWindow {
    /// The request of a frame after the window, whatever is in it.
    pub fn request<'a>(&'a self, sampling: &'a Sampling) -> Request<'a> {
        let own = self.numbers.len() - 2;
        Request {
            past: &self.numbers[..own],
            previous: self.numbers[own],
            page: self.numbers[own + 1],
            tokens: None,
            before: Some(0),
            action: 0,
            frame: 1,
            sampling,
        }
    }
}

impl Engine {
    /// Takes pages for measurements. A play that goes on meanwhile may lose its own, and computes them
    /// again.
    pub fn full_window(&self) -> FullWindow {
        let pages: Vec<Page> = (0..=self.config.frames).map(|_| self.take_page()).collect();
        FullWindow {
            numbers: pages.iter().filter_map(Page::number).collect(),
            _pages: pages,
        }
    }

    /// Submits `section` `times` times over, in one submission, and waits for it.
    ///
    /// # Errors
    /// [`Error::Lost`], [`Error::Device`].
    pub async fn run(&self, section: Section, times: usize, request: &Request<'_>) -> Result<()> {
        self.settings(request);
        {
            let mut state = self.take_steps(1).await?;
            let state = &mut *state;
            self.tell(state, request);
            // Nothing is settled: so every run finds all positions masked, as the first step does.
            let (n, codes) = (self.config.tokens_per_frame(), self.config.codes());
            let mut idle = steps(request.sampling, request.frame, n, codes);
            idle.truncate(1);
            for step in &mut idle {
                step.settle = 0;
            }
            self.gpu.write(&self.buffers.settings, 0, &idle);
            let mut encoder = self.encoder();
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                state.begin.record(&mut pass);
                for _ in 0..times {
                    match section {
                        Section::First => state.first.program.record(&mut pass),
                        Section::Later => state.later.program.record(&mut pass),
                        Section::Decode => state.decode.program.record(&mut pass),
                    }
                    if section != Section::Decode {
                        state.steps[0].record(&mut pass);
                    }
                }
            }
            self.gpu.submit(encoder);
        }
        Ok(self.gpu.finish().await?)
    }

    /// Copies the newest pixels and tokens back and waits for them.
    ///
    /// # Errors
    /// [`Error::Lost`].
    pub async fn read_back(&self) -> Result<()> {
        self.submit_and_read(self.encoder()).read(self).await?;
        Ok(())
    }

    /// Whether the windows of `plays` plays fit the cache side by side.
    pub fn has_room_for(&self, plays: usize) -> bool {
        self.state().pool.pages() >= plays * (self.config.frames + 2)
    }

    /// Tokens of a frame, `N`.
    pub fn tokens(&self) -> usize {
        self.config.tokens_per_frame()
    }

    /// Launches of one [`Section::Later`], by kernel.
    pub fn pass_launches(&self) -> BTreeMap<&'static str, usize> {
        let state = self.state();
        let mut counts = state.later.program.launches();
        for (name, count) in state.steps[0].launches() {
            *counts.entry(name).or_default() += count;
        }
        counts
    }

    /// Bytes of the buffers that the world takes on the device: weights, cache, what lies between the
    /// launches. Buffers of a few numbers aren't counted.
    pub fn bytes(&self) -> u64 {
        let buffers = &self.buffers;
        let activations = &buffers.activations;
        let choice = &buffers.choice;
        let between = [
            &activations.x,
            &activations.qkv,
            &activations.attended,
            &activations.hidden,
            &choice.canvas,
            &choice.logits,
            &choice.places,
            &choice.drawn,
            &choice.ranks,
            &buffers.window,
            &buffers.patches,
            &buffers.rgba,
            &buffers.settings,
        ];
        let tail = &self.tail;
        self.dynamics.bytes()
            + self.decoder.bytes()
            + between.map(wgpu::Buffer::size).iter().sum::<u64>()
            + tail.dynamics.bytes()
            + tail.head.bytes()
            + tail.decoder.bytes()
            + tail.to_patches.bytes()
    }
}
