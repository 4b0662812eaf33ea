//! `genie curate`: choose the videos and the clips that are worth learning from.

mod apply;
mod label;
mod rules;
mod train;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Subcommand;
use data::ClipStore;
use data::labels::{self, Clips, Labels};

use crate::misuse::misuse;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Choose videos by the words of their titles and descriptions.
    Rules(rules::Arguments),
    /// Grade clips from 1 (bad) to 5 (good), on a page on this machine.
    Label(label::Arguments),
    /// Train a classifier on graded clips.
    Train(train::Arguments),
    /// Keep the clips that a classifier finds good, in a view of the store.
    Apply(apply::Arguments),
}

pub fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.command {
        Command::Rules(arguments) => rules::run(arguments),
        Command::Label(arguments) => label::run(arguments),
        Command::Train(arguments) => train::run(arguments),
        Command::Apply(arguments) => apply::run(arguments),
    }
}

/// A store, and where its labels lie.
#[derive(clap::Args)]
struct Labelled {
    /// The clips.
    store: PathBuf,
    /// The grades, one JSON line each; by default STORE.labels.jsonl, beside the store.
    #[arg(long)]
    labels: Option<PathBuf>,
}

impl Labelled {
    fn store(&self) -> Result<ClipStore> {
        open(&self.store)
    }

    fn labels_path(&self) -> Result<PathBuf> {
        match &self.labels {
            Some(path) => Ok(path.clone()),
            None => labels::default_path(&self.store).map_err(|error| match error {
                data::Error::Invalid(what) => misuse(what),
                other => other.into(),
            }),
        }
    }

    fn read_labels(&self, store: &ClipStore) -> Result<Labels> {
        let path = self.labels_path()?;
        if !path.exists() {
            anyhow::bail!(
                "there are no labels at {}. Grade clips with `genie curate label {}`",
                path.display(),
                self.store.display()
            );
        }
        Ok(Labels::read(path, Clips::of(store)?)?)
    }
}

/// The store at `path`, which must have clips.
fn open(path: &Path) -> Result<ClipStore> {
    let store = ClipStore::open(path)?;
    if store.is_empty() {
        anyhow::bail!(
            "{} has no clips yet. Collect some with `genie collect`",
            path.display()
        );
    }
    Ok(store)
}

/// How to call this program, as the user did.
fn genie() -> &'static str {
    match std::env::var_os("CARGO") {
        Some(_) => "cargo run --release --",
        None => "genie",
    }
}
