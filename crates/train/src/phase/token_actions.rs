//! The pass of a latent action model that sees the tokenizer's codes and predicts those of the next
//! frame (the paper's Table 2, "token-input").

use burn::tensor::{Device, Int, Tensor, TensorData};
use model::LatentActionModel;
use model::dynamics;
use model::latent_action::Seen;

use super::actions::Pass;
use crate::rng::Rng;
use crate::settings::ActionSettings;

/// The pass on `tokens [B, T, N]`; its quality is the share of codes that are predicted right.
/// History is hidden as from a model of pixels; motion has no weight, as codes have no distance.
pub(super) fn pass(
    model: &LatentActionModel,
    tokens: Tensor<3, Int>,
    settings: &ActionSettings,
    device: &Device,
    rng: &mut Rng,
) -> Pass {
    let [b, t, n] = tokens.dims();
    // A tensor of the device with autodiff, on which the model is.
    let tokens = Tensor::<3, Int>::from_data(tokens.to_data(), device);
    let (inferred, mean) = model.infer_centred(Seen::Tokens(tokens.clone()));
    let past = tokens.clone().narrow(1, 0, t - 1);
    let next = tokens.narrow(1, 1, t - 1);
    let c = inferred.codes.dims()[3];
    let logits = if rng.chance(settings.history_dropout) {
        let rows = b * (t - 1);
        let codes = inferred.codes.clone().reshape([rows, 1, 1, c]);
        let hidden = Tensor::zeros([rows, 1], device);
        let logits = model.predict_tokens(past.reshape([rows, 1, n]), codes, hidden);
        let k = logits.dims()[3];
        logits.reshape([b, t - 1, n, k])
    } else {
        let hidden: Vec<f32> = (0..b * (t - 1))
            .map(|_| f32::from(u8::from(rng.chance(settings.hidden_frames))))
            .collect();
        let hidden = Tensor::from_data(TensorData::new(hidden, [b, t - 1]), device);
        model.predict_tokens(past, inferred.codes.clone(), hidden)
    };
    let likeliest = logits.clone().detach().argmax(3).reshape([b, t - 1, n]);
    let right = likeliest.equal(next.clone()).float().mean();
    let mut loss = dynamics::loss(logits, next, Tensor::ones([b, t - 1, n], device));
    if let Some(own) = &inferred.loss {
        loss = loss + own.clone();
    }
    Pass {
        loss,
        quality: ("accuracy", f64::from(right.into_scalar::<f32>())),
        inferred,
        mean,
    }
}
