//! The output of one group.

use super::head::{Before, Head, Layer};
use crate::flex::{
    gemm::{Left, Out, Right, Start, multiply},
    simd::Simd,
};

/// Scratch for the forward pass.
pub(crate) struct Scratch(Head);

impl Scratch {
    pub(crate) fn new(layer: &Layer, tokens: usize, before: usize) -> Self {
        Self(Head::new(layer.d, tokens, before))
    }
}

/// Attention in one group: `qkv [tokens, 3I]`, which must have values to spare, → `out [tokens, I]`.
#[inline(always)]
pub(crate) fn group<S: Simd>(
    s: S,
    layer: &Layer,
    scratch: &mut Scratch,
    qkv: &[f32],
    before: Option<Before>,
    out: &mut [f32],
) {
    let (d, inner) = (layer.d, layer.inner());
    let head = &mut scratch.0;
    for h in 0..layer.heads {
        head.fill(s, layer, qkv, h, before);
        let shares = Left {
            values: &head.p,
            row: head.key.width,
            step: 1,
        };
        let values = match before {
            None => Right {
                values: &qkv[2 * inner + h * d..],
                stride: 3 * inner,
            },
            Some(_) => Right {
                values: head.value.padded(),
                stride: d,
            },
        };
        let mixed = Out {
            values: &mut out[h * d..],
            stride: inner,
            start: Start::Zero,
        };
        multiply(s, (head.tokens, head.seen, d), shares, values, mixed);
        for (row, sum) in out.chunks_exact_mut(inner).zip(&head.sums) {
            let share = s.splat(1.0 / sum);
            for x in row[h * d..][..d].chunks_mut(S::LANES) {
                s.store_head(x, s.mul(share, s.load_head(x, 0.0)));
            }
        }
    }
}
