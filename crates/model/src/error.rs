//! Errors of the model crate, in words for the person who meets them.

use std::fmt;

/// What can go wrong when a world is read, a prompt fitted or a session played.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes aren't a world file, or one that this version can't read.
    #[error("this is not a world file that can be read: {0}")]
    World(String),
    /// A weight is missing, has another shape, or isn't a number type we read.
    #[error("the weights don't fit the model: {0}")]
    Weights(String),
    /// A configuration that no model can have.
    #[error("the configuration can't be used: {0}")]
    Config(String),
    /// The picture can't be decoded.
    #[error("the picture can't be read: {0}")]
    Picture(String),
    /// The prompt's frames or tokens don't fit the world.
    #[error("the prompt can't be used: {0}")]
    Prompt(String),
    /// A latent action that the world doesn't have.
    #[error("action {action} doesn't exist: this world has actions 0 to {last}")]
    Action {
        /// The action asked for.
        action: usize,
        /// The highest action there is.
        last: usize,
    },
    /// Settings of play out of their range.
    #[error("the setting can't be used: {0}")]
    Setting(String),
    /// The graphics processor was lost. What was played is still there: on a new device it goes on.
    #[error("the graphics processor was lost ({0})")]
    Lost(String),
    /// The compute device failed: out of memory, or a read-back that never came.
    #[error("the compute device failed: {0}")]
    Device(String),
}

impl Error {
    pub(crate) fn device(error: impl fmt::Debug) -> Self {
        Self::Device(format!("{error:?}"))
    }
}

/// A result with this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
