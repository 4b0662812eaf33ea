//! The parts of a frame, each alone: for measurements.

use std::sync::Arc;

use super::frame::{dynamics, page};
use super::{Engine, Known, Page, Request};
use crate::maskgit::Sampling;

/// A full window of equal frames before the one that is made.
pub(crate) struct Window<'a> {
    engine: &'a Engine,
    tokens: &'a [u32],
    pages: Vec<Arc<Page>>,
}

impl<'a> Window<'a> {
    /// Fills it.
    pub(crate) fn new(engine: &'a Engine, tokens: &'a [u32]) -> Self {
        let frames = vec![(tokens, Some(0)); engine.config.frames];
        let made = engine.prefill(&frames);
        // The newest isn't filled yet: `T − 1` frames are seen.
        let pages = made.into_iter().map(|(_, page)| page);
        Self {
            engine,
            tokens,
            pages: pages.take(engine.config.frames - 1).collect(),
        }
    }

    fn known(&self) -> Vec<Known<'_>> {
        self.pages.iter().map(|page| self.of(page)).collect()
    }

    fn of<'b>(&'b self, page: &'b Arc<Page>) -> Known<'b> {
        Known {
            tokens: self.tokens,
            action: Some(0),
            page,
        }
    }

    /// One pass over a masked frame, the choice included.
    pub(crate) fn pass(&self, sampling: Sampling) {
        let known = self.known();
        let request = Request {
            known: &known,
            action: 0,
            frame: 0,
            sampling: &Sampling {
                steps: 1,
                ..sampling
            },
        };
        let past: Vec<&[f32]> = known.iter().filter_map(|k| dynamics(k.page)).collect();
        self.engine
            .sample(&mut self.engine.state(), &request, &past, &mut |_| ());
    }

    /// The pass that keeps a finished frame's keys and values.
    pub(crate) fn remember(&self) {
        let newest = page(self.engine.decoder.pool.lend());
        let mut known = self.known();
        known.push(self.of(&newest));
        self.engine.remember(&mut self.engine.state(), &known);
    }

    /// The decoder, to a picture.
    pub(crate) fn decode(&self) {
        let pages = self.pages.iter();
        let past: Vec<&[f32]> = pages.map(|page| &*page.decoder.values).collect();
        self.engine
            .decode(&mut self.engine.state(), self.tokens, &past);
    }
}
