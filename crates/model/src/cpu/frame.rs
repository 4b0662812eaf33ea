//! One frame, and prompts.

use std::sync::Arc;

use kernels::cpu::{self, Epilogue, Linear, pixels};

use super::pages::Lent;
use super::stack::{Until, Work};
use super::{Engine, Page, State};
use crate::maskgit::{self, Canvas, Sampling};
use crate::picture::Frame;

/// A finished frame.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// `[N]`.
    pub tokens: &'a [u32],
    /// The action that led here; none for a prompt.
    pub action: Option<usize>,
    /// What the cache keeps of it.
    pub page: &'a Arc<Page>,
}

/// A frame to be made.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The frames before it, oldest first: the newest `T`, or all.
    pub known: &'a [Known<'a>],
    /// The action that leads to it.
    pub action: usize,
    /// Its number since the prompt.
    pub frame: u32,
    /// How it is sampled.
    pub sampling: &'a Sampling,
}

/// A frame that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// `[N]`.
    pub tokens: Vec<u32>,
    /// Its picture.
    pub picture: Frame,
    /// What the cache keeps of it.
    pub page: Arc<Page>,
}

impl Engine {
    /// Makes a frame.
    pub fn frame(&self, request: &Request<'_>) -> Made {
        let mut state = self.state();
        let known = request.known;
        self.remember(&mut state, known);
        let seen = self.seen(known);
        let past: Vec<&[f32]> = seen.iter().filter_map(|k| dynamics(k.page)).collect();
        let tokens = self.sample(&mut state, request, &past, &mut |_| ());

        let past: Vec<&[f32]> = seen.iter().map(|k| &*k.page.decoder.values).collect();
        let (picture, decoder) = self.decode(&mut state, &tokens, &past);
        Made {
            tokens,
            picture,
            page: page(decoder),
        }
    }

    /// The same frame after each of its MaskGIT steps, and what it would look like if it were left as it is
    /// then. Nothing is kept of it.
    pub fn unfold(&self, request: &Request<'_>) -> Vec<(Canvas, Frame)> {
        let mut state = self.state();
        let known = request.known;
        self.remember(&mut state, known);
        let seen = self.seen(known);
        let past: Vec<&[f32]> = seen.iter().filter_map(|k| dynamics(k.page)).collect();
        let mut steps = Vec::new();
        self.sample(&mut state, request, &past, &mut |canvas| {
            steps.push(canvas.clone());
        });
        let past: Vec<&[f32]> = seen.iter().map(|k| &*k.page.decoder.values).collect();
        let picture = |canvas: Canvas| {
            let (picture, _) = self.decode(&mut state, &canvas.tokens, &past);
            (canvas, picture)
        };
        steps.into_iter().map(picture).collect()
    }

    /// Fills the cache from the tokens and actions of 1 to `T` frames, oldest first, as if nothing had been
    /// before them; returns their pictures.
    pub fn prefill(&self, frames: &[(&[u32], Option<usize>)]) -> Vec<(Frame, Arc<Page>)> {
        let mut state = self.state();
        let mut made: Vec<(Frame, Arc<Page>)> = Vec::with_capacity(frames.len());
        for (i, (tokens, _)) in frames.iter().enumerate() {
            let first = i.saturating_sub(self.config.frames - 1);
            let seen = made[first..].iter();
            let past: Vec<&[f32]> = seen.map(|(_, page)| &*page.decoder.values).collect();
            let (picture, decoder) = self.decode(&mut state, tokens, &past);
            made.push((picture, page(decoder)));
        }
        // The newest frame's turn comes with the next one, as always.
        let before = frames.len().saturating_sub(1);
        let known: Vec<Known<'_>> = frames[..before]
            .iter()
            .zip(&made)
            .map(|(&(tokens, action), (_, page))| Known {
                tokens,
                action,
                page,
            })
            .collect();
        self.remember(&mut state, &known);
        made
    }

    /// The frames that the next one sees.
    fn seen<'a, 'b>(&self, known: &'b [Known<'a>]) -> &'b [Known<'a>] {
        &known[known.len().saturating_sub(self.config.frames - 1)..]
    }

    /// Has the dynamics' keys and values of these frames, oldest first, put into their pages where they
    /// aren't there yet.
    pub(super) fn remember(&self, state: &mut State, known: &[Known<'_>]) {
        for (i, frame) in known.iter().enumerate() {
            frame.page.dynamics.get_or_init(|| {
                let seen = self.seen(&known[..i]);
                let past: Vec<&[f32]> = seen.iter().filter_map(|k| dynamics(k.page)).collect();
                let mut own = self.dynamics.pool.lend();
                let action = self.action_row(frame.action);
                let work = &mut state.dynamics;
                self.dynamics
                    .tables
                    .embed(frame.tokens, action, &mut work.x);
                self.dynamics
                    .stack
                    .pass(work, &past, &mut own.values, Until::Keys);
                own
            });
        }
    }

    /// The MaskGIT steps of one frame; `watch` sees it after each.
    pub(super) fn sample(
        &self,
        state: &mut State,
        request: &Request<'_>,
        past: &[&[f32]],
        watch: &mut dyn FnMut(&Canvas),
    ) -> Vec<u32> {
        let n = self.config.tokens_per_frame();
        let mask = self.config.codes() as u32;
        let action = self.action_row(Some(request.action));
        // Nobody sees a frame that isn't finished.
        let mut own = self.dynamics.pool.lend();
        let mut canvas = Canvas::masked(self.config.grid());
        let State {
            dynamics,
            rows,
            normed,
            out,
            ..
        } = state;
        for (step, _) in maskgit::schedule(request.sampling.steps, n) {
            let part = &self.dynamics;
            part.tables
                .embed(&canvas.input(mask), action, &mut dynamics.x);
            part.stack
                .pass(dynamics, past, &mut own.values, Until::Output);
            // Logits of masked positions only.
            let masked = canvas.masked_positions();
            let (width, codes) = (part.head.inputs(), part.head.outputs());
            for (to, &position) in rows.chunks_exact_mut(width).zip(&masked) {
                to.copy_from_slice(&dynamics.x[position * width..][..width]);
            }
            let rows = &rows[..masked.len() * width];
            let logits = &mut out[..masked.len() * codes];
            through(&part.head, rows, logits, normed);
            let row = |i: usize| &logits[i * codes..][..codes];
            maskgit::settle(&mut canvas, row, step, request.frame, request.sampling);
            watch(&canvas);
        }
        canvas.tokens
    }

    /// A frame's picture, and what the cache keeps of it.
    pub(super) fn decode(
        &self,
        state: &mut State,
        tokens: &[u32],
        past: &[&[f32]],
    ) -> (Frame, Lent) {
        let part = &self.decoder;
        let mut own = part.pool.lend();
        let Work { x, .. } = &mut state.decoder;
        part.tables.embed(tokens, 0, x);
        part.stack
            .pass(&mut state.decoder, past, &mut own.values, Until::Output);
        let patches = &mut state.out[..tokens.len() * part.head.outputs()];
        through(&part.head, &state.decoder.x, patches, &mut state.normed);
        let (height, width) = (self.config.height, self.config.width);
        let mut rgb = vec![0; 3 * height * width];
        pixels(patches, self.config.tokenizer.patch, width, &mut rgb);
        let frame = Frame { height, width, rgb };
        (frame, own)
    }

    /// The row of an action in the table of actions; the last is that of an unknown one.
    fn action_row(&self, action: Option<usize>) -> usize {
        action.unwrap_or(self.config.actions())
    }
}

pub(super) fn page(decoder: Lent) -> Arc<Page> {
    Arc::new(Page {
        dynamics: Default::default(),
        decoder,
    })
}

/// The dynamics' keys and values of a frame that has them.
pub(super) fn dynamics(page: &Page) -> Option<&[f32]> {
    page.dynamics.get().map(|lent| lent.values.as_slice())
}

/// `x [rows, in]` through a layer, shared between the threads.
fn through(layer: &Linear, x: &[f32], y: &mut [f32], normed: &mut [f32]) {
    let rows = x.len() / layer.inputs();
    let share = rows.div_ceil(cpu::threads()).max(1);
    let inputs = share * layer.inputs();
    let items = x
        .chunks(inputs)
        .zip(y.chunks_mut(share * layer.outputs()))
        .zip(normed.chunks_mut(inputs))
        .collect();
    cpu::for_each(
        items,
        |((x, y), normed): ((&[f32], &mut [f32]), &mut [f32])| {
            layer.run(x, y, Epilogue::None, normed);
        },
    );
}
