//! Fused loops for the CPU, with hand-written backward passes.
//!
//! burn's generic operations walk through memory once for each small step; at the widths we train
//! that costs several times more than the products themselves. Here an operation reads its inputs
//! once and writes its output once, in blocks that fit the caches, on all threads.

// Nothing is trained in the page: it has no use for gradients.
#![cfg_attr(target_family = "wasm", allow(dead_code))]

mod adamw;
mod attention;
#[cfg(not(target_family = "wasm"))]
mod autodiff;
mod buffer;
mod calls;
mod errors;
mod gelu;
mod gemm;
mod layer_norm;
mod layers;
mod linear;
mod losses;
pub(crate) mod math;
mod memory;
mod ops;
mod saved;
pub(crate) mod simd;
mod stream;
pub(crate) mod threads;
mod transpose;

pub use memory::keep_memory;

pub(crate) use adamw::{adamw, sum_of_squares};
pub(crate) use calls::{
    attention_layer, feed_forward, gelu, layer_norm, linear, linear_gelu, spatial_attention,
    temporal_attention,
};
pub(crate) use losses::{errors_of_frames, head_loss_and_accuracy};
