//! An evaluation as a page: a folder that any browser shows, without a network or a script.

mod html;
mod plot;
mod tables;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use model::maskgit::Sampling;
use model::picture::Frame;
use model::world::Card;

use self::html::Asset;
use super::Evaluated;
use crate::checkpoint::write_atomically;
use crate::picture_files::animation;
use crate::sheet::{beside, grid, png};

/// Side-by-side animations shown.
const VIDEOS: usize = 6;

/// What a page says beside the figures.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The world's card.
    pub card: &'a Card,
    /// What it was evaluated on, in words.
    pub data: &'a str,
    /// How frames were sampled.
    pub sampling: &'a Sampling,
}

/// Writes the page into `folder`, which is made if need be: `index.html`, its pictures, and `figures.json`.
///
/// # Errors
/// If `folder` is a file, or something can't be written; what is named is the file. `index.html` comes last,
/// so that a page that is there is whole.
pub fn write(folder: &Path, about: &About<'_>, evaluated: &Evaluated) -> Result<()> {
    if folder.is_file() {
        bail!("{} is a file; the report is a folder", folder.display());
    }
    fs::create_dir_all(folder)
        .with_context(|| format!("can't make the folder {}", folder.display()))?;
    for (asset, bytes) in assets(about.card, evaluated)? {
        write_atomically(&folder.join(asset.file()), &bytes)?;
    }
    let figures = serde_json::to_vec_pretty(&evaluated.figures)?;
    write_atomically(&folder.join("figures.json"), &figures)?;
    let page = html::page(about, evaluated)?;
    write_atomically(&folder.join("index.html"), page.as_bytes())
}

/// The pictures of the page.
fn assets(card: &Card, evaluated: &Evaluated) -> Result<Vec<(Asset, Vec<u8>)>> {
    let mut assets = Vec::new();
    let fps = card.config.fps;
    for (number, (truth, played)) in evaluated.videos().take(VIDEOS).enumerate() {
        let frames: Vec<Frame> = truth
            .iter()
            .zip(played)
            .map(|(truth, played)| beside(truth, played))
            .collect();
        assets.push((Asset::Video(number), animation(&frames, fps)?));
    }
    let rows: Vec<Vec<Frame>> = evaluated
        .reconstructions
        .iter()
        .flatten()
        .cloned()
        .collect();
    for (asset, rows) in [
        (Asset::Reconstructions, &rows),
        (Asset::SameAction, &evaluated.same_action),
        (Asset::Drift, &evaluated.drift.strips),
    ] {
        if !rows.is_empty() {
            assets.push((asset, png(&grid(rows, asset.scale()))?));
        }
    }
    Ok(assets)
}
