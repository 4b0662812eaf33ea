//! Fused loops for the CPU, with hand-written backward passes.

pub mod gemm;
pub mod math;
pub mod simd;
pub mod threads;
