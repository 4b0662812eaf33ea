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
