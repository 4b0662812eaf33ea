//! The operations of play on a graphics processor, by `wgpu` alone: natively (Vulkan, Metal, DX12) and
//! in the browser (WebGPU).
//!
//! Play asks for the same few dozen launches frame after frame, so they are planned, compiled and bound
//! once ([`program`]); a frame is then one submission and one read-back ([`read_back`]). Each operation
//! is one module: which WGSL files it is made of, its constants for a shape, its buffers. Each has its
//! plain twin, in [`crate::plain`] or in the model crate, which the tests compare it with on random
//! shapes, natively and in a browser.
//!
//! The contract of every kernel: at most 256 invocations and 16 KiB of shared memory a workgroup, at
//! most 8 storage buffers, no subgroup operations, nothing assumed zero, every index inside.
//!
//! Dimension keys as in the crate's own documentation; `F` is the frames of one pass.

pub mod attention;
pub mod choice;
mod device;
pub mod embed;
mod error;
pub mod linear;
pub mod pixels;
pub mod program;
mod read_back;

pub use device::{Class, Gpu};
pub use error::{Error, Result};
pub use program::{Launch, Pipelines, Program, Slice};
pub use read_back::{Pending, ReadBack};
