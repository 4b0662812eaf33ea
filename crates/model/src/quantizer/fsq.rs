//! Finite scalar quantisation (Mentzer et al. 2023, arXiv 2309.15505): each dimension is bounded
//! and rounded to a few levels; the codebook is their product and has no parameters.

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::Quantized;

const MARGIN: f32 = 1e-3;

/// Levels of each dimension.
#[derive(Module, Debug)]
pub struct Fsq {
    levels: Vec<usize>,
}

impl Fsq {
    /// A quantiser with these levels, each 2 or more.
    pub fn new(levels: &[usize]) -> Self {
        Self {
            levels: levels.to_vec(),
        }
    }

    /// Quantises `[B, T, N, C]`.
    pub fn quantize(&self, latents: Tensor<4>) -> Quantized {
        let device = latents.device();
        let half = |l: usize| (l as f32 - 1.0) * (1.0 + MARGIN) / 2.0;
        let offset = |l: usize| if l.is_multiple_of(2) { 0.5 } else { 0.0 };
        let halves = self.row(half, &device);
        let offsets = self.row(offset, &device);
        let shifts = self.row(|l| (offset(l) / half(l)).atanh(), &device);
        let bounded = (latents.clone() + shifts).tanh() * halves - offsets;
        let rounded = bounded.clone().detach().round();
        let steps = self.row(|l| (l / 2) as f32, &device);
        let straight = bounded.clone() + (rounded.clone() - bounded).detach();
        let mut place = 1;
        let places: Vec<f32> = self
            .levels
            .iter()
            .map(|&l| {
                let this = place as f32;
                place *= l;
                this
            })
            .collect();
        let places = self.table(places, &device);
        // Exact in f32: at most 65,536 codes.
        let indices = ((rounded + steps.clone()) * places).sum_dim(3);
        let [b, t, n, _] = latents.dims();
        Quantized {
            codes: straight / steps,
            indices: indices.reshape([b, t, n]).int(),
            latents,
            loss: None,
        }
    }

    /// The codes of `indices [B, T, N]`: `[B, T, N, C]`.
    pub fn codes(&self, indices: Tensor<3, Int>) -> Tensor<4> {
        let [b, t, n] = indices.dims();
        let device = indices.device();
        let table = Tensor::<2>::from_data(
            TensorData::new(self.codebook(), [self.size(), self.levels.len()]),
            &device,
        );
        table
            .select(0, indices.reshape([b * t * n]))
            .reshape([b, t, n, self.levels.len()])
    }

    /// Number of codes.
    pub fn size(&self) -> usize {
        self.levels.iter().product()
    }

    /// All codes in the order of their numbers, `[K, C]`.
    fn codebook(&self) -> Vec<f32> {
        let mut book = Vec::with_capacity(self.size() * self.levels.len());
        for index in 0..self.size() {
            let mut rest = index;
            for &level in &self.levels {
                let half = (level / 2) as f32;
                book.push(((rest % level) as f32 - half) / half);
                rest /= level;
            }
        }
        book
    }

    fn row(&self, value: impl Fn(usize) -> f32, device: &Device) -> Tensor<4> {
        self.table(self.levels.iter().map(|&l| value(l)).collect(), device)
    }

    fn table(&self, values: Vec<f32>, device: &Device) -> Tensor<4> {
        let c = values.len();
        Tensor::from_data(TensorData::new(values, [1, 1, 1, c]), device)
    }
}
