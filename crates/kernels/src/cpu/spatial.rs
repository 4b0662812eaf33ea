//! Attention between the tokens of one frame.

use super::multiply::Multiply;
use super::norm::{qk_norm, softmax};
use super::panels::Panels;
use crate::flex::simd::{Kernel, Simd, dispatch};
use crate::play::Epilogue;

/// Spatial attention of one layer.
#[derive(Clone, Debug)]
pub struct Spatial {
    /// QK-norm's gain of queries, `[d]`.
    pub query_gain: Vec<f32>,
    /// QK-norm's gain of keys, `[d]`.
    pub key_gain: Vec<f32>,
    /// `h`.
    pub heads: usize,
}

/// Room that spatial attention works in, kept from call to call.
#[derive(Clone, Debug, Default)]
pub struct SpatialScratch {
    keys: Panels,
    values: Panels,
    queries: Vec<f32>,
    scores: Vec<f32>,
    row: Vec<f32>,
}

impl Spatial {
    /// Attention of some tokens of a frame, from the one numbered `first`, over all of them:
    /// `qkv [N, 3I]` → `out [rows, I]`.
    ///
    /// # Panics
    /// If the lengths don't belong together.
    pub fn run(&self, qkv: &[f32], first: usize, out: &mut [f32], scratch: &mut SpatialScratch) {
        dispatch(Run {
            layer: self,
            qkv,
            first,
            out,
            scratch,
        });
    }
}

pub(super) struct Run<'a> {
    pub(super) layer: &'a Spatial,
    pub(super) qkv: &'a [f32],
    pub(super) first: usize,
    pub(super) out: &'a mut [f32],
    pub(super) scratch: &'a mut SpatialScratch,
}

impl Kernel for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Spatial {
            query_gain,
            key_gain,
            heads,
        } = self.layer;
        let d = query_gain.len();
        let inner = heads * d;
        let tokens = self.qkv.len() / (3 * inner);
        let rows = self.out.len() / inner;
        assert!(self.qkv.len() == tokens * 3 * inner && self.out.len() == rows * inner);
        assert!(self.first + rows <= tokens && key_gain.len() == d);
        let SpatialScratch {
            keys,
            values,
            queries,
            scores,
            row,
        } = self.scratch;
        keys.resize(s, d, tokens);
        values.resize(s, tokens, d);
        queries.resize(rows * d, 0.0);
        scores.resize(rows * tokens, 0.0);
        row.resize(d, 0.0);
        let scale = 1.0 / (d as f32).sqrt();
        for head in 0..*heads {
            for (token, qkv) in self.qkv.chunks_exact(3 * inner).enumerate() {
                qk_norm(s, &qkv[inner + head * d..][..d], key_gain, 1.0, row);
                keys.set_column(token, row);
                values.set_row(token, &qkv[2 * inner + head * d..][..d]);
            }
            let own = self.qkv.chunks_exact(3 * inner).skip(self.first);
            for (qkv, query) in own.zip(queries.chunks_exact_mut(d)) {
                qk_norm(s, &qkv[head * d..][..d], query_gain, scale, query);
            }
            s.apart(Multiply {
                rows,
                a: queries,
                a_row: d,
                b: keys,
                c: scores,
                c_row: tokens,
                bias: &[],
                epilogue: Epilogue::None,
            });
            let out = &mut self.out[head * d..];
            // One over each row's sum takes the place of its query, which isn't needed any more.
            for (scores, query) in scores
                .chunks_exact_mut(tokens)
                .zip(queries.chunks_exact_mut(d))
            {
                query[0] = softmax(s, scores);
            }
            s.apart(Multiply {
                rows,
                a: scores,
                a_row: tokens,
                b: values,
                c: out,
                c_row: inner,
                bias: &[],
                epilogue: Epilogue::None,
            });
            for (out, query) in out.chunks_mut(inner).zip(queries.chunks_exact(d)) {
                let scale = s.splat(query[0]);
                for out in out[..d].chunks_mut(S::LANES) {
                    s.store_head(out, s.mul(s.load_head(out, 0.0), scale));
                }
            }
        }
    }
}
