//! Comparisons of the WGSL kernels whose twins are in this crate with those twins: embeddings, the
//! choice of tokens, pixels. See `kernels::check`, which compares the others.

mod choice;
mod embed;
mod pixels;

pub use choice::Choice;
pub use embed::{Embed, Embedding};
pub use pixels::Pixels;
