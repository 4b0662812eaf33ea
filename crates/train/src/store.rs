//! Whether clips suit a model.

use anyhow::{Result, ensure};
use data::ClipStore;
use model::Config;

/// Whether clips suit a model.
pub trait CheckStore {
    /// Says what is wrong, if these clips have other frames than the model, or too few.
    ///
    /// # Errors
    /// Names the store, and both sizes.
    fn check_store(&self, store: &ClipStore) -> Result<()>;
}

impl CheckStore for Config {
    fn check_store(&self, store: &ClipStore) -> Result<()> {
        let name = store.path().display();
        ensure!(
            !store.is_empty(),
            "{name} has no clips yet. Collect some with `genie collect`"
        );
        ensure!(
            (store.height(), store.width()) == (self.height, self.width),
            "{name} holds frames of {}×{} pixels, the model's are {}×{}",
            store.width(),
            store.height(),
            self.width,
            self.height
        );
        ensure!(
            store.frames_per_clip() >= self.frames,
            "the clips of {name} have {} frames, the model looks at {}. Collect longer ones with --clip-frames",
            store.frames_per_clip(),
            self.frames
        );
        Ok(())
    }
}
