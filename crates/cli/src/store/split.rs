//! `genie data split`.

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use data::split::{Split, Together, split};
use data::{ClipStore, Error, view};
use serde_json::json;

use crate::misuse::misuse;

#[derive(Clone, Copy, ValueEnum)]
enum By {
    /// All clips of one video stay together.
    Source,
    /// All clips of one level stay together.
    Level,
    /// Clip by clip; neighbours in one video are much alike, so a test on such a split flatters.
    Clip,
}

#[derive(clap::Args)]
pub struct Arguments {
    /// The store, or a view of one.
    store: PathBuf,
    /// Share of the clips to test on.
    #[arg(long, default_value_t = 0.1)]
    share: f64,
    /// What stays together.
    #[arg(long, value_enum, default_value = "source")]
    by: By,
    /// Seed of the draw.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// View of the clips to learn from.
    #[arg(long)]
    train: PathBuf,
    /// View of the clips to test on.
    #[arg(long)]
    test: PathBuf,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let store = ClipStore::open(&arguments.store)?;
    let together = match arguments.by {
        By::Source => Together::Source,
        By::Level => Together::Level,
        By::Clip => Together::Clip,
    };
    let split = split(&store, arguments.share, together, arguments.seed);
    let Split { train, test } = split.map_err(|error| match error {
        Error::Invalid(what) => misuse(what),
        other => other.into(),
    })?;
    let by = arguments.by.to_possible_value();
    let by = by.as_ref().map_or("", |value| value.get_name());
    for (path, clips, part) in [
        (&arguments.train, &train, "train"),
        (&arguments.test, &test, "test"),
    ] {
        let why =
            json!({ "split": part, "share": arguments.share, "by": by, "seed": arguments.seed });
        view::write(path, &store, clips, &why)?;
        println!("{}: {} clips to {part} on", path.display(), clips.len());
    }
    Ok(())
}
