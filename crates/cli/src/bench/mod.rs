//! `genie bench`: how fast this machine is.

mod play;

use anyhow::Result;
use clap::Subcommand;

#[derive(Subcommand)]
pub enum Command {
    /// Measure what a frame of play costs, in parts, against what the device can do.
    Play(play::Arguments),
}

pub fn run(command: &Command) -> Result<()> {
    match command {
        Command::Play(arguments) => play::run(arguments),
    }
}
