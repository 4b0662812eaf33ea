//! Looking at stores: what they hold, whether it is whole, and how fast it is read.

mod info;
mod loading;
mod verify;

pub use info::Info;
pub use loading::{Loading, measure_loading};
pub use verify::{Damage, Verified, verify};
