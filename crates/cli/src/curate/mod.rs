//! `genie curate`: choose among video what a world should learn from.

mod rules;

use anyhow::Result;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Choose videos by the words of their titles and descriptions.
    Rules(rules::Arguments),
}

pub fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.command {
        Command::Rules(arguments) => rules::run(arguments),
    }
}
