//! True clips as an evaluation needs them: frames, tokens, inferred actions.

use anyhow::{Context, Result};
use burn::tensor::Device;
use data::collect::{Transition, transitions};
use data::{ClipStore, TrueActions};
use model::picture::{Frame, to_bytes, to_tensor};
use model::{Config, LatentActionModel, World};

use crate::sheet::rows;

/// A true clip, and what the models see in it. `F'` frames were read.
pub(crate) struct Clip {
    /// `F'` frames.
    pub(crate) frames: Vec<Frame>,
    /// Inferred latent actions, `[F' − 1]`.
    pub(crate) actions: Vec<usize>,
    /// Tokens of the first `T` frames, `[N]` each.
    pub(crate) tokens: Vec<Vec<u32>>,
}

impl Clip {
    /// Frames that can be played and compared after `prompt` frames.
    pub(crate) fn playable(&self, prompt: usize) -> usize {
        self.frames.len().saturating_sub(prompt)
    }
}

/// What true actions say of a clip.
#[derive(Default)]
pub(crate) struct Truth {
    /// The true actions of the first `T − 1` transitions.
    pub(crate) actions: Vec<u8>,
    /// What else is known of them, where the game could be played again.
    pub(crate) transitions: Option<Vec<Transition>>,
}

impl Truth {
    pub(crate) fn read(
        store: &ClipStore,
        truth: &TrueActions,
        number: u64,
        count: usize,
    ) -> Result<Self> {
        let mut actions = truth.read(number)?;
        actions.truncate(count);
        let transitions = transitions(store, number)?.map(|mut all| {
            all.truncate(count);
            all
        });
        Ok(Self {
            actions,
            transitions,
        })
    }
}

/// Clip `number` of `store`, at most `most` frames of it but no fewer than `T`, and the reconstructions of its
/// first `T` frames.
pub(crate) fn look(
    world: &World,
    encoder: &LatentActionModel,
    store: &ClipStore,
    number: u64,
    most: usize,
) -> Result<(Clip, Vec<Frame>)> {
    let config = &world.card.config;
    let bytes = store
        .read_clip(number)
        .with_context(|| format!("clip {number} can't be evaluated"))?;
    let count = store.frames_per_clip().min(most.max(config.frames));
    let bytes = &bytes[..count * config.height * config.width * 3];
    let frames = split(bytes, config);
    let shape = [1, config.frames, config.height, config.width, 3];
    let window = to_tensor(
        &bytes[..shape.iter().product()],
        shape,
        &world.actions.device(),
    );
    let quantized = world.tokenizer.quantize(window);
    let tokens: Vec<i32> = quantized.indices.to_data().convert::<i32>().try_to_vec()?;
    let made = world.tokenizer.decode_codes(quantized.codes);
    let made = to_bytes(&made.to_data().convert::<f32>().try_to_vec::<f32>()?);
    let clip = Clip {
        actions: infer(encoder, &frames, config, &world.actions.device())?,
        tokens: tokens
            .chunks_exact(config.tokens_per_frame())
            .map(|frame| frame.iter().map(|&t| t as u32).collect())
            .collect(),
        frames,
    };
    Ok((clip, rows(&made, shape).remove(0)))
}

/// Frames of the model's size, of RGB bytes one after another.
pub fn split(bytes: &[u8], config: &Config) -> Vec<Frame> {
    let (height, width) = (config.height, config.width);
    bytes
        .chunks_exact(height * width * 3)
        .map(|rgb| Frame {
            height,
            width,
            rgb: rgb.to_vec(),
        })
        .collect()
}

/// The latent actions of the transitions between any number of frames. Of longer videos than the model sees
/// at once, windows of `T` frames are taken that overlap by half: then every transition but the first few has
/// at least half a window of frames before it.
pub(crate) fn infer(
    encoder: &LatentActionModel,
    frames: &[Frame],
    config: &Config,
    device: &Device,
) -> Result<Vec<usize>> {
    let mut actions = Vec::with_capacity(frames.len().saturating_sub(1));
    while actions.len() + 1 < frames.len() {
        let start = first_of_window(actions.len(), config.frames);
        let window = &frames[start..frames.len().min(start + config.frames)];
        let bytes: Vec<u8> = window.iter().flat_map(|f| f.rgb.iter().copied()).collect();
        let shape = [1, window.len(), config.height, config.width, 3];
        let inferred = encoder.infer(to_tensor(&bytes, shape, device)).indices;
        let inferred: Vec<i32> = inferred.to_data().convert::<i32>().try_to_vec()?;
        let known = actions.len() - start;
        actions.extend(inferred[known..].iter().map(|&a| a as usize));
    }
    Ok(actions)
}

/// Where the window of `frames` frames begins that the actions after the first `known` are read from.
fn first_of_window(known: usize, frames: usize) -> usize {
    if known == 0 {
        return 0;
    }
    known + 1 - (frames / 2).max(1)
}

/// `count` numbers spread evenly over `0..length`.
pub(crate) fn spread(length: u64, count: usize) -> Vec<u64> {
    let count = (count as u64).min(length);
    (0..count).map(|i| i * length / count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_overlap_by_half_and_leave_out_nothing() {
        for frames in 2..20 {
            let mut known = 0;
            while known < 100 {
                let start = first_of_window(known, frames);
                // The next transition and its history are inside, and at least one more becomes known.
                assert!(start <= known && start + frames > known + 1);
                assert!(known == 0 || known + 1 - start >= (frames / 2).max(1));
                known = start + frames - 1;
            }
        }
    }

    #[test]
    fn clips_are_spread_evenly() {
        assert_eq!(spread(10, 5), [0, 2, 4, 6, 8]);
        assert_eq!(spread(3, 5), [0, 1, 2]);
        assert!(spread(0, 5).is_empty());
    }
}
