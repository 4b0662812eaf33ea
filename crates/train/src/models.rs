//! What a training makes.

use model::{Config, Dynamics, LatentActionModel, Tokenizer};

/// The three models of a world.
#[derive(Clone, Debug)]
pub struct Models {
    /// Their sizes.
    pub config: Config,
    /// Frames to codes and back.
    pub tokenizer: Tokenizer,
    /// Infers actions.
    pub actions: LatentActionModel,
    /// Predicts codes.
    pub dynamics: Dynamics,
}
