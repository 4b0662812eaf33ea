//! `x + W₂ GELU(W₁ norm(x) + b₁) + b₂`

use super::product::{Linear, Sums, Weight, add_norms};
use crate::flex::{
    buffer::Buffer,
    gelu,
    gemm::Panels,
    layer_norm,
    saved::Saved,
    simd::{Kernel, Simd, dispatch},
    stream::copy_away,
    threads,
};
use crate::parts::{Clock, Part};

/// Rows that are worked on at once.
const BLOCK: usize = 96;

/// The layer's parameters.
#[derive(Clone, Copy)]
pub(crate) struct Params<'a> {
    /// Layer norm's gain and shift, `[D]`.
    pub(crate) norm: (&'a [f32], &'a [f32]),
    /// `D → 4D`
    pub(crate) up: Linear<'a>,
    /// `4D → D`
    pub(crate) down: Linear<'a>,
}

/// The gradients of all parameters.
pub(crate) struct Gradients {
    pub(crate) norm: (Vec<f32>, Vec<f32>),
    pub(crate) up: Sums,
    pub(crate) down: Sums,
}

/// The layer's output for `x [rows, D]`; and, if asked for, what [`backward`] needs.
pub(crate) fn forward(x: &[f32], params: Params, save: bool) -> (Vec<f32>, Option<Saved>) {
    let (d, hidden) = (params.down.b.len(), params.up.b.len());
    let (up, down) = (Weight::new(params.up), Weight::new(params.down));
    let mut y = vec![0.0; x.len()];
    let mut saved = Saved::room(if save { x.len() / d * hidden } else { 0 });
    let mut rooms = saved.chunks_mut(BLOCK * hidden);
    let blocks = x.chunks(BLOCK * d).zip(y.chunks_mut(BLOCK * d));
    let blocks = blocks.map(|(x, y)| (x, y, rooms.next())).collect();
    threads::for_each(threads::turns(blocks), |blocks| {
        dispatch(Forward {
            params,
            up: &up,
            down: &down,
            blocks,
        });
    });
    (y, save.then(|| Saved::new(saved)))
}

/// Gradients of `x` and all parameters from that of the output, `dy [rows, D]`.
pub(crate) fn backward(
    x: &[f32],
    params: Params,
    saved: &Saved,
    dy: &[f32],
) -> (Vec<f32>, Gradients) {
    let (d, hidden) = (params.down.b.len(), params.up.b.len());
    let (up, down) = (
        Weight::transposed(params.up),
        Weight::transposed(params.down),
    );
    let mut dx = vec![0.0; x.len()];
    let inputs = x
        .chunks(BLOCK * d)
        .zip(saved.values().chunks(BLOCK * hidden));
    let grads = dy.chunks(BLOCK * d).zip(dx.chunks_mut(BLOCK * d));
    let blocks: Vec<_> = inputs.zip(grads).collect();
    let sums = threads::map(threads::long_turns(blocks, 4), |blocks| {
        dispatch(Backward {
            params,
            up: &up,
            down: &down,
            blocks,
        })
    });
    let total = Gradients::total(sums).unwrap_or_else(|| Gradients::zeros(d, &up, &down));
    (dx, total)
}

impl Gradients {
    fn zeros(d: usize, up: &Weight, down: &Weight) -> Self {
        Self {
            norm: (vec![0.0; d], vec![0.0; d]),
            up: up.zeros(),
            down: down.zeros(),
        }
    }

    /// The sum of those of all turns, if there are any.
    fn total(turns: Vec<Self>) -> Option<Self> {
        let mut turns = turns.into_iter();
        let mut total = turns.next()?;
        let others = turns.as_slice().iter();
        add_norms(&mut total.norm, others.clone().map(|other| &other.norm));
        total.up.add_all(others.clone().map(|other| &other.up));
        total.down.add_all(others.map(|other| &other.down));
        Some(total)
    }
}

/// `x` and `y`, and room for what is saved.
type ForwardRows<'b> = (&'b [f32], &'b mut [f32], Option<&'b mut [f32]>);

struct Forward<'a, 'b> {
    params: Params<'a>,
    up: &'a Weight<'a>,
    down: &'a Weight<'a>,
    blocks: Vec<ForwardRows<'b>>,
}

impl Kernel for Forward<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (d, width) = (self.params.down.b.len(), self.params.up.b.len());
        let (gamma, beta) = self.params.norm;
        let mut clock = Clock::start();
        let mut normed = Buffer::zeros(BLOCK * d);
        let mut hidden = Buffer::zeros(BLOCK * width);
        for (x, y, room) in self.blocks {
            let m = x.len() / d;
            for (x, normed) in x.chunks_exact(d).zip(normed.chunks_exact_mut(d)) {
                layer_norm::row(s, x, gamma, beta, normed);
            }
            let hidden = &mut hidden[..m * width];
            clock.was(Part::Elementwise);
            self.up.forward(s, m, &normed, hidden);
            clock.was(Part::Products);
            if let Some(room) = room {
                copy_away(s, hidden, room);
            }
            gelu::apply_here(s, hidden);
            clock.was(Part::Elementwise);
            self.down.forward(s, m, hidden, y);
            clock.was(Part::Products);
            add(s, x, y);
            clock.was(Part::Elementwise);
        }
    }
}

/// `y += x`
#[inline(always)]
pub(super) fn add<S: Simd>(s: S, x: &[f32], y: &mut [f32]) {
    for (x, y) in x.chunks(S::LANES).zip(y.chunks_mut(S::LANES)) {
        s.store_head(y, s.add(s.load_head(x, 0.0), s.load_head(y, 0.0)));
    }
}

/// `((x, saved), (dy, dx))`
type BackwardRows<'b> = ((&'b [f32], &'b [f32]), (&'b [f32], &'b mut [f32]));

struct Backward<'a, 'b> {
    params: Params<'a>,
    up: &'a Weight<'a>,
    down: &'a Weight<'a>,
    blocks: Vec<BackwardRows<'b>>,
}

impl Kernel for Backward<'_, '_> {
    type Output = Gradients;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Gradients {
        let (d, width) = (self.params.down.b.len(), self.params.up.b.len());
        let (gamma, beta) = self.params.norm;
        let mut clock = Clock::start();
        let mut sums = Gradients::zeros(d, self.up, self.down);
        let mut panels = Panels::new();
        let mut normed = Buffer::zeros(BLOCK * d);
        let mut dnormed = Buffer::zeros(BLOCK * d);
        let mut active = Buffer::zeros(BLOCK * width);
        let mut dhidden = Buffer::zeros(BLOCK * width);
        for ((x, before), (dy, dx)) in self.blocks {
            let m = x.len() / d;
            clock.was(Part::Elementwise);
            self.down.backward(s, m, dy, &mut dhidden);
            clock.was(Part::Products);
            // dhidden ← dhidden · GELU'(before), active ← GELU(before)
            gelu::both(s, before, &mut dhidden, &mut active);
            clock.was(Part::Elementwise);
            sums.down.add(s, m, &active, dy, &mut panels);
            clock.was(Part::Products);
            for (x, normed) in x.chunks_exact(d).zip(normed.chunks_exact_mut(d)) {
                layer_norm::row(s, x, gamma, beta, normed);
            }
            clock.was(Part::Elementwise);
            sums.up.add(s, m, &normed, &dhidden, &mut panels);
            self.up.backward(s, m, &dhidden, &mut dnormed);
            clock.was(Part::Products);
            let rows = x.chunks_exact(d).zip(dnormed.chunks_exact(d));
            for ((x, dnormed), dx) in rows.zip(dx.chunks_exact_mut(d)) {
                let norm = (&mut sums.norm.0[..], &mut sums.norm.1[..]);
                layer_norm::row_backward(s, x, gamma, dnormed, dx, norm);
            }
            add(s, dy, dx);
            clock.was(Part::Elementwise);
        }
        sums
    }
}
