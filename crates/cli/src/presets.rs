//! `genie presets`: names, sizes, and what they are.

use anyhow::Result;
use model::presets::{PRESETS, config};
use train::size;

pub fn run() -> Result<()> {
    println!(
        "{:<12} {:>11} {:>11} {:>11}  about",
        "preset", "tokenizer", "actions", "dynamics"
    );
    for preset in PRESETS {
        let config = config(preset.name).expect("every listed preset has a configuration");
        let [tokenizer, actions, dynamics] = size::parameters(&config);
        println!(
            "{:<12} {:>11} {:>11} {:>11}  {}",
            preset.name,
            size::short(tokenizer),
            size::short(actions),
            size::short(dynamics),
            preset.about
        );
    }
    Ok(())
}
