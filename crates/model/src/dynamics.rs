//! The dynamics model (§2.1): a decoder-only MaskGIT over the tokens of the past and of the
//! frame being made, with latent actions as additive embeddings.
//!
//! Alignment: the action of the transition `t−1 → t` is added to the tokens of frame `t`.

use burn::module::{Module, Param};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor};
use kernels::{CodeTargets, Past};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::layers::{self, Linear};
use crate::tokenizer::POSITION_DEVIATION;
use crate::transformer::StTransformer;

/// The MaskGIT dynamics model.
#[derive(Module, Debug)]
pub struct Dynamics {
    /// `[K + 1, D]`; the last row is the mask.
    pub token_embedding: Param<Tensor<2>>,
    /// `[N, D]`.
    pub position: Param<Tensor<2>>,
    /// `C → D`, added to every token of a frame.
    pub action: Linear,
    /// ST blocks.
    pub transformer: StTransformer,
    /// `D → K`.
    pub head: Linear,
}

impl Dynamics {
    /// A model of random weights.
    pub fn new(config: &Config, device: &Device) -> Self {
        let width = config.dynamics.width;
        let codes = config.codes();
        Self {
            token_embedding: layers::normal([codes + 1, width], 0.5, device),
            position: layers::normal(
                [config.tokens_per_frame(), width],
                POSITION_DEVIATION,
                device,
            ),
            action: Linear::new(config.latent_action.code_dim, width, 1.0, device),
            transformer: StTransformer::new(&config.dynamics, device),
            head: Linear::new(width, codes, 0.5, device),
        }
    }

    /// The number that stands for a masked token: `K`.
    pub fn mask(&self) -> usize {
        self.token_embedding.dims()[0] - 1
    }

    /// Logits `[B, T, N, K]` of `tokens [B, T, N]` (with [`Dynamics::mask`] where masked), given
    /// the latent of the transition that leads to each frame, `[B, T, C]`; zeros where unknown.
    pub fn forward(&self, tokens: Tensor<3, Int>, actions: Tensor<3>) -> Tensor<4> {
        let x = self.embed(tokens, actions);
        self.head.forward(self.transformer.forward(x))
    }

    /// The cross-entropy of what [`Dynamics::forward`] says, against `targets`, and how often its
    /// likeliest code is right: `[1]` each, weighted means over the tokens. Nothing is computed of the
    /// logits where a token's weight is 0.
    ///
    /// # Panics
    /// As [`kernels::head_loss`].
    pub fn loss(
        &self,
        tokens: Tensor<3, Int>,
        actions: Tensor<3>,
        targets: CodeTargets,
    ) -> (Tensor<1>, Tensor<1>) {
        let x = self.transformer.forward(self.embed(tokens, actions));
        kernels::head_loss(x, &self.head.values(), targets)
    }

    /// [`Dynamics::forward`] for frames that follow those of `past`.
    pub fn forward_after(
        &self,
        tokens: Tensor<3, Int>,
        actions: Tensor<3>,
        past: Option<&[Past]>,
    ) -> Tensor<4> {
        let x = self.embed(tokens, actions);
        self.head.forward(self.transformer.forward_after(x, past))
    }

    /// The keys and values of finished frames that follow those of `past`, for the cache.
    pub fn remember(
        &self,
        tokens: Tensor<3, Int>,
        actions: Tensor<3>,
        past: Option<&[Past]>,
    ) -> Vec<Past> {
        let x = self.embed(tokens, actions);
        self.transformer.forward_keeping(x, past).1
    }

    /// Which tokens of the last of the frames `tokens [1, T, N]` look at which in spatial attention, averaged
    /// over the heads: for each block `[N, N]`, a row for each token that looks. `actions [1, T, C]`.
    pub fn spatial_weights(&self, tokens: Tensor<3, Int>, actions: Tensor<3>) -> Vec<Tensor<2>> {
        self.transformer
            .spatial_weights(self.embed(tokens, actions))
    }

    /// What each action adds to the tokens of a frame, `[A + 1, D]` row by row; the last row is that of an
    /// unknown action.
    ///
    /// # Errors
    /// [`Error::Device`] if the device can't be read.
    pub async fn action_table(&self, actions: &Tensor<2>) -> Result<Vec<f32>> {
        let [a, c] = actions.dims();
        let unknown = Tensor::zeros([1, c], &actions.device());
        let latents = Tensor::cat(vec![actions.clone(), unknown], 0);
        let table = self.action.forward(latents.reshape([1, 1, a + 1, c]));
        let data = table.into_data_async().await.map_err(Error::device)?;
        data.convert::<f32>().try_to_vec().map_err(Error::device)
    }

    /// What goes into the transformer: tokens, positions and actions, added.
    pub(crate) fn embed(&self, tokens: Tensor<3, Int>, actions: Tensor<3>) -> Tensor<4> {
        let [b, t, n] = tokens.dims();
        let c = actions.dims()[2];
        let width = self.position.dims()[1];
        let tokens = self
            .token_embedding
            .val()
            .select(0, tokens.reshape([b * t * n]))
            .reshape([b, t, n, width]);
        tokens
            + self.position.val().unsqueeze::<4>()
            + self.action.forward(actions.reshape([b, t, 1, c]))
    }
}

/// Cross-entropy of `logits [B, T, N, K]` against `targets [B, T, N]`, averaged over the tokens
/// where `masked [B, T, N]` is 1. At least one must be.
pub fn loss(logits: Tensor<4>, targets: Tensor<3, Int>, masked: Tensor<3>) -> Tensor<1> {
    let [b, t, n, k] = logits.dims();
    let rows = b * t * n;
    let log = log_softmax(logits.reshape([rows, k]), 1)
        .gather(1, targets.reshape([rows, 1]))
        .reshape([rows]);
    let masked = masked.reshape([rows]);
    (log * masked.clone()).sum().neg() / masked.sum()
}
