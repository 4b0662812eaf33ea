//! `wgsl/embed.wgsl` against the embeddings of [`Dynamics`] and of the tokenizer's decoder.

use burn::module::Param;
use burn::tensor::{Device, Int, Tensor, TensorData};
use kernels::check::{Bench, Case, Noise, difference, floats};
use kernels::gpu::embed;

use crate::config::{
    ActionInput, AttentionKind, Config, LatentActionConfig, QuantizerConfig, TokenizerConfig,
    TransformerConfig,
};
use crate::gpu::tables;
use crate::quantizer::Quantizer;
use crate::{Dynamics, Tokenizer};

/// Which embedding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Embedding {
    /// Of tokens and actions, into the dynamics.
    Tokens,
    /// Of codes, into the tokenizer's decoder.
    Codes,
}

/// One shape of an embedding.
#[derive(Clone, Copy, Debug)]
pub struct Embed {
    embedding: Embedding,
    grid: [usize; 2],
    width: usize,
    codes: usize,
    actions: usize,
    frames: usize,
    /// Tokens before the first.
    first: usize,
}

impl Case for Embed {
    const NAME: &'static str = "embed";
    const SHARE: u64 = 4;
    type Variant = Embedding;

    fn random(embedding: Embedding, constants: &mut Noise, sizes: &mut Noise) -> Self {
        Self {
            embedding,
            grid: [constants.up_to(9), constants.up_to(9)],
            width: 4 * constants.up_to(40),
            codes: 1 + sizes.up_to(100),
            actions: sizes.up_to(9),
            frames: sizes.up_to(5),
            first: sizes.below(2) * sizes.up_to(30),
        }
    }

    fn papers(embedding: Embedding) -> Vec<Self> {
        vec![Self {
            embedding,
            grid: [23, 40],
            width: 1024,
            codes: 1024,
            actions: 8,
            frames: 2,
            first: 920,
        }]
    }

    async fn difference(&self, bench: &mut Bench, mut noise: Noise) -> Result<f32, String> {
        let Self {
            frames,
            first,
            width,
            codes,
            actions,
            ..
        } = *self;
        let n = self.grid[0] * self.grid[1];
        let config = self.config();
        let position = noise.normals(n * width, 0.0, 1.0);
        let known = match self.embedding {
            // The last is the mask's.
            Embedding::Tokens => codes + 1,
            Embedding::Codes => codes,
        };
        let tokens: Vec<u32> = (0..frames * n).map(|_| noise.below(known) as u32).collect();
        let ids = tensor(&tokens.iter().map(|&t| t as i32).collect::<Vec<_>>());
        let ids: Tensor<3, Int> = ids.reshape([1, frames, n]);

        let (table, extra, rows, twin) = match self.embedding {
            Embedding::Tokens => {
                let rows: Vec<u32> = (0..frames)
                    .map(|_| noise.below(actions + 1) as u32)
                    .collect();
                let dynamics = dynamics(&config, &position, &mut noise);
                let latents = normal([actions, config.latent_action.code_dim], &mut noise);
                let extra = dynamics.action_table(&latents).await;
                let table = values(dynamics.token_embedding.val()).await?;
                // An unknown action's latent is zero.
                let unknown = Tensor::zeros([1, config.latent_action.code_dim], &Device::flex());
                let taken = tensor(&rows.iter().map(|&r| r as i32).collect::<Vec<_>>());
                let latents = Tensor::cat(vec![latents, unknown], 0)
                    .select(0, taken)
                    .unsqueeze::<3>();
                let extra = extra.map_err(|e| e.to_string())?;
                (table, extra, rows, dynamics.embed(ids, latents))
            }
            Embedding::Codes => {
                let tokenizer = tokenizer(&config, &position, &mut noise);
                let table = tokenizer.code_table(codes).await;
                let twin = tokenizer.embed_codes(tokenizer.quantizer.codes(ids));
                let table = table.map_err(|e| e.to_string())?;
                (table, vec![0.0; width], vec![0; frames], twin)
            }
        };
        let gpu = bench.gpu().clone();
        // Tokens before the first are of no concern.
        let mut all = vec![u32::MAX; first];
        all.extend(&tokens);
        let x = bench.output(frames * n * width);
        let launch = embed::embed(
            &gpu,
            &tables(&gpu, &table, &position, &extra, n),
            &gpu.storage_of("tokens", &all),
            first,
            frames,
            &gpu.storage_of("rows", &rows),
            &x.buffer,
        );
        let read = bench.run(&[launch], &[&x]).await?;
        Ok(difference(&floats(&read[0]), &values(twin).await?))
    }
}

impl Embed {
    /// A model that embeds, and does nothing else.
    fn config(&self) -> Config {
        let nothing = TransformerConfig {
            blocks: 0,
            width: self.width,
            heads: 1,
            head_size: 8,
            attention: AttentionKind::St,
        };
        let patch = 1;
        Config {
            height: self.grid[0],
            width: self.grid[1],
            frames: self.frames,
            fps: 10,
            tokenizer: TokenizerConfig {
                patch,
                encoder: nothing.clone(),
                decoder: nothing.clone(),
                quantizer: QuantizerConfig::Vq {
                    codes: self.codes,
                    dim: 6,
                },
            },
            latent_action: LatentActionConfig {
                patch,
                actions: self.actions,
                code_dim: 5,
                encoder: nothing.clone(),
                decoder: nothing.clone(),
                input: ActionInput::Pixels,
                downscale: 1,
            },
            dynamics: nothing,
        }
    }
}

fn dynamics(config: &Config, position: &[f32], noise: &mut Noise) -> Dynamics {
    let width = config.dynamics.width;
    let mut dynamics = Dynamics::new(config, &Device::flex());
    dynamics.token_embedding = Param::from_tensor(normal([config.codes() + 1, width], noise));
    dynamics.position = Param::from_tensor(matrix(position, width));
    dynamics.action.weight =
        Param::from_tensor(normal([config.latent_action.code_dim, width], noise));
    dynamics.action.bias = Param::from_tensor(normal([1, width], noise).squeeze::<1>());
    dynamics
}

fn tokenizer(config: &Config, position: &[f32], noise: &mut Noise) -> Tokenizer {
    let width = config.tokenizer.decoder.width;
    let dim = config.tokenizer.quantizer.dim();
    let mut tokenizer = Tokenizer::new(config, &Device::flex());
    tokenizer.decoder.position = Param::from_tensor(matrix(position, width));
    tokenizer.decoder.embed.weight = Param::from_tensor(normal([dim, width], noise));
    tokenizer.decoder.embed.bias = Param::from_tensor(normal([1, width], noise).squeeze::<1>());
    if let Quantizer::Vq(vq) = &mut tokenizer.quantizer {
        vq.codebook = Param::from_tensor(normal([config.codes(), dim], noise));
    }
    tokenizer
}

fn tensor(values: &[i32]) -> Tensor<1, Int> {
    Tensor::from_data(
        TensorData::new(values.to_vec(), [values.len()]),
        &Device::flex(),
    )
}

fn matrix(values: &[f32], columns: usize) -> Tensor<2> {
    let shape = [values.len() / columns, columns];
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
}

fn normal([rows, columns]: [usize; 2], noise: &mut Noise) -> Tensor<2> {
    matrix(&noise.normals(rows * columns, 0.0, 1.0), columns)
}

async fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, String> {
    let data = tensor.into_data_async().await.map_err(|e| e.to_string())?;
    data.try_into_vec().map_err(|e| format!("{e:?}"))
}
