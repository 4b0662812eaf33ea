//! What the page has from the browser: its keys, files and clock, the worker, the memory of the
//! visit before.

pub mod clock;
pub mod document;
pub mod files;
pub mod film;
pub mod full_screen;
pub mod gamepad;
pub mod keys;
pub mod link;
pub mod measure;
pub mod offline;
pub mod prefs;
pub mod route;
pub mod save;
pub mod sharing;
pub mod sketches;
pub mod video;
pub mod wishes;
