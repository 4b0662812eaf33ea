//! Evaluation of a world on held-out clips: the definitions are in `docs/evaluation.md`.

mod look;
pub mod motion;
mod rollout;
mod sweep;

use anyhow::{Context, Result, ensure};
use data::{ClipStore, TrueActions};
use model::maskgit::Sampling;
use model::picture::{Frame, to_bytes, to_tensor};
use model::{Config, LatentActionModel, World};
use serde::Serialize;

use crate::codes;
use crate::sheet::rows;

pub use rollout::psnr;
pub use sweep::{Point, sweep};

/// What to evaluate on.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Clips for tokenizer, action and motion figures; the first `T` frames of each.
    pub clips: usize,
    /// Clips of them that are also played.
    pub rollouts: usize,
    /// How played frames are sampled.
    pub sampling: Sampling,
}

/// Every figure; `None` where the data can't give it. Definitions: `docs/evaluation.md`.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    /// Frames looked at (not counting played ones).
    pub frames: usize,
    /// Mean PSNR of reconstructed frames, dB.
    pub tokenizer_psnr: f64,
    /// exp(entropy) of the tokenizer's codes.
    pub tokenizer_perplexity: f64,
    /// exp(entropy) of the latent actions.
    pub action_perplexity: f64,
    /// Latent actions that occur at all.
    pub actions_used: usize,
    /// ΔPSNR at t = 4 from one prompt frame, dB (paper, §3).
    pub delta_psnr_t4: f64,
    /// How well a latent action tells the sign of horizontal motion.
    pub motion_skill_x: Option<f64>,
    /// How well it tells the sign of vertical motion.
    pub motion_skill_y: Option<f64>,
    /// The same for true actions, where the store has them.
    pub action_agreement: Option<f64>,
    /// The sign of horizontal motion of *played* frames, told from the button pressed.
    pub played_motion_skill_x: Option<f64>,
    /// The same, vertical.
    pub played_motion_skill_y: Option<f64>,
    /// Mean PSNR over 10 frames played with inferred actions from one prompt frame, dB.
    pub rollout_psnr_10: f64,
    /// Standard error of `delta_psnr_t4`, over the played clips.
    pub delta_psnr_t4_error: Option<f64>,
    /// Standard error of `rollout_psnr_10`, over the played clips.
    pub rollout_psnr_10_error: Option<f64>,
    /// How much played frames change from one to the next, in proportion to the true ones.
    pub played_change: Option<f64>,
    /// How much more than in true frames pixels differ across the borders of tokens.
    pub played_seams: Option<f64>,
    /// Mean motion `(right, up)` of the transitions that each latent action was inferred for,
    /// pixels, and its share of all transitions.
    pub action_motion: Vec<ActionMotion>,
}

/// What a latent action goes with in true video.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ActionMotion {
    /// Mean motion of the view to the right, pixels a frame.
    pub right: f64,
    /// Mean motion upwards.
    pub up: f64,
    /// Share of all transitions.
    pub share: f64,
}

/// Clips as frames, with the actions inferred for them.
pub(crate) struct Inferred {
    pub(crate) frames: Vec<Frame>,
    pub(crate) actions: Vec<usize>,
    /// Codes of the first frame.
    pub(crate) prompt: Vec<u32>,
}

/// Evaluates `world` with its action `encoder` on `store`. `progress(done, of)` is called now and
/// then.
///
/// # Errors
/// If the store doesn't fit the world or can't be read, or the device fails.
pub fn evaluate(
    world: &World,
    encoder: &LatentActionModel,
    store: &ClipStore,
    truth: &TrueActions,
    settings: &Settings,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Evaluation> {
    let config = &world.card.config;
    check(config, store)?;
    let numbers = spread(store.len(), settings.clips);
    let total = numbers.len() + settings.rollouts.min(numbers.len());

    let mut quality = Vec::new();
    let mut token_counts = vec![0; config.codes()];
    let mut clips = Vec::new();
    let mut labels = Vec::new();
    for (done, &number) in numbers.iter().enumerate() {
        let (clip, tokens, made) = look(world, encoder, store, number)?;
        quality.extend(clip.frames.iter().zip(&made).map(|(a, b)| psnr(a, b)));
        for (sum, count) in token_counts
            .iter_mut()
            .zip(codes::count(&tokens, config.codes()))
        {
            *sum += count;
        }
        let actions = truth.read(number)?;
        labels.extend(
            actions[..clip.actions.len()]
                .iter()
                .map(|&a| usize::from(a)),
        );
        clips.push(clip);
        progress(done + 1, total);
    }
    let all: Vec<usize> = clips
        .iter()
        .flat_map(|c| c.actions.iter().copied())
        .collect();
    let counts = all
        .iter()
        .fold(vec![0u64; config.actions()], |mut counts, &a| {
            counts[a] += 1;
            counts
        });
    let motions: Vec<motion::Motion> = clips
        .iter()
        .flat_map(|c| c.frames.windows(2).map(|w| motion::between(&w[0], &w[1])))
        .collect();
    // Halves by clip, alternating, so that neighbouring frames never lie in both.
    let fit: Vec<bool> = clips
        .iter()
        .enumerate()
        .flat_map(|(i, c)| std::iter::repeat_n(i % 2 == 0, c.actions.len()))
        .collect();
    let sign = |of: fn(&motion::Motion) -> i64| -> Vec<usize> {
        motions
            .iter()
            .map(|m| (of(m).signum() + 1) as usize)
            .collect()
    };
    let playing = &clips[..settings.rollouts.min(clips.len())];
    let played = rollout::run(world, playing, &settings.sampling, &mut |done| {
        progress(numbers.len() + done, total);
    })?;
    Ok(Evaluation {
        frames: clips.iter().map(|c| c.frames.len()).sum(),
        tokenizer_psnr: mean(&quality),
        tokenizer_perplexity: codes::perplexity(&token_counts),
        action_perplexity: codes::perplexity(&counts),
        actions_used: counts.iter().filter(|&&c| c > 0).count(),
        delta_psnr_t4: mean(&played.delta_psnr_t4),
        motion_skill_x: motion::skill(&all, &sign(|m| m.x), &fit),
        motion_skill_y: motion::skill(&all, &sign(|m| m.y), &fit),
        action_agreement: agreement(&all, &labels, &fit),
        played_motion_skill_x: played.motion_skill_x,
        played_motion_skill_y: played.motion_skill_y,
        rollout_psnr_10: mean(&played.psnr),
        delta_psnr_t4_error: error_of_mean(&played.delta_psnr_t4),
        rollout_psnr_10_error: error_of_mean(&played.psnr),
        played_change: played.change,
        played_seams: played.seams,
        action_motion: action_motion(&all, &motions, config.actions()),
    })
}

fn check(config: &Config, store: &ClipStore) -> Result<()> {
    crate::store::check(config, store)?;
    ensure!(
        config.frames > rollout::LENGTH,
        "the world looks at {} frames; {} are needed for an evaluation",
        config.frames,
        rollout::LENGTH + 1
    );
    Ok(())
}

/// Mean motion that each action goes with in `clips` clips of `store`.
///
/// # Errors
/// As [`evaluate`].
pub fn measure_actions(
    world: &World,
    encoder: &LatentActionModel,
    store: &ClipStore,
    clips: usize,
) -> Result<Vec<ActionMotion>> {
    crate::store::check(&world.card.config, store)?;
    let (mut actions, mut motions) = (Vec::new(), Vec::new());
    for number in spread(store.len(), clips) {
        let (clip, ..) = look(world, encoder, store, number)?;
        motions.extend(
            clip.frames
                .windows(2)
                .map(|w| motion::between(&w[0], &w[1])),
        );
        actions.extend(clip.actions);
    }
    Ok(action_motion(
        &actions,
        &motions,
        world.card.config.actions(),
    ))
}

/// A clip's frames and inferred actions, its tokens, and its reconstruction.
fn look(
    world: &World,
    encoder: &LatentActionModel,
    store: &ClipStore,
    number: u64,
) -> Result<(Inferred, Vec<i32>, Vec<Frame>)> {
    let config = &world.card.config;
    let bytes = store
        .read_clip(number)
        .with_context(|| format!("clip {number} can't be evaluated"))?;
    let shape = [1, config.frames, config.height, config.width, 3];
    let bytes = &bytes[..shape.iter().product()];
    let frames = to_tensor(bytes, shape, &world.actions.device());
    let quantized = world.tokenizer.quantize(frames.clone());
    let tokens: Vec<i32> = quantized.indices.to_data().convert::<i32>().try_to_vec()?;
    let made = world.tokenizer.decode_codes(quantized.codes);
    let made = to_bytes(&made.to_data().convert::<f32>().try_to_vec::<f32>()?);
    let inferred: Vec<i32> = encoder
        .infer(frames)
        .indices
        .to_data()
        .convert::<i32>()
        .try_to_vec()?;
    let clip = Inferred {
        prompt: tokens[..config.tokens_per_frame()]
            .iter()
            .map(|&t| t as u32)
            .collect(),
        frames: rows(bytes, shape).remove(0),
        actions: inferred.into_iter().map(|a| a as usize).collect(),
    };
    Ok((clip, tokens, rows(&made, shape).remove(0)))
}

fn action_motion(actions: &[usize], motions: &[motion::Motion], kinds: usize) -> Vec<ActionMotion> {
    let mut sums = vec![ActionMotion::default(); kinds];
    for (&action, motion) in actions.iter().zip(motions) {
        let sum = &mut sums[action];
        sum.right += motion.x as f64;
        sum.up += motion.y as f64;
        sum.share += 1.0;
    }
    for sum in &mut sums {
        let count = sum.share.max(1.0);
        *sum = ActionMotion {
            right: sum.right / count,
            up: sum.up / count,
            share: sum.share / actions.len().max(1) as f64,
        };
    }
    sums
}

/// Skill at true actions, over the transitions whose action is known.
fn agreement(codes: &[usize], labels: &[usize], fit: &[bool]) -> Option<f64> {
    let known: Vec<usize> = (0..labels.len())
        .filter(|&i| labels[i] != usize::from(data::UNKNOWN_ACTION))
        .collect();
    let pick = |of: &[usize]| -> Vec<usize> { known.iter().map(|&i| of[i]).collect() };
    let fit: Vec<bool> = known.iter().map(|&i| fit[i]).collect();
    motion::skill(&pick(codes), &pick(labels), &fit)
}

/// `count` numbers spread evenly over `0..length`.
pub(crate) fn spread(length: u64, count: usize) -> Vec<u64> {
    let count = (count as u64).min(length);
    (0..count).map(|i| i * length / count).collect()
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Standard error of the mean; `None` for fewer than two values.
pub(crate) fn error_of_mean(values: &[f64]) -> Option<f64> {
    let (n, mean) = (values.len() as f64, mean(values));
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (n - 1.0) / n).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_mean_is_as_by_hand() {
        // Variance (4 + 1 + 1 + 4) / 4 = 2.5, of the mean of five 0.5.
        let error = error_of_mean(&[1.0, 2.0, 4.0, 5.0, 3.0]);
        assert!(error.is_some_and(|e| (e - 0.5f64.sqrt()).abs() < 1e-12));
        assert_eq!(error_of_mean(&[7.0, 7.0]), Some(0.0));
        assert_eq!(error_of_mean(&[7.0]), None);
    }
}
