//! Playing clips of levels or videos that a training doesn't learn from: longer training can worsen
//! rollouts, so the dynamics that play best are kept.

use std::path::PathBuf;

use anyhow::{Context, Result};
use data::ClipStore;
use model::world::PlayDefaults;

use crate::evaluate::{self, Point};
use crate::models::Models;
use crate::run::Run;
use crate::sheet;

/// Clips played: enough to tell one checkpoint of a run from another on the same clips.
const CLIPS: usize = 32;

/// Where and on what.
pub(super) struct Validation {
    store: ClipStore,
    /// The file of the best dynamics.
    pub(super) best: PathBuf,
}

impl Validation {
    /// That of `run`, if it has held-out clips.
    pub(super) fn open(run: &Run) -> Result<Option<Self>> {
        let Some(path) = &run.settings.held_out else {
            return Ok(None);
        };
        let store = ClipStore::open(path)?;
        crate::store::check(&run.settings.config, &store)?;
        Ok(Some(Self {
            store,
            best: run.best_checkpoint(),
        }))
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
