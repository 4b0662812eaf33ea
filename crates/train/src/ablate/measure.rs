//! What a trained variant is worth on held-out clips. Definitions: docs/evaluation.md.

use anyhow::{Context, Result, ensure};
use burn::tensor::{Device, Int, Tensor};
use data::ClipStore;
use model::picture::{Frame, to_bytes, to_tensor};
use model::world::PlayDefaults;
use serde::{Deserialize, Serialize};

use super::Settings;
use super::rollout::Player;
use crate::evaluate::{Clip, Truth, control, error_of_mean, mean, psnr, spread};
use crate::fvd::{self, Clips, I3d};
use crate::phase::{State, load_actions, load_dynamics, load_tokenizer};
use crate::rng::Rng;
use crate::run::{self, Run};
use crate::sheet::rows;
use crate::{checkpoint, codes, size};

/// Frames played.
const LENGTH: usize = 10;
/// Where ΔPSNR is read (paper, §3).
const T: usize = 4;

/// What one training gave, and what it cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Parameters of the tokenizer, the latent action model and the dynamics model.
    pub parameters: [usize; 3],
    /// Steps of the three phases.
    pub steps: [u64; 3],
    /// Seconds of the three phases.
    pub seconds: [f64; 3],
    /// Mean PSNR of reconstructed frames, dB.
    pub tokenizer_psnr: f64,
    /// exp(entropy) of the tokenizer's codes.
    pub tokenizer_perplexity: f64,
    /// exp(entropy) of the latent actions.
    pub action_perplexity: f64,
    /// Latent actions that occur at all.
    pub actions_used: usize,
    /// How well a latent action tells the sign of horizontal motion.
    pub motion_skill_x: Option<f64>,
    /// The same, vertical.
    pub motion_skill_y: Option<f64>,
    /// ΔPSNR at t = 4 from one prompt frame, dB.
    pub delta_psnr_t4: f64,
    /// Its standard error over the clips.
    pub delta_psnr_t4_error: Option<f64>,
    /// Mean PSNR over 10 frames played with inferred actions, dB.
    pub rollout_psnr_10: f64,
    /// Its standard error over the clips.
    pub rollout_psnr_10_error: Option<f64>,
    /// FVD of these rollouts, the prompt among their frames.
    pub fvd: Option<f64>,
}

/// Held-out clips and what the models make of them.
#[derive(Default)]
struct Looked {
    clips: Vec<Clip>,
    quality: Vec<f64>,
    token_counts: Vec<u64>,
}

/// The figures of the finished `run`.
pub(super) fn run(
    run: &Run,
    test: &ClipStore,
    settings: &Settings,
    network: Option<&I3d>,
    device: &Device,
) -> Result<Figures> {
    let config = &run.settings.config;
    ensure!(
        config.frames > LENGTH,
        "the model looks at {} frames; {} are needed for an ablation",
        config.frames,
        LENGTH + 1
    );
    let cost =
        |phase| -> Result<State> { Ok(checkpoint::load::<State>(&run.checkpoint(phase))?.1) };
    let costs = [
        cost(run::TOKENIZER)?,
        cost(run::ACTIONS)?,
        cost(run::DYNAMICS)?,
    ];
    let tokenizer = load_tokenizer(run, device)?;
    let actions = load_actions(run, device)?;
    let dynamics = load_dynamics(run, device)?;

    let shape = [1, config.frames, config.height, config.width, 3];
    let mut seen = Looked {
        token_counts: vec![0; config.codes()],
        ..Looked::default()
    };
    for number in spread(test.len(), settings.clips) {
        let bytes = test
            .read_clip(number)
            .with_context(|| format!("clip {number} can't be looked at"))?;
        let bytes = &bytes[..shape.iter().product()];
        let frames = to_tensor(bytes, shape, device);
        let quantized = tokenizer.quantize(frames.clone());
        let made = tokenizer.decode_codes(quantized.codes);
        let made = to_bytes(&made.to_data().convert::<f32>().try_to_vec::<f32>()?);
        let truth = rows(bytes, shape).remove(0);
        let made = rows(&made, shape).remove(0);
        seen.quality
            .extend(truth.iter().zip(&made).map(|(a, b)| psnr(a, b)));
        let numbers = |x: Tensor<3, Int>| -> Result<Vec<i32>> {
            Ok(x.to_data().convert::<i32>().try_to_vec()?)
        };
        let inferred = actions.infer_either(frames, quantized.indices.clone());
        let tokens = numbers(quantized.indices)?;
        let inferred = numbers(inferred.indices)?;
        let counts = codes::count(&tokens, config.codes());
        for (sum, count) in seen.token_counts.iter_mut().zip(counts) {
            *sum += count;
        }
        seen.clips.push(Clip {
            frames: truth,
            actions: inferred.iter().map(|&a| a as usize).collect(),
            tokens: tokens
                .chunks_exact(config.tokens_per_frame())
                .map(|frame| frame.iter().map(|&t| t as u32).collect())
                .collect(),
        });
    }
    // What was really done is not asked for.
    let unknown: Vec<Truth> = seen.clips.iter().map(|_| Truth::default()).collect();
    let control = control::measure(&seen.clips, &unknown, config.actions(), None);

    let player = Player {
        config,
        tokenizer: &tokenizer,
        dynamics: &dynamics,
        actions: actions.actions(),
        sampling: PlayDefaults::default().sampling(0),
    };
    let played = play(&player, &seen.clips, settings.rollouts)?;
    let fvd = match network {
        Some(network) => Some(played.fvd(network)?),
        None => None,
    };
    Ok(Figures {
        parameters: size::parameters(config),
        steps: costs.each_ref().map(|state| state.step),
        seconds: costs.each_ref().map(|state| state.seconds),
        tokenizer_psnr: mean(&seen.quality),
        tokenizer_perplexity: codes::perplexity(&seen.token_counts),
        action_perplexity: control.action_perplexity,
        actions_used: control.actions_used,
        motion_skill_x: control.motion_skill_x,
        motion_skill_y: control.motion_skill_y,
        delta_psnr_t4: mean(&played.delta),
        delta_psnr_t4_error: error_of_mean(&played.delta),
        rollout_psnr_10: mean(&played.quality),
        rollout_psnr_10_error: error_of_mean(&played.quality),
        fvd,
    })
}

struct Played<'a> {
    truth: Vec<&'a [Frame]>,
    inferred: Vec<Vec<Frame>>,
    quality: Vec<f64>,
    delta: Vec<f64>,
}

/// The first `rollouts` clips, with their inferred actions and with random ones.
fn play<'a>(player: &Player<'_>, clips: &'a [Clip], rollouts: usize) -> Result<Played<'a>> {
    let count = rollouts.min(clips.len());
    let clips = &clips[..count];
    let prompts: Vec<Vec<u32>> = clips.iter().map(|clip| clip.tokens[0].clone()).collect();
    let actions: Vec<Vec<usize>> = clips
        .iter()
        .map(|clip| clip.actions[..LENGTH].to_vec())
        .collect();
    let random: Vec<Vec<usize>> = (0..count as u64)
        .map(|clip| {
            let mut rng = Rng::of_step(0, clip, 51);
            (0..LENGTH)
                .map(|_| rng.below(player.config.actions()))
                .collect()
        })
        .collect();
    let inferred = player.play(&prompts, &actions)?;
    let other = player.play(&prompts, &random)?;
    let truth: Vec<&[Frame]> = clips.iter().map(|clip| &clip.frames[..=LENGTH]).collect();
    let quality = truth.iter().zip(&inferred).map(|(truth, played)| {
        let each: Vec<f64> = (1..=LENGTH).map(|t| psnr(&played[t], &truth[t])).collect();
        mean(&each)
    });
    let delta =
        (0..count).map(|i| psnr(&inferred[i][T], &truth[i][T]) - psnr(&other[i][T], &truth[i][T]));
    Ok(Played {
        quality: quality.collect(),
        delta: delta.collect(),
        truth,
        inferred,
    })
}

impl Played<'_> {
    fn fvd(&self, network: &I3d) -> Result<f64> {
        fn bytes<'a>(clips: impl Iterator<Item = &'a [Frame]>) -> Vec<u8> {
            clips
                .flatten()
                .flat_map(|frame| frame.rgb.iter().copied())
                .collect()
        }
        let Some(first) = self.truth.first().and_then(|frames| frames.first()) else {
            return Ok(f64::NAN);
        };
        let shape = [self.truth.len(), LENGTH + 1, first.height, first.width, 3];
        let truth = bytes(self.truth.iter().copied());
        let made = bytes(self.inferred.iter().map(Vec::as_slice));
        let sides = [&truth, &made].map(|bytes| Clips { bytes, shape });
        fvd::distance(network, sides[0], sides[1], &mut |_, _| {})
    }
}
