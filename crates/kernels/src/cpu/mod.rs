//! Play on the CPU: what a frame needs, on plain slices, natively and in the page.
//!
//! Training has its fused loops in `flex`, behind burn's tensors. Play has one frame of rows at a time, the
//! same weights for hours and a cache of past frames: weights are packed once, nothing is allocated or
//! converted between two layers, and no operation waits for another on the way through the tensors.
//!
//! Matrices are row-major. `N` tokens a frame, `D` the model's width, `h` heads of `d` dimensions, `I = h·d`.
//! A function takes as many rows as its slices hold: the caller shares them between threads
//! ([`for_each`]). Each number is summed in the same order however rows are shared, so that the same input
//! gives the same output to the last bit; processors with and without fused multiply-add round differently.

mod embed;
mod linear;
mod multiply;
mod norm;
mod panels;
mod pixels;
mod spatial;
mod temporal;
#[cfg(test)]
mod tests;
mod tile;

pub use crate::flex::threads::{for_each, threads};
pub use crate::play::{Epilogue, Parameters};
pub use embed::Tables;
pub use linear::Linear;
pub use pixels::pixels;
pub use spatial::{Spatial, SpatialScratch};
pub use temporal::{Seen, Temporal};
