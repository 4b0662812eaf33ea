//! Causal attention over frames at each position, over cached keys and values.

use super::norm::{qk_norm, softmax};
use crate::flex::simd::{Kernel, Simd, dispatch};
use crate::plain::rotary_tables;

/// Temporal attention of one layer.
///
/// Keys are kept normalised and unrotated. Rotary time only depends on the difference of two times, so the
/// query is turned by it and the keys stay as they are, wherever the window has slid.
#[derive(Clone, Debug)]
pub struct Temporal {
    query_gain: Vec<f32>,
    key_gain: Vec<f32>,
    heads: usize,
    /// Cosines and sines of 0 to `most − 1` frames, `[most, 2, d/2]`.
    turns: Vec<f32>,
}

/// Keys and values of one frame that is seen, `[rows, I]` each.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Normalised, unrotated.
    pub keys: &'a [f32],
    /// As they are.
    pub values: &'a [f32],
}

impl Temporal {
    /// A layer with QK-norm's gains, `[d]` each, whose frames see at most `most` frames, themselves
    /// included.
    pub fn new(query_gain: &[f32], key_gain: &[f32], heads: usize, most: usize) -> Self {
        assert_eq!(query_gain.len(), key_gain.len());
        let d = query_gain.len();
        assert!(
            d > 0 && d.is_multiple_of(2),
            "rotary time turns pairs: {d} dimensions"
        );
        let (cosines, sines) = rotary_tables(most, d, 0);
        let pairs = cosines.chunks_exact(d / 2).zip(sines.chunks_exact(d / 2));
        Self {
            query_gain: query_gain.to_vec(),
            key_gain: key_gain.to_vec(),
            heads,
            turns: pairs.flat_map(|(cos, sin)| [cos, sin].concat()).collect(),
        }
    }

    fn inner(&self) -> usize {
        self.heads * self.query_gain.len()
    }

    /// Keys and values of `qkv [rows, 3I]` for the cache, `[rows, I]` each.
    ///
    /// # Panics
    /// If the lengths don't belong together.
    pub fn remember(&self, qkv: &[f32], keys: &mut [f32], values: &mut [f32]) {
        dispatch(Remember {
            layer: self,
            qkv,
            keys,
            values,
        });
    }

    /// Attention of the rows of `qkv [rows, 3I]` over the frames `seen`, oldest first, of which the last is
    /// their own: to `out [rows, I]`. `scratch` is kept from call to call.
    ///
    /// # Panics
    /// If the lengths don't belong together, or more frames are seen than the layer was made for.
    pub fn run(&self, qkv: &[f32], seen: &[Seen<'_>], out: &mut [f32], scratch: &mut Vec<f32>) {
        dispatch(Attend {
            layer: self,
            qkv,
            seen,
            out,
            scratch,
        });
    }
}

pub(super) struct Remember<'a> {
    pub(super) layer: &'a Temporal,
    pub(super) qkv: &'a [f32],
    pub(super) keys: &'a mut [f32],
    pub(super) values: &'a mut [f32],
}

impl Kernel for Remember<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let inner = self.layer.inner();
        let d = self.layer.key_gain.len();
        assert!(self.qkv.len() == 3 * self.keys.len() && self.keys.len() == self.values.len());
        let rows = self
            .keys
            .chunks_exact_mut(inner)
            .zip(self.values.chunks_exact_mut(inner));
        for (qkv, (keys, values)) in self.qkv.chunks_exact(3 * inner).zip(rows) {
            values.copy_from_slice(&qkv[2 * inner..]);
            let heads = qkv[inner..2 * inner].chunks_exact(d);
            for (from, to) in heads.zip(keys.chunks_exact_mut(d)) {
                qk_norm(s, from, &self.layer.key_gain, 1.0, to);
            }
        }
    }
}

pub(super) struct Attend<'a> {
    pub(super) layer: &'a Temporal,
    pub(super) qkv: &'a [f32],
    pub(super) seen: &'a [Seen<'a>],
    pub(super) out: &'a mut [f32],
    pub(super) scratch: &'a mut Vec<f32>,
}

impl Kernel for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Temporal {
            query_gain, turns, ..
        } = self.layer;
        let inner = self.layer.inner();
        let d = query_gain.len();
        let frames = self.seen.len();
        assert!(self.qkv.len() == 3 * self.out.len() && self.out.len().is_multiple_of(inner));
        assert!(frames * d <= turns.len());
        let length = self.out.len();
        let sized = |frame: &Seen| frame.keys.len() == length && frame.values.len() == length;
        assert!(self.seen.iter().all(sized));
        self.scratch.resize(d + frames, 0.0);
        let (query, scores) = self.scratch.split_at_mut(d);
        let scale = 1.0 / (d as f32).sqrt();
        let rows = self.qkv.chunks_exact(3 * inner);
        for ((row, qkv), out) in rows.enumerate().zip(self.out.chunks_exact_mut(inner)) {
            for (head, out) in out.chunks_exact_mut(d).enumerate() {
                qk_norm(s, &qkv[head * d..][..d], query_gain, scale, query);
                let head = Head {
                    seen: self.seen,
                    at: row * inner + head * d,
                    turns,
                    query,
                    scores,
                    out,
                };
                // Head sizes of whole vectors, the usual ones, stay in registers.
                match (d / (2 * S::LANES), d % (2 * S::LANES)) {
                    (1, 0) => head.whole::<S, 1>(s),
                    (2, 0) => head.whole::<S, 2>(s),
                    (4, 0) => head.whole::<S, 4>(s),
                    _ => head.any(s),
                }
            }
        }
    }
}

/// One head of one row.
struct Head<'a> {
    seen: &'a [Seen<'a>],
    /// Where its keys and values begin in each frame's.
    at: usize,
    turns: &'a [f32],
    /// `[d]`
    query: &'a [f32],
    /// One for each frame that is seen.
    scores: &'a mut [f32],
    /// `[d]`
    out: &'a mut [f32],
}

impl Head<'_> {
    /// For heads of `2 · HALF` vectors.
    #[inline(always)]
    fn whole<S: Simd, const HALF: usize>(self, s: S) {
        let (d, at) = (self.out.len(), self.at);
        let half = d / 2;
        let a = s.load_all::<HALF>(self.query);
        let b = s.load_all::<HALF>(&self.query[half..]);
        // The newest frame's turn is the first in the table.
        let turns = self.turns[..self.seen.len() * d].chunks_exact(d).rev();
        for ((frame, turn), score) in self.seen.iter().zip(turns).zip(&mut *self.scores) {
            let key = &frame.keys[at..at + d];
            let (key_a, key_b) = (s.load_all::<HALF>(key), s.load_all::<HALF>(&key[half..]));
            let (cos, sin) = (s.load_all::<HALF>(turn), s.load_all::<HALF>(&turn[half..]));
            let mut sum = s.splat(0.0);
            for i in 0..HALF {
                let turned_a = s.nfma(b[i], sin[i], s.mul(a[i], cos[i]));
                let turned_b = s.fma(b[i], cos[i], s.mul(a[i], sin[i]));
                sum = s.fma(turned_a, key_a[i], sum);
                sum = s.fma(turned_b, key_b[i], sum);
            }
            *score = s.sum(sum);
        }
        let scale = s.splat(softmax(s, self.scores));
        let mut sums = [[s.splat(0.0); HALF]; 2];
        for (frame, &score) in self.seen.iter().zip(&*self.scores) {
            let score = s.splat(score);
            let value = &frame.values[at..at + d];
            let halves = [
                s.load_all::<HALF>(value),
                s.load_all::<HALF>(&value[half..]),
            ];
            for (sums, values) in sums.iter_mut().zip(halves) {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum = s.fma(score, value, *sum);
                }
            }
        }
        for (out, sum) in self
            .out
            .chunks_exact_mut(S::LANES)
            .zip(sums.into_iter().flatten())
        {
            s.store(out, s.mul(sum, scale));
        }
    }

    /// For heads of any size.
    #[inline(always)]
    fn any<S: Simd>(self, s: S) {
        let (d, at) = (self.out.len(), self.at);
        let half = d / 2;
        let (a, b) = self.query.split_at(half);
        let turns = self.turns[..self.seen.len() * d].chunks_exact(d).rev();
        for ((frame, turn), score) in self.seen.iter().zip(turns).zip(&mut *self.scores) {
            let (cosines, sines) = turn.split_at(half);
            let (key_a, key_b) = frame.keys[at..at + d].split_at(half);
            let mut sum = s.splat(0.0);
            for from in (0..half).step_by(S::LANES) {
                let part = |x: &[f32]| s.load_head(&x[from..], 0.0);
                let [a, b, cos, sin] = [part(a), part(b), part(cosines), part(sines)];
                let turned_a = s.nfma(b, sin, s.mul(a, cos));
                let turned_b = s.fma(b, cos, s.mul(a, sin));
                sum = s.fma(turned_a, part(key_a), sum);
                sum = s.fma(turned_b, part(key_b), sum);
            }
            *score = s.sum(sum);
        }
        let scale = s.splat(softmax(s, self.scores));
        for (column, out) in self.out.chunks_mut(S::LANES).enumerate() {
            let from = at + column * S::LANES;
            let to = from + out.len();
            let mut sum = s.splat(0.0);
            for (frame, &score) in self.seen.iter().zip(&*self.scores) {
                let values = s.load_head(&frame.values[from..to], 0.0);
                sum = s.fma(s.splat(score), values, sum);
            }
            s.store_head(out, s.mul(sum, scale));
        }
    }
}
