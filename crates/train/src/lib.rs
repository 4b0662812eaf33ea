//! Training: the paper's two phases, checkpoints, metrics and evaluation. Native only.
//!
//! ```text
//! data::WindowLoader ─► phase::train ─┬─ tokenizer ──────┐
//!                                     ├─ latent actions ─┴─► codes and actions of all clips
//!                                     └─ dynamics ◄──────────┘
//!                                           └─► checkpoints ─► export ─► world file ─► evaluate
//! ```

pub mod ablate;
pub mod bench;
pub mod budget;
pub mod checkpoint;
pub mod codes;
pub mod curate;
pub mod device;
pub mod evaluate;
pub mod export;
#[cfg(test)]
mod formula;
pub mod fvd;
pub mod masking;
pub mod models;
pub mod optimizer;
pub mod phase;
pub mod picture_files;
pub mod report;
mod rng;
pub mod run;
pub mod schedule;
pub mod settings;
pub mod sheet;
pub mod size;
pub mod start;
pub mod store;
mod weights;
