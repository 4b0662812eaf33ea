//! From a run to a world file, and the latent action model that is kept beside it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use burn::tensor::Device;
use data::ClipStore;
use model::params;
use model::picture::Frame;
use model::world::{self, Card, FORMAT, FileWeights, PlayDefaults, Prompt};
use model::{Config, LatentActionModel, World, session};

use crate::checkpoint::{self, lookup, write_atomically};
use crate::evaluate;
use crate::models::Models;
use crate::phase::{load_actions, load_dynamics, load_tokenizer};
use crate::run::Run;
use crate::sheet;

/// What a world file is to say of itself.
#[derive(Clone, Debug)]
pub struct Export {
    /// A short name.
    pub name: String,
    /// One line for people.
    pub about: String,
    /// Settings that play it best.
    pub play: PlayDefaults,
    /// How the file holds the weights.
    pub weights: FileWeights,
    /// Prompts in the gallery.
    pub prompts: usize,
    /// Clips that prompts are taken from and actions are named by.
    pub gallery: PathBuf,
}

/// Where the latent action model of the world at `world` is kept: its encoder for evaluation, both networks to go
/// on training.
pub fn encoder_path(world: &Path) -> PathBuf {
    world.with_extension("encoder.safetensors")
}

/// Writes the world of `run` to `out`, and its latent action model beside it.
///
/// # Errors
/// If the run isn't trained yet, the gallery can't be read, or a file can't be written.
pub fn export(run: &Run, export: &Export, out: &Path, device: &Device) -> Result<Card> {
    let config = &run.settings.config;
    config.check_world()?;
    let models = Models {
        config: config.clone(),
        tokenizer: load_tokenizer(run, device)?,
        actions: load_actions(run, device)?,
        dynamics: load_dynamics(run, device)?,
    };
    let store = ClipStore::open(&export.gallery)?;
    let mut world = sheet::world(&models);
    let motions = evaluate::measure_actions(&world, &models.actions, &store, 64)?;
    world.card = Card {
        format: FORMAT,
        name: export.name.clone(),
        about: export.about.clone(),
        licence: run.settings.licence.clone(),
        config: config.clone(),
        actions: evaluate::by_motion(&motions),
        gallery: gallery(&world, &store, export.prompts)?,
        play: export.play.clone(),
    };
    let mut weights = pollster::block_on(params::read(&world.tokenizer, "tokenizer."))?;
    weights.extend(pollster::block_on(params::read(
        &world.dynamics,
        "dynamics.",
    ))?);
    let codes = world.actions.to_data().try_to_vec()?;
    let shape = world.actions.dims().to_vec();
    weights.insert("actions".into(), params::Values { shape, data: codes });
    let actions = pollster::block_on(params::read(&models.actions, ""))?;
    // The encoder first: if there is no room for both, no world is left with another's encoder.
    checkpoint::save(&encoder_path(out), &actions, config)?;
    write_atomically(
        out,
        &world::to_bytes(&world.card, &weights, export.weights)?,
    )?;
    Ok(world.card)
}

/// The latent action model beside the world at `world`. In files from before 2026-11-28 it has no decoder: that of
/// what is returned is random then, and only fit to be trained.
///
/// # Errors
/// If there is none, or it belongs to another world.
pub fn load_encoder(file: &Path, world: &World, device: &Device) -> Result<LatentActionModel> {
    let path = encoder_path(file);
    let config = &world.card.config;
    let (mut named, its) = checkpoint::load::<Config>(&path).with_context(|| {
        format!(
            "evaluation needs the latent action encoder that `genie export` writes beside the world, {}",
            path.display()
        )
    })?;
    let ours = || {
        format!(
            "{} belongs to another world than {}: export the run again",
            path.display(),
            file.display()
        )
    };
    ensure!(its == *config, ours());
    let fresh = LatentActionModel::new(config, device);
    for (name, values) in pollster::block_on(params::read(&fresh, ""))? {
        if name.starts_with("decoder.") {
            named.entry(name).or_insert(values);
        }
    }
    let encoder = params::load(fresh, "", &lookup(&named))?;
    // The world's own copy of the codebook is rounded to half precision.
    let apart = (encoder.actions() - world.actions.clone()).abs().max();
    ensure!(apart.into_scalar::<f32>() < 1e-2, ours());
    Ok(encoder)
}

/// Of every so many clips spread over the store, the one whose middle frame shows most: the most
/// different tokens.
const CANDIDATES: usize = 4;

/// Middle frames of clips spread over the store, as tokens.
fn gallery(world: &World, store: &ClipStore, prompts: usize) -> Result<Vec<Prompt>> {
    let (height, width) = (store.height(), store.width());
    let clips = evaluate::spread(store.len(), prompts * CANDIDATES);
    let count = prompts.min(clips.len());
    let tokens = |clip| -> Result<Vec<u32>> {
        let bytes = store.read_clip(clip)?;
        // Not the first frame: levels often begin alike.
        let middle = store.frames_per_clip() / 2;
        let size = height * width * 3;
        let rgb = bytes[middle * size..(middle + 1) * size].to_vec();
        let frame = Frame { height, width, rgb };
        let tokens = pollster::block_on(session::tokenize(world, &[frame]))?;
        Ok(tokens.concat())
    };
    (0..count)
        .map(|i| {
            let mut best = Vec::new();
            for &clip in &clips[i * clips.len() / count..(i + 1) * clips.len() / count] {
                let tokens = tokens(clip)?;
                if different(&tokens) > different(&best) {
                    best = tokens;
                }
            }
            Ok(Prompt {
                name: format!("Scene {}", i + 1),
                tokens: best,
            })
        })
        .collect()
}

fn different(tokens: &[u32]) -> usize {
    tokens.iter().collect::<HashSet<_>>().len()
}
