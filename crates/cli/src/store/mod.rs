//! `genie data`: looking at clip stores, checking them, splitting them.

mod bench;
mod info;
mod sheet;
mod split;
mod verify;

use anyhow::Result;
use clap::Subcommand;

#[derive(Subcommand)]
pub enum Command {
    /// Say what a store holds.
    Info(info::Arguments),
    /// Draw some clips of a store into one picture.
    Sheet(sheet::Arguments),
    /// Check that every clip of a store is whole.
    Verify(verify::Arguments),
    /// Split a store into a part to learn from and a part to test on, as two views.
    Split(split::Arguments),
    /// Measure how fast training batches come from a store, on one core.
    Bench(bench::Arguments),
}

pub fn run(command: &Command) -> Result<()> {
    match command {
        Command::Info(arguments) => info::run(arguments),
        Command::Sheet(arguments) => sheet::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Split(arguments) => split::run(arguments),
        Command::Bench(arguments) => bench::run(arguments),
    }
}
