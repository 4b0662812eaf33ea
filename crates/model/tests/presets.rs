//! The presets against the paper's tables (arXiv 2402.15391, Appendices C and F).

use model::config::{QuantizerConfig, TransformerConfig};
use model::presets::{PRESETS, config};

/// Layers, heads, width, k/q size, as the tables have them.
fn sizes(transformer: &TransformerConfig) -> [usize; 4] {
    let TransformerConfig {
        blocks,
        width,
        heads,
        head_size,
        ..
    } = *transformer;
    [blocks, heads, width, head_size]
}

#[test]
fn every_preset_can_be_used() {
    for preset in PRESETS {
        let config = config(preset.name).unwrap_or_else(|| panic!("{} has no config", preset.name));
        config
            .check()
            .unwrap_or_else(|e| panic!("{}: {e}", preset.name));
        assert!(!preset.about.is_empty());
    }
    assert!(config("no such preset").is_none());
}

#[test]
fn the_scaling_study_is_that_of_table_10() {
    for (name, table) in [
        ("scale-41m", [18, 8, 512, 64]),
        ("scale-96m", [16, 16, 768, 64]),
        ("scale-192m", [20, 18, 1024, 64]),
        ("scale-404m", [21, 12, 1536, 128]),
        ("scale-811m", [20, 20, 2048, 128]),
        ("scale-1.6b", [28, 22, 2560, 128]),
        ("scale-2.7b", [36, 22, 3072, 128]),
    ] {
        assert_eq!(sizes(&config(name).unwrap().dynamics), table, "{name}");
    }
}

#[test]
fn platformers_are_those_of_tables_5_7_and_12() {
    let config = config("platformers").unwrap();
    assert_eq!(sizes(&config.dynamics), [48, 36, 5120, 128]);
    assert_eq!(sizes(&config.tokenizer.encoder), [12, 8, 512, 64]);
    assert_eq!(sizes(&config.tokenizer.decoder), [20, 16, 1024, 64]);
    assert_eq!(config.tokenizer.patch, 4);
    assert_eq!(
        config.tokenizer.quantizer,
        QuantizerConfig::Vq {
            codes: 1024,
            dim: 32
        }
    );
    // Table 5 gives no k/q size.
    for half in [&config.latent_action.encoder, &config.latent_action.decoder] {
        assert_eq!(sizes(half)[..3], [20, 16, 1024]);
    }
    assert_eq!(
        (config.latent_action.actions, config.latent_action.code_dim),
        (8, 32)
    );
    assert_eq!((config.frames, config.fps), (16, 10));
}

#[test]
fn coinrun_is_that_of_tables_15_to_17() {
    let config = config("coinrun").unwrap();
    // Tables 15 to 17 give no k/q sizes; 17 says `num_layers` twice, and means 8 heads.
    assert_eq!(sizes(&config.tokenizer.encoder)[..3], [8, 8, 512]);
    assert_eq!(sizes(&config.tokenizer.decoder)[..3], [8, 8, 512]);
    assert_eq!(config.tokenizer.patch, 4);
    assert_eq!(
        config.tokenizer.quantizer,
        QuantizerConfig::Vq {
            codes: 1024,
            dim: 32
        }
    );
    assert_eq!(sizes(&config.latent_action.encoder)[..3], [8, 8, 512]);
    assert_eq!(sizes(&config.latent_action.decoder)[..3], [8, 8, 512]);
    assert_eq!(
        (config.latent_action.actions, config.latent_action.code_dim),
        (6, 32)
    );
    assert_eq!(config.latent_action.patch, 16);
    assert_eq!(sizes(&config.dynamics)[..3], [12, 8, 512]);
    assert_eq!((config.height, config.width, config.frames), (64, 64, 16));
}
