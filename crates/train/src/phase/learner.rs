//! A model in training: its weights, its optimiser and where it stands, and how these go into a
//! checkpoint and come out of one.

use std::path::Path;

use anyhow::Result;
use burn::module::Module;
use burn::tensor::Tensor;
use model::params;
use model::quantizer::Quantized;

use super::State;
use crate::checkpoint::{self, lookup};
use crate::codes::Revive;
use crate::optimizer::{Optimizer, Rule};
use crate::rng::Rng;

/// A model in training.
pub(super) struct Learner<M> {
    pub(super) model: M,
    pub(super) state: State,
    optimizer: Optimizer,
    /// Of its parameters in checkpoints.
    name: &'static str,
}

impl<M: Module> Learner<M> {
    /// As the checkpoint at `path` has it; if there is none, `model` and `state` as they are. The
    /// highest learning rate is `state`'s: a resume may change it.
    pub(super) fn load(
        path: &Path,
        name: &'static str,
        model: M,
        state: State,
        rule: Rule,
    ) -> Result<Self> {
        let mut learner = Self {
            model,
            state,
            optimizer: Optimizer::new(rule),
            name,
        };
        if path.exists() {
            let (tensors, state) = checkpoint::load::<State>(path)?;
            let peak = learner.state.schedule.peak;
            learner.model = params::load(learner.model, &format!("{name}."), &lookup(&tensors))?;
            let prefix = format!("adam.{name}.");
            learner
                .optimizer
                .restore(&learner.model, &prefix, state.step, &tensors)?;
            learner.state = state;
            learner.state.schedule.peak = peak;
        }
        Ok(learner)
    }

    /// Writes a checkpoint.
    pub(super) fn save(&self, path: &Path) -> Result<()> {
        let name = self.name;
        let mut tensors = pollster::block_on(params::read(&self.model, &format!("{name}.")))?;
        tensors.extend(self.optimizer.state(&format!("adam.{name}."))?);
        checkpoint::save(path, &tensors, &self.state)
    }

    /// One step against the gradient of `loss`; returns the gradient's norm.
    pub(super) fn descend(&mut self, loss: &Tensor<1>) -> f32 {
        let rate = self.state.schedule.rate(self.state.step);
        let mut gradients = loss.backward();
        let (model, norm) = self
            .optimizer
            .step(self.model.clone(), &mut gradients, rate);
        self.model = model;
        norm
    }

    /// Replaces `dead` codes of the model's codebook by latents of the batch.
    pub(super) fn revive(
        &mut self,
        dead: &[usize],
        batch: &Quantized,
        rng: &mut Rng,
    ) -> Result<()> {
        if dead.is_empty() {
            return Ok(());
        }
        let latents: Vec<f32> = batch.latents.to_data().try_to_vec()?;
        let mut revive = Revive {
            dead,
            latents: &latents,
            rng,
        };
        self.model = params::map(self.model.clone(), &mut revive);
        Ok(())
    }
}

/// The `model` called `name` with the weights that the checkpoint at `path` has.
///
/// # Errors
/// If there is no checkpoint, or it doesn't fit the model.
pub(super) fn weights<M: Module>(path: &Path, name: &str, model: M) -> Result<M> {
    let (tensors, _) = checkpoint::load::<State>(path)?;
    Ok(params::load(model, &format!("{name}."), &lookup(&tensors))?)
}
