//! What phase 2 of training makes.

use model::{Dynamics, LatentActionModel};

/// The models of phase 2.
#[derive(Clone, Debug)]
pub struct DynamicsModels {
    /// Infers actions.
    pub actions: LatentActionModel,
    /// Predicts tokens.
    pub dynamics: Dynamics,
}
