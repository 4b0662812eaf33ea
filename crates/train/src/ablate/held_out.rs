//! Held-out clips as codes and latent actions, for all dynamics models that are tested on them.

use anyhow::Result;
use burn::tensor::{Device, Tensor, TensorData};
use data::ClipStore;
use model::picture::to_tensor;

use crate::evaluate::spread;
use crate::phase::{load_actions, load_tokenizer};
use crate::run::Run;

/// The first `T` frames of some clips.
pub(super) struct HeldOut {
    /// `[W, T, N]`.
    tokens: Vec<i32>,
    /// `[W, T − 1, C]`.
    latents: Vec<f32>,
    /// `[T, N, C]`.
    sizes: [usize; 3],
}

impl HeldOut {
    /// `count` clips of `store` as the finished models of `base` see them.
    pub(super) fn new(
        base: &Run,
        store: &ClipStore,
        count: usize,
        device: &Device,
    ) -> Result<Self> {
        let config = &base.settings.config;
        let tokenizer = load_tokenizer(base, device)?;
        let actions = load_actions(base, device)?;
        let shape = [1, config.frames, config.height, config.width, 3];
        let (mut tokens, mut latents) = (Vec::new(), Vec::new());
        for number in spread(store.len(), count) {
            let bytes = store.read_clip(number)?;
            let frames = to_tensor(&bytes[..shape.iter().product()], shape, device);
            let codes = tokenizer.encode(frames.clone());
            let inferred = actions.infer_either(frames, codes.clone()).codes;
            tokens.extend(codes.to_data().convert::<i32>().try_to_vec::<i32>()?);
            latents.extend(inferred.to_data().convert::<f32>().try_to_vec::<f32>()?);
        }
        Ok(Self {
            tokens,
            latents,
            sizes: [
                config.frames,
                config.tokens_per_frame(),
                config.latent_action.code_dim,
            ],
        })
    }

    /// Clips.
    pub(super) fn len(&self) -> usize {
        let [t, n, _] = self.sizes;
        self.tokens.len() / (t * n)
    }

    /// Codes `[1, T, N]` of a clip, that shape, and its latents `[1, T − 1, C]`.
    pub(super) fn clip(&self, number: usize, device: &Device) -> (Vec<i32>, [usize; 3], Tensor<3>) {
        let [t, n, c] = self.sizes;
        let part = |each: usize| number * each..(number + 1) * each;
        let latents = self.latents[part((t - 1) * c)].to_vec();
        let latents = TensorData::new(latents, [1, t - 1, c]);
        (
            self.tokens[part(t * n)].to_vec(),
            [1, t, n],
            Tensor::from_data(latents, device),
        )
    }
}
