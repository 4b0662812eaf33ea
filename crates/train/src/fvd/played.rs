//! The FVD of a world: its play against the video that it replays.

use anyhow::Result;
use data::ClipStore;
use model::maskgit::Sampling;
use model::picture::Frame;
use model::{LatentActionModel, World};
use serde::Serialize;

use super::{Clips, I3d, distance};
use crate::evaluate::{look, of_clip, play, spread, workers};
use crate::store;

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Clips, spread over the store; the first `T` frames of each.
    pub clips: usize,
    /// How played frames are sampled.
    pub sampling: Sampling,
}

/// A distance, and what it was measured on.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Fvd {
    /// The distance; 0 is the video itself.
    pub fvd: f64,
    /// Clips on each side. FVD falls as they become more.
    pub fvd_clips: usize,
    /// Frames of a clip, the prompt among them.
    pub fvd_frames: usize,
}

/// Replays clips of `store` in `world`, each from its first frame with the actions that `encoder`
/// infers, and compares all of them with the true ones. `progress(done, of)` is called now and then.
///
/// # Errors
/// If the store doesn't fit the world or can't be read, there are too few clips or frames, or the
/// device fails.
pub fn of_world(
    world: &World,
    encoder: &LatentActionModel,
    store: &ClipStore,
    settings: &Settings,
    network: &I3d,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Fvd> {
    let config = &world.card.config;
    store::check(config, store)?;
    let numbers = spread(store.len(), settings.clips);
    // Each clip is played once, and goes through the network as it is and as it was played.
    let total = 3 * numbers.len();
    let bytes = |frames: &[Frame]| frames.iter().flat_map(|f| f.rgb.iter().copied()).collect();
    let one = |world: &World, number: usize| -> Result<[Vec<u8>; 2]> {
        let (clip, _) = look(world, encoder, store, numbers[number], 0)?;
        let sampling = of_clip(&settings.sampling, number);
        let made = play(world, &clip.tokens[..1], &clip.actions, sampling)?;
        Ok([bytes(&clip.frames), bytes(&made)])
    };
    let sides = workers::each(world, numbers.len(), &one, &mut |done| {
        progress(done, total)
    })?;
    let (truth, made): (Vec<_>, Vec<_>) = sides.into_iter().map(<(Vec<u8>, Vec<u8>)>::from).unzip();
    let (truth, made) = (truth.concat(), made.concat());
    let shape = [numbers.len(), config.frames, config.height, config.width, 3];
    let sides = [&truth, &made].map(|bytes| Clips { bytes, shape });
    let fvd = distance(network, sides[0], sides[1], &mut |done, _| {
        progress(numbers.len() + done, total);
    })?;
    Ok(Fvd {
        fvd,
        fvd_clips: numbers.len(),
        fvd_frames: config.frames,
    })
}
