//! The video tokenizer (§2.1): an ST-ViViT VQ-VAE, causal in time. Frames in [0, 1]
//! `[B, T, H, W, 3]` to codes `[B, T, N]` and back.

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor};
use kernels::Past;

use crate::config::{Config, TokenizerConfig};
use crate::error::{Error, Result};
use crate::layers::{self, Linear};
use crate::patches::{from_patches, to_patches};
use crate::quantizer::{Quantized, Quantizer};
use crate::transformer::StTransformer;

/// Deviation of learned position embeddings at the start.
pub(crate) const POSITION_DEVIATION: f64 = 0.02;

/// Patches to latents.
#[derive(Module, Debug)]
pub struct Encoder {
    /// `3P² → D`.
    pub embed: Linear,
    /// `[N, D]`.
    pub position: Param<Tensor<2>>,
    /// ST blocks.
    pub transformer: StTransformer,
    /// `D → C`.
    pub to_code: Linear,
}

/// Codes to patches.
#[derive(Module, Debug)]
pub struct Decoder {
    /// `C → D`.
    pub embed: Linear,
    /// `[N, D]`.
    pub position: Param<Tensor<2>>,
    /// ST blocks.
    pub transformer: StTransformer,
    /// `D → 3P²`.
    pub to_patches: Linear,
}

/// Encoder, quantiser, decoder.
#[derive(Module, Debug)]
pub struct Tokenizer {
    /// Frames to latents.
    pub encoder: Encoder,
    /// Latents to codes.
    pub quantizer: Quantizer,
    /// Codes to frames.
    pub decoder: Decoder,
    patch: usize,
    height: usize,
    width: usize,
}

/// What one training pass of the tokenizer gives.
#[derive(Clone, Debug)]
pub struct Reconstruction {
    /// The frames again, `[B, T, H, W, 3]`, not clamped.
    pub frames: Tensor<5>,
    /// The quantiser's view.
    pub quantized: Quantized,
}

impl Reconstruction {
    /// The mean squared error over all pixels of the true `frames`, a scalar.
    pub fn error(&self, frames: Tensor<5>) -> Tensor<1> {
        (self.frames.clone() - frames).square().mean()
    }

    /// The tokenizer's loss: that error plus the quantiser's own loss.
    pub fn loss(&self, error: Tensor<1>) -> Tensor<1> {
        match &self.quantized.loss {
            Some(quantizer) => error + quantizer.clone(),
            None => error,
        }
    }
}

impl Tokenizer {
    /// A tokenizer of random weights.
    pub fn new(config: &Config, device: &Device) -> Self {
        let TokenizerConfig {
            patch,
            encoder,
            decoder,
            quantizer,
        } = &config.tokenizer;
        let n = config.tokens_per_frame();
        let pixels = 3 * patch * patch;
        let dim = quantizer.dim();
        Self {
            encoder: Encoder {
                embed: Linear::new(pixels, encoder.width, 1.0, device),
                position: layers::normal([n, encoder.width], POSITION_DEVIATION, device),
                transformer: StTransformer::new(encoder, device),
                to_code: Linear::new(encoder.width, dim, 1.0, device),
            },
            quantizer: Quantizer::new(quantizer, device),
            decoder: Decoder {
                embed: Linear::new(dim, decoder.width, 1.0, device),
                position: layers::normal([n, decoder.width], POSITION_DEVIATION, device),
                transformer: StTransformer::new(decoder, device),
                to_patches: Linear::new(decoder.width, pixels, 0.1, device),
            },
            patch: *patch,
            height: config.height,
            width: config.width,
        }
    }

    /// Frames `[B, T, H, W, 3]` to latents and codes.
    pub fn quantize(&self, frames: Tensor<5>) -> Quantized {
        let x = self.encoder.embed.forward(to_patches(frames, self.patch))
            + self.encoder.position.val().unsqueeze::<4>();
        let latents = self
            .encoder
            .to_code
            .forward(self.encoder.transformer.forward(x));
        self.quantizer.quantize(latents)
    }

    /// Frames `[B, T, H, W, 3]` to code numbers `[B, T, N]`.
    pub fn encode(&self, frames: Tensor<5>) -> Tensor<3, Int> {
        self.quantize(frames).indices
    }

    /// Code vectors `[B, T, N, C]` to frames `[B, T, H, W, 3]`, not clamped.
    pub fn decode_codes(&self, codes: Tensor<4>) -> Tensor<5> {
        let x = self.embed_codes(codes);
        self.frames(self.decoder.transformer.forward(x))
    }

    /// Code numbers `[B, T, N]` to frames `[B, T, H, W, 3]` in [0, 1].
    pub fn decode(&self, indices: Tensor<3, Int>) -> Tensor<5> {
        self.decode_codes(self.quantizer.codes(indices))
            .clamp(0.0, 1.0)
    }

    /// [`Tokenizer::decode`] for frames that follow those of `past`, with the keys and values of
    /// these frames for the cache.
    pub fn decode_after(
        &self,
        indices: Tensor<3, Int>,
        past: Option<&[Past]>,
    ) -> (Tensor<5>, Vec<Past>) {
        let x = self.embed_codes(self.quantizer.codes(indices));
        let (x, kept) = self.decoder.transformer.forward_keeping(x, past);
        (self.frames(x).clamp(0.0, 1.0), kept)
    }

    /// Encodes, quantises and decodes: one training pass.
    pub fn reconstruct(&self, frames: Tensor<5>) -> Reconstruction {
        let quantized = self.quantize(frames);
        Reconstruction {
            frames: self.decode_codes(quantized.codes.clone()),
            quantized,
        }
    }

    /// What the decoder makes of each code before it adds positions, `[K, D]` row by row.
    ///
    /// # Errors
    /// [`Error::Device`] if the device can't be read.
    pub async fn code_table(&self, codes: usize) -> Result<Vec<f32>> {
        let device = self.decoder.position.val().device();
        let all = Tensor::<1, Int>::arange(0..codes as i64, &device).reshape([1, 1, codes]);
        let table = self.decoder.embed.forward(self.quantizer.codes(all));
        let data = table.into_data_async().await.map_err(Error::device)?;
        data.convert::<f32>().try_to_vec().map_err(Error::device)
    }

    /// What goes into the decoder's transformer: codes and positions, added.
    pub(crate) fn embed_codes(&self, codes: Tensor<4>) -> Tensor<4> {
        self.decoder.embed.forward(codes) + self.decoder.position.val().unsqueeze::<4>()
    }

    fn frames(&self, x: Tensor<4>) -> Tensor<5> {
        let patches = self.decoder.to_patches.forward(x);
        from_patches(patches, self.patch, self.height, self.width)
    }
}
