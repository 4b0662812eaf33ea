//! Vector quantisation with unit-length codes (docs/model.md, "VQ").

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor};

use super::Quantized;
use crate::layers;

const EPSILON: f32 = 1e-6;
const COMMITMENT: f32 = 0.25;

/// A codebook of `K` codes of `C` dimensions, compared by angle.
#[derive(Module, Debug)]
pub struct Vq {
    /// `[K, C]`; rows are normalised when used.
    pub codebook: Param<Tensor<2>>,
}

impl Vq {
    /// Random codes.
    pub fn new(codes: usize, dim: usize, device: &Device) -> Self {
        Self {
            codebook: layers::normal([codes, dim], 1.0 / (dim as f64).sqrt(), device),
        }
    }

    /// The codebook as unit vectors, `[K, C]`.
    pub fn unit_codes(&self) -> Tensor<2> {
        let book = self.codebook.val();
        let length = (book.clone().square().sum_dim(1) + EPSILON).sqrt();
        book / length
    }

    /// Quantises `[B, T, N, C]`.
    pub fn quantize(&self, latents: Tensor<4>) -> Quantized {
        let [b, t, n, c] = latents.dims();
        let length = (latents.clone().square().sum_dim(3) + EPSILON).sqrt();
        let unit = latents / length;
        let book = self.unit_codes();
        let rows = unit.clone().reshape([b * t * n, c]);
        let indices = rows
            .detach()
            .matmul(book.clone().detach().transpose())
            .argmax(1)
            .reshape([b * t * n]);
        let chosen = book.select(0, indices.clone()).reshape([b, t, n, c]);
        let codebook_loss = (unit.clone().detach() - chosen.clone()).square().mean();
        let commitment = (unit.clone() - chosen.clone().detach()).square().mean();
        Quantized {
            codes: unit.clone() + (chosen - unit.clone()).detach(),
            indices: indices.reshape([b, t, n]),
            latents: unit,
            loss: Some(codebook_loss + commitment * COMMITMENT),
        }
    }

    /// The codes of `indices [B, T, N]`: `[B, T, N, C]`.
    pub fn codes(&self, indices: Tensor<3, Int>) -> Tensor<4> {
        let [b, t, n] = indices.dims();
        let book = self.unit_codes();
        let c = book.dims()[1];
        book.select(0, indices.reshape([b * t * n]))
            .reshape([b, t, n, c])
    }
}
