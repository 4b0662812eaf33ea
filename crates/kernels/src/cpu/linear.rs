//! A linear layer with what comes before and after it.

use super::multiply::Multiply;
use super::norm::Normalise;
use super::panels::Panels;
use crate::flex::simd::{Kernel, Simd, dispatch};
use crate::play::{Epilogue, Parameters};

/// A linear layer, perhaps behind a layer norm, packed for this processor.
#[derive(Clone, Debug)]
pub struct Linear {
    weight: Panels,
    /// Filled up to whole panels.
    bias: Vec<f32>,
    norm: bool,
}

impl Linear {
    /// Packs a layer. Gain and shift of the norm become part of weight and bias.
    ///
    /// # Panics
    /// If the sizes don't belong together.
    pub fn new(parameters: &Parameters<'_>) -> Self {
        dispatch(Pack(parameters))
    }

    /// Inputs.
    pub fn inputs(&self) -> usize {
        self.weight.k
    }

    /// Outputs.
    pub fn outputs(&self) -> usize {
        self.weight.n
    }

    /// `x [rows, in]` through the layer to `y [rows, out]`. `scratch` is as long as `x`, if the layer has a
    /// norm.
    ///
    /// # Panics
    /// If the lengths don't belong together.
    pub fn run(&self, x: &[f32], y: &mut [f32], epilogue: Epilogue, scratch: &mut [f32]) {
        let (inputs, outputs) = (self.inputs(), self.outputs());
        let rows = x.len() / inputs;
        assert!(x.len() == rows * inputs && y.len() == rows * outputs);
        dispatch(Run {
            layer: self,
            rows,
            x,
            y,
            epilogue,
            scratch,
        });
    }
}

pub(super) struct Pack<'a>(pub(super) &'a Parameters<'a>);

impl Kernel for Pack<'_> {
    type Output = Linear;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Linear {
        let Parameters { weight, bias, norm } = *self.0;
        let n = bias.len();
        let k = weight.len() / n;
        assert!(weight.len() == k * n, "{} weights", weight.len());
        let mut panels = Panels::default();
        panels.resize(s, k, n);
        let mut shifted: Vec<f64> = bias.iter().map(|&b| f64::from(b)).collect();
        for (p, row) in weight.chunks_exact(n).enumerate() {
            match norm {
                None => panels.set_row(p, row),
                Some((gamma, beta)) => {
                    assert!(gamma.len() == k && beta.len() == k, "a norm of other sizes");
                    let scaled: Vec<f32> = row.iter().map(|w| w * gamma[p]).collect();
                    panels.set_row(p, &scaled);
                    for (sum, &w) in shifted.iter_mut().zip(row) {
                        *sum += f64::from(beta[p]) * f64::from(w);
                    }
                }
            }
        }
        let mut bias: Vec<f32> = shifted.into_iter().map(|b| b as f32).collect();
        bias.resize(n.next_multiple_of(panels.width), 0.0);
        Linear {
            weight: panels,
            bias,
            norm: norm.is_some(),
        }
    }
}

pub(super) struct Run<'a> {
    pub(super) layer: &'a Linear,
    pub(super) rows: usize,
    pub(super) x: &'a [f32],
    pub(super) y: &'a mut [f32],
    pub(super) epilogue: Epilogue,
    pub(super) scratch: &'a mut [f32],
}

impl Kernel for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Linear { weight, bias, norm } = self.layer;
        let a = if *norm {
            let out = &mut self.scratch[..self.x.len()];
            s.apart(Normalise {
                x: self.x,
                out,
                width: weight.k,
            });
            &*out
        } else {
            self.x
        };
        s.apart(Multiply {
            rows: self.rows,
            a,
            a_row: weight.k,
            b: weight,
            c: self.y,
            c_row: weight.n,
            bias,
            epilogue: self.epilogue,
        });
    }
}
