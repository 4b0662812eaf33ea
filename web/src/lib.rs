//! What the page's two programs share, and what can be tested without a browser.
//!
//! ```text
//! app (src/app.rs)                        worker (src/worker/)
//! components ─ Event ─► state ─ ToWorker ─► downloads, device, session
//!      ▲                  ▲                        │
//!      └──── State ───────┴─────── FromWorker ─────┘
//! ```
//!
//! The app is small, so that the page shows at once; burn and the model are in the worker, so that
//! no frame of the page waits for a frame of the world.

#[cfg(test)]
#[path = "../../crates/model/tests/common/chance.rs"]
mod chance;
pub mod crop;
pub mod footage;
pub mod js;
pub mod keymap;
pub mod moves;
pub mod opening;
pub mod pad;
pub mod press;
pub mod protocol;
pub mod share;
pub mod sketch;
pub mod state;
pub mod texts;
pub mod tiles;
pub mod wire;
