//! How long a phase of training may take.

use serde::{Deserialize, Serialize};

/// How long a phase may train.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Budget {
    /// Steps in all, those before a resume included.
    Steps(u64),
    /// Minutes of training in all, those before a resume included.
    Minutes(f64),
}

/// How long each phase may train.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budgets {
    /// The video tokenizer.
    pub tokenizer: Budget,
    /// The latent action model.
    pub actions: Budget,
    /// The dynamics model.
    pub dynamics: Budget,
}
