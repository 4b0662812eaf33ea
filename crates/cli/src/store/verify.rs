//! `genie data verify`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use data::ClipStore;
use data::inspect::verify;
use indicatif::{ProgressBar, ProgressStyle};

use crate::stop::Stop;

#[derive(clap::Args)]
pub struct Arguments {
    /// The store, or a view of one.
    store: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let store = ClipStore::open(&arguments.store)?;
    let name = arguments.store.display();
    let stop = Stop::listen()?;
    let bar = ProgressBar::new(store.len()).with_style(ProgressStyle::with_template(
        "{wide_bar} {human_pos} of {human_len} clips, {eta} left",
    )?);
    let verified = verify(&store, &|done| {
        bar.set_position(done);
        !stop.wanted()
    })?;
    bar.finish_and_clear();
    for damage in &verified.damaged {
        println!("{}", damage.what);
    }
    if !verified.checksums {
        println!(
            "{name} has no manifest, so there are no checksums to compare: it was written by an older version"
        );
    }
    if !verified.damaged.is_empty() {
        bail!(
            "{} of {} clips of {name} are damaged",
            verified.damaged.len(),
            verified.clips
        );
    }
    if verified.clips < store.len() {
        bail!(
            "stopped after {} of {} clips; those are whole",
            verified.clips,
            store.len()
        );
    }
    println!("{name}: all {} clips are whole", verified.clips);
    Ok(())
}
