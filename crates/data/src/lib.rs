//! Video clips for training: how they are collected, stored and read back.
//!
//! ```text
//! platformer ─┐
//! CoinRun ────┼─ collect ─► ClipStore (Zarr on disk) ─ WindowLoader ─► [B, T, H, W, 3] bytes
//! video ──────┘                      └─ TrueActions (evaluation only)
//! ```
//!
//! Two rules shape this crate:
//!
//! * **Training never sees an action.** Genie learns its actions from video alone, so true actions
//!   lie in an array of their own, opened by a type of its own ([`TrueActions`]); nothing that
//!   [`ClipStore`] reads or [`WindowLoader`] returns comes from it.
//! * **Everything is a pure function of a seed.** Clip `i` of a collection and batch `step` of a
//!   training run can be made again at any time, so a killed run goes on exactly where it stopped.
//!
//! Dimension keys: `B` batch, `T` frames in a window, `F` frames in a clip, `H` and `W` pixels.

pub mod collect;
pub mod import;
pub mod inspect;
pub mod labels;
pub mod rules;
pub mod sheet;
pub mod split;
pub mod view;

mod actions;
mod error;
mod hash;
mod loader;
mod prefetch;
mod store;

pub use actions::{TrueActions, UNKNOWN_ACTION, action_names};
pub use error::{Error, Result};
pub use loader::{DEFAULT_CACHE_BYTES, Window, WindowLoader};
pub use prefetch::Prefetch;
pub use store::{ClipBuf, ClipRecord, ClipStore, LevelRange, Origin, StoreSpec, checksum};
