//! `genie bench`: how fast this machine is.

mod play;
mod train;

use anyhow::Result;
use clap::Subcommand;

#[derive(Subcommand)]
pub enum Command {
    /// Measure what a frame of play costs, in parts, against what the device can do.
    Play(play::Arguments),
    /// Measure a training step of a stack of ST blocks on the CPU, in parts, against its best matrix product.
    Train(train::Arguments),
}

pub fn run(command: &Command) -> Result<()> {
    match command {
        Command::Play(arguments) => play::run(arguments),
        Command::Train(arguments) => train::run(arguments),
    }
}
