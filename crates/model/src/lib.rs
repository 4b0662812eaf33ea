//! The Genie model (arXiv 2402.15391): an ST-transformer, the video tokenizer, the latent action
//! model, the MaskGIT dynamics, and the interactive [`Session`] that plays a [`World`].
//!
//! The same crate runs natively and in the browser. It knows neither where video comes from nor
//! where weights are kept: it takes and returns tensors and bytes. The formulas are in
//! `docs/model.md`; the dimension keys used throughout are
//!
//! | key | meaning |
//! |---|---|
//! | `B`, `T`, `N` | batch, frames, tokens per frame |
//! | `H`, `W`, `P` | height and width of a frame, side of a patch, in pixels |
//! | `D` | width of a transformer |
//! | `K`, `C` | codes of the tokenizer's codebook, dimensions of a code |
//! | `A` | latent actions |

pub mod bench;
#[cfg(feature = "check")]
pub mod check;
pub mod config;
pub mod cpu;
pub mod dynamics;
mod error;
pub mod gpu;
mod halton;
pub mod latent_action;
pub mod layers;
pub mod maskgit;
pub mod noise;
pub mod params;
pub mod patches;
pub mod picture;
pub mod presets;
pub mod quantizer;
pub mod session;
pub mod single;
pub mod tokenizer;
pub mod transformer;
pub mod world;

pub use config::Config;
pub use dynamics::Dynamics;
pub use error::{Error, Result};
pub use latent_action::LatentActionModel;
pub use session::{Options, Session};
pub use tokenizer::Tokenizer;
pub use world::World;
