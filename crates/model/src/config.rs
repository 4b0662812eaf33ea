//! Sizes of a model: plain data, checked before anything is built.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Everything that fixes the shapes of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Height of a frame, pixels.
    pub height: usize,
    /// Width of a frame, pixels.
    pub width: usize,
    /// Frames that the models look at: `T`.
    pub frames: usize,
    /// Frames a second of the video that the model learns from.
    pub fps: usize,
    /// The video tokenizer.
    pub tokenizer: TokenizerConfig,
    /// The latent action model.
    pub latent_action: LatentActionConfig,
    /// The dynamics model.
    pub dynamics: TransformerConfig,
}

/// Sizes of one ST-transformer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransformerConfig {
    /// ST blocks.
    pub blocks: usize,
    /// Model width `D`.
    pub width: usize,
    /// Attention heads.
    pub heads: usize,
    /// Dimensions of one head (the paper's k/q size); `heads · head_size` need not be `width`.
    pub head_size: usize,
}

/// Sizes of the video tokenizer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenizerConfig {
    /// Side of a patch, pixels: `P`.
    pub patch: usize,
    /// The encoder.
    pub encoder: TransformerConfig,
    /// The decoder, larger than the encoder in the paper (Table 7).
    pub decoder: TransformerConfig,
    /// How latents become codes.
    pub quantizer: QuantizerConfig,
}

/// How latents become codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum QuantizerConfig {
    /// A learned codebook of unit vectors.
    Vq {
        /// Codes.
        codes: usize,
        /// Dimensions of a code.
        dim: usize,
    },
    /// Finite scalar quantisation: the product of the levels is the number of codes.
    Fsq {
        /// Levels of each dimension, 3 or more.
        levels: Vec<usize>,
    },
}

impl QuantizerConfig {
    /// Number of codes `K`.
    pub fn codes(&self) -> usize {
        match self {
            Self::Vq { codes, .. } => *codes,
            Self::Fsq { levels } => levels.iter().product(),
        }
    }

    /// Dimensions of a code `C`.
    pub fn dim(&self) -> usize {
        match self {
            Self::Vq { dim, .. } => *dim,
            Self::Fsq { levels } => levels.len(),
        }
    }
}

/// Sizes of the latent action model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatentActionConfig {
    /// Side of a patch, pixels.
    pub patch: usize,
    /// Latent actions `A`.
    pub actions: usize,
    /// Dimensions of a latent action's code.
    pub code_dim: usize,
    /// The encoder, thrown away for play.
    pub encoder: TransformerConfig,
    /// The decoder, a training signal only.
    pub decoder: TransformerConfig,
}

/// Bounds that no config of the paper comes near; they keep a hostile world file from
/// asking for the machine's whole memory.
const MOST_SIDE: usize = 1 << 12;
/// Of all frames that the models look at.
const MOST_PIXELS: usize = 1 << 25;
/// Of one frame's spatial attention, all heads.
const MOST_SCORES: usize = 1 << 28;
const MOST_FRAMES: usize = 1024;
const MOST_BLOCKS: usize = 1024;
const MOST_WIDTH: usize = 1 << 15;
const MOST_CODES: usize = 1 << 16;
const MOST_TOKENS: usize = 1 << 14;

impl Config {
    /// Rows and columns of one frame's tokens.
    pub fn grid(&self) -> [usize; 2] {
        let patch = self.tokenizer.patch;
        [self.height / patch, self.width / patch]
    }

    /// Tokens of one frame: `N`.
    pub fn tokens_per_frame(&self) -> usize {
        let [rows, columns] = self.grid();
        rows * columns
    }

    /// Codes of the tokenizer: `K`.
    pub fn codes(&self) -> usize {
        self.tokenizer.quantizer.codes()
    }

    /// Latent actions: `A`.
    pub fn actions(&self) -> usize {
        self.latent_action.actions
    }

    /// Says what is wrong with this configuration, if anything.
    ///
    /// # Errors
    /// [`Error::Config`], naming the first value out of its range.
    pub fn check(&self) -> Result<()> {
        within("height", self.height, 1, MOST_SIDE)?;
        within("width", self.width, 1, MOST_SIDE)?;
        within("frames", self.frames, 2, MOST_FRAMES)?;
        within(
            "height · width · frames",
            self.height
                .saturating_mul(self.width)
                .saturating_mul(self.frames),
            1,
            MOST_PIXELS,
        )?;
        within("fps", self.fps, 1, 1000)?;
        for (name, patch) in [
            ("tokenizer.patch", self.tokenizer.patch),
            ("latent_action.patch", self.latent_action.patch),
        ] {
            within(name, patch, 1, MOST_SIDE)?;
            if !self.height.is_multiple_of(patch) || !self.width.is_multiple_of(patch) {
                return Err(Error::Config(format!(
                    "{name} is {patch}, which doesn't divide the frame of {}×{} pixels",
                    self.width, self.height
                )));
            }
        }
        within("tokens per frame", self.tokens_per_frame(), 1, MOST_TOKENS)?;
        match &self.tokenizer.quantizer {
            QuantizerConfig::Vq { codes, dim } => {
                within("codes", *codes, 2, MOST_CODES)?;
                within("code dimensions", *dim, 1, 4096)?;
            }
            QuantizerConfig::Fsq { levels } => {
                within("FSQ dimensions", levels.len(), 1, 16)?;
                let mut product = 1usize;
                for &level in levels {
                    // Two levels would put 0 at the very edge of one of them.
                    within("FSQ levels", level, 3, 256)?;
                    product = product.saturating_mul(level);
                }
                within("codes", product, 2, MOST_CODES)?;
            }
        }
        within("actions", self.latent_action.actions, 2, 256)?;
        within(
            "action code dimensions",
            self.latent_action.code_dim,
            1,
            4096,
        )?;
        let tokens = self.tokens_per_frame();
        let patch = self.latent_action.patch;
        let action_tokens = (self.height / patch) * (self.width / patch) + 1;
        self.tokenizer.encoder.check("tokenizer.encoder", tokens)?;
        self.tokenizer.decoder.check("tokenizer.decoder", tokens)?;
        let (encoder, decoder) = (&self.latent_action.encoder, &self.latent_action.decoder);
        encoder.check("latent_action.encoder", action_tokens)?;
        decoder.check("latent_action.decoder", action_tokens)?;
        self.dynamics.check("dynamics", tokens)
    }
}

impl TransformerConfig {
    /// Inner width of attention: `I`.
    pub fn inner(&self) -> usize {
        self.heads * self.head_size
    }

    /// `tokens` of a frame.
    fn check(&self, name: &str, tokens: usize) -> Result<()> {
        within(&format!("{name}.blocks"), self.blocks, 1, MOST_BLOCKS)?;
        within(&format!("{name}.width"), self.width, 1, MOST_WIDTH)?;
        within(&format!("{name}.heads"), self.heads, 1, 256)?;
        within(&format!("{name}.head_size"), self.head_size, 2, 1024)?;
        within(
            &format!("{name}.heads · tokens²"),
            self.heads.saturating_mul(tokens).saturating_mul(tokens),
            1,
            MOST_SCORES,
        )?;
        if !self.head_size.is_multiple_of(2) {
            return Err(Error::Config(format!(
                "{name}.head_size is {}, but rotary time turns pairs: it must be even",
                self.head_size
            )));
        }
        Ok(())
    }
}

fn within(name: &str, value: usize, low: usize, high: usize) -> Result<()> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(Error::Config(format!(
            "{name} is {value}, outside {low} to {high}"
        )))
    }
}
