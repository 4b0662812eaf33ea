//! `genie data sheet`.

use std::path::PathBuf;

use anyhow::{Context, Result};
use data::ClipStore;
use data::sheet::contact_sheet;

use crate::misuse::misuse;

#[derive(clap::Args)]
pub struct Arguments {
    /// The store, or a view of one.
    store: PathBuf,
    /// The picture to write (.png).
    #[arg(long)]
    out: PathBuf,
    /// Clips to draw, one a row, spread evenly over the store.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=1000))]
    clips: u64,
    /// Frames of each.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=1000))]
    columns: u16,
    /// Draw these clips instead, by number: 3,17,40.
    #[arg(long, value_delimiter = ',', conflicts_with = "clips")]
    only: Vec<u64>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let store = ClipStore::open(&arguments.store)?;
    if store.is_empty() {
        return Err(misuse(format!(
            "{} has no clips yet",
            arguments.store.display()
        )));
    }
    let clips: Vec<u64> = if arguments.only.is_empty() {
        let count = arguments.clips.min(store.len());
        (0..count).map(|i| i * store.len() / count).collect()
    } else {
        arguments.only.clone()
    };
    let sheet = contact_sheet(&store, &clips, arguments.columns.into())?;
    sheet
        .save(&arguments.out)
        .with_context(|| format!("can't write {}", arguments.out.display()))?;
    println!("{}: {} clips", arguments.out.display(), clips.len());
    Ok(())
}
