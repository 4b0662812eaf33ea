//! The hot operations of an ST block (docs/model.md), one public function each.
//!
//! Every operation has a *plain twin* in [`plain`], written with ordinary tensor operations: it
//! defines the operation, works on every device and has gradients. On devices where we have
//! something faster the public function takes that path instead, with the same result:
//!
//! * `flex`: fused loops with hand-written backward passes, for the CPU;
//! * `wgsl`: two attentions, layer norm and GELU of the `wgsl/` folder as an extension of burn's wgpu
//!   devices, natively and outside of training.
//!
//! Play has operations of its own, without burn and without gradients, whose buffers are made once:
//! [`gpu`], all of the `wgsl/` folder by `wgpu` alone, natively and in the browser; and [`cpu`], on slices.
//!
//! Dimension keys: `B` batch, `T` frames, `N` tokens per frame, `h` heads of `d` dimensions,
//! `I = h·d` the inner width of attention, `D` the model's width.

mod attention;
#[cfg(feature = "check")]
pub mod check;
pub mod cpu;
pub mod eight_bits;
mod flex;
pub mod gpu;
mod layers;
mod linear;
mod losses;
mod optimizer;
mod parameters;
pub mod parts;
mod path;
pub mod plain;
mod play;
mod pointwise;
pub mod shader;
#[cfg(not(target_family = "wasm"))]
pub mod wgsl;

pub use attention::{normalised_keys, spatial_attention, temporal_attention};
pub use flex::{keep_memory, threads::threads};
pub use layers::{feed_forward, spatial_layer, temporal_layer};
pub use linear::{linear, linear_gelu};
pub use losses::{head_loss, sigmoid_squared_errors, squared_errors};
pub use optimizer::{adamw, sum_of_squares};
pub use parameters::{
    AdamW, Affine, AttentionLayer, CodeTargets, FeedForward, Moments, Norm, Past, QkGains,
};
pub use path::{on_cpu, plainly};
pub use play::{Epilogue, Parameters};
pub use pointwise::{gelu, layer_norm};
