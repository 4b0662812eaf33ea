//! Fused loops for the CPU, with hand-written backward passes.
//!
//! burn's generic operations walk through memory once for each small step; at the widths we train
//! that costs several times more than the products themselves. Here an operation reads its inputs
//! once and writes its output once, in blocks that fit the caches, on all threads.

mod attention;
#[cfg(feature = "autodiff")]
mod autodiff;
mod gelu;
mod gemm;
mod layer_norm;
mod linear;
mod math;
mod ops;
mod simd;
mod threads;

pub(crate) use ops::{
    gelu, layer_norm, linear, linear_gelu, spatial_attention, temporal_attention,
};
