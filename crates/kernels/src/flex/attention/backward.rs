//! The gradients of one group.

use super::head::{Head, Layer};
use crate::flex::{
    buffer::Buffer,
    gemm::{Left, Out, Right, Start, multiply},
    simd::{MAX_LANES, Simd},
    transpose::transpose,
};

/// Scratch for the backward pass, and the sums of the gains' gradients.
pub(crate) struct Scratch {
    head: Head,
    /// Values, or keys, the other way around than they come.
    turned: Buffer,
    /// Gradient of the probabilities, then of the scores: `[tokens, width]`.
    ds: Buffer,
    /// Gradient of the queries, `[tokens, d]`.
    dq: Buffer,
    /// Gradient of one side, `[d, width]`.
    dside: Buffer,
    /// Gradients of the two gains, `[d, MAX_LANES]` each, still to be summed.
    dgains: [Buffer; 2],
}

impl Scratch {
    pub(crate) fn new(layer: &Layer, tokens: usize) -> Self {
        let d = layer.d;
        let width = tokens.next_multiple_of(MAX_LANES);
        let columns = d.next_multiple_of(MAX_LANES);
        Self {
            head: Head::new(d, tokens, 0),
            turned: Buffer::zeros(columns * width),
            ds: Buffer::zeros(tokens * width),
            dq: Buffer::zeros(tokens * columns),
            dside: Buffer::zeros(d * width),
            dgains: [0, 1].map(|_| Buffer::zeros(d * MAX_LANES)),
        }
    }

    /// Gradients of the two gains, `[d]` each.
    pub(crate) fn gains(&self) -> [Vec<f32>; 2] {
        let sum = |partial: &Buffer| partial.chunks(MAX_LANES).map(|x| x.iter().sum()).collect();
        [sum(&self.dgains[0]), sum(&self.dgains[1])]
    }
}

/// Gradient of one group's `qkv [tokens, 3I]` from that of its output, `dout [tokens, I]`; both must
/// have values to spare.
#[inline(always)]
pub(crate) fn group<S: Simd>(
    s: S,
    layer: &Layer,
    scratch: &mut Scratch,
    qkv: &[f32],
    dout: &[f32],
    dqkv: &mut [f32],
) {
    let (d, inner) = (layer.d, layer.inner());
    for h in 0..layer.heads {
        scratch.head.fill(s, layer, qkv, h, None);
        scratch.shares(s);
        let value = 2 * inner + h * d;
        let dout = (&dout[h * d..], inner);
        scratch.values(s, d, dout, (&mut dqkv[value..], 3 * inner));
        scratch.scores(s, d, dout, (&qkv[value..], 3 * inner));
        scratch.queries(s, layer, (&mut dqkv[h * d..], 3 * inner));
        scratch.keys(s, layer, (&mut dqkv[inner + h * d..], 3 * inner));
    }
}

impl Scratch {
    /// Divides each row of probabilities by its sum.
    #[inline(always)]
    fn shares<S: Simd>(&mut self, s: S) {
        let head = &mut self.head;
        for (p, sum) in head.p.chunks_exact_mut(head.key.width).zip(&head.sums) {
            let share = s.splat(1.0 / sum);
            for p in p.chunks_exact_mut(S::LANES) {
                s.store(p, s.mul(share, s.load(p)));
            }
        }
    }

    /// `dv = pᵀ dout`
    #[inline(always)]
    fn values<S: Simd>(&self, s: S, d: usize, dout: (&[f32], usize), dv: (&mut [f32], usize)) {
        let head = &self.head;
        let shares = Left {
            values: &head.p,
            row: 1,
            step: head.key.width,
        };
        let dout = Right {
            values: dout.0,
            stride: dout.1,
        };
        let out = Out {
            values: dv.0,
            stride: dv.1,
            start: Start::Zero,
        };
        multiply(s, (head.tokens, head.tokens, d), shares, dout, out);
    }

    /// `dp = dout vᵀ`, and through the softmax: `ds = p (dp − Σ p dp)`.
    #[inline(always)]
    fn scores<S: Simd>(&mut self, s: S, d: usize, dout: (&[f32], usize), v: (&[f32], usize)) {
        let head = &self.head;
        let width = head.key.width;
        transpose(s, v, (&mut self.turned, width), (head.tokens, d), true);
        let dout = Left {
            values: dout.0,
            row: dout.1,
            step: 1,
        };
        let values = Right {
            values: self.turned.padded(),
            stride: width,
        };
        let out = Out {
            values: &mut self.ds,
            stride: width,
            start: Start::Zero,
        };
        multiply(s, (head.tokens, d, width), dout, values, out);
        for (p, ds) in head
            .p
            .chunks_exact(width)
            .zip(self.ds.chunks_exact_mut(width))
        {
            let mut dot = s.splat(0.0);
            for (p, ds) in p.chunks_exact(S::LANES).zip(ds.chunks_exact(S::LANES)) {
                dot = s.fma(s.load(p), s.load(ds), dot);
            }
            let dot = s.splat(s.sum(dot));
            for (p, ds) in p.chunks_exact(S::LANES).zip(ds.chunks_exact_mut(S::LANES)) {
                s.store(ds, s.mul(s.load(p), s.sub(s.load(ds), dot)));
            }
        }
    }

    /// `dq = ds k`, and through rotary time and QK-norm.
    #[inline(always)]
    fn queries<S: Simd>(&mut self, s: S, layer: &Layer, dq: (&mut [f32], usize)) {
        let (head, d) = (&self.head, layer.d);
        let (width, columns) = (head.key.width, d.next_multiple_of(MAX_LANES));
        let keys = (&head.key.out[..], width);
        transpose(s, keys, (&mut self.turned, columns), (d, head.tokens), true);
        let ds = Left {
            values: &self.ds,
            row: width,
            step: 1,
        };
        let keys = Right {
            values: self.turned.padded(),
            stride: columns,
        };
        let out = Out {
            values: &mut self.dq,
            stride: columns,
            start: Start::Zero,
        };
        multiply(s, (head.tokens, head.tokens, d), ds, keys, out);
        let rows = (&self.dq[..], columns);
        transpose(s, rows, (&mut self.dside, width), (head.tokens, d), true);
        if let Some(times) = layer.times {
            times.rotate(s, &mut self.dside, width, 0, -1.0);
        }
        head.query
            .backward(s, &mut self.dside, layer.query, &mut self.dgains[0]);
        transpose(s, (&self.dside, width), dq, (d, head.tokens), false);
    }

    /// `dk = dsᵀ q`, and through rotary time and QK-norm.
    #[inline(always)]
    fn keys<S: Simd>(&mut self, s: S, layer: &Layer, dk: (&mut [f32], usize)) {
        let (head, d) = (&self.head, layer.d);
        let width = head.key.width;
        let queries = Left {
            values: &head.query.out,
            row: width,
            step: 1,
        };
        let ds = Right {
            values: self.ds.padded(),
            stride: width,
        };
        let out = Out {
            values: &mut self.dside,
            stride: width,
            start: Start::Zero,
        };
        multiply(s, (d, head.tokens, width), queries, ds, out);
        if let Some(times) = layer.times {
            times.rotate(s, &mut self.dside, width, 0, -1.0);
        }
        head.key
            .backward(s, &mut self.dside, layer.key, &mut self.dgains[1]);
        transpose(s, (&self.dside, width), dk, (d, head.tokens), false);
    }
}
