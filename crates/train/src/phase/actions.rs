//! Phase 2: the latent action model (§2.1), from pixels alone.

use std::path::Path;

use anyhow::Result;
use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use model::config::ActionInput;
use model::latent_action::{self, MotionLoss, Seen};
use model::picture::to_tensor;
use model::quantizer::Quantized;
use model::{LatentActionModel, Tokenizer, params};

use super::drive::{self, Figures};
use super::learner::{self, Learner};
use super::token_actions;
use super::{Course, Draw, Outcome, State};
use crate::codes::{self, Usage};
use crate::report::Display;
use crate::rng::Rng;
use crate::run::{self, Run};
use crate::schedule::Schedule;
use crate::sheet;

const STREAM: u64 = 1;
/// Of its parameters in checkpoints.
const NAME: &str = "latent_action";

struct Trainer {
    learner: Learner<LatentActionModel>,
    /// Of a model that sees codes.
    tokenizer: Option<Tokenizer>,
}

impl drive::Trainer for Trainer {
    const PHASE: &'static str = run::ACTIONS;

    fn load(run: &Run, path: &Path, device: &Device) -> Result<Self> {
        let config = &run.settings.config;
        let settings = &run.settings.actions;
        device.seed(run.settings.seed.wrapping_add(1));
        let model = LatentActionModel::new(config, device);
        let state = State::new(
            Schedule::new(settings.rate, settings.warm_up),
            Usage::new(config.actions(), settings.revive_after),
        );
        Ok(Self {
            learner: Learner::load(path, NAME, model, state, settings.optimizer)?,
            tokenizer: None,
        })
    }

    fn state(&mut self) -> &mut State {
        &mut self.learner.state
    }

    fn save(&self, path: &Path) -> Result<()> {
        self.learner.save(path)
    }

    fn sheet(&self, bytes: &[u8], shape: [usize; 5], path: &Path) -> Result<()> {
        sheet::predictions(&self.learner.model.valid(), bytes, shape, path)
    }
}

impl Trainer {
    /// One step on `bytes` of `shape`; returns the figures to show.
    fn step(
        &mut self,
        bytes: &[u8],
        shape: [usize; 5],
        run: &Run,
        device: &Device,
    ) -> Result<Figures> {
        let mut rng = Rng::of_step(run.settings.seed, self.learner.state.step, 21);
        let frames = to_tensor(bytes, shape, device);
        let Pass {
            loss,
            quality,
            inferred,
            mean,
        } = match &self.tokenizer {
            None => self.pass(&frames, run, &mut rng),
            Some(tokenizer) => {
                let tokens = tokenizer.encode(frames.inner());
                let settings = &run.settings.actions;
                token_actions::pass(&self.learner.model, tokens, settings, device, &mut rng)
            }
        };
        let learner = &mut self.learner;
        let norm = learner.descend(&loss);
        // As for the weights: what isn't finite must not touch them.
        if norm.is_finite() {
            let mut centre = Centre(mean.inner());
            learner.model = params::map(learner.model.clone(), &mut centre);
        }

        let indices = inferred.indices.to_data().convert::<i32>();
        let actions = run.settings.config.actions();
        let counts = codes::count(&indices.try_to_vec::<i32>()?, actions);
        let dead = learner.state.usage.update(&counts, learner.state.step);
        learner.revive(&dead, &inferred, &mut rng)?;
        Ok(Figures::from([
            ("loss", f64::from(loss.into_scalar::<f32>())),
            quality,
            ("perplexity", codes::perplexity(&counts)),
            ("gradient_norm", f64::from(norm)),
        ]))
    }

    /// The pass on pixels; its quality is the prediction's PSNR.
    fn pass(&self, frames: &Tensor<5>, run: &Run, rng: &mut Rng) -> Pass {
        let (model, settings) = (&self.learner.model, &run.settings.actions);
        let [b, t, h, w, channels] = frames.dims();
        let device = frames.device();
        let (inferred, mean) = model.infer_centred(Seen::Pixels(frames.clone()));
        let seen = model.downscaled(frames.clone());
        let [_, _, height, width, _] = seen.dims();
        let past = frames.clone().narrow(1, 0, t - 1);
        let c = run.settings.config.latent_action.code_dim;
        // Alone with the last frame, the decoder can't extrapolate: the action has to say what moved.
        let predicted = if rng.chance(settings.history_dropout) {
            let rows = b * (t - 1);
            model
                .predict(
                    past.reshape([rows, 1, h, w, channels]),
                    inferred.codes.clone().reshape([rows, 1, 1, c]),
                    Tensor::zeros([rows, 1], &device),
                )
                .reshape([b, t - 1, height, width, channels])
        } else {
            let hidden: Vec<f32> = (0..b * (t - 1))
                .map(|_| f32::from(u8::from(rng.chance(settings.hidden_frames))))
                .collect();
            let hidden = Tensor::from_data(TensorData::new(hidden, [b, t - 1]), &device);
            model.predict(past, inferred.codes.clone(), hidden)
        };
        let motion = MotionLoss {
            weighted: settings.motion_weighted,
            floor: settings.motion_floor,
            margin: settings.margin / run.settings.config.latent_action.downscale,
            edges: settings.edges,
        };
        let next = seen.clone().narrow(1, 1, t - 1);
        let error = motion.inner(predicted.clone() - next).square().mean();
        let error = f64::from(error.into_scalar::<f32>());
        let mut loss = latent_action::loss(predicted, seen, motion);
        if let Some(own) = &inferred.loss {
            loss = loss + own.clone();
        }
        Pass {
            loss,
            quality: ("psnr", -10.0 * error.log10()),
            inferred,
            mean,
        }
    }
}

/// What a pass gives.
pub(super) struct Pass {
    pub(super) loss: Tensor<1>,
    /// How well the next frame is predicted, and what that figure is called.
    pub(super) quality: (&'static str, f64),
    pub(super) inferred: Quantized,
    /// Of the latents, `[C]`.
    pub(super) mean: Tensor<1>,
}

/// Takes the mean of latents off the bias that they were made with.
struct Centre(Tensor<1>);

impl params::Map for Centre {
    fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>) -> Tensor<D> {
        if name != "encoder.to_latent.bias" {
            return value;
        }
        let shape = value.dims();
        let centred = value.inner() - self.0.clone().reshape(shape);
        Tensor::from_inner(centred).require_grad()
    }
}

/// Trains the latent action model of a run, or goes on with it.
pub(super) fn train(course: Course<'_>, display: &mut dyn Display) -> Result<Outcome> {
    let run = course.run;
    let (config, settings) = (&run.settings.config, &run.settings.actions);
    let budget = run.settings.budgets.actions;
    let device = &course.device.clone().autodiff();
    let mut trainer: Trainer = drive::open(run, budget, !course.settled(), device)?;
    if trainer.learner.state.finished {
        display.note("Latent actions are trained already.");
        return Ok(Outcome::Finished);
    }
    if config.latent_action.input == ActionInput::Tokens {
        trainer.tokenizer = Some(super::load_tokenizer(run, course.device)?);
    }
    display.note(&format!(
        "Phase 2 of 3: latent actions, {} parameters.",
        params::count(&trainer.learner.model)
    ));
    let shape = [
        settings.batch,
        config.frames,
        config.height,
        config.width,
        3,
    ];
    let draw = Draw {
        frames: config.frames,
        batch: settings.batch,
        stream: STREAM,
    };
    let mut batches = course.batches(draw, trainer.learner.state.step)?;
    let frames = settings.batch * config.frames;
    drive::drive(&mut trainer, course, budget, frames, display, |trainer| {
        trainer.step(&batches.next_batch()?, shape, run, device)
    })
}

/// The latent action model of `run` as its last checkpoint has it, for inference on `device`.
///
/// # Errors
/// If there is no checkpoint, or it doesn't fit the run's settings.
pub fn load(run: &Run, device: &Device) -> Result<LatentActionModel> {
    let model = LatentActionModel::new(&run.settings.config, device);
    learner::weights(&run.checkpoint(run::ACTIONS), NAME, model)
}
