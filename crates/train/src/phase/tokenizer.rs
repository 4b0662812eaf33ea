//! Phase 1: the video tokenizer.

use std::path::Path;

use anyhow::Result;
use burn::module::Module;
use burn::tensor::Device;
use model::params;
use model::picture::to_tensor;
use model::quantizer::Quantizer;
use model::tokenizer::Tokenizer;

use super::drive::{self, Figures};
use super::{Course, Draw, Outcome, State};
use crate::checkpoint::{self, lookup};
use crate::codes::{self, Revive, Usage};
use crate::optimizer::Optimizer;
use crate::report::Display;
use crate::rng::Rng;
use crate::run::{self, Run};
use crate::schedule::Schedule;
use crate::sheet;

const STREAM: u64 = 0;

struct Trainer {
    model: Tokenizer,
    optimizer: Optimizer,
    state: State,
}

impl drive::Trainer for Trainer {
    const PHASE: &'static str = run::TOKENIZER;

    fn load(run: &Run, path: &Path, device: &Device) -> Result<Self> {
        let settings = &run.settings.tokenizer;
        device.seed(run.settings.seed);
        let mut trainer = Self {
            model: Tokenizer::new(&run.settings.config, device),
            optimizer: Optimizer::new(settings.optimizer),
            state: State {
                step: 0,
                seconds: 0.0,
                schedule: Schedule::new(settings.rate, settings.warm_up),
                usage: Usage::new(run.settings.config.codes(), settings.revive_after),
                finished: false,
                best: None,
            },
        };
        if path.exists() {
            let (tensors, state) = checkpoint::load::<State>(path)?;
            trainer.model = params::load(trainer.model, "tokenizer.", &lookup(&tensors))?;
            trainer
                .optimizer
                .restore(&trainer.model, "adam.tokenizer.", state.step, &tensors)?;
            trainer.state = state;
            // A resume may change it.
            trainer.state.schedule.peak = settings.rate;
        }
        Ok(trainer)
    }

    fn state(&mut self) -> &mut State {
        &mut self.state
    }

    fn save(&self, path: &Path) -> Result<()> {
        let mut tensors = pollster::block_on(params::read(&self.model, "tokenizer."))?;
        tensors.extend(self.optimizer.state("adam.tokenizer.")?);
        checkpoint::save(path, &tensors, &self.state)
    }

    fn sheet(&self, bytes: &[u8], shape: [usize; 5], path: &Path) -> Result<()> {
        sheet::reconstructions(&self.model.valid(), bytes, shape, path)
    }
}

impl Trainer {
    /// One step on `bytes` of `shape`; returns the figures to show.
    fn step(
        &mut self,
        bytes: &[u8],
        shape: [usize; 5],
        seed: u64,
        device: &Device,
    ) -> Result<Figures> {
        let rate = self.state.schedule.rate(self.state.step);
        let frames = to_tensor(bytes, shape, device);
        let made = self.model.reconstruct(frames.clone());
        let error = made.error(frames);
        let loss = made.loss(error.clone());
        let mut gradients = loss.backward();
        let (model, norm) = self
            .optimizer
            .step(self.model.clone(), &mut gradients, rate);
        self.model = model;

        let indices: Vec<i32> = made
            .quantized
            .indices
            .to_data()
            .convert::<i32>()
            .try_to_vec()?;
        let codes = match &self.model.quantizer {
            Quantizer::Vq(vq) => vq.codebook.dims()[0],
            Quantizer::Fsq(fsq) => fsq.size(),
        };
        let counts = codes::count(&indices, codes);
        let dead = self.state.usage.update(&counts, self.state.step);
        if matches!(self.model.quantizer, Quantizer::Vq(_)) && !dead.is_empty() {
            let latents: Vec<f32> = made.quantized.latents.to_data().try_to_vec()?;
            let mut rng = Rng::of_step(seed, self.state.step, 11);
            let mut revive = Revive {
                dead: &dead,
                latents: &latents,
                rng: &mut rng,
            };
            self.model = params::map(self.model.clone(), &mut revive);
        }
        let error = f64::from(error.into_scalar::<f32>());
        Ok(Figures::from([
            ("loss", f64::from(loss.into_scalar::<f32>())),
            ("psnr", -10.0 * error.log10()),
            ("perplexity", codes::perplexity(&counts)),
            ("gradient_norm", f64::from(norm)),
        ]))
    }
}

/// Trains the tokenizer of a run, or goes on with it.
pub(super) fn train(course: Course<'_>, display: &mut dyn Display) -> Result<Outcome> {
    let run = course.run;
    let (config, settings) = (&run.settings.config, &run.settings.tokenizer);
    let budget = run.settings.budgets.tokenizer;
    let device = &course.device.clone().autodiff();
    let mut trainer: Trainer = drive::open(run, budget, !course.settled(), device)?;
    if trainer.state.finished {
        display.note("The tokenizer is trained already.");
        return Ok(Outcome::Finished);
    }
    display.note(&format!(
        "Phase 1 of 3: the video tokenizer, {} parameters.",
        params::count(&trainer.model)
    ));
    let frames = settings.frames.min(config.frames);
    let shape = [settings.batch, frames, config.height, config.width, 3];
    let draw = Draw {
        frames,
        batch: settings.batch,
        stream: STREAM,
    };
    let mut batches = course.batches(draw, trainer.state.step)?;
    let seed = run.settings.seed;
    let frames = settings.batch * frames;
    drive::drive(&mut trainer, course, budget, frames, display, |trainer| {
        trainer.step(&batches.next_batch()?, shape, seed, device)
    })
}

/// The tokenizer of `run` as its last checkpoint has it, for inference on `device`.
///
/// # Errors
/// If there is no checkpoint, or it doesn't fit the run's settings.
pub fn load(run: &Run, device: &Device) -> Result<Tokenizer> {
    let (tensors, _) = checkpoint::load::<State>(&run.checkpoint(run::TOKENIZER))?;
    let model = Tokenizer::new(&run.settings.config, device);
    Ok(params::load(model, "tokenizer.", &lookup(&tensors))?)
}
