//! Latents to codes: a learned codebook ([`Vq`]) or finite scalar quantisation ([`Fsq`]).

mod fsq;
mod vq;

pub use fsq::Fsq;
pub use vq::Vq;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor};

use crate::config::QuantizerConfig;

/// What quantisation of `[B, T, N, C]` latents gives.
#[derive(Clone, Debug)]
pub struct Quantized {
    /// Codes, `[B, T, N, C]`, with a straight-through gradient to the latents.
    pub codes: Tensor<4>,
    /// Their numbers, `[B, T, N]`.
    pub indices: Tensor<3, Int>,
    /// The latents as they were compared with the codebook (unit vectors for VQ), `[B, T, N, C]`.
    pub latents: Tensor<4>,
    /// The quantiser's own loss (VQ), a scalar.
    pub loss: Option<Tensor<1>>,
}

/// Either quantiser.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // a handful exist, ever
pub enum Quantizer {
    /// A learned codebook.
    Vq(Vq),
    /// Finite scalar quantisation.
    Fsq(Fsq),
}

impl Quantizer {
    /// The quantiser that `config` describes, with random codes for VQ.
    pub fn new(config: &QuantizerConfig, device: &Device) -> Self {
        match config {
            QuantizerConfig::Vq { codes, dim } => Self::Vq(Vq::new(*codes, *dim, device)),
            QuantizerConfig::Fsq { levels } => Self::Fsq(Fsq::new(levels)),
        }
    }

    /// Quantises `[B, T, N, C]`.
    pub fn quantize(&self, latents: Tensor<4>) -> Quantized {
        match self {
            Self::Vq(vq) => vq.quantize(latents),
            Self::Fsq(fsq) => fsq.quantize(latents),
        }
    }

    /// The codes of `indices [B, T, N]`: `[B, T, N, C]`.
    pub fn codes(&self, indices: Tensor<3, Int>) -> Tensor<4> {
        match self {
            Self::Vq(vq) => vq.codes(indices),
            Self::Fsq(fsq) => fsq.codes(indices),
        }
    }
}
