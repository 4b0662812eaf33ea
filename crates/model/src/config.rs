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
    /// Which tokens see which.
    #[serde(default, skip_serializing_if = "is_default")]
    pub attention: AttentionKind,
}

/// Which tokens see which in a transformer. Every kind is causal in time. Only the first can be
/// played; the others are what `genie ablate` compares it with (the paper's Table 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttentionKind {
    /// ST: in turn, the tokens of one frame, and one position over the frames.
    #[default]
    St,
    /// The tokens of one frame only, as in a ViT.
    Spatial,
    /// All tokens of the frame and of those before it, as the paper has it of C-ViViT.
    Full,
}

/// What the latent action model sees of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionInput {
    /// Its pixels, as patches.
    #[default]
    Pixels,
    /// Its pixels; the encoder also how each has changed since the frame before, in the same patch.
    /// What moved is then told by one patch instead of by two frames' attention to each other.
    Changes,
    /// Its codes, as the tokenizer has them: the paper's Table 2 compares both, and so does
    /// `genie ablate`. Worlds have pixels.
    Tokens,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
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
    /// What it sees of a frame; of codes, `patch` has no meaning.
    #[serde(default, skip_serializing_if = "is_default")]
    pub input: ActionInput,
    /// It sees frames at one in so many of their pixels each way, means of squares: what moves is told, and
    /// fine texture, which a small decoder can't carry over from the last frame, draws no code to itself.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub downscale: usize,
}

fn one() -> usize {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde asks
fn is_one(value: &usize) -> bool {
    *value == 1
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

    /// Tokens of one frame as the latent action model sees it, the action token left out.
    pub fn action_tokens_per_frame(&self) -> usize {
        let side = self.latent_action.patch * self.latent_action.downscale;
        match self.latent_action.input {
            ActionInput::Pixels | ActionInput::Changes => {
                (self.height / side) * (self.width / side)
            }
            ActionInput::Tokens => self.tokens_per_frame(),
        }
    }

    /// Says what keeps a model of this configuration from being played, if anything: sessions know ST
    /// attention only.
    ///
    /// # Errors
    /// [`Error::Config`], naming the part.
    pub fn check_playable(&self) -> Result<()> {
        for (name, transformer) in [
            ("tokenizer.encoder", &self.tokenizer.encoder),
            ("tokenizer.decoder", &self.tokenizer.decoder),
            ("dynamics", &self.dynamics),
        ] {
            transformer.check_playable(name)?;
        }
        Ok(())
    }

    /// The same for a world file, whose latent action model is evaluated with it.
    ///
    /// # Errors
    /// As [`Config::check_playable`].
    pub fn check_world(&self) -> Result<()> {
        self.check_playable()?;
        let actions = &self.latent_action;
        actions.encoder.check_playable("latent_action.encoder")?;
        actions.decoder.check_playable("latent_action.decoder")?;
        if actions.input == ActionInput::Tokens {
            return Err(Error::Config(
                "latent_action.input is tokens, which only `genie ablate` trains: worlds have pixels"
                    .into(),
            ));
        }
        Ok(())
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
        let actions = &self.latent_action;
        within("latent_action.downscale", actions.downscale, 1, MOST_SIDE)?;
        let seen = actions.patch.saturating_mul(actions.downscale);
        for (name, patch) in [
            ("tokenizer.patch", self.tokenizer.patch),
            ("latent_action.patch, times its downscale,", seen),
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
        let action_tokens = self.action_tokens_per_frame() + 1;
        let check = |transformer: &TransformerConfig, name, tokens| {
            transformer.check(name, tokens, self.frames)
        };
        check(&self.tokenizer.encoder, "tokenizer.encoder", tokens)?;
        check(&self.tokenizer.decoder, "tokenizer.decoder", tokens)?;
        let (encoder, decoder) = (&self.latent_action.encoder, &self.latent_action.decoder);
        check(encoder, "latent_action.encoder", action_tokens)?;
        check(decoder, "latent_action.decoder", action_tokens)?;
        check(&self.dynamics, "dynamics", tokens)
    }
}

impl TransformerConfig {
    /// Inner width of attention: `I`.
    pub fn inner(&self) -> usize {
        self.heads * self.head_size
    }

    fn check_playable(&self, name: &str) -> Result<()> {
        if self.attention == AttentionKind::St {
            return Ok(());
        }
        Err(Error::Config(format!(
            "{name}.attention is {}, which only `genie ablate` trains: what is played has st",
            match self.attention {
                AttentionKind::St => "st",
                AttentionKind::Spatial => "spatial",
                AttentionKind::Full => "full",
            }
        )))
    }

    /// `tokens` of a frame, and `frames`.
    fn check(&self, name: &str, tokens: usize, frames: usize) -> Result<()> {
        // What a token may see.
        let seen = match self.attention {
            AttentionKind::Full => tokens.saturating_mul(frames),
            AttentionKind::St | AttentionKind::Spatial => tokens,
        };
        within(&format!("{name}.blocks"), self.blocks, 1, MOST_BLOCKS)?;
        within(&format!("{name}.width"), self.width, 1, MOST_WIDTH)?;
        within(&format!("{name}.heads"), self.heads, 1, 256)?;
        within(&format!("{name}.head_size"), self.head_size, 2, 1024)?;
        within(
            &format!("{name}.heads · tokens²"),
            self.heads.saturating_mul(tokens).saturating_mul(seen),
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
