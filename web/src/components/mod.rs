//! The parts of the page. Each has one job, and gets no more of the state than it needs for it.

pub mod action;
pub mod actions;
pub mod bench;
pub mod choice;
pub mod futures;
pub mod gallery;
pub mod header;
pub mod how;
pub mod icons;
pub mod invitation;
pub mod layers;
pub mod lines;
pub mod picture;
pub mod progress;
pub mod settings;
pub mod stage;
pub mod status;
pub mod tiles;
pub mod timeline;
pub mod transport;
pub mod trouble;
pub mod upload;
pub mod words;
pub mod worlds;
