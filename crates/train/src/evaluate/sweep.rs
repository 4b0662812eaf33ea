//! The figures of play under many settings of the sampler, on the same clips: what one more MaskGIT
//! step, another order or another temperature buys.

use anyhow::{Context, Result, ensure};
use data::ClipStore;
use model::maskgit::{Order, Sampling};
use model::{LatentActionModel, World};
use serde::Serialize;

use super::clips::{look, spread};
use super::rollout::{self, Plan, Played, SHORT};
use super::statistics::{error_of_mean, mean};

/// The figures of one setting. Definitions: `docs/evaluation.md`.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    /// MaskGIT steps a frame.
    pub steps: usize,
    /// Which positions were settled first. With one step it has no influence.
    pub order: Order,
    /// Temperature of the codes.
    pub temperature: f32,
    /// Clips played.
    pub rollouts: usize,
    /// Mean PSNR over 10 frames played with inferred actions from one prompt frame, dB.
    pub rollout_psnr_10: f64,
    /// Its standard error over the clips.
    pub rollout_psnr_10_error: Option<f64>,
    /// ΔPSNR at t = 4 from one prompt frame, dB.
    pub delta_psnr_t4: f64,
    /// Its standard error over the clips.
    pub delta_psnr_t4_error: Option<f64>,
    /// How much played frames change from one to the next, in proportion to the true ones.
    pub played_change: Option<f64>,
    /// How much more than in true frames pixels differ across the borders of tokens.
    pub played_seams: Option<f64>,
    /// The sign of horizontal motion of played frames, told from the button pressed.
    pub played_motion_skill_x: Option<f64>,
    /// The same, vertical.
    pub played_motion_skill_y: Option<f64>,
    /// `rollout_psnr_10` of each clip, so that settings can be compared clip by clip.
    pub rollout_psnr_10_of_clips: Vec<f64>,
    /// `delta_psnr_t4` of each clip.
    pub delta_psnr_t4_of_clips: Vec<f64>,
}

impl Point {
    /// ΔPSNR at t = 4 and rollouts of 10 frames need clips that long.
    fn new(sampling: &Sampling, played: &Played) -> Option<Self> {
        let psnr = played.psnr_of_clips(SHORT)?;
        let delta_psnr_t4 = played.delta_psnr_of_clips(4)?;
        Some(Self {
            steps: sampling.steps,
            order: sampling.order,
            temperature: sampling.temperature,
            rollouts: psnr.len(),
            rollout_psnr_10: mean(&psnr),
            rollout_psnr_10_error: error_of_mean(&psnr),
            delta_psnr_t4: mean(&delta_psnr_t4),
            delta_psnr_t4_error: error_of_mean(&delta_psnr_t4),
            played_change: played.change,
            played_seams: played.seams,
            played_motion_skill_x: played.motion_skill_x,
            played_motion_skill_y: played.motion_skill_y,
            rollout_psnr_10_of_clips: psnr,
            delta_psnr_t4_of_clips: delta_psnr_t4,
        })
    }
}

/// Plays `rollouts` clips of `store` under each of `settings` in turn and hands every result to
/// `each` as soon as it is there. Clips are encoded and their actions inferred but once, and all
/// settings play the same clips. `progress(done, of)` counts the clips of the setting being played.
///
/// Settings of one step that differ only in their order are the same play, and are played once.
///
/// # Errors
/// If the store doesn't fit the world or can't be read, a setting is out of its range, the device
/// fails, or `each` does.
pub fn sweep(
    world: &World,
    encoder: &LatentActionModel,
    store: &ClipStore,
    rollouts: usize,
    settings: &[Sampling],
    each: &mut dyn FnMut(&Point) -> Result<()>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<()> {
    crate::store::check(&world.card.config, store)?;
    ensure!(
        store.frames_per_clip() > SHORT,
        "the clips of {} have {} frames; {} are needed. Collect longer ones with --clip-frames",
        store.path().display(),
        store.frames_per_clip(),
        SHORT + 1
    );
    for sampling in settings {
        sampling.check()?;
    }
    let clips = spread(store.len(), rollouts)
        .into_iter()
        .map(|number| Ok(look(world, encoder, store, number, SHORT + 1)?.0))
        .collect::<Result<Vec<_>>>()?;
    let mut singles: Vec<(Sampling, Point)> = Vec::new();
    for sampling in settings {
        let alike = Sampling {
            order: Order::default(),
            ..*sampling
        };
        let known = singles.iter().find(|(other, _)| *other == alike);
        let point = match known {
            Some((_, point)) => Point {
                order: sampling.order,
                ..point.clone()
            },
            None => {
                let plan = Plan {
                    world,
                    seeds: std::slice::from_ref(sampling),
                    prompt: 1,
                    length: 0,
                };
                let played = rollout::run(&plan, &clips, &mut |done| {
                    progress(done, clips.len());
                })?;
                Point::new(sampling, &played).context("a clip was too short to be played")?
            }
        };
        each(&point)?;
        if sampling.steps == 1 && known.is_none() {
            singles.push((alike, point));
        }
    }
    Ok(())
}
