//! Evaluation of a world on held-out clips: the definitions are in `docs/evaluation.md`.
//!
//! ```text
//! clips ─ look ─► Clip (frames, tokens, inferred actions) ─┬─ quality, control ──────────────┐
//!                                                          ├─ rollout (from 1, 4 frames) ────┼─► Evaluated ─► page
//!                                                          └─ drift, same action five times ─┘
//! ```
//!
//! Clips are encoded once; everything that is played, is played from their tokens.

mod clips;
pub(crate) mod control;
mod drift;
mod figures;
mod look;
pub mod motion;
mod names;
mod naming;
mod page;
mod quality;
mod regenerate;
mod rollout;
mod same_action;
mod statistics;
mod sweep;
pub(crate) mod workers;

use anyhow::Result;
use data::{ClipStore, TrueActions};
use model::maskgit::Sampling;
use model::picture::Frame;
use model::{LatentActionModel, World};

use self::drift::Drift;
use self::rollout::{LONG, Plan, Played};
use crate::codes;

pub use clips::split as frames_of;
pub(crate) use clips::{Clip, Truth, look, spread};
pub use control::{ActionMotion, Confusion, Control};
pub use drift::Makeup;
pub use figures::Evaluation;
pub use names::{by_label, by_motion};
pub use naming::{Labelled, label_actions, measure_actions};
pub use page::{About, write as write_page};
pub use quality::{psnr, ssim};
pub use regenerate::{Regenerated, regenerate};
pub(crate) use rollout::{of_clip, play};
pub use statistics::Measure;
pub(crate) use statistics::{error_of_mean, mean};
pub use sweep::{Point, sweep};

/// Prompt frames that clips are played from.
pub const PROMPTS: [usize; 2] = [1, 4];
/// Rows of the sheet of the same action five times.
const SAME_ACTION_ROWS: usize = 8;
/// Clips whose reconstructions are kept to be shown.
const RECONSTRUCTIONS: usize = 4;

/// What to evaluate on.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Clips for tokenizer, action and motion figures; the first `T` frames of each.
    pub clips: usize,
    /// Clips of them that are also played.
    pub rollouts: usize,
    /// Seeds that they are played with.
    pub seeds: usize,
    /// Videos played for the figures of drift.
    pub drift_videos: usize,
    /// Frames of each; 0 to leave drift out.
    pub drift_frames: usize,
    /// Whether sheets are made that only [`write_page`] shows.
    pub sheets: bool,
    /// How played frames are sampled, with the first seed.
    pub sampling: Sampling,
}

/// How far an evaluation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: &'static str,
    /// Units of it that are done.
    pub done: usize,
    /// Of so many.
    pub of: usize,
}

/// The figures, and what they were measured on.
pub struct Evaluated {
    /// The figures.
    pub figures: Evaluation,
    clips: Vec<Clip>,
    /// One for each of [`PROMPTS`].
    played: Vec<Played>,
    drift: Drift,
    same_action: Vec<Vec<Frame>>,
    /// True clips and their reconstructions.
    reconstructions: Vec<[Vec<Frame>; 2]>,
    token_counts: Vec<u64>,
}

impl Evaluated {
    /// The played clips: true frames, and as many that were played with inferred actions and the first seed
    /// from one prompt frame. The prompt comes first in both, in the latter as the tokenizer shows it.
    pub fn videos(&self) -> impl Iterator<Item = (&[Frame], &[Frame])> {
        let pairs = self.played.first().map_or(&[][..], |p| &p.pairs);
        pairs.iter().zip(&self.clips).map(|(pair, clip)| {
            let count = pair.inferred.len();
            (&clip.frames[..count], pair.inferred.as_slice())
        })
    }
}

/// Evaluates `world` with its action `encoder` on `store`. `progress` is called now and then.
///
/// # Errors
/// If the store doesn't fit the world or can't be read, or the device fails.
pub fn evaluate(
    world: &World,
    encoder: &LatentActionModel,
    store: &ClipStore,
    truth: &TrueActions,
    settings: &Settings,
    progress: &mut dyn FnMut(Progress),
) -> Result<Evaluated> {
    let config = &world.card.config;
    crate::store::check(config, store)?;
    let numbers = spread(store.len(), settings.clips);
    let rollouts = settings.rollouts.min(numbers.len());

    let (mut psnrs, mut ssims) = (Vec::new(), Vec::new());
    let mut token_counts = vec![0; config.codes()];
    let (mut clips, mut truths) = (Vec::new(), Vec::new());
    let mut reconstructions = Vec::new();
    for (done, &number) in numbers.iter().enumerate() {
        progress(Progress {
            stage: "clips",
            done,
            of: numbers.len(),
        });
        // Only what is played is looked at beyond the models' window.
        let most = if done < rollouts { LONG + 1 } else { 0 };
        let (clip, made) = look(world, encoder, store, number, most)?;
        for (a, b) in clip.frames.iter().zip(&made) {
            psnrs.push(psnr(a, b));
            ssims.extend(ssim(a, b));
        }
        for &token in clip.tokens.iter().flatten() {
            token_counts[token as usize] += 1;
        }
        if reconstructions.len() < RECONSTRUCTIONS {
            reconstructions.push([clip.frames[..made.len()].to_vec(), made]);
        }
        truths.push(Truth::read(store, truth, number, config.frames - 1)?);
        clips.push(clip);
    }
    let names = data::action_names(&store.spec().source);
    let control = control::measure(&clips, &truths, config.actions(), names.as_deref());

    let seeds = rollout::seeds(&settings.sampling, settings.seeds);
    let stages = ["plays from 1 frame", "plays from 4 frames"];
    let mut played = Vec::new();
    for (prompt, stage) in PROMPTS.into_iter().zip(stages) {
        let plan = Plan {
            world,
            seeds: &seeds,
            prompt,
            length: if prompt == 1 { LONG } else { 0 },
        };
        played.push(rollout::run(&plan, &clips[..rollouts], &mut |done| {
            progress(Progress {
                stage,
                done,
                of: rollouts * seeds.len(),
            });
        })?);
    }
    let drift = drift::run(
        world,
        &clips,
        settings.drift_videos,
        settings.drift_frames,
        &settings.sampling,
        &mut |done, of| {
            progress(Progress {
                stage: "long plays",
                done,
                of,
            });
        },
    )?;
    let same_action = if settings.sheets {
        same_action::sheet(
            world,
            &clips,
            SAME_ACTION_ROWS,
            &settings.sampling,
            &mut |done, of| {
                progress(Progress {
                    stage: "actions held",
                    done,
                    of,
                });
            },
        )?
    } else {
        Vec::new()
    };
    let tokenizer = figures::Pictures {
        frames: clips.iter().map(|c| c.tokens.len()).sum(),
        tokenizer_psnr: mean(&psnrs),
        tokenizer_ssim: (!ssims.is_empty()).then(|| mean(&ssims)),
        tokenizer_perplexity: codes::perplexity(&token_counts),
    };
    let counted = figures::Counted {
        clips: numbers.len(),
        rollouts,
        seeds: seeds.len(),
        clip_frames: store.frames_per_clip(),
    };
    Ok(Evaluated {
        figures: Evaluation::new(tokenizer, control, &played, &drift, &counted),
        clips,
        played,
        drift,
        same_action,
        reconstructions,
        token_counts,
    })
}
