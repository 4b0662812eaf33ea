//! The embedded environment: a deterministic, seeded 2D platformer that renders 64x64 RGB frames, ten a second.
//!
//! It is the zero-set-up source of video to learn from, and, since it knows the true actions and the true
//! positions, of ground truth to judge what was learned. Only integers decide anything, so a seed and a list of
//! actions give the same frames to the bit on every machine, in the browser too.
//!
//! It is built to be learnable by a small model: flat art of few colours, sprites of about eight pixels, a
//! camera that turns every step into motion of the whole picture, and controls that answer in the very next
//! frame. Legs move with the way made, not with a clock, so a picture and an action nearly settle the next one.
//!
//! ```
//! use platformer::{Action, FRAME_BYTES, Platformer};
//!
//! let mut game = Platformer::new(7);
//! let before = game.state();
//! game.step(Action::Right);
//! assert_eq!(game.state().x, before.x + 4);
//! assert_eq!(game.render().len(), FRAME_BYTES);
//! ```

mod action;
mod backdrop;
mod camera;
mod canvas;
mod enemies;
mod generator;
mod ink;
mod level;
mod palettes;
mod physics;
mod pieces;
pub mod policy;
mod render;
pub mod rng;
mod sprites;
mod state;
mod theme;
mod tiles;
mod world;

pub use action::Action;
pub use level::{ROWS, TILE};
pub use physics::{HERO_HEIGHT, HERO_WIDTH, RISE, WALK};
pub use state::{Sight, State};
pub use theme::Theme;
pub use world::{Outcome, Platformer};

/// Width of a frame, in pixels.
pub const WIDTH: usize = 64;

/// Height of a frame, in pixels.
pub const HEIGHT: usize = 64;

/// Bytes of a frame: RGB, row by row from the top.
pub const FRAME_BYTES: usize = WIDTH * HEIGHT * 3;

/// The rate that the play is tuned for. The environment itself has no clock: one step is one frame.
pub const FRAMES_PER_SECOND: u32 = 10;

/// A frame: [`FRAME_BYTES`] bytes of RGB, row by row from the top.
pub type Frame = Box<[u8; FRAME_BYTES]>;
