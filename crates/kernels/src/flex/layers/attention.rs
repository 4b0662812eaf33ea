//! `x + W_out attention(W_qkv norm(x) + b_qkv) + b_out`

use super::{
    feed_forward::add,
    product::{Linear, Sums, Weight, add_norms},
};
use crate::flex::{
    attention::{Axis, Sizes, ahead, back, gather, groups, layer, scatter, times},
    buffer::Buffer,
    gemm::Panels,
    layer_norm,
    saved::Saved,
    simd::{Kernel, Simd, dispatch},
    stream::copy_away,
    threads::{self, add_all},
};
use crate::parts::{Clock, Part};

/// Rows that are worked on at once, about.
const BLOCK: usize = 96;

/// The layer's parameters.
#[derive(Clone, Copy)]
pub(crate) struct Params<'a> {
    /// Layer norm's gain and shift, `[D]`.
    pub(crate) norm: (&'a [f32], &'a [f32]),
    /// `D → 3I`
    pub(crate) qkv: Linear<'a>,
    /// Gains of QK-norm, `[d]`.
    pub(crate) gains: (&'a [f32], &'a [f32]),
    /// `I → D`
    pub(crate) out: Linear<'a>,
}

/// The gradients of all parameters.
pub(crate) struct Gradients {
    pub(crate) norm: (Vec<f32>, Vec<f32>),
    pub(crate) qkv: Sums,
    pub(crate) gains: [Vec<f32>; 2],
    pub(crate) out: Sums,
}

/// The layer's output for `x [B, T, N, D]`; and, if asked for, what [`backward`] needs: for every
/// block of rows, in the order of the groups, `qkv [rows, 3I]` and attention's output `[rows, I]`.
pub(crate) fn forward(
    axis: Axis,
    x: &[f32],
    params: Params,
    sizes: Sizes,
    save: bool,
) -> (Vec<f32>, Option<Saved>) {
    let (d, inner) = (params.out.b.len(), sizes.heads * sizes.d);
    let times = times(axis, sizes.frames, sizes.d);
    let layer = layer(params.gains, times.as_ref(), sizes);
    let (qkv, out) = (Weight::new(params.qkv), Weight::new(params.out));
    let mut y = vec![0.0; x.len()];
    let mut saved = Saved::room(if save { x.len() / d * 4 * inner } else { 0 });
    let length = length(axis, sizes);
    let count = (BLOCK / length).max(1);
    let mut rooms = saved.chunks_mut(count * length * 4 * inner);
    let xs = blocks(groups(axis, x.chunks_exact(d), sizes, sizes.frames), count);
    let ys = blocks(
        groups(axis, y.chunks_exact_mut(d), sizes, sizes.frames),
        count,
    );
    let all = xs.into_iter().zip(ys);
    let all = all.map(|(x, y)| (x, y, rooms.next())).collect();
    threads::for_each(threads::turns(all), |blocks| {
        dispatch(Forward {
            layer,
            params,
            qkv: &qkv,
            out: &out,
            length,
            blocks,
        });
    });
    (y, save.then(|| Saved::new(saved)))
}

/// Gradients of `x` and all parameters from that of the output, `dy [B, T, N, D]`.
pub(crate) fn backward(
    axis: Axis,
    x: &[f32],
    params: Params,
    sizes: Sizes,
    kept: &Saved,
    dy: &[f32],
) -> (Vec<f32>, Gradients) {
    let (d, inner) = (params.out.b.len(), sizes.heads * sizes.d);
    let times = times(axis, sizes.frames, sizes.d);
    let layer = layer(params.gains, times.as_ref(), sizes);
    let (qkv, out) = (
        Weight::transposed(params.qkv),
        Weight::transposed(params.out),
    );
    let mut dx = vec![0.0; x.len()];
    let length = length(axis, sizes);
    let count = (BLOCK / length).max(1);
    let cut = |values| blocks(groups(axis, values, sizes, sizes.frames), count);
    let kept = kept.values().chunks(count * length * 4 * inner);
    let inputs = cut(x.chunks_exact(d)).into_iter().zip(kept);
    let dys = cut(dy.chunks_exact(d)).into_iter();
    let dxs = blocks(
        groups(axis, dx.chunks_exact_mut(d), sizes, sizes.frames),
        count,
    );
    let all = inputs.zip(dys.zip(dxs)).collect();
    let sums = threads::map(threads::long_turns(all, 4), |blocks| {
        dispatch(Backward {
            layer,
            params,
            qkv: &qkv,
            out: &out,
            length,
            blocks,
        })
    });
    let total = Gradients::total(sums);
    let total = total.unwrap_or_else(|| Gradients::zeros(d, sizes.d, &qkv, &out));
    (dx, total)
}

/// Tokens of a group.
fn length(axis: Axis, sizes: Sizes) -> usize {
    match axis {
        Axis::Space => sizes.tokens,
        Axis::Time => sizes.frames,
    }
}

/// Joins `count` groups at a time.
fn blocks<R>(groups: Vec<Vec<R>>, count: usize) -> Vec<Vec<R>> {
    let mut groups = groups.into_iter();
    std::iter::from_fn(|| {
        let block: Vec<R> = groups.by_ref().take(count).flatten().collect();
        (!block.is_empty()).then_some(block)
    })
    .collect()
}

impl Gradients {
    fn zeros(width: usize, d: usize, qkv: &Weight, out: &Weight) -> Self {
        Self {
            norm: (vec![0.0; width], vec![0.0; width]),
            qkv: qkv.zeros(),
            gains: [vec![0.0; d], vec![0.0; d]],
            out: out.zeros(),
        }
    }

    /// The sum of those of all turns, if there are any.
    fn total(turns: Vec<Self>) -> Option<Self> {
        let mut turns = turns.into_iter();
        let mut total = turns.next()?;
        let others = turns.as_slice().iter();
        add_norms(&mut total.norm, others.clone().map(|other| &other.norm));
        total.qkv.add_all(others.clone().map(|other| &other.qkv));
        for (i, gain) in total.gains.iter_mut().enumerate() {
            add_all(gain, others.clone().map(|other| &other.gains[i][..]));
        }
        total.out.add_all(others.map(|other| &other.out));
        Some(total)
    }
}

/// Rows of `x` and `y`, and room for what is kept.
type ForwardRows<'b> = (Vec<&'b [f32]>, Vec<&'b mut [f32]>, Option<&'b mut [f32]>);

struct Forward<'a, 'b> {
    layer: ahead::Layer<'a>,
    params: Params<'a>,
    qkv: &'a Weight<'a>,
    out: &'a Weight<'a>,
    /// Tokens of a group.
    length: usize,
    blocks: Vec<ForwardRows<'b>>,
}

impl Kernel for Forward<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (d, inner) = (self.params.out.b.len(), self.layer.inner());
        let (gamma, beta) = self.params.norm;
        let length = self.length;
        let most = self.blocks.first().map_or(0, |(x, _, _)| x.len());
        let mut clock = Clock::start();
        let mut scratch = ahead::Scratch::new(&self.layer, length, 0);
        let [mut x, mut normed, mut qkv, mut mixed, mut y] =
            [d, d, 3 * inner, inner, d].map(|width| Buffer::zeros(most * width));
        for (x_rows, y_rows, room) in self.blocks {
            let m = x_rows.len();
            gather(s, &x_rows, &mut x);
            for (x, normed) in x.chunks_exact(d).zip(normed.chunks_exact_mut(d)).take(m) {
                layer_norm::row(s, x, gamma, beta, normed);
            }
            clock.was(Part::Elementwise);
            self.qkv.forward(s, m, &normed, &mut qkv);
            clock.was(Part::Products);
            for first in (0..m).step_by(length) {
                let qkv = &qkv.padded()[first * 3 * inner..];
                let mixed = &mut mixed[first * inner..][..length * inner];
                ahead::group(s, &self.layer, &mut scratch, qkv, None, mixed);
            }
            clock.was(Part::Attention);
            if let Some(room) = room {
                let (keep_qkv, keep_mixed) = room.split_at_mut(m * 3 * inner);
                copy_away(s, &qkv[..m * 3 * inner], keep_qkv);
                copy_away(s, &mixed[..m * inner], keep_mixed);
            }
            clock.was(Part::Elementwise);
            self.out.forward(s, m, &mixed, &mut y);
            clock.was(Part::Products);
            add(s, &x[..m * d], &mut y[..m * d]);
            scatter(s, &y, y_rows);
            clock.was(Part::Elementwise);
        }
    }
}

/// Rows of `x`, what was kept, and rows of `dy` and `dx`.
type BackwardRows<'b> = (
    (Vec<&'b [f32]>, &'b [f32]),
    (Vec<&'b [f32]>, Vec<&'b mut [f32]>),
);

struct Backward<'a, 'b> {
    layer: ahead::Layer<'a>,
    params: Params<'a>,
    qkv: &'a Weight<'a>,
    out: &'a Weight<'a>,
    /// Tokens of a group.
    length: usize,
    blocks: Vec<BackwardRows<'b>>,
}

impl Kernel for Backward<'_, '_> {
    type Output = Gradients;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Gradients {
        let (d, inner) = (self.params.out.b.len(), self.layer.inner());
        let (gamma, beta) = self.params.norm;
        let (length, head) = (self.length, self.params.gains.0.len());
        let most = self.blocks.first().map_or(0, |((x, _), _)| x.len());
        let mut clock = Clock::start();
        let mut sums = Gradients::zeros(d, head, self.qkv, self.out);
        let mut scratch = back::Scratch::new(&self.layer, length);
        let mut panels = Panels::new();
        let [mut x, mut normed, mut dy, mut dnormed, mut dx] =
            [0; 5].map(|_| Buffer::zeros(most * d));
        let [mut qkv, mut dmixed, mut dqkv] =
            [3, 1, 3].map(|parts| Buffer::zeros(most * parts * inner));
        for ((x_rows, kept), (dy_rows, dx_rows)) in self.blocks {
            let m = x_rows.len();
            let (kept_qkv, mixed) = kept.split_at(m * 3 * inner);
            gather(s, &dy_rows, &mut dy);
            clock.was(Part::Elementwise);
            sums.out.add(s, m, mixed, &dy, &mut panels);
            self.out.backward(s, m, &dy, &mut dmixed);
            clock.was(Part::Products);
            gather(s, &[kept_qkv], &mut qkv);
            clock.was(Part::Elementwise);
            for first in (0..m).step_by(length) {
                let qkv = &qkv.padded()[first * 3 * inner..];
                let dmixed = &dmixed.padded()[first * inner..];
                let dqkv = &mut dqkv[first * 3 * inner..];
                back::group(s, &self.layer, &mut scratch, qkv, dmixed, dqkv);
            }
            clock.was(Part::Attention);
            gather(s, &x_rows, &mut x);
            for (x, normed) in x.chunks_exact(d).zip(normed.chunks_exact_mut(d)).take(m) {
                layer_norm::row(s, x, gamma, beta, normed);
            }
            clock.was(Part::Elementwise);
            sums.qkv.add(s, m, &normed, &dqkv, &mut panels);
            self.qkv.backward(s, m, &dqkv, &mut dnormed);
            clock.was(Part::Products);
            let rows = x.chunks_exact(d).zip(dnormed.chunks_exact(d));
            for ((x, dnormed), dx) in rows.zip(dx.chunks_exact_mut(d)).take(m) {
                let norm = (&mut sums.norm.0[..], &mut sums.norm.1[..]);
                layer_norm::row_backward(s, x, gamma, dnormed, dx, norm);
            }
            add(s, &dy[..m * d], &mut dx[..m * d]);
            scatter(s, &dx, dx_rows);
            clock.was(Part::Elementwise);
        }
        sums.gains = scratch.gains();
        sums
    }
}
