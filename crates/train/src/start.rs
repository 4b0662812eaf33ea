//! A run that begins with the models of a world.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::tensor::Device;
use model::World;
use model::params::{self, Named};

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
    let state = |rate, warm_up, codes, revive_after, finished| State {
        step: 0,
        seconds: 0.0,
        schedule: Schedule::new(rate, warm_up),
        usage: Usage::new(codes, revive_after),
        finished,
        best: None,
    };
    let tensors = |named: model::Result<Named>| -> Result<Named> { Ok(named?) };
    let t = &settings.tokenizer;
    checkpoint::save(
        &run.checkpoint(run::TOKENIZER),
        &tensors(pollster::block_on(params::read(
            &world.tokenizer,
            "tokenizer.",
        )))?,
        &state(
            t.rate,
            t.warm_up,
            settings.config.codes(),
            t.revive_after,
            true,
        ),
    )?;
    let a = &settings.actions;
    checkpoint::save(
        &run.checkpoint(run::ACTIONS),
        &tensors(pollster::block_on(params::read(&actions, "latent_action.")))?,
        &state(
            a.rate,
            a.warm_up,
            settings.config.actions(),
            a.revive_after,
            true,
        ),
    )?;
    let d = &settings.dynamics;
    checkpoint::save(
        &run.checkpoint(run::DYNAMICS),
        &tensors(pollster::block_on(params::read(
            &world.dynamics,
            "dynamics.",
        )))?,
        &state(d.rate, d.warm_up, 0, 0, false),
    )
}
