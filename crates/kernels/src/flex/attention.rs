//! Attention in *groups* of tokens: the `N` tokens of a frame, or the `T` frames of a position.
//!
//! The rows of a group are copied next to each other first, so that both kinds run through the same
//! loops, and everything up to the output stays in the first two caches. The backward pass computes
//! the probabilities again, which is quicker than reading them back from memory.

mod backward;
mod forward;
mod groups;
mod head;
mod side;

pub(crate) use groups::{
    Axis, Past, Sizes, backward, forward, gather, groups, layer, scatter, times,
};

/// The forward pass of one group, for larger operations.
pub(crate) mod ahead {
    pub(crate) use super::{
        forward::{Scratch, group},
        head::Layer,
    };
}

/// The backward pass of one group, for larger operations.
pub(crate) mod back {
    pub(crate) use super::backward::{Scratch, group};
}
