//! `genie curate rules`.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use data::rules::{PLATFORMERS, Rules, sift};

use crate::misuse::misuse;

/// Duplicates that are told one by one; a collection may have thousands.
const TOLD: usize = 10;

#[derive(clap::Args)]
pub struct Arguments {
    /// What is known about the videos: a JSON object a line, as `yt-dlp --dump-json` writes them.
    #[arg(long, value_name = "FILE", required_unless_present = "print_rules")]
    metadata: Option<PathBuf>,
    /// The words to go by, a TOML file; by default those for 2D platformers.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Print the rules for 2D platformers, to start rules of one's own from, and do nothing else.
    #[arg(long, conflicts_with_all = ["metadata", "rules", "kept"])]
    print_rules: bool,
    /// Where to write the lines of the videos that are kept, unchanged.
    #[arg(long, value_name = "FILE")]
    kept: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let Some(metadata) = &arguments.metadata else {
        std::io::stdout().write_all(PLATFORMERS.as_bytes())?;
        return Ok(());
    };
    let rules = match &arguments.rules {
        Some(path) => Rules::load(path)?,
        None => Rules::platformers(),
    };
    let sifted = match sift(metadata, &rules, arguments.kept.as_deref()) {
        // What can't be written was asked for on the command line.
        Err(data::Error::Invalid(what)) => return Err(misuse(what)),
        other => other?,
    };
    for duplicate in sifted.duplicates.iter().take(TOLD) {
        eprintln!("genie: {}: {duplicate}", metadata.display());
    }
    if let Some(more @ 1..) = sifted.duplicates.len().checked_sub(TOLD) {
        eprintln!("genie: {}: and {more} more of these", metadata.display());
    }
    print!("{}", sifted.tally);
    if let Some(kept) = &arguments.kept {
        println!("\n{}: {} videos", kept.display(), sifted.tally.kept());
    }
    Ok(())
}
