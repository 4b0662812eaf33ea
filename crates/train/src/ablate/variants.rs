//! What is compared: each variant differs from the shipped architecture in one thing.

use std::fmt;
use std::str::FromStr;

use model::config::{ActionInput, AttentionKind, TransformerConfig};
use serde::{Deserialize, Serialize};

use crate::settings;

/// A comparison of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Study {
    /// What the latent action model sees (Table 2).
    Lam,
    /// The tokenizer's attention (Table 3).
    Tokenizer,
    /// Size and batch of the dynamics model (Figure 9).
    Scale,
}

impl FromStr for Study {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "lam" => Ok(Self::Lam),
            "tokenizer" => Ok(Self::Tokenizer),
            "scale" => Ok(Self::Scale),
            _ => Err(format!(
                "`{text}` is no study; there are lam, tokenizer and scale"
            )),
        }
    }
}

impl Study {
    /// Variants in the order of the paper's table.
    pub fn variants(self) -> &'static [Variant] {
        match self {
            Self::Lam => &[Variant::TokenInput, Variant::Base],
            Self::Tokenizer => &[Variant::Vit, Variant::CVivit, Variant::Base],
            Self::Scale => &[],
        }
    }
}

/// A model to train.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// The shipped architecture: an ST-ViViT tokenizer, actions from pixels.
    Base,
    /// Actions from codes.
    TokenInput,
    /// A tokenizer that sees one frame at a time.
    Vit,
    /// A tokenizer whose tokens see all of the past.
    CVivit,
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base => "base",
            Self::TokenInput => "token-input",
            Self::Vit => "vit",
            Self::CVivit => "c-vivit",
        })
    }
}

impl Variant {
    /// The settings of its training.
    pub fn settings(self, base: &settings::Settings, seed: u64) -> settings::Settings {
        let mut settings = base.clone();
        settings.seed = base.seed.wrapping_add(seed);
        let config = &mut settings.config;
        let attention = match self {
            Self::Base => return settings,
            Self::TokenInput => {
                config.latent_action.input = ActionInput::Tokens;
                return settings;
            }
            Self::Vit => AttentionKind::Spatial,
            Self::CVivit => AttentionKind::Full,
        };
        for transformer in [&mut config.tokenizer.encoder, &mut config.tokenizer.decoder] {
            *transformer = as_large(transformer, attention);
        }
        settings
    }

    /// Whether the base's tokenizer is its own too.
    pub fn shares_tokenizer(self) -> bool {
        self == Self::TokenInput
    }
}

/// A transformer of another attention and about as many parameters, as in the paper's Table 3: a block
/// has one attention instead of two, so there are a third more of them.
fn as_large(transformer: &TransformerConfig, attention: AttentionKind) -> TransformerConfig {
    TransformerConfig {
        blocks: (transformer.blocks * 4 + 1) / 3,
        attention,
        ..transformer.clone()
    }
}

/// The variants of all `studies`, each once, the base first: others need its tokenizer.
pub(super) fn of(studies: &[Study]) -> &'static [Variant] {
    let [lam, tokenizer] = [Study::Lam, Study::Tokenizer].map(|study| studies.contains(&study));
    match (lam, tokenizer) {
        (false, false) => &[],
        (true, false) => &[Variant::Base, Variant::TokenInput],
        (false, true) => &[Variant::Base, Variant::Vit, Variant::CVivit],
        (true, true) => &[
            Variant::Base,
            Variant::TokenInput,
            Variant::Vit,
            Variant::CVivit,
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ablate::tests::settings;
    use crate::size::parameters;

    #[test]
    fn variants_of_the_tokenizer_have_about_as_many_parameters() {
        let base = settings().base;
        let [ours, actions, dynamics] = parameters(&base.config);
        for variant in [Variant::Vit, Variant::CVivit] {
            let settings = variant.settings(&base, 0);
            settings.config.check().unwrap();
            settings.config.check_playable().unwrap_err();
            let [theirs, same_actions, same_dynamics] = parameters(&settings.config);
            let ratio = theirs as f64 / ours as f64;
            assert!((0.9..1.1).contains(&ratio), "{variant}: {ratio}");
            assert_eq!((actions, dynamics), (same_actions, same_dynamics));
        }
    }

    #[test]
    fn seeds_differ_and_the_base_is_what_is_shipped() {
        let base = settings().base;
        assert_eq!(Variant::Base.settings(&base, 0), base);
        assert_eq!(Variant::Base.settings(&base, 2).seed, base.seed + 2);
        let tokens = Variant::TokenInput.settings(&base, 0);
        assert_eq!(tokens.config.tokenizer, base.config.tokenizer);
        tokens.config.check().unwrap();
    }
}
