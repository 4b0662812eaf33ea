//! `y = x W + b`, optionally with GELU, and its gradients. `x [rows, in]`, `W [in, out]`, `b [out]`.

use super::{
    gelu,
    gemm::{Left, Out, Panels, Start, multiply_panels},
    simd::{Kernel, Simd, dispatch},
    threads,
};
use crate::parts::{Clock, Part};

/// Rows that are worked on at once: their values stay in the second-level cache.
const BLOCK: usize = 96;
/// Fewest rows worth handing to a thread.
const FEWEST: usize = 4 * BLOCK;

/// The sizes of a linear layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Length of a row of `x`.
    pub(crate) inputs: usize,
    /// Length of a row of `y`.
    pub(crate) outputs: usize,
}

/// `x W + b`
pub(crate) fn forward(x: &[f32], w: &[f32], b: &[f32], sizes: Sizes) -> Vec<f32> {
    let w = panels(w, sizes, false);
    let mut y = vec![0.0; rows(x, sizes) * sizes.outputs];
    let chunk = share(rows(x, sizes));
    let items = x
        .chunks(chunk * sizes.inputs)
        .zip(y.chunks_mut(chunk * sizes.outputs))
        .collect();
    threads::for_each(items, |(x, y)| {
        dispatch(Forward {
            x,
            w: &w,
            b,
            y,
            activated: None,
            sizes,
        });
    });
    y
}

/// `x W + b`, and GELU of that.
pub(crate) fn forward_gelu(x: &[f32], w: &[f32], b: &[f32], sizes: Sizes) -> (Vec<f32>, Vec<f32>) {
    let w = panels(w, sizes, false);
    let mut y = vec![0.0; rows(x, sizes) * sizes.outputs];
    let mut activated = vec![0.0; y.len()];
    let chunk = share(rows(x, sizes));
    let items = x
        .chunks(chunk * sizes.inputs)
        .zip(y.chunks_mut(chunk * sizes.outputs))
        .zip(activated.chunks_mut(chunk * sizes.outputs))
        .collect();
    threads::for_each(items, |((x, y), activated)| {
        dispatch(Forward {
            x,
            w: &w,
            b,
            y,
            activated: Some(activated),
            sizes,
        });
    });
    (y, activated)
}

/// Gradients of a linear layer.
pub(crate) struct Gradients {
    /// With respect to `x`, if it was asked for.
    pub(crate) x: Option<Vec<f32>>,
    /// With respect to `W`.
    pub(crate) w: Vec<f32>,
    /// With respect to `b`.
    pub(crate) b: Vec<f32>,
}

/// Gradients, given that of the output. `before` is the value before GELU, if there was one.
pub(crate) fn backward(
    x: &[f32],
    w: &[f32],
    dy: &[f32],
    before: Option<&[f32]>,
    sizes: Sizes,
    wants_x: bool,
) -> Gradients {
    let rows = rows(x, sizes);
    let chunk = share(rows);
    let count = rows.div_ceil(chunk);
    let wt = if wants_x {
        panels(w, sizes, true)
    } else {
        Panels::new()
    };
    let mut dx = vec![0.0; if wants_x { x.len() } else { 0 }];
    let mut dxs: Vec<&mut [f32]> = dx.chunks_mut(chunk * sizes.inputs).collect();
    dxs.resize_with(count, Default::default);
    let items: Vec<_> = dxs
        .into_iter()
        .enumerate()
        .map(|(i, dx)| {
            let part = |width| i * chunk * width..rows.min((i + 1) * chunk) * width;
            Backward {
                x: &x[part(sizes.inputs)],
                dy: &dy[part(sizes.outputs)],
                before: before.map(|values| &values[part(sizes.outputs)]),
                wt: &wt,
                dx,
                sizes,
            }
        })
        .collect();
    let mut sums = threads::map(items, dispatch).into_iter();
    let (mut w, mut b) = sums.next().unwrap_or_else(|| {
        (
            vec![0.0; sizes.inputs * sizes.outputs],
            vec![0.0; sizes.outputs],
        )
    });
    let others = sums.as_slice().iter();
    threads::add_all(&mut w, others.clone().map(|(w, _)| &w[..]));
    threads::add_all(&mut b, others.map(|(_, b)| &b[..]));
    Gradients {
        x: wants_x.then_some(dx),
        w,
        b,
    }
}

fn rows(x: &[f32], sizes: Sizes) -> usize {
    x.len() / sizes.inputs.max(1)
}

/// Rows per turn: four turns for each thread, so that a late one doesn't hold up the others.
fn share(rows: usize) -> usize {
    let turns = (4 * threads::threads()).min(rows.div_ceil(FEWEST)).max(1);
    rows.div_ceil(turns).max(1)
}

/// A weight `[in, out]`, or its transpose, ready to multiply with.
pub(crate) fn panels(w: &[f32], sizes: Sizes, transposed: bool) -> Panels {
    dispatch(Weight {
        w,
        sizes,
        transposed,
    })
}

struct Weight<'a> {
    w: &'a [f32],
    sizes: Sizes,
    transposed: bool,
}

impl Kernel for Weight<'_> {
    type Output = Panels;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Panels {
        let mut clock = Clock::start();
        let mut panels = Panels::new();
        let Sizes { inputs, outputs } = self.sizes;
        if self.transposed {
            panels.fill_transposed(s, self.w, outputs, inputs, outputs);
        } else {
            panels.fill(s, self.w, inputs, outputs, outputs);
        }
        clock.was(Part::Products);
        panels
    }
}

struct Forward<'a> {
    x: &'a [f32],
    w: &'a Panels,
    b: &'a [f32],
    y: &'a mut [f32],
    activated: Option<&'a mut [f32]>,
    sizes: Sizes,
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, s: S) {
        let Sizes { inputs, outputs } = self.sizes;
        let rows = self.x.len() / inputs;
        let mut clock = Clock::start();
        for first in (0..rows).step_by(BLOCK) {
            let m = BLOCK.min(rows - first);
            let x = &self.x[first * inputs..][..m * inputs];
            let block = first * outputs..(first + m) * outputs;
            let y = &mut self.y[block.clone()];
            let left = Left {
                values: x,
                row: inputs,
                step: 1,
            };
            let out = Out {
                values: &mut *y,
                stride: outputs,
                start: Start::Row(self.b),
            };
            multiply_panels(s, m, left, self.w, out);
            clock.was(Part::Products);
            if let Some(activated) = &mut self.activated {
                gelu::apply(s, y, &mut activated[block]);
                clock.was(Part::Elementwise);
            }
        }
    }
}

struct Backward<'a> {
    x: &'a [f32],
    dy: &'a [f32],
    before: Option<&'a [f32]>,
    wt: &'a Panels,
    dx: &'a mut [f32],
    sizes: Sizes,
}

impl Kernel for Backward<'_> {
    /// This share's sums for `W` and `b`.
    type Output = (Vec<f32>, Vec<f32>);

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        let Sizes { inputs, outputs } = self.sizes;
        let rows = self.x.len() / inputs;
        let mut clock = Clock::start();
        let mut dw = vec![0.0; inputs * outputs];
        let mut db = vec![0.0; outputs];
        let mut panels = Panels::new();
        let mut scratch = vec![
            0.0;
            if self.before.is_some() {
                BLOCK * outputs
            } else {
                0
            }
        ];
        for first in (0..rows).step_by(BLOCK) {
            let m = BLOCK.min(rows - first);
            let x = &self.x[first * inputs..][..m * inputs];
            let block = first * outputs..(first + m) * outputs;
            let mut dy = &self.dy[block.clone()];
            if let Some(before) = self.before {
                gelu::apply_backward(s, &before[block], dy, &mut scratch[..m * outputs]);
                dy = &scratch[..m * outputs];
            }
            clock.was(Part::Elementwise);
            for dy in dy.chunks_exact(outputs) {
                for (db, dy) in db.chunks_mut(S::LANES).zip(dy.chunks(S::LANES)) {
                    s.store_head(db, s.add(s.load_head(db, 0.0), s.load_head(dy, 0.0)));
                }
            }
            if !self.dx.is_empty() {
                let left = Left {
                    values: dy,
                    row: outputs,
                    step: 1,
                };
                let out = Out {
                    values: &mut self.dx[first * inputs..][..m * inputs],
                    stride: inputs,
                    start: Start::Zero,
                };
                multiply_panels(s, m, left, self.wt, out);
            }
            panels.fill(s, dy, m, outputs, outputs);
            let left = Left {
                values: x,
                row: 1,
                step: inputs,
            };
            let out = Out {
                values: &mut dw,
                stride: outputs,
                start: Start::Sum,
            };
            multiply_panels(s, inputs, left, &panels, out);
            clock.was(Part::Products);
        }
        (dw, db)
    }
}
