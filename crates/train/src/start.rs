//! A run that begins with the models of a world.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::module::Module;
use burn::tensor::Device;
use model::World;
use model::config::LatentActionConfig;
use model::params;

use crate::checkpoint;
use crate::codes::Usage;
use crate::export::{encoder_path, load_encoder};
use crate::phase::State;
use crate::run::{self, Run};
use crate::schedule::Schedule;

/// Reads the world at `path`.
///
/// # Errors
/// Names the file and what is wrong with it.
pub fn read_world(path: &Path, device: &Device) -> Result<World> {
    let name = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("can't read the world {name}"))?;
    World::from_bytes(&bytes, device).with_context(|| format!("{name} can't be used"))
}

/// Which models of a world go on learning besides its dynamics, which always do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Learning {
    /// The video tokenizer.
    pub tokenizer: bool,
    /// The latent action model.
    pub actions: bool,
}

/// Writes the checkpoints of a new `run` as if it had trained the models of the world at `path`. Those
/// that are not `learning` stay as they are; the others go on, each with a fresh optimiser. The action
/// encoder must lie beside the world; without it, latent actions that learn begin anew.
///
/// # Errors
/// If the world or its encoder can't be read, it has other sizes than the run, or a file can't be
/// written.
pub fn from_world(run: &Run, path: &Path, learning: Learning, device: &Device) -> Result<()> {
    let world = read_world(path, device)?;
    // The world's frame rate is that of its own video, which changes no weight.
    let mut its = world.card.config.clone();
    its.fps = run.settings.config.fps;
    let afresh = learning.actions && !encoder_path(path).exists();
    if afresh {
        // Their networks are new; only what the dynamics see of them must stay.
        let ours = &run.settings.config.latent_action;
        let (actions, code_dim) = (its.latent_action.actions, its.latent_action.code_dim);
        its.latent_action = LatentActionConfig {
            actions,
            code_dim,
            ..ours.clone()
        };
    }
    ensure!(
        its == run.settings.config,
        "{} has other sizes than the run",
        path.display()
    );
    let settings = &run.settings;
    let codes = [settings.config.codes(), settings.config.actions()];
    let (t, a, d) = (&settings.tokenizer, &settings.actions, &settings.dynamics);
    let state = |rate, warm_up, usage, learns: bool| State {
        finished: !learns,
        ..State::new(Schedule::new(rate, warm_up), usage)
    };
    let usage = Usage::new(codes[0], t.revive_after);
    let begun = state(t.rate, t.warm_up, usage, learning.tokenizer);
    begin(run, run::TOKENIZER, "tokenizer.", &world.tokenizer, &begun)?;
    if !afresh {
        let actions = load_encoder(path, &world, device)?;
        let usage = Usage::new(codes[1], a.revive_after);
        let begun = state(a.rate, a.warm_up, usage, learning.actions);
        begin(run, run::ACTIONS, "latent_action.", &actions, &begun)?;
    }
    let begun = state(d.rate, d.warm_up, Usage::new(0, 0), true);
    begin(run, run::DYNAMICS, "dynamics.", &world.dynamics, &begun)
}

/// A phase's checkpoint without an optimiser's memory.
fn begin<M: Module>(run: &Run, phase: &str, prefix: &str, model: &M, state: &State) -> Result<()> {
    let weights = pollster::block_on(params::read(model, prefix))?;
    checkpoint::save(&run.checkpoint(phase), &weights, state)
}
