//! Phase 1: the video tokenizer.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use burn::module::Module;
use burn::tensor::Device;
use data::ClipStore;
use model::params;
use model::picture::to_tensor;
use model::quantizer::Quantizer;
use model::tokenizer::Tokenizer;

use super::pace::Pace;
use super::{Draw, Options, Outcome, Resume, State};
use crate::budget::Budget;
use crate::checkpoint::{self, lookup};
use crate::codes::{self, Revive, Usage};
use crate::optimizer::{AdamW, Optimizer};
use crate::report::{Display, Log, StepReport};
use crate::rng::Rng;
use crate::run::{self, Run};
use crate::schedule::Schedule;
use crate::sheet;

const PHASE: &str = run::TOKENIZER;
const STREAM: u64 = 0;

struct Trainer {
    model: Tokenizer,
    optimizer: Optimizer,
    state: State,
}

impl Resume for Trainer {
    fn load(run: &Run, path: &Path, device: &Device) -> Result<Self> {
        let settings = &run.settings.tokenizer;
        device.seed(run.settings.seed);
        let mut trainer = Self {
            model: Tokenizer::new(&run.settings.config, device),
            optimizer: Optimizer::new(AdamW::default()),
            state: State {
                step: 0,
                seconds: 0.0,
                schedule: Schedule::new(settings.rate, settings.warm_up),
                usage: Usage::new(run.settings.config.codes(), settings.revive_after),
                finished: false,
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
}

impl Trainer {
    fn save(&self, path: &Path) -> Result<()> {
        let mut tensors = pollster::block_on(params::read(&self.model, "tokenizer."))?;
        tensors.extend(self.optimizer.state("adam.tokenizer.")?);
        checkpoint::save(path, &tensors, &self.state)
    }

    /// One step on `bytes` of `shape`; returns the figures to show.
    fn step(
        &mut self,
        bytes: &[u8],
        shape: [usize; 5],
        seed: u64,
        device: &Device,
    ) -> Result<BTreeMap<&'static str, f64>> {
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
        Ok(BTreeMap::from([
            ("loss", f64::from(loss.into_scalar::<f32>())),
            ("psnr", -10.0 * error.log10()),
            ("perplexity", codes::perplexity(&counts)),
            ("gradient_norm", f64::from(norm)),
        ]))
    }
}

/// Whether phase 2 has begun: it has learned this tokenizer's codes, which must stay as they are.
fn started_dynamics(run: &Run) -> bool {
    run.checkpoint(run::DYNAMICS).exists()
}

/// Trains the tokenizer of `run`, or goes on with it.
pub(super) fn train(
    run: &Run,
    store: &Arc<ClipStore>,
    device: &Device,
    budget: Budget,
    options: Options,
    display: &mut dyn Display,
) -> Result<Outcome> {
    let device = &device.clone().autodiff();
    let settings = &run.settings.tokenizer;
    let mut trainer: Trainer = super::open(run, PHASE, budget, !started_dynamics(run), device)?;
    if trainer.state.finished {
        display.note("The tokenizer is trained already.");
        return Ok(Outcome::Finished);
    }
    let config = &run.settings.config;
    display.note(&format!(
        "Phase 1 of 2: the video tokenizer, {} parameters.",
        params::count(&trainer.model)
    ));
    let mut log = Log::append_to(&run.log())?;
    let frames = settings.frames.min(config.frames);
    let shape = [settings.batch, frames, config.height, config.width, 3];
    let draw = Draw {
        frames,
        batch: settings.batch,
        stream: STREAM,
    };
    let mut batches = super::batches(run, store, draw, trainer.state.step, options)?;
    let mut pace = Pace::start(budget, options, &mut trainer.state);
    while !pace.finished(&trainer.state) {
        if trainer.state.starts_decay() {
            trainer.save(&run.stable_checkpoint(PHASE))?;
        }
        let bytes = batches.next_batch()?;
        let rate = trainer.state.schedule.rate(trainer.state.step);
        let figures = trainer.step(&bytes, shape, run.settings.seed, device)?;
        let took = pace.step(&mut trainer.state);
        if figures["loss"].is_nan() {
            bail!(
                "the tokenizer's loss is not a number any more at step {}. Its last checkpoint is in {}; try a smaller --rate",
                trainer.state.step,
                run.checkpoint(PHASE).display()
            );
        }
        let report = StepReport {
            phase: PHASE,
            step: trainer.state.step,
            seconds: trainer.state.seconds,
            seconds_left: pace.seconds_left(&trainer.state),
            frames_per_second: (settings.batch * frames) as f64 / took.max(1e-9),
            rate,
            figures,
        };
        log.step(&report)?;
        display.step(&report);
        if pace.wants_sheet() {
            let path = run.sheet(PHASE, trainer.state.step);
            sheet::reconstructions(&trainer.model.valid(), &bytes, shape, &path)?;
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

/// The tokenizer of `run` as its last checkpoint has it, for inference on `device`.
///
/// # Errors
/// If there is no checkpoint, or it doesn't fit the run's settings.
pub fn load(run: &Run, device: &Device) -> Result<Tokenizer> {
    let (tensors, _) = checkpoint::load::<State>(&run.checkpoint(PHASE))?;
    let model = Tokenizer::new(&run.settings.config, device);
    Ok(params::load(model, "tokenizer.", &lookup(&tensors))?)
}
