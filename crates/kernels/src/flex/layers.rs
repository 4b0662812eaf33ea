//! Whole residual layers of an ST block, forward and backward, a few rows at a time.
//!
//! At the widths we train, moving activations to memory and back takes as long as the arithmetic. A
//! layer here reads its input once and writes its output once; all between stays in the second-level
//! cache, except for what the backward pass would have to compute again at greater cost.

pub(crate) mod attention;
pub(crate) mod feed_forward;
pub(crate) mod head;
mod product;

pub(crate) use product::Linear;
