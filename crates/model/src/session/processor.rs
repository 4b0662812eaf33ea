//! Play on the CPU: frames are made by the world's [`Engine`](crate::cpu::Engine).

use super::{Played, Session};
use crate::cpu::{Engine, Known, Request};
use crate::error::{Error, Result};
use crate::maskgit::Canvas;
use crate::picture::Frame;

impl Session {
    /// Makes the next frame.
    pub(super) async fn step_on_cpu(&mut self, engine: &Engine, action: usize) -> Result<Played> {
        if !self.kept() {
            self.refill().await?;
        }
        let known = self.known();
        let made = engine.frame(&Request {
            known: &known.ok_or_else(|| Error::Device("the cache lost its frames".into()))?,
            action,
            frame: self.played() as u32,
            sampling: &self.options.sampling,
        });
        Ok(Played {
            tokens: made.tokens,
            action: Some(action),
            picture: Some(made.picture),
            page: None,
            kept: Some(made.page),
        })
    }

    /// The next frame after each of its MaskGIT steps.
    pub(super) fn unfold_on_cpu(
        &self,
        engine: &Engine,
        action: usize,
    ) -> Result<Vec<(Canvas, Frame)>> {
        let known = self.known();
        Ok(engine.unfold(&Request {
            known: &known.ok_or_else(|| Error::Device("the cache lost its frames".into()))?,
            action,
            frame: self.played() as u32,
            sampling: &self.options.sampling,
        }))
    }

    /// See [`Session::refill`].
    pub(super) fn refill_on_cpu(&mut self, engine: &Engine) {
        let first = self.first_of_window();
        let frames: Vec<_> = self.frames[first..]
            .iter()
            .map(|frame| (frame.tokens.as_slice(), frame.action))
            .collect();
        let made = engine.prefill(&frames);
        for (frame, (picture, page)) in self.frames[first..].iter_mut().zip(made) {
            frame.picture = Some(picture);
            frame.kept = Some(page);
        }
    }

    /// Whether the cache has the newest frame and those that it sees.
    pub(super) fn kept(&self) -> bool {
        let window = &self.frames[self.first_of_window()..];
        window.iter().all(|frame| frame.kept.is_some())
    }

    /// The newest frame and those that it sees, oldest first; none if the cache lacks one.
    fn known(&self) -> Option<Vec<Known<'_>>> {
        self.frames[self.first_of_window()..]
            .iter()
            .map(|frame| {
                Some(Known {
                    tokens: &frame.tokens,
                    action: frame.action,
                    page: frame.kept.as_ref()?,
                })
            })
            .collect()
    }
}
