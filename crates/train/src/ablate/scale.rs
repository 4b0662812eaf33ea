//! Dynamics models of several sizes and batches, on the same codes and actions (the paper's Figure 9).

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::tensor::Device;
use model::Dynamics;
use model::config::TransformerConfig;
use serde::{Deserialize, Serialize};

use super::held_out::HeldOut;
use crate::phase::{State, load_dynamics, masked_loss};
use crate::rng::Rng;
use crate::run::{self, Run};
use crate::{checkpoint, masking, settings, size};

/// Sizes, in quarters of the base's width, heads and blocks.
const QUARTERS: [usize; 4] = [1, 2, 3, 4];
/// The size of which batches are compared.
const BATCHED: usize = 2;
/// Batches, in halves of the base's.
const HALVES: [usize; 4] = [1, 2, 4, 8];
/// Points of a curve of losses.
const CURVE: usize = 60;
/// Share of the last steps that a training's loss is averaged over.
const LAST: f64 = 0.1;

/// A dynamics model and how many clips it sees a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// The transformer.
    pub transformer: TransformerConfig,
    /// Clips a step.
    pub batch: usize,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TransformerConfig { blocks, width, .. } = self.transformer;
        write!(f, "{blocks} blocks of {width}, batch {}", self.batch)
    }
}

/// What one size came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The model and its batch.
    pub size: Size,
    /// Parameters, embeddings among them.
    pub parameters: usize,
    /// Steps.
    pub steps: u64,
    /// Seconds of training.
    pub seconds: f64,
    /// 6 · parameters · tokens, over all steps.
    pub flops: f64,
    /// Mean loss over the last tenth of the steps.
    pub train_loss: f64,
    /// Loss on held-out clips, masked alike for all.
    pub test_loss: f64,
    /// How often the likeliest code is right there, where masked.
    pub test_accuracy: f64,
    /// Mean losses over stretches of the training: the stretch's last step, and the loss.
    pub curve: Vec<(u64, f64)>,
}

/// What is compared: sizes at the base's batch, and batches at one size.
pub(super) fn sizes(base: &settings::Settings) -> Vec<Size> {
    let large = &base.config.dynamics;
    let batch = base.dynamics.batch;
    let of = |quarters: usize| {
        let part = |x: usize| (x * quarters).div_ceil(4).max(1);
        TransformerConfig {
            blocks: part(large.blocks),
            width: part(large.width),
            heads: part(large.heads),
            ..large.clone()
        }
    };
    let mut sizes: Vec<Size> = QUARTERS
        .map(|quarters| Size {
            transformer: of(quarters),
            batch,
        })
        .into();
    for halves in HALVES {
        let size = Size {
            transformer: of(BATCHED),
            batch: (batch * halves / 2).max(1),
        };
        if !sizes.contains(&size) {
            sizes.push(size);
        }
    }
    sizes
}

/// The training of one size: the base's, but for its dynamics.
pub(super) fn settings(base: &settings::Settings, size: &Size) -> settings::Settings {
    let mut settings = base.clone();
    settings.config.dynamics = size.transformer.clone();
    settings.dynamics.batch = size.batch;
    settings
}

/// What the finished `run` came to, on codes and actions of held-out clips.
pub(super) fn measure(
    run: &Run,
    size: &Size,
    held_out: &HeldOut,
    device: &Device,
) -> Result<Point> {
    let settings = &run.settings;
    let config = &settings.config;
    let (_, state) = checkpoint::load::<State>(&run.checkpoint(run::DYNAMICS))?;
    let losses = losses(&run.log())?;
    ensure!(
        losses.len() as u64 == state.step,
        "{} has the losses of {} steps, of {}",
        run.log().display(),
        losses.len(),
        state.step
    );
    let model = load_dynamics(run, device)?;
    let (test_loss, test_accuracy) = test(&model, held_out, settings)?;
    let parameters = size::parameters(config)[2];
    let tokens =
        state.step as f64 * (size.batch * config.frames * config.tokens_per_frame()) as f64;
    let last = ((losses.len() as f64 * LAST).ceil() as usize).min(losses.len());
    Ok(Point {
        size: size.clone(),
        parameters,
        steps: state.step,
        seconds: state.seconds,
        flops: 6.0 * parameters as f64 * tokens,
        train_loss: mean(&losses[losses.len() - last..]),
        test_loss,
        test_accuracy,
        curve: curve(&losses),
    })
}

/// Loss and accuracy on `clips`, each masked in the same way whatever the model.
fn test(model: &Dynamics, clips: &HeldOut, settings: &settings::Settings) -> Result<(f64, f64)> {
    let device = model.position.val().device();
    let (codes, masking) = (settings.config.codes(), &settings.dynamics.masking);
    let (mut losses, mut accuracies) = (Vec::new(), Vec::new());
    for clip in 0..clips.len() {
        let mut rng = Rng::of_step(0, clip as u64, 63);
        let (tokens, shape, latents) = clips.clip(clip, &device);
        let masked = masking::mask(&tokens, shape, codes, masking, &mut rng);
        let (loss, accuracy) = masked_loss(model, tokens, masked, shape, latents);
        losses.push(f64::from(loss.into_scalar::<f32>()));
        accuracies.push(f64::from(accuracy.into_scalar::<f32>()));
    }
    Ok((mean(&losses), mean(&accuracies)))
}

/// The loss of each step of the dynamics, from a run's log. A resumed run may have taken a step twice;
/// the later one counts.
fn losses(log: &Path) -> Result<Vec<f64>> {
    #[derive(Deserialize)]
    struct Line {
        phase: String,
        step: u64,
        figures: BTreeMap<String, f64>,
    }
    let name = log.display();
    let text = fs::read_to_string(log).with_context(|| format!("can't read the log {name}"))?;
    let mut losses = BTreeMap::new();
    for (i, line) in text.lines().enumerate() {
        let line: Line = serde_json::from_str(line)
            .with_context(|| format!("the log {name}, line {}, is damaged", i + 1))?;
        if line.phase == run::DYNAMICS {
            let loss = line.figures.get("loss");
            losses.insert(line.step, *loss.context("a step has no loss")?);
        }
    }
    Ok(losses.into_values().collect())
}

fn mean(values: &[f64]) -> f64 {
    crate::evaluate::mean(values)
}

/// `losses` of all steps as at most [`CURVE`] means.
fn curve(losses: &[f64]) -> Vec<(u64, f64)> {
    let stretch = losses.len().div_ceil(CURVE).max(1);
    losses
        .chunks(stretch)
        .enumerate()
        .map(|(i, part)| ((i * stretch + part.len()) as u64, mean(part)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ablate::tests::settings;

    #[test]
    fn sizes_and_batches_are_four_each() {
        let base = settings().base;
        let sizes = sizes(&base);
        let batch = base.dynamics.batch;
        let of = |batch| sizes.iter().filter(move |size| size.batch == batch);
        assert_eq!(of(batch).count(), 4);
        assert_eq!(
            of(batch).next_back().unwrap().transformer,
            base.config.dynamics
        );
        let one = &sizes.last().unwrap().transformer;
        let batches: Vec<usize> = (sizes.iter())
            .filter(|size| size.transformer == *one)
            .map(|size| size.batch)
            .collect();
        assert_eq!(batches, [batch, batch / 2, batch * 2, batch * 4]);
        for size in &sizes {
            let mut config = base.config.clone();
            config.dynamics = size.transformer.clone();
            config.check().unwrap();
        }
    }

    #[test]
    fn a_step_that_was_taken_twice_counts_as_it_was_the_second_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        let line = |phase: &str, step: u64, loss: f64| {
            format!("{{\"phase\":\"{phase}\",\"step\":{step},\"figures\":{{\"loss\":{loss}}}}}\n")
        };
        let text = [
            line("tokenizer", 1, 9.0),
            line("dynamics", 1, 5.0),
            line("dynamics", 2, 4.0),
            line("dynamics", 2, 3.5),
            line("dynamics", 3, 3.0),
        ];
        fs::write(&path, text.concat()).unwrap();
        assert_eq!(losses(&path).unwrap(), [5.0, 3.5, 3.0]);
    }

    #[test]
    fn a_curve_is_the_means_of_its_stretches() {
        assert_eq!(curve(&[3.0, 1.0]), [(1, 3.0), (2, 1.0)]);
        let losses: Vec<f64> = (0..CURVE * 2 - 1).map(|i| i as f64).collect();
        let curve = curve(&losses);
        assert_eq!(curve.len(), CURVE);
        assert_eq!(curve[0], (2, 0.5));
        assert_eq!(
            curve[CURVE - 1],
            (CURVE as u64 * 2 - 1, CURVE as f64 * 2.0 - 2.0)
        );
    }
}
