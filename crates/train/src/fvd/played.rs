//! The FVD of a world: its play against the video that it replays.

use anyhow::{Context, Result};
use data::ClipStore;
use model::maskgit::Sampling;
use model::picture::{Frame, to_tensor};
use model::session::{Options, Session};
use model::{LatentActionModel, World};
use serde::Serialize;

use super::{Clips, I3d, distance};
use crate::evaluate::spread;
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
    let one = [1, config.frames, config.height, config.width, 3];
    let length = one.iter().product();
    let (mut truth, mut made) = (Vec::new(), Vec::new());
    for (done, &number) in numbers.iter().enumerate() {
        let bytes = store
            .read_clip(number)
            .with_context(|| format!("clip {number} can't be replayed"))?;
        let bytes = &bytes[..length];
        let frames = to_tensor(bytes, one, &world.actions.device());
        let actions: Vec<i32> = encoder
            .infer(frames)
            .indices
            .to_data()
            .convert::<i32>()
            .try_to_vec()?;
        let mut sampling = settings.sampling;
        sampling.seed = sampling.seed.wrapping_add(done as u32);
        let options = Options {
            sampling,
            ..Options::default()
        };
        let prompt = Frame {
            height: config.height,
            width: config.width,
            rgb: bytes[..config.height * config.width * 3].to_vec(),
        };
        truth.extend_from_slice(bytes);
        pollster::block_on(async {
            let mut session = Session::start(world, &[prompt], options).await?;
            made.extend_from_slice(&session.picture().rgb);
            for action in actions {
                made.extend_from_slice(&session.step(action as usize).await?.rgb);
            }
            Ok::<_, model::Error>(())
        })?;
        progress(done + 1, total);
    }
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
