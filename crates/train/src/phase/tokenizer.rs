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
use super::learner::{self, Learner};
use super::{Course, Draw, Outcome, State};
use crate::codes::{self, Usage};
use crate::report::Display;
use crate::rng::Rng;
use crate::run::{self, Run};
use crate::schedule::Schedule;
use crate::sheet;

const STREAM: u64 = 0;
/// Of its parameters in checkpoints.
const NAME: &str = "tokenizer";

struct Trainer(Learner<Tokenizer>);

impl drive::Trainer for Trainer {
    const PHASE: &'static str = run::TOKENIZER;

    fn load(run: &Run, path: &Path, device: &Device) -> Result<Self> {
        let settings = &run.settings.tokenizer;
        device.seed(run.settings.seed);
        let model = Tokenizer::new(&run.settings.config, device);
        let state = State::new(
            Schedule::new(settings.rate, settings.warm_up),
            Usage::new(run.settings.config.codes(), settings.revive_after),
        );
        Learner::load(path, NAME, model, state, settings.optimizer).map(Self)
    }

    fn state(&mut self) -> &mut State {
        &mut self.0.state
    }

    fn save(&self, path: &Path) -> Result<()> {
        self.0.save(path)
    }

    fn sheet(&self, bytes: &[u8], shape: [usize; 5], path: &Path) -> Result<()> {
        sheet::reconstructions(&self.0.model.valid(), bytes, shape, path)
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
        let learner = &mut self.0;
        let frames = to_tensor(bytes, shape, device);
        let made = learner.model.reconstruct(frames.clone());
        let error = made.error(frames);
        let loss = made.loss(error.clone());
        let norm = learner.descend(&loss);

        let indices = made.quantized.indices.to_data().convert::<i32>();
        let codes = match &learner.model.quantizer {
            Quantizer::Vq(vq) => vq.codebook.dims()[0],
            Quantizer::Fsq(fsq) => fsq.size(),
        };
        let counts = codes::count(&indices.try_to_vec::<i32>()?, codes);
        let dead = learner.state.usage.update(&counts, learner.state.step);
        if matches!(learner.model.quantizer, Quantizer::Vq(_)) {
            let mut rng = Rng::of_step(seed, learner.state.step, 11);
            learner.revive(&dead, &made.quantized, &mut rng)?;
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
    if trainer.0.state.finished {
        display.note("The tokenizer is trained already.");
        return Ok(Outcome::Finished);
    }
    display.note(&format!(
        "Phase 1 of 3: the video tokenizer, {} parameters.",
        params::count(&trainer.0.model)
    ));
    let frames = settings.frames.min(config.frames);
    let shape = [settings.batch, frames, config.height, config.width, 3];
    let draw = Draw {
        frames,
        batch: settings.batch,
        stream: STREAM,
    };
    let mut batches = course.batches(draw, trainer.0.state.step)?;
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
    let model = Tokenizer::new(&run.settings.config, device);
    learner::weights(&run.checkpoint(run::TOKENIZER), NAME, model)
}
