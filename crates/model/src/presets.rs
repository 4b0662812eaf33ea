//! Named sizes: ours, and the paper's. A preset that this machine can't train still builds its
//! shapes and counts its parameters.

use crate::config::{
    ActionInput, AttentionKind, Config, LatentActionConfig, QuantizerConfig, TokenizerConfig,
    TransformerConfig,
};

/// A name and where its figures come from.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The name, as `--preset` takes it.
    pub name: &'static str,
    /// What it is, and its source.
    pub about: &'static str,
}

/// Every preset.
pub const PRESETS: &[Preset] = &[
    Preset {
        name: "pocket",
        about: "ours: what a laptop trains and a page plays",
    },
    Preset {
        name: "coinrun",
        about: "the paper's case study (Appendix F, Tables 15–17)",
    },
    Preset {
        name: "platformers",
        about: "the paper's Platformers model, 10.7B (Tables 5, 7, 12)",
    },
    Preset {
        name: "robotics",
        about: "the paper's Robotics model, 2.5B (§3)",
    },
    Preset {
        name: "scale-41m",
        about: "the paper's scaling study (Table 10)",
    },
    Preset {
        name: "scale-96m",
        about: "the paper's scaling study (Table 10)",
    },
    Preset {
        name: "scale-192m",
        about: "the paper's scaling study (Table 10)",
    },
    Preset {
        name: "scale-404m",
        about: "the paper's scaling study (Table 10)",
    },
    Preset {
        name: "scale-811m",
        about: "the paper's scaling study (Table 10)",
    },
    Preset {
        name: "scale-1.6b",
        about: "the paper's scaling study (Table 10)",
    },
    Preset {
        name: "scale-2.7b",
        about: "the paper's scaling study (Table 10)",
    },
];

fn transformer(blocks: usize, width: usize, heads: usize, head_size: usize) -> TransformerConfig {
    TransformerConfig {
        blocks,
        width,
        heads,
        head_size,
        attention: AttentionKind::St,
    }
}

/// The paper's quantiser: 1024 learned codes of 32 dimensions.
pub fn vq() -> QuantizerConfig {
    QuantizerConfig::Vq {
        codes: 1024,
        dim: 32,
    }
}

/// As many codes without a codebook: 4 levels in each of 5 dimensions.
pub fn fsq() -> QuantizerConfig {
    QuantizerConfig::Fsq { levels: vec![4; 5] }
}

/// The configuration of the preset called `name`, if there is one.
pub fn config(name: &str) -> Option<Config> {
    Some(match name {
        "pocket" => pocket(),
        "coinrun" => coinrun(),
        "platformers" => platformers(transformer(48, 5120, 36, 128), 8),
        "robotics" => Config {
            // The paper gives only the total; this is its nearest dynamics of Table 10.
            ..platformers(transformer(28, 2560, 22, 128), 8)
        },
        "scale-41m" => platformers(transformer(18, 512, 8, 64), 8),
        "scale-96m" => platformers(transformer(16, 768, 16, 64), 8),
        "scale-192m" => platformers(transformer(20, 1024, 18, 64), 8),
        "scale-404m" => platformers(transformer(21, 1536, 12, 128), 8),
        "scale-811m" => platformers(transformer(20, 2048, 20, 128), 8),
        "scale-1.6b" => platformers(transformer(28, 2560, 22, 128), 8),
        "scale-2.7b" => platformers(transformer(36, 3072, 22, 128), 8),
        _ => return None,
    })
}

/// 64 tokens a frame, about 5 million parameters in all.
fn pocket() -> Config {
    Config {
        height: 64,
        width: 64,
        frames: 16,
        fps: 10,
        tokenizer: TokenizerConfig {
            patch: 8,
            encoder: transformer(2, 128, 4, 32),
            decoder: transformer(4, 128, 4, 32),
            quantizer: fsq(),
        },
        latent_action: LatentActionConfig {
            patch: 16,
            actions: 6,
            code_dim: 32,
            encoder: transformer(4, 128, 4, 32),
            decoder: transformer(4, 128, 4, 32),
            input: ActionInput::Changes,
            downscale: 1,
        },
        dynamics: transformer(6, 128, 4, 32),
    }
}

fn coinrun() -> Config {
    Config {
        height: 64,
        width: 64,
        frames: 16,
        fps: 10,
        tokenizer: TokenizerConfig {
            patch: 4,
            encoder: transformer(8, 512, 8, 64),
            decoder: transformer(8, 512, 8, 64),
            quantizer: vq(),
        },
        latent_action: LatentActionConfig {
            patch: 16,
            actions: 6,
            code_dim: 32,
            encoder: transformer(8, 512, 8, 64),
            decoder: transformer(8, 512, 8, 64),
            input: ActionInput::Pixels,
            downscale: 1,
        },
        dynamics: transformer(12, 512, 8, 64),
    }
}

fn platformers(dynamics: TransformerConfig, actions: usize) -> Config {
    Config {
        // 160×90 in the paper; 4-pixel patches need whole numbers, so the video is cropped to 88.
        height: 88,
        width: 160,
        frames: 16,
        fps: 10,
        tokenizer: TokenizerConfig {
            patch: 4,
            encoder: transformer(12, 512, 8, 64),
            decoder: transformer(20, 1024, 16, 64),
            quantizer: vq(),
        },
        latent_action: LatentActionConfig {
            // 16 pixels in the paper; 8 divides both 160 and 88.
            patch: 8,
            actions,
            code_dim: 32,
            encoder: transformer(20, 1024, 16, 64),
            decoder: transformer(20, 1024, 16, 64),
            input: ActionInput::Pixels,
            downscale: 1,
        },
        dynamics,
    }
}
