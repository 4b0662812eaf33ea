//! Whether clips suit a model.

use anyhow::{Result, ensure};
use data::ClipStore;
use model::Config;

/// Says what is wrong, if the clips of `store` have other frames than the model, or too few.
///
/// # Errors
/// Names the store, and both sizes.
pub fn check(config: &Config, store: &ClipStore) -> Result<()> {
    check_frames(config, store)?;
    ensure!(
        store.frames_per_clip() >= config.frames,
        "the clips of {} have {} frames, the model looks at {}. Collect longer ones with --clip-frames",
        store.path().display(),
        store.frames_per_clip(),
        config.frames
    );
    Ok(())
}

/// The same, whatever the number of frames.
///
/// # Errors
/// Names the store, and both sizes.
pub fn check_frames(config: &Config, store: &ClipStore) -> Result<()> {
    let name = store.path().display();
    ensure!(
        !store.is_empty(),
        "{name} has no clips yet. Collect some with `genie collect`"
    );
    ensure!(
        (store.height(), store.width()) == (config.height, config.width),
        "{name} holds frames of {}×{} pixels, the model's are {}×{}",
        store.width(),
        store.height(),
        config.width,
        config.height
    );
    Ok(())
}
