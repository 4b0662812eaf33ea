//! A linear layer that predicts one of `K` codes, with its cross-entropy. Logits stay in the
//! second-level cache, and rows that the loss doesn't count are not computed at all.

use super::product::{Linear, Sums, Weight};
use crate::flex::{
    attention::{gather, scatter},
    buffer::Buffer,
    gemm::Panels,
    math,
    simd::{Kernel, Simd, dispatch},
    threads,
};
use crate::parts::{Clock, Part};

/// Rows that are worked on at once.
const BLOCK: usize = 96;

/// What the rows should say.
#[derive(Clone, Copy)]
pub(crate) struct Targets<'a> {
    /// The right code of each row, below `K`.
    pub(crate) codes: &'a [i32],
    /// How much each row counts; rows of 0 are left out.
    pub(crate) weights: &'a [f32],
}

/// Means over the rows that count.
#[derive(Clone, Copy)]
pub(crate) struct Score {
    /// Cross-entropy.
    pub(crate) loss: f32,
    /// How often the likeliest code is the right one.
    pub(crate) accuracy: f32,
}

/// Gradients of the loss.
pub(crate) struct Gradients {
    pub(crate) x: Vec<f32>,
    pub(crate) head: Sums,
}

/// The score of the logits `x W + b`, `x [rows, D]`; and, if asked for, its gradients.
pub(crate) fn forward(
    x: &[f32],
    head: Linear,
    targets: Targets,
    wants_gradients: bool,
) -> (Score, Option<Gradients>) {
    let codes = head.b.len();
    let width = head.w.len() / codes.max(1);
    let total: f64 = targets.weights.iter().map(|&w| f64::from(w)).sum();
    let (weight, turned) = (Weight::new(head), Weight::transposed(head));
    let mut dx = vec![0.0; if wants_gradients { x.len() } else { 0 }];
    let mut dxs = dx.chunks_exact_mut(width);
    let rows = x.chunks_exact(width).zip(targets.codes);
    let rows = rows
        .zip(targets.weights)
        .map(|((x, &code), &weight)| Row {
            x,
            dx: dxs.next(),
            code: code as usize,
            weight,
        })
        .filter(|row| row.weight != 0.0)
        .collect();
    let parts = threads::map(threads::long_turns(rows, 4 * BLOCK), |rows| {
        dispatch(Turn {
            weight: &weight,
            turned: &turned,
            scale: (1.0 / total) as f32,
            gradients: wants_gradients,
            rows,
        })
    });
    let (mut loss, mut right) = (0.0, 0.0);
    let mut sums = weight.zeros();
    for part in &parts {
        loss += part.loss;
        right += part.right;
    }
    sums.add_all(parts.iter().filter_map(|part| part.sums.as_ref()));
    let score = Score {
        loss: (loss / total) as f32,
        accuracy: (right / total) as f32,
    };
    let gradients = wants_gradients.then_some(Gradients { x: dx, head: sums });
    (score, gradients)
}

struct Row<'a> {
    x: &'a [f32],
    dx: Option<&'a mut [f32]>,
    code: usize,
    weight: f32,
}

struct Turn<'a> {
    weight: &'a Weight<'a>,
    turned: &'a Weight<'a>,
    /// One over the sum of all weights.
    scale: f32,
    gradients: bool,
    rows: Vec<Row<'a>>,
}

/// What some of the rows add up to.
struct TurnSums {
    loss: f64,
    right: f64,
    sums: Option<Sums>,
}

impl Kernel for Turn<'_> {
    type Output = TurnSums;

    #[inline(always)]
    fn run<S: Simd>(mut self, s: S) -> TurnSums {
        let (width, codes) = self.weight.sizes();
        let mut clock = Clock::start();
        let (mut loss, mut right) = (0.0, 0.0);
        let mut sums = self.gradients.then(|| self.weight.zeros());
        let mut panels = Panels::new();
        let [mut x, mut dx] = [0; 2].map(|_| Buffer::zeros(BLOCK * width));
        let mut logits = Buffer::zeros(BLOCK * codes);
        for rows in self.rows.chunks_mut(BLOCK) {
            let m = rows.len();
            let inputs: Vec<&[f32]> = rows.iter().map(|row| row.x).collect();
            gather(s, &inputs, &mut x);
            clock.was(Part::Elementwise);
            self.weight.forward(s, m, &x, &mut logits);
            clock.was(Part::Products);
            for (row, logits) in rows.iter().zip(logits.chunks_exact_mut(codes)) {
                let scale = row.weight * self.scale;
                let (of_row, is_right) = self::row(s, logits, row.code, scale);
                loss += f64::from(row.weight * of_row);
                right += f64::from(row.weight) * f64::from(u8::from(is_right));
            }
            clock.was(Part::Elementwise);
            if let Some(sums) = &mut sums {
                sums.add(s, m, &x, &logits, &mut panels);
                self.turned.backward(s, m, &logits, &mut dx);
                clock.was(Part::Products);
                let outputs = rows.iter_mut().filter_map(|row| row.dx.take()).collect();
                scatter(s, &dx, outputs);
            }
        }
        TurnSums { loss, right, sums }
    }
}

/// Cross-entropy of one row of logits, and whether the likeliest code is the right one. Leaves the
/// gradient in place of the logits: `scale · (softmax − one at the code)`.
#[inline(always)]
fn row<S: Simd>(s: S, logits: &mut [f32], code: usize, scale: f32) -> (f32, bool) {
    let right = logits[code];
    let mut greatest = s.splat(f32::MIN);
    for x in logits.chunks(S::LANES) {
        greatest = s.max(greatest, s.load_head(x, f32::MIN));
    }
    let most = s.greatest(greatest);
    let greatest = s.splat(most);
    let mut sum = s.splat(0.0);
    for x in logits.chunks_mut(S::LANES) {
        let e = math::exp(s, s.sub(s.load_head(x, f32::MIN), greatest));
        // Lanes beyond the end hold e^-87, which is nothing.
        sum = s.add(sum, e);
        s.store_head(x, e);
    }
    let sum = s.sum(sum);
    let share = s.splat(scale / sum);
    for x in logits.chunks_mut(S::LANES) {
        s.store_head(x, s.mul(share, s.load_head(x, 0.0)));
    }
    logits[code] -= scale;
    (sum.ln() - (right - most), right >= most)
}
