//! Phase 3: dynamics (§2.1), from the codes of the finished tokenizer and the latent actions of the
//! finished action model, without a gradient to either.

use std::path::Path;

use anyhow::{Result, ensure};
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use kernels::CodeTargets;
use model::{Dynamics, params};

use super::drive::{self, Figures};
use super::encoded::Encoded;
use super::imagined::{self, Clips};
use super::learner::{self, Learner};
use super::validation::{self, Validation};
use super::{Course, Outcome, State};
use crate::checkpoint;
use crate::codes::Usage;
use crate::masking::{self, Masked};
use crate::models::Models;
use crate::report::Display;
use crate::rng::Rng;
use crate::run::{self, Run};
use crate::schedule::Schedule;
use crate::settings::DynamicsSettings;
use crate::sheet;

/// Of its parameters in checkpoints.
const NAME: &str = "dynamics";

struct Trainer {
    learner: Learner<Dynamics>,
    /// The finished models, for sheets and validations.
    others: Option<Models>,
    validation: Option<Validation>,
}

impl drive::Trainer for Trainer {
    const PHASE: &'static str = run::DYNAMICS;

    fn load(run: &Run, path: &Path, device: &Device) -> Result<Self> {
        let settings = &run.settings.dynamics;
        device.seed(run.settings.seed.wrapping_add(2));
        let model = Dynamics::new(&run.settings.config, device);
        let schedule = Schedule::new(settings.rate, settings.warm_up);
        let state = State::new(schedule, Usage::new(0, 0));
        Ok(Self {
            learner: Learner::load(path, NAME, model, state, settings.optimizer)?,
            others: None,
            validation: None,
        })
    }

    fn state(&mut self) -> &mut State {
        &mut self.learner.state
    }

    fn save(&self, path: &Path) -> Result<()> {
        self.learner.save(path)
    }

    fn sheet(&self, bytes: &[u8], shape: [usize; 5], path: &Path) -> Result<()> {
        match self.models() {
            Some(models) => sheet::rollouts(&models, bytes, shape, path),
            None => Ok(()),
        }
    }

    fn validate(&mut self) -> Result<Option<Figures>> {
        let (Some(models), Some(validation)) = (self.models(), &mut self.validation) else {
            return Ok(None);
        };
        let point = validation.play(&models)?;
        if validation.is_better(point.rollout_psnr_10) {
            self.learner.state.best = Some(point.rollout_psnr_10);
            self.learner.save(&validation.file)?;
        }
        Ok(Some(Figures::from([
            ("delta_psnr_t4", point.delta_psnr_t4),
            ("rollout_psnr_10", point.rollout_psnr_10),
        ])))
    }
}

impl Trainer {
    /// All models as they are now.
    fn models(&self) -> Option<Models> {
        Some(Models {
            dynamics: self.learner.model.valid(),
            ..self.others.clone()?
        })
    }

    /// One step on codes `[B, T, N]` and the latents of the actions `[B, T − 1, C]`; returns the
    /// figures to show.
    fn step(
        &mut self,
        (tokens, latents): (Vec<i32>, Vec<f32>),
        [b, t, n, c]: [usize; 4],
        run: &Run,
        rng: &mut Rng,
        device: &Device,
    ) -> Result<Figures> {
        let codes = run.settings.config.codes();
        let DynamicsSettings {
            masking, imagined, ..
        } = &run.settings.dynamics;
        let masked = if imagined.begins(self.learner.state.step) {
            let clips = Clips {
                tokens: &tokens,
                latents: &latents,
                shape: [b, t, n, c],
            };
            let seen =
                imagined::fill_in(clips, &self.learner.model.valid(), masking, imagined, rng)?;
            masking::mask(&seen, [b, t, n], codes, masking, rng)
        } else {
            masking::mask(&tokens, [b, t, n], codes, masking, rng)
        };
        let latents = Tensor::from_data(TensorData::new(latents, [b, t - 1, c]), device);
        let model = &self.learner.model;
        let (loss, accuracy) = masked_loss(model, tokens, masked, [b, t, n], latents);
        let norm = self.learner.descend(&loss);
        Ok(Figures::from([
            ("loss", f64::from(loss.into_scalar::<f32>())),
            ("accuracy", f64::from(accuracy.into_scalar::<f32>())),
            ("gradient_norm", f64::from(norm)),
        ]))
    }
}

/// The loss of `model` on `tokens` of `shape` `[B, T, N]`, `masked`, with the latents of their
/// transitions, `[B, T − 1, C]`; and how often its likeliest code is right where masked.
pub(crate) fn masked_loss(
    model: &Dynamics,
    tokens: Vec<i32>,
    masked: Masked,
    shape: [usize; 3],
    latents: Tensor<3>,
) -> (Tensor<1>, Tensor<1>) {
    let [b, t, n] = shape;
    let c = latents.dims()[2];
    let (input, latents) = masked.seen(latents, [b, t, n, c]);
    let targets = CodeTargets {
        codes: tokens,
        weights: masked.masked,
    };
    model.loss(input, latents, targets)
}

/// Trains the dynamics of a run, or goes on with them.
pub(super) fn train(course: Course<'_>, display: &mut dyn Display) -> Result<Outcome> {
    let run = course.run;
    let (config, settings) = (&run.settings.config, &run.settings.dynamics);
    let budget = run.settings.budgets.dynamics;
    let device = &course.device.clone().autodiff();
    if !course.settled() {
        validation::forget(run)?;
    }
    let mut trainer: Trainer = drive::open(run, budget, true, device)?;
    if trainer.learner.state.finished {
        display.note("Dynamics are trained already.");
        return Ok(Outcome::Finished);
    }
    let steps = |phase| -> Result<u64> {
        let (_, state) = checkpoint::load::<State>(&run.checkpoint(phase))?;
        Ok(state.step)
    };
    let trained = [steps(run::TOKENIZER)?, steps(run::ACTIONS)?];
    let tokenizer = super::load_tokenizer(run, course.device)?;
    let actions = super::load_actions(run, course.device)?;
    let mut encoded = Encoded::open(course, &tokenizer, &actions, trained)?;
    let codebook: Vec<f32> = actions.actions().to_data().try_to_vec()?;
    let c = config.latent_action.code_dim;
    ensure!(
        codebook.len() == config.actions() * c,
        "the action model's codebook has another size"
    );
    trainer.others = Some(Models {
        config: config.clone(),
        dynamics: trainer.learner.model.valid(),
        tokenizer: tokenizer.clone(),
        actions: actions.clone(),
    });
    trainer.validation = Validation::open(run)?;
    display.note(&format!(
        "Phase 3 of 3: dynamics, {} parameters.",
        params::count(&trainer.learner.model)
    ));
    let shape = [settings.batch, config.frames, config.tokens_per_frame(), c];
    let frames = settings.batch * config.frames;
    let outcome = drive::drive(&mut trainer, course, budget, frames, display, |trainer| {
        let mut rng = Rng::of_step(run.settings.seed, trainer.learner.state.step, 22);
        let (tokens, actions) = encoded.batch(settings.batch, &mut rng)?;
        let latents = actions
            .iter()
            .flat_map(|a| &codebook[a * c..(a + 1) * c])
            .copied()
            .collect();
        trainer.step((tokens, latents), shape, run, &mut rng, device)
    })?;
    // Only to save the next training the time: a killed one encodes again.
    encoded.save()?;
    Ok(outcome)
}

/// The dynamics of `run` for inference on `device`: those that played best on held-out clips, or else
/// those of the last checkpoint.
///
/// # Errors
/// If there is no checkpoint, or it doesn't fit the run's settings.
pub fn load(run: &Run, device: &Device) -> Result<Dynamics> {
    let best = run.best_checkpoint();
    let path = if best.exists() {
        best
    } else {
        run.checkpoint(run::DYNAMICS)
    };
    learner::weights(&path, NAME, Dynamics::new(&run.settings.config, device))
}
