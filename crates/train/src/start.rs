//! A run that begins with the models of a world.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::module::Module;
use burn::tensor::Device;
use model::World;
use model::params;

use crate::checkpoint;
use crate::codes::Usage;
use crate::export::load_encoder;
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

/// Writes the checkpoints of a new `run` as if it had trained the tokenizer and the latent actions of
/// the world at `path`: those stay, and its dynamics go on learning, with a fresh optimiser. The
/// action encoder must lie beside the world.
///
/// # Errors
/// If the world or its encoder can't be read, it has other sizes than the run, or a file can't be
/// written.
pub fn from_world(run: &Run, path: &Path, device: &Device) -> Result<()> {
    let world = read_world(path, device)?;
    // The world's frame rate is that of its own video, which changes no weight.
    let mut its = world.card.config.clone();
    its.fps = run.settings.config.fps;
    ensure!(
        its == run.settings.config,
        "{} has other sizes than the run",
        path.display()
    );
    let actions = load_encoder(path, &world, device)?;
    let settings = &run.settings;
    let codes = [settings.config.codes(), settings.config.actions()];
    let (t, a, d) = (&settings.tokenizer, &settings.actions, &settings.dynamics);
    let state = |rate, warm_up, usage, finished| State {
        finished,
        ..State::new(Schedule::new(rate, warm_up), usage)
    };
    let done = state(
        t.rate,
        t.warm_up,
        Usage::new(codes[0], t.revive_after),
        true,
    );
    begin(run, run::TOKENIZER, "tokenizer.", &world.tokenizer, &done)?;
    let done = state(
        a.rate,
        a.warm_up,
        Usage::new(codes[1], a.revive_after),
        true,
    );
    begin(run, run::ACTIONS, "latent_action.", &actions, &done)?;
    let open = state(d.rate, d.warm_up, Usage::new(0, 0), false);
    begin(run, run::DYNAMICS, "dynamics.", &world.dynamics, &open)
}

/// A phase's checkpoint without an optimiser's memory.
fn begin<M: Module>(run: &Run, phase: &str, prefix: &str, model: &M, state: &State) -> Result<()> {
    let weights = pollster::block_on(params::read(model, prefix))?;
    checkpoint::save(&run.checkpoint(phase), &weights, state)
}
