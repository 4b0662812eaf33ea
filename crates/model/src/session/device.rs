//! Play on a graphics processor: frames are requests to the world's [`Engine`].

use std::sync::Arc;

use super::{Played, Session};
use crate::error::{Error, Result};
use crate::gpu::{Engine, Known, Made, Page, Request};
use crate::maskgit::Sampling;

/// A frame that was begun before it was asked for. A clone of a session has none: only one of the two
/// can read it.
#[derive(Debug, Default)]
pub(super) struct Ahead(Option<Begun>);

impl Clone for Ahead {
    fn clone(&self) -> Self {
        Self(None)
    }
}

/// A frame that was submitted.
#[derive(Debug)]
struct Begun {
    made: Made,
    page: Page,
    action: usize,
    sampling: Sampling,
}

impl Session {
    /// Makes the next frame with the cache.
    pub(super) async fn step_on(&mut self, engine: &Arc<Engine>, action: usize) -> Result<Played> {
        let sampling = self.options.sampling;
        let begun = match self.ahead.0.take() {
            Some(begun) if begun.action == action && begun.sampling == sampling => begun,
            // The device works off what it was given; nobody reads it.
            _ => self.begin(engine, action, None).await?,
        };
        if self.options.speculate {
            self.ahead.0 = Some(self.begin(engine, action, Some(&begun)).await?);
        }
        let (tokens, picture) = match begun.made.read(engine).await {
            Ok(frame) => frame,
            Err(error) => {
                self.ahead.0 = None;
                return Err(error);
            }
        };
        Ok(Played {
            tokens,
            action: Some(action),
            picture: Some(picture),
            page: Some(begun.page),
            kept: None,
        })
    }

    /// Submits the frame that `action` leads to from the newest one; or from `previous`, which was
    /// submitted last and isn't among the frames yet.
    async fn begin(
        &mut self,
        engine: &Engine,
        action: usize,
        previous: Option<&Begun>,
    ) -> Result<Begun> {
        let mut pages = match self.pages() {
            Some(pages) => pages,
            None => {
                self.refill().await?;
                self.pages().ok_or_else(|| {
                    Error::Device(
                        "the graphics processor has no room for a window of frames".into(),
                    )
                })?
            }
        };
        if let Some(previous) = previous {
            let number = previous.page.number().ok_or_else(|| {
                Error::Device("a frame lost its place in the cache before it was made".into())
            })?;
            pages.push(number);
        }
        let newest = &self.frames[self.frames.len() - 1];
        let page = engine.take_page();
        let previous_page = pages.pop().unwrap_or_default();
        let most = self.world.card.config.frames - 1;
        let request = Request {
            past: &pages[pages.len().saturating_sub(most)..],
            previous: previous_page,
            page: page.number().unwrap_or_default(),
            tokens: previous.is_none().then_some(&newest.tokens),
            before: previous.map_or(newest.action, |p| Some(p.action)),
            action,
            frame: (self.played() + usize::from(previous.is_some())) as u32,
            sampling: &self.options.sampling,
        };
        Ok(Begun {
            made: engine.submit(&request).await?,
            page,
            action,
            sampling: self.options.sampling,
        })
    }

    /// Makes the next frame without the cache, for comparison.
    pub(super) async fn step_without_cache_on(
        &mut self,
        engine: &Arc<Engine>,
        action: usize,
    ) -> Result<Played> {
        let window = self.window();
        // Each frame needs a place of its own while the window is computed, and none afterwards.
        let pages: Vec<Page> = (0..=window.len()).map(|_| engine.take_page()).collect();
        let number = |i: usize| pages[i].number().unwrap_or_default();
        let known: Vec<Known<'_>> = window
            .iter()
            .enumerate()
            .map(|(i, frame)| Known {
                tokens: &frame.tokens,
                action: frame.action,
                page: number(i),
            })
            .collect();
        let request = Request {
            past: &[],
            previous: 0,
            page: number(window.len()),
            tokens: None,
            before: None,
            action,
            frame: self.played() as u32,
            sampling: &self.options.sampling,
        };
        let made = engine.submit_without_cache(&known, &request).await?;
        let (tokens, picture) = made.read(engine).await?;
        Ok(Played {
            tokens,
            action: Some(action),
            picture: Some(picture),
            page: None,
            kept: None,
        })
    }

    /// See [`Session::refill`].
    pub(super) async fn refill_on(&mut self, engine: &Arc<Engine>) -> Result<()> {
        let first = self.first_of_window();
        // Pages that this session doesn't need any more go back first.
        for frame in &mut self.frames {
            frame.page = None;
        }
        let pages: Vec<Page> = self.frames[first..]
            .iter()
            .map(|_| engine.take_page())
            .collect();
        let known: Vec<Known<'_>> = self.frames[first..]
            .iter()
            .zip(&pages)
            .map(|(frame, page)| Known {
                tokens: &frame.tokens,
                action: frame.action,
                page: page.number().unwrap_or_default(),
            })
            .collect();
        let pictures = engine.prefill(&known).await?;
        for ((frame, picture), page) in self.frames[first..].iter_mut().zip(pictures).zip(pages) {
            frame.picture = Some(picture);
            frame.page = self.options.cache.then_some(page);
        }
        Ok(())
    }

    /// Pages of the newest frame and of those that it sees, oldest first; none if one of them was given
    /// to another frame.
    pub(super) fn pages(&self) -> Option<Vec<u32>> {
        self.frames[self.first_of_window()..]
            .iter()
            .map(|frame| frame.page.as_ref().and_then(Page::number))
            .collect()
    }
}
