//! Phase 2: latent actions and dynamics, co-trained (§2.1). The dynamics model learns from the
//! tokens of the finished tokenizer and from the latent actions of the moment, without a gradient
//! to either.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use data::ClipStore;
use model::latent_action::{self, MotionLoss};
use model::picture::to_tensor;
use model::{Dynamics, LatentActionModel, Tokenizer, dynamics, params};

use super::pace::Pace;
use super::{Draw, Options, Outcome, Resume, State};
use crate::budget::Budget;
use crate::checkpoint::{self, lookup};
use crate::codes::{self, Revive, Usage};
use crate::masking;
use crate::models::DynamicsModels;
use crate::optimizer::{AdamW, Optimizer};
use crate::report::{Display, Log, StepReport};
use crate::rng::Rng;
use crate::run::{self, Run};
use crate::schedule::Schedule;
use crate::sheet;

const PHASE: &str = run::DYNAMICS;
const STREAM: u64 = 1;

struct Trainer {
    models: DynamicsModels,
    action_optimizer: Optimizer,
    optimizer: Optimizer,
    state: State,
}

impl Resume for Trainer {
    fn load(run: &Run, path: &Path, device: &Device) -> Result<Self> {
        let config = &run.settings.config;
        let settings = &run.settings.dynamics;
        device.seed(run.settings.seed.wrapping_add(1));
        let mut trainer = Self {
            models: DynamicsModels {
                actions: LatentActionModel::new(config, device),
                dynamics: Dynamics::new(config, device),
            },
            action_optimizer: Optimizer::new(AdamW::default()),
            optimizer: Optimizer::new(AdamW::default()),
            state: State {
                step: 0,
                seconds: 0.0,
                schedule: Schedule::new(1.0, settings.warm_up),
                usage: Usage::new(config.actions(), settings.revive_after),
                finished: false,
            },
        };
        if path.exists() {
            let (tensors, state) = checkpoint::load::<State>(path)?;
            let get = lookup(&tensors);
            let models = trainer.models;
            trainer.models = DynamicsModels {
                actions: params::load(models.actions, "latent_action.", &get)?,
                dynamics: params::load(models.dynamics, "dynamics.", &get)?,
            };
            let models = &trainer.models;
            let step = state.step;
            trainer.action_optimizer.restore(
                &models.actions,
                "adam.latent_action.",
                step,
                &tensors,
            )?;
            trainer
                .optimizer
                .restore(&models.dynamics, "adam.dynamics.", step, &tensors)?;
            trainer.state = state;
        }
        Ok(trainer)
    }

    fn state(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Trainer {
    fn save(&self, path: &Path) -> Result<()> {
        let models = &self.models;
        let mut tensors = pollster::block_on(params::read(&models.actions, "latent_action."))?;
        tensors.extend(pollster::block_on(params::read(
            &models.dynamics,
            "dynamics.",
        ))?);
        tensors.extend(self.action_optimizer.state("adam.latent_action.")?);
        tensors.extend(self.optimizer.state("adam.dynamics.")?);
        checkpoint::save(path, &tensors, &self.state)
    }

    fn step(
        &mut self,
        bytes: &[u8],
        shape: [usize; 5],
        run: &Run,
        tokenizer: &Tokenizer,
        device: &Device,
    ) -> Result<BTreeMap<&'static str, f64>> {
        let settings = &run.settings.dynamics;
        let rate = self.state.schedule.rate(self.state.step);
        let mut rng = Rng::of_step(run.settings.seed, self.state.step, 21);
        let frames = to_tensor(bytes, shape, device);

        let (action_loss, error, inferred) = self.action_pass(&frames, shape, run, &mut rng);
        let [b, t, ..] = shape;
        let seen = settings.batch.min(b);
        let c = run.settings.config.latent_action.code_dim;
        let latents = inferred
            .codes
            .detach()
            .reshape([b, t - 1, c])
            .narrow(0, 0, seen);
        let (loss, accuracy) =
            self.dynamics_pass(frames.narrow(0, 0, seen), latents, run, tokenizer, &mut rng)?;

        let mut gradients = (action_loss.clone() + loss.clone()).backward();
        let (actions, action_norm) = self.action_optimizer.step(
            self.models.actions.clone(),
            &mut gradients,
            rate * settings.action_rate,
        );
        let (dynamics, norm) = self.optimizer.step(
            self.models.dynamics.clone(),
            &mut gradients,
            rate * settings.rate,
        );
        self.models = DynamicsModels { actions, dynamics };

        let indices: Vec<i32> = inferred.indices.to_data().convert::<i32>().try_to_vec()?;
        let counts = codes::count(&indices, run.settings.config.actions());
        let dead = self.state.usage.update(&counts, self.state.step);
        if !dead.is_empty() {
            let latents: Vec<f32> = inferred.latents.to_data().try_to_vec()?;
            let mut revive = Revive {
                dead: &dead,
                latents: &latents,
                rng: &mut rng,
            };
            self.models.actions = params::map(self.models.actions.clone(), &mut revive);
        }
        let error = f64::from(error.into_scalar::<f32>());
        Ok(BTreeMap::from([
            ("loss", f64::from(loss.into_scalar::<f32>())),
            ("accuracy", accuracy),
            ("action_loss", f64::from(action_loss.into_scalar::<f32>())),
            ("action_psnr", -10.0 * error.log10()),
            ("action_perplexity", codes::perplexity(&counts)),
            ("action_gradient_norm", f64::from(action_norm)),
            ("gradient_norm", f64::from(norm)),
        ]))
    }

    /// The latent action model's loss, its mean squared error, and what it inferred.
    fn action_pass(
        &self,
        frames: &Tensor<5>,
        shape: [usize; 5],
        run: &Run,
        rng: &mut Rng,
    ) -> (Tensor<1>, Tensor<1>, model::quantizer::Quantized) {
        let settings = &run.settings.dynamics;
        let [b, t, h, w, channels] = shape;
        let device = frames.device();
        let actions = &self.models.actions;
        let inferred = actions.infer(frames.clone());
        let past = frames.clone().narrow(1, 0, t - 1);
        let c = run.settings.config.latent_action.code_dim;
        // Alone with the last frame, the decoder can't extrapolate: the action has to say what moved.
        let predicted = if rng.chance(settings.history_dropout) {
            let rows = b * (t - 1);
            actions
                .predict(
                    past.reshape([rows, 1, h, w, channels]),
                    inferred.codes.clone().reshape([rows, 1, 1, c]),
                    Tensor::zeros([rows, 1], &device),
                )
                .reshape([b, t - 1, h, w, channels])
        } else {
            let hidden: Vec<f32> = (0..b * (t - 1))
                .map(|_| f32::from(u8::from(rng.chance(settings.hidden_frames))))
                .collect();
            let hidden = Tensor::from_data(TensorData::new(hidden, [b, t - 1]), &device);
            actions.predict(past, inferred.codes.clone(), hidden)
        };
        let next = frames.clone().narrow(1, 1, t - 1);
        let error = (predicted.clone() - next).square().mean().detach();
        let motion = MotionLoss {
            weighted: settings.motion_weighted,
            floor: settings.motion_floor,
        };
        let mut loss = latent_action::loss(predicted, frames.clone(), motion);
        if let Some(own) = &inferred.loss {
            loss = loss + own.clone();
        }
        (loss, error, inferred)
    }

    /// The dynamics model's loss and how often its likeliest code is right where masked.
    fn dynamics_pass(
        &self,
        frames: Tensor<5>,
        latents: Tensor<3>,
        run: &Run,
        tokenizer: &Tokenizer,
        rng: &mut Rng,
    ) -> Result<(Tensor<1>, f64)> {
        let device = frames.device();
        let [b, t, ..] = frames.dims();
        let tokens = tokenizer.encode(frames.inner());
        let n = tokens.dims()[2];
        let tokens: Vec<i32> = tokens.to_data().convert::<i32>().try_to_vec()?;
        let codes = run.settings.config.codes();
        let masked = masking::mask(
            &tokens,
            [b, t, n],
            codes,
            &run.settings.dynamics.masking,
            rng,
        );
        let ids = |values: Vec<i32>| {
            Tensor::<3, Int>::from_data(TensorData::new(values, [b, t, n]), &device)
        };
        let c = latents.dims()[2];
        let known = Tensor::<3>::from_data(TensorData::new(masked.known, [b, t, 1]), &device);
        let latents = Tensor::cat(vec![Tensor::zeros([b, 1, c], &device), latents], 1) * known;
        let logits = self.models.dynamics.forward(ids(masked.input), latents);
        let weights = Tensor::<3>::from_data(TensorData::new(masked.masked, [b, t, n]), &device);
        let targets = ids(tokens);
        let right = logits
            .clone()
            .detach()
            .argmax(3)
            .reshape([b, t, n])
            .equal(targets.clone())
            .float()
            * weights.clone();
        let accuracy = (right.sum() / weights.clone().sum()).into_scalar::<f32>();
        Ok((
            dynamics::loss(logits, targets, weights),
            f64::from(accuracy),
        ))
    }
}

/// Trains phase 2 of `run`, or goes on with it.
pub(super) fn train(
    run: &Run,
    store: &Arc<ClipStore>,
    device: &Device,
    budget: Budget,
    options: Options,
    display: &mut dyn Display,
) -> Result<Outcome> {
    let tokenizer = super::load_tokenizer(run, device)?;
    let device = &device.clone().autodiff();
    let settings = &run.settings.dynamics;
    let mut trainer: Trainer = super::open(run, PHASE, budget, true, device)?;
    if trainer.state.finished {
        display.note("Latent actions and dynamics are trained already.");
        return Ok(Outcome::Finished);
    }
    let config = &run.settings.config;
    display.note(&format!(
        "Phase 2 of 2: latent actions, {} parameters, and dynamics, {} parameters.",
        params::count(&trainer.models.actions),
        params::count(&trainer.models.dynamics)
    ));
    let mut log = Log::append_to(&run.log())?;
    let batch = settings.action_batch.max(settings.batch);
    let shape = [batch, config.frames, config.height, config.width, 3];
    let draw = Draw {
        frames: config.frames,
        batch,
        stream: STREAM,
    };
    let mut batches = super::batches(run, store, draw, trainer.state.step, options)?;
    let mut pace = Pace::start(budget, options, &mut trainer.state);
    while !pace.finished(&trainer.state) {
        if trainer.state.starts_decay() {
            trainer.save(&run.stable_checkpoint(PHASE))?;
        }
        let bytes = batches.next_batch()?;
        let rate = trainer.state.schedule.rate(trainer.state.step) * settings.rate;
        let figures = trainer.step(&bytes, shape, run, &tokenizer, device)?;
        let took = pace.step(&mut trainer.state);
        if figures["loss"].is_nan() || figures["action_loss"].is_nan() {
            bail!(
                "the loss is not a number any more at step {}. The last checkpoint is in {}; try a smaller --rate",
                trainer.state.step,
                run.checkpoint(PHASE).display()
            );
        }
        let report = StepReport {
            phase: PHASE,
            step: trainer.state.step,
            seconds: trainer.state.seconds,
            seconds_left: pace.seconds_left(&trainer.state),
            frames_per_second: (batch * config.frames) as f64 / took.max(1e-9),
            rate,
            figures,
        };
        log.step(&report)?;
        display.step(&report);
        if pace.wants_sheet() {
            let path = run.sheet(PHASE, trainer.state.step);
            let models = DynamicsModels {
                actions: trainer.models.actions.valid(),
                dynamics: trainer.models.dynamics.valid(),
            };
            sheet::rollouts(config, &tokenizer, &models, &bytes, shape, &path)?;
        }
        if display.wants_to_stop() {
            trainer.save(&run.checkpoint(PHASE))?;
            return Ok(Outcome::Stopped);
        }
        if pace.wants_checkpoint() {
            trainer.save(&run.checkpoint(PHASE))?;
        }
    }
    trainer.state.finished = true;
    trainer.save(&run.checkpoint(PHASE))?;
    Ok(Outcome::Finished)
}

/// The models of phase 2 as the last checkpoint of `run` has them, for inference on `device`.
///
/// # Errors
/// If there is no checkpoint, or it doesn't fit the run's settings.
pub fn load(run: &Run, device: &Device) -> Result<DynamicsModels> {
    let (tensors, _) = checkpoint::load::<State>(&run.checkpoint(PHASE))?;
    let get = lookup(&tensors);
    let config = &run.settings.config;
    Ok(DynamicsModels {
        actions: params::load(
            LatentActionModel::new(config, device),
            "latent_action.",
            &get,
        )?,
        dynamics: params::load(Dynamics::new(config, device), "dynamics.", &get)?,
    })
}
