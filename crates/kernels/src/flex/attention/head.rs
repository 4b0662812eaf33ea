//! One head of one group, up to the probabilities.

use super::side::{Norm, Side, Times};
use crate::flex::{
    buffer::Buffer,
    gemm::{Left, Out, Right, Start, multiply},
    math,
    simd::{MAX_LANES, Simd},
    transpose::transpose,
};

/// What all groups of a layer share.
#[derive(Clone, Copy)]
pub(crate) struct Layer<'a> {
    pub(super) heads: usize,
    /// Dimensions of a head.
    pub(super) d: usize,
    pub(super) query: Norm<'a>,
    pub(super) key: Norm<'a>,
    /// For attention over time, which is causal.
    pub(super) times: Option<&'a Times>,
}

impl Layer<'_> {
    /// Width of a row of queries, keys or values.
    pub(crate) fn inner(&self) -> usize {
        self.heads * self.d
    }
}

/// Keys and values of earlier frames, `[frames, I]` each.
#[derive(Clone, Copy)]
pub(crate) struct Before<'a> {
    pub(super) keys: &'a [f32],
    pub(super) values: &'a [f32],
    pub(super) frames: usize,
}

/// Scratch for one head.
pub(super) struct Head {
    /// Tokens that ask, and tokens that they may see.
    pub(super) tokens: usize,
    pub(super) seen: usize,
    pub(super) query: Side,
    pub(super) key: Side,
    /// Normalised keys of these tokens, where earlier ones go before them.
    fresh: Option<Side>,
    /// Values `[seen, d]`, likewise.
    pub(super) value: Buffer,
    /// Scores, then `e^(score − greatest)`: `[tokens, key.width]`, zero beyond what a token sees.
    pub(super) p: Buffer,
    /// Sums of the rows of `p`.
    pub(super) sums: Vec<f32>,
}

impl Head {
    pub(super) fn new(d: usize, tokens: usize, before: usize) -> Self {
        let seen = before + tokens;
        let key = Side::new(d, seen);
        Self {
            tokens,
            seen,
            query: Side::new(d, tokens),
            fresh: (before > 0).then(|| Side::new(d, tokens)),
            value: Buffer::zeros(if before > 0 { seen * d } else { 0 }),
            p: Buffer::zeros(tokens * key.width),
            sums: vec![0.0; tokens],
            key,
        }
    }

    /// Everything above, for head `head` of a group `qkv [tokens, 3I]`.
    #[inline(always)]
    pub(super) fn fill<S: Simd>(
        &mut self,
        s: S,
        layer: &Layer,
        qkv: &[f32],
        head: usize,
        before: Option<Before>,
    ) {
        let (d, inner) = (layer.d, layer.inner());
        let tokens = self.tokens;
        let part = |which: usize| (&qkv[which * inner + head * d..], 3 * inner);
        self.query.fill(s, part(0), tokens, layer.query);
        match (before, &mut self.fresh) {
            (Some(before), Some(fresh)) => {
                fresh.fill(s, part(1), tokens, layer.key);
                let keys = (&before.keys[head * d..], inner);
                let width = self.key.width;
                transpose(
                    s,
                    keys,
                    (&mut self.key.out, width),
                    (before.frames, d),
                    true,
                );
                for i in 0..d {
                    let new = &fresh.out[i * fresh.width..][..tokens];
                    self.key.out[i * width + before.frames..][..tokens].copy_from_slice(new);
                }
                let (values, stride) = part(2);
                for (t, row) in self.value.chunks_exact_mut(d).enumerate() {
                    let from = match t.checked_sub(before.frames) {
                        None => &before.values[t * inner + head * d..],
                        Some(t) => &values[t * stride..],
                    };
                    row.copy_from_slice(&from[..d]);
                }
            }
            _ => self.key.fill(s, part(1), tokens, layer.key),
        }
        if let Some(times) = layer.times {
            let (width, first) = (self.query.width, self.seen - tokens);
            times.rotate(s, &mut self.query.out, width, first, 1.0);
            let width = self.key.width;
            times.rotate(s, &mut self.key.out, width, 0, 1.0);
        }
        self.scores(s, d);
        let first = if layer.times.is_some() {
            self.seen - tokens + 1
        } else {
            self.seen
        };
        let rows = self.p.chunks_exact_mut(self.key.width).zip(&mut self.sums);
        for (i, (p, sum)) in rows.enumerate() {
            *sum = exponentials(s, p, self.seen.min(first + i));
        }
    }

    #[inline(always)]
    fn scores<S: Simd>(&mut self, s: S, d: usize) {
        let width = self.key.width;
        let queries = Left {
            values: &self.query.out,
            row: 1,
            step: self.query.width,
        };
        let keys = Right {
            values: self.key.out.padded(),
            stride: width,
        };
        let out = Out {
            values: &mut self.p,
            stride: width,
            start: Start::Zero,
        };
        multiply(s, (self.tokens, d, width), queries, keys, out);
    }
}

/// Replaces the first `visible` values of `x` by `e^(x − greatest)`, others by zero; returns the sum.
#[inline(always)]
fn exponentials<S: Simd>(s: S, x: &mut [f32], visible: usize) -> f32 {
    debug_assert!(x.len().is_multiple_of(MAX_LANES));
    let (x, hidden) = x.split_at_mut(visible);
    hidden.fill(0.0);
    let mut greatest = s.splat(f32::MIN);
    for x in x.chunks(S::LANES) {
        greatest = s.max(greatest, s.load_head(x, f32::MIN));
    }
    let greatest = s.splat(s.greatest(greatest));
    let mut sum = s.splat(0.0);
    for x in x.chunks_mut(S::LANES) {
        let e = math::exp(s, s.sub(s.load_head(x, f32::MIN), greatest));
        // Lanes beyond the end hold e^-87, which is nothing.
        sum = s.add(sum, e);
        s.store_head(x, e);
    }
    s.sum(sum)
}
