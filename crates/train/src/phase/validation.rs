//! Playing clips of levels or videos that a training doesn't learn from: longer training can worsen
//! rollouts, so the dynamics that play best are kept.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use data::ClipStore;
use model::world::PlayDefaults;

use super::State;
use crate::checkpoint;
use crate::evaluate::{self, Point};
use crate::models::Models;
use crate::run::Run;
use crate::sheet;

/// Clips played: enough to tell one checkpoint of a run from another on the same clips.
const CLIPS: usize = 32;

/// Removes the best dynamics of `run`, for dynamics that begin anew: they were of other codes.
pub(super) fn forget(run: &Run) -> Result<()> {
    let file = run.best_checkpoint();
    if file.exists() {
        let name = file.display().to_string();
        fs::remove_file(file).with_context(|| format!("can't remove {name}"))?;
    }
    Ok(())
}

/// Where and on what.
pub(super) struct Validation {
    store: ClipStore,
    /// The file of the best dynamics.
    pub(super) file: PathBuf,
    /// How well they play.
    best: Option<f64>,
}

impl Validation {
    /// That of `run`, if it has held-out clips.
    pub(super) fn open(run: &Run) -> Result<Option<Self>> {
        let Some(path) = &run.settings.held_out else {
            return Ok(None);
        };
        let store = ClipStore::open(path)?;
        crate::store::check(&run.settings.config, &store)?;
        let file = run.best_checkpoint();
        let best = if file.exists() {
            checkpoint::load::<State>(&file)?.1.best
        } else {
            None
        };
        Ok(Some(Self { store, file, best }))
    }

    /// Whether a play is better than the best so far; from then on it is the best.
    pub(super) fn is_better(&mut self, psnr: f64) -> bool {
        let better = self.best.is_none_or(|best| psnr > best);
        if better {
            self.best = Some(psnr);
        }
        better
    }

    /// Plays with the settings that worlds are played with.
    pub(super) fn play(&self, models: &Models) -> Result<Point> {
        let world = sheet::world(models);
        let sampling = PlayDefaults::default().sampling(1);
        let mut played = None;
        evaluate::sweep(
            &world,
            &models.actions,
            &self.store,
            CLIPS,
            &[sampling],
            &mut |point| {
                played = Some(point.clone());
                Ok(())
            },
            &mut |_, _| {},
        )?;
        played.context("nothing was played")
    }
}
