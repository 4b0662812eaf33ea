//! Set-up, tests and size budgets: what a fresh clone needs, in two commands.
//!
//! ```text
//! cargo xtask play [--check] [--port N]     builds the page and serves it with the shipped worlds
//! cargo xtask test [--only STEP,…]          installs what the tests need and runs them all
//! cargo xtask seal                          the page's policy and its list of files (trunk runs it)
//! cargo xtask size                          sizes of the page's files against their budget
//! ```

mod check;
mod play;
mod seal;
mod server;
mod setup;
mod size;
mod step;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Set-up, tests and size budgets of Pocket Genie.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what the page needs, builds it, and serves it with the shipped worlds
    Play(play::Arguments),
    /// Installs what the tests need, and runs them all
    Test(test::Arguments),
    /// Finishes a page that trunk has just built: the policy of its scripts, and the list of files
    /// that its service worker keeps. Trunk runs it
    Seal(seal::Arguments),
    /// Prints the sizes of the built page's files and compares them with their budget
    Size,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Play(arguments) => play::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Seal(arguments) => seal::run(&arguments),
        Command::Size => setup::Home::find().and_then(|home| size::check(&home)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
