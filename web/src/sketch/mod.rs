//! Drawing a picture to start from, at the world's own size. Nothing here knows of a browser.
//!
//! | part | file |
//! |---|---|
//! | the pixels | `canvas` |
//! | what tools leave on them | `draw` |
//! | which tool is in the hand, strokes, undo and redo | `desk` |
//! | the world's own colours, tiles and sprites | `palette`, `stamps` |
//! | what a colour is called | `names` |

pub mod canvas;
mod desk;
pub mod draw;
pub mod names;
pub mod palette;
pub mod stamps;

pub use self::canvas::{Canvas, Point, Rgb};
pub use self::desk::{SIZES, Sketch, Tool};

/// Colours that a world's palette has at most.
pub const COLOURS: usize = 16;
/// Pixels along each side of a stamp.
pub const STAMP: usize = 8;
/// Stamps of a world, at most.
pub const STAMPS: usize = 24;
