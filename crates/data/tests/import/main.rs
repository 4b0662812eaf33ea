//! `data::import` from files to stores. ffmpeg makes the videos, so it must be installed.

mod bad_input;
mod formats;
mod read_frames;
mod resume;
mod rules;
mod support;
