//! Parameters of a configuration, counted without building it: the paper's largest would not fit.

use model::Config;
use model::config::{ActionInput, AttentionKind, QuantizerConfig, TransformerConfig};

/// Parameters of the tokenizer, the latent action model and the dynamics model.
pub fn parameters(config: &Config) -> [usize; 3] {
    let t = &config.tokenizer;
    let a = &config.latent_action;
    let pixels = |patch: usize| 3 * patch * patch;
    let n = config.tokens_per_frame();
    let book = match t.quantizer {
        QuantizerConfig::Vq { codes, dim } => codes * dim,
        QuantizerConfig::Fsq { .. } => 0,
    };
    let (e, d, dim) = (t.encoder.width, t.decoder.width, t.quantizer.dim());
    let tokenizer = linear(pixels(t.patch), e)
        + n * e
        + transformer(&t.encoder)
        + linear(e, dim)
        + book
        + linear(dim, d)
        + n * d
        + transformer(&t.decoder)
        + linear(d, pixels(t.patch));
    let (e, d) = (a.encoder.width, a.decoder.width);
    let patches = config.action_tokens_per_frame();
    let embed = |width: usize| match a.input {
        ActionInput::Pixels | ActionInput::Changes => linear(pixels(a.patch), width),
        ActionInput::Tokens => config.codes() * width,
    };
    let changes = match a.input {
        ActionInput::Changes => pixels(a.patch) * e,
        ActionInput::Pixels | ActionInput::Tokens => 0,
    };
    let predicted = match a.input {
        ActionInput::Pixels | ActionInput::Changes => pixels(a.patch),
        ActionInput::Tokens => config.codes(),
    };
    let actions = embed(e)
        + changes
        + e
        + (patches + 1) * e
        + transformer(&a.encoder)
        + linear(e, a.code_dim)
        + a.actions * a.code_dim
        + embed(d)
        + d
        + patches * d
        + linear(a.code_dim, d)
        + transformer(&a.decoder)
        + linear(d, predicted);
    let w = config.dynamics.width;
    let dynamics = (config.codes() + 1) * w
        + n * w
        + linear(a.code_dim, w)
        + transformer(&config.dynamics)
        + linear(w, config.codes());
    [tokenizer, actions, dynamics]
}

/// `1234567` as `1.23M`.
pub fn short(count: usize) -> String {
    let count = count as f64;
    if count >= 1e9 {
        format!("{:.2}B", count / 1e9)
    } else if count >= 1e6 {
        format!("{:.2}M", count / 1e6)
    } else {
        format!("{:.0}k", count / 1e3)
    }
}

fn linear(inputs: usize, outputs: usize) -> usize {
    inputs * outputs + outputs
}

fn transformer(config: &TransformerConfig) -> usize {
    let (d, i) = (config.width, config.inner());
    let attention = 2 * d + linear(d, 3 * i) + 2 * config.head_size + linear(i, d);
    let attentions = match config.attention {
        AttentionKind::St => 2,
        AttentionKind::Spatial | AttentionKind::Full => 1,
    };
    let block = attentions * attention + 2 * d + linear(d, 4 * d) + linear(4 * d, d);
    config.blocks * block + 2 * d
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use model::{Dynamics, LatentActionModel, Tokenizer, params, presets};

    #[test]
    fn counts_what_is_built() {
        let device = Device::flex();
        let mut config = presets::config("pocket").unwrap();
        config.tokenizer.quantizer = presets::vq();
        let mut other = config.clone();
        other.tokenizer.encoder.attention = AttentionKind::Full;
        other.tokenizer.decoder.attention = AttentionKind::Spatial;
        other.latent_action.input = ActionInput::Tokens;
        let mut third = config.clone();
        third.latent_action.input = ActionInput::Changes;
        for config in [config, other, third] {
            let built = [
                params::count(&Tokenizer::new(&config, &device)),
                params::count(&LatentActionModel::new(&config, &device)),
                params::count(&Dynamics::new(&config, &device)),
            ];
            assert_eq!(parameters(&config), built);
        }
    }

    #[test]
    fn every_preset_is_valid_and_counted() {
        for preset in presets::PRESETS {
            let config = presets::config(preset.name).unwrap();
            config.check().unwrap();
            assert!(
                parameters(&config).iter().all(|&p| p > 100_000),
                "{}",
                preset.name
            );
        }
    }
}
