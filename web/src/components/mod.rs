//! The parts of the page. Each has one job, and gets no more of the state than it needs for it.

pub mod action;
pub mod actions;
pub mod bench;
pub mod consent;
pub mod export;
pub mod gallery;
pub mod header;
pub mod icons;
pub mod invitation;
pub mod lines;
pub mod own_worlds;
pub mod picture;
pub mod progress;
pub mod qr;
pub mod settings;
pub mod share;
pub mod stage;
pub mod status;
pub mod studio;
pub mod timeline;
pub mod transport;
pub mod trouble;
pub mod upload;
pub mod words;
pub mod worlds;
