//! Cutting `[B, T, N, ·]` into groups, and sharing these between threads.

use super::{
    backward as back, forward as ahead,
    head::{Before, Layer},
    side::{Norm, Times},
};
use crate::flex::{
    buffer::Buffer,
    simd::{Kernel, Simd, dispatch},
    threads,
};

/// Who sees whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    /// The tokens of a frame see each other.
    Space,
    /// Each position sees itself in earlier frames; with rotary time.
    Time,
}

/// Sizes of a `[B, T, N, 3I]`, `I = heads · d`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// `B`
    pub(crate) batch: usize,
    /// `T`
    pub(crate) frames: usize,
    /// `N`
    pub(crate) tokens: usize,
    /// Number of heads.
    pub(crate) heads: usize,
    /// Dimensions of a head.
    pub(crate) d: usize,
}

/// Earlier frames: normalised keys and values, `[B, frames, N, I]` each.
#[derive(Clone, Copy)]
pub(crate) struct Past<'a> {
    pub(crate) keys: &'a [f32],
    pub(crate) values: &'a [f32],
    pub(crate) frames: usize,
}

/// `qkv [B, T, N, 3I]` and gains `[d]` → `[B, T, N, I]`. Only [`Axis::Time`] may have a past.
pub(crate) fn forward(
    axis: Axis,
    qkv: &[f32],
    gains: (&[f32], &[f32]),
    past: Option<Past>,
    sizes: Sizes,
) -> Vec<f32> {
    let inner = sizes.heads * sizes.d;
    let before = past.map_or(0, |past| past.frames);
    let times = times(axis, before + sizes.frames, sizes.d);
    let layer = layer(gains, times.as_ref(), sizes);
    let mut out = vec![0.0; qkv.len() / 3];
    let qkv = groups(axis, qkv.chunks_exact(3 * inner), sizes, sizes.frames);
    let outs = groups(axis, out.chunks_exact_mut(inner), sizes, sizes.frames);
    let [mut keys, mut values] = match past {
        None => [vec![], vec![]],
        Some(past) => [past.keys, past.values]
            .map(|values| groups(axis, values.chunks_exact(inner), sizes, past.frames)),
    }
    .map(Vec::into_iter);
    let all = qkv.into_iter().zip(outs).map(|(qkv, out)| ForwardRows {
        qkv,
        keys: keys.next().unwrap_or_default(),
        values: values.next().unwrap_or_default(),
        out,
    });
    threads::for_each(threads::turns(all.collect()), |groups| {
        dispatch(Forward { layer, groups });
    });
    out
}

/// Gradients of `qkv [B, T, N, 3I]` and of both gains `[d]`, from `dout [B, T, N, I]`.
pub(crate) fn backward(
    axis: Axis,
    qkv: &[f32],
    gains: (&[f32], &[f32]),
    dout: &[f32],
    sizes: Sizes,
) -> (Vec<f32>, Vec<f32>, Vec<f32>) {
    let inner = sizes.heads * sizes.d;
    let times = times(axis, sizes.frames, sizes.d);
    let layer = layer(gains, times.as_ref(), sizes);
    let mut dqkv = vec![0.0; qkv.len()];
    let qkv = groups(axis, qkv.chunks_exact(3 * inner), sizes, sizes.frames);
    let douts = groups(axis, dout.chunks_exact(inner), sizes, sizes.frames);
    let dqkvs = groups(axis, dqkv.chunks_exact_mut(3 * inner), sizes, sizes.frames);
    let all = qkv.into_iter().zip(douts).zip(dqkvs);
    let all = all.map(|((qkv, dout), dqkv)| BackwardRows { qkv, dout, dqkv });
    let sums = threads::map(threads::turns(all.collect()), |groups| {
        dispatch(Backward { layer, groups })
    });
    let mut dgains = (vec![0.0; sizes.d], vec![0.0; sizes.d]);
    for [query, key] in sums {
        for i in 0..sizes.d {
            dgains.0[i] += query[i];
            dgains.1[i] += key[i];
        }
    }
    (dqkv, dgains.0, dgains.1)
}

/// Rotary tables, for time.
pub(crate) fn times(axis: Axis, frames: usize, d: usize) -> Option<Times> {
    (axis == Axis::Time).then(|| Times::new(frames, d))
}

/// What all groups share.
pub(crate) fn layer<'a>(
    (query, key): (&'a [f32], &'a [f32]),
    times: Option<&'a Times>,
    sizes: Sizes,
) -> Layer<'a> {
    Layer {
        heads: sizes.heads,
        d: sizes.d,
        query: Norm {
            gain: query,
            factor: 1.0 / (sizes.d as f32).sqrt(),
        },
        key: Norm {
            gain: key,
            factor: 1.0,
        },
        times,
    }
}

/// Sorts the `rows` of a `[B, frames, N, ·]` into groups.
pub(crate) fn groups<R>(
    axis: Axis,
    rows: impl Iterator<Item = R>,
    sizes: Sizes,
    frames: usize,
) -> Vec<Vec<R>> {
    let (count, length) = match axis {
        Axis::Space => (sizes.batch * frames, sizes.tokens),
        Axis::Time => (sizes.batch * sizes.tokens, frames),
    };
    let mut groups: Vec<Vec<R>> = (0..count).map(|_| Vec::with_capacity(length)).collect();
    for (i, row) in rows.enumerate() {
        let (frame, token) = (i / sizes.tokens, i % sizes.tokens);
        let group = match axis {
            Axis::Space => frame,
            Axis::Time => frame / frames * sizes.tokens + token,
        };
        groups[group].push(row);
    }
    groups
}

/// One group's rows, and those of earlier frames.
struct ForwardRows<'a, 'b> {
    qkv: Vec<&'a [f32]>,
    keys: Vec<&'a [f32]>,
    values: Vec<&'a [f32]>,
    out: Vec<&'b mut [f32]>,
}

struct Forward<'a, 'b> {
    layer: Layer<'a>,
    groups: Vec<ForwardRows<'a, 'b>>,
}

impl Kernel for Forward<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Some(first) = self.groups.first() else {
            return;
        };
        let (tokens, before) = (first.qkv.len(), first.keys.len());
        let inner = self.layer.inner();
        let mut scratch = ahead::Scratch::new(&self.layer, tokens, before);
        let [mut qkv, mut keys, mut values, mut out] = [
            tokens * 3 * inner,
            before * inner,
            before * inner,
            tokens * inner,
        ]
        .map(Buffer::zeros);
        for group in self.groups {
            gather(s, &group.qkv, &mut qkv);
            gather(s, &group.keys, &mut keys);
            gather(s, &group.values, &mut values);
            let past = (before > 0).then_some(Before {
                keys: &keys,
                values: &values,
                frames: before,
            });
            ahead::group(s, &self.layer, &mut scratch, qkv.padded(), past, &mut out);
            scatter(s, &out, group.out);
        }
    }
}

struct BackwardRows<'a, 'b> {
    qkv: Vec<&'a [f32]>,
    dout: Vec<&'a [f32]>,
    dqkv: Vec<&'b mut [f32]>,
}

struct Backward<'a, 'b> {
    layer: Layer<'a>,
    groups: Vec<BackwardRows<'a, 'b>>,
}

impl Kernel for Backward<'_, '_> {
    /// Gradients of the two gains.
    type Output = [Vec<f32>; 2];

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        let tokens = self.groups.first().map_or(0, |first| first.qkv.len());
        let inner = self.layer.inner();
        let mut scratch = back::Scratch::new(&self.layer, tokens);
        let sizes = [3 * tokens * inner, tokens * inner, 3 * tokens * inner];
        let [mut qkv, mut dout, mut dqkv] = sizes.map(Buffer::zeros);
        for group in self.groups {
            gather(s, &group.qkv, &mut qkv);
            gather(s, &group.dout, &mut dout);
            back::group(
                s,
                &self.layer,
                &mut scratch,
                qkv.padded(),
                dout.padded(),
                &mut dqkv,
            );
            scatter(s, &dqkv, group.dqkv);
        }
        scratch.gains()
    }
}

/// Copies rows next to each other.
#[inline(always)]
pub(crate) fn gather<S: Simd>(s: S, rows: &[&[f32]], to: &mut [f32]) {
    let Some(width) = rows.first().map(|row| row.len()) else {
        return;
    };
    for (from, to) in rows.iter().zip(to.chunks_exact_mut(width)) {
        for (from, to) in from.chunks(S::LANES).zip(to.chunks_mut(S::LANES)) {
            s.store_head(to, s.load_head(from, 0.0));
        }
    }
}

/// Copies neighbouring rows to where they belong.
#[inline(always)]
pub(crate) fn scatter<S: Simd>(s: S, from: &[f32], rows: Vec<&mut [f32]>) {
    let Some(width) = rows.first().map(|row| row.len()) else {
        return;
    };
    for (to, from) in rows.into_iter().zip(from.chunks_exact(width)) {
        for (from, to) in from.chunks(S::LANES).zip(to.chunks_mut(S::LANES)) {
            s.store_head(to, s.load_head(from, 0.0));
        }
    }
}
