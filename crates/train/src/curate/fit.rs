//! Training a classifier on graded clips, and measuring it on held-out ones.

use std::time::Instant;

use anyhow::{Result, bail, ensure};
use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};
use data::ClipStore;
use model::params::{self, Map};

use super::classifier::{Card, Classifier};
use super::examples::FEWEST;
use super::frames::{Batch, Shape};
use super::layers::MOMENTUM;
use super::report::{Report, calibrate};
use super::resnet::ResNet;
use super::split::{Example, count, split};
use crate::optimizer::{Optimizer, Rule};
use crate::rng::Rng;
use crate::schedule::Schedule;

/// Frames in a step, half of them good. More at once aren't faster on a CPU.
const BATCH: usize = 16;
/// Highest learning rates: from chance, and from weights that know pictures already.
const RATES: [f64; 2] = [1e-3, 3e-4];
/// Part of the steps in which the rate rises.
const WARM_UP: f64 = 0.1;
/// Steps' worth of frames by which the running statistics are measured once the weights stand still.
const SETTLING: usize = 24;
/// Keep the uses of the seed apart.
const ORDER: u64 = 32;
const FRAME: u64 = 34;

/// How to train.
#[derive(Clone, Debug)]
pub struct Settings {
    /// In one epoch as many frames are seen as `frames_per_clip` of each clip to learn from; 1 or more.
    pub epochs: usize,
    /// Frames of each clip: in training drawn anew each time, in scoring evenly spread; 1 or more.
    pub frames_per_clip: usize,
    /// Seed of every choice.
    pub seed: u64,
    /// For the card: the store and the labels.
    pub trained_on: String,
}

/// Where training begins.
#[derive(Clone, Debug)]
pub struct Start {
    /// The network, on a device with autodiff.
    pub model: ResNet,
    /// Name of the file of its weights; empty for chance.
    pub file: String,
}

impl Start {
    /// A network that knows nothing, on `device`.
    pub fn from_chance(seed: u64, device: &Device) -> Self {
        device.seed(seed);
        Self {
            model: ResNet::new(&device.clone().autodiff()),
            file: String::new(),
        }
    }
}

/// What a step tells.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Steps done.
    pub step: usize,
    /// Steps in all.
    pub steps: usize,
    /// Mean loss of late, nats.
    pub loss: f64,
    /// Frames a second in this step.
    pub frames_per_second: f64,
}

/// Trains on `examples` and measures on a part of them that is held out. `progress` stops it by
/// returning `false`; then there is no result.
///
/// # Errors
/// If there are too few examples of a class, a clip can't be read, or the loss is no number.
pub fn train(
    store: &ClipStore,
    examples: &[Example],
    settings: &Settings,
    start: Start,
    device: &Device,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Option<(Classifier, Report)>> {
    let shape = Shape::of(store)?;
    ensure!(
        settings.epochs > 0 && settings.frames_per_clip > 0,
        "at least one epoch and one frame of each clip are needed"
    );
    let frames_per_clip = settings.frames_per_clip.min(store.frames_per_clip());
    let parts = split(examples, settings.seed);
    let Some(split) = parts.filter(|_| count(examples.iter()).into_iter().all(|n| n >= FEWEST))
    else {
        bail!("at least {FEWEST} good clips and {FEWEST} bad ones are needed");
    };
    let deck = Deck::new(&split.train, settings.seed);
    let frames = split.train.len() * frames_per_clip * settings.epochs;
    let steps = frames.div_ceil(BATCH);
    let peak = RATES[usize::from(!start.file.is_empty())];
    let mut schedule = Schedule::new(peak, (steps as f64 * WARM_UP).ceil() as u64);
    schedule.end_at(steps as u64);

    let training = device.clone().autodiff();
    let mut model = start.model;
    let mut optimizer = Optimizer::new(Rule::AdamW);
    let mut recent: Option<f64> = None;
    for step in 0..steps {
        let begun = Instant::now();
        let (batch, good) = deck.batch(store, shape, step)?;
        let good = Tensor::from_data(TensorData::new(good, [BATCH]), &training);
        let loss = loss(model.forward(batch.to_tensor(&training)), good);
        let mut gradients = loss.backward();
        (model, _) = optimizer.step(model, &mut gradients, schedule.rate(step as u64));
        let loss = f64::from(loss.into_scalar::<f32>());
        ensure!(
            loss.is_finite(),
            "the loss is no number any more at step {step}: are the --weights those of a ResNet-18 trained on pictures?"
        );
        let mean = recent.map_or(loss, |mean| 0.9 * mean + 0.1 * loss);
        recent = Some(mean);
        let wanted = progress(Progress {
            step: step + 1,
            steps,
            loss: mean,
            frames_per_second: BATCH as f64 / begun.elapsed().as_secs_f64().max(1e-9),
        });
        if !wanted {
            return Ok(None);
        }
    }

    let model = settle(model, |i| {
        let (batch, _) = deck.batch(store, shape, steps + i)?;
        Ok(batch.to_tensor(&training))
    })?;

    let mut card = Card::new(shape, frames_per_clip);
    card.trained_on.clone_from(&settings.trained_on);
    card.began_from = start.file;
    card.epochs = settings.epochs;
    card.seed = settings.seed;
    let [bad, good] = count(split.train.iter());
    card.trained = [good, bad];
    let [bad, good] = count(split.held_out.iter());
    card.held_out = [good, bad];
    let mut classifier = Classifier {
        model: model.valid(),
        card,
    };
    let clips: Vec<u64> = split.held_out.iter().map(|example| example.clip).collect();
    let logits = classifier.logits(store, &clips, device, &mut |_| true)?;
    let held_out = logits
        .into_iter()
        .flatten()
        .zip(&split.held_out)
        .map(|(logits, example)| (logits, example.good))
        .collect::<Vec<_>>();
    let report = calibrate(&held_out, split.by);
    classifier.card.temperature = report.temperature;
    classifier.card.threshold = report.threshold;
    classifier.card.accuracy = report.accuracy;
    classifier.card.balanced_accuracy = report.balanced_accuracy;
    classifier.card.calibration_error = report.calibration_error;
    Ok(Some((classifier, report)))
}

/// `model` with its running statistics measured anew. Those that training leaves behind are an average
/// over the last weights, and, after a short training, over what they began from.
fn settle(model: ResNet, frames: impl Fn(usize) -> Result<Tensor<4>>) -> Result<ResNet> {
    struct Scale(f64);
    impl Map for Scale {
        fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>) -> Tensor<D> {
            if name.contains("running_") {
                value * self.0
            } else {
                value
            }
        }
    }
    let model = params::map(model, &mut Scale(0.0));
    for i in 0..SETTLING {
        model.forward(frames(i)?);
    }
    // What is missing is the share of the zeros.
    let seen = 1.0 - (1.0 - MOMENTUM).powi(SETTLING as i32);
    Ok(params::map(model, &mut Scale(1.0 / seen)))
}

/// Mean cross entropy of logits against 1 for good and 0 for bad.
pub(super) fn loss(logits: Tensor<1>, good: Tensor<1>) -> Tensor<1> {
    // ln(1 + eᶻ) − y z, in a form that doesn't overflow.
    let softplus = relu(logits.clone()) + (-logits.clone().abs()).exp().log1p();
    (softplus - logits * good).mean()
}

/// Draws clips for training: from good and bad in turns, each of a class once before any comes again.
struct Deck {
    /// Bad ones and good ones.
    classes: [Vec<u64>; 2],
    seed: u64,
}

impl Deck {
    fn new(examples: &[Example], seed: u64) -> Self {
        let class = |good| {
            let of_class = examples.iter().filter(|example| example.good == good);
            of_class.map(|example| example.clip).collect()
        };
        Self {
            classes: [class(false), class(true)],
            seed,
        }
    }

    /// Draw `k` of a class.
    fn draw(&self, good: bool, k: usize) -> u64 {
        let clips = &self.classes[usize::from(good)];
        let (round, place) = (k / clips.len(), k % clips.len());
        let mut order: Vec<usize> = (0..clips.len()).collect();
        let mut rng = Rng::of_step(self.seed, round as u64, ORDER + u64::from(good));
        for i in (1..order.len()).rev() {
            order.swap(i, rng.below(i + 1));
        }
        clips[order[place]]
    }

    /// The frames of a step, and 1 for each good one.
    fn batch(&self, store: &ClipStore, shape: Shape, step: usize) -> Result<(Batch, Vec<f32>)> {
        let mut drawn: Vec<(u64, bool)> = (0..BATCH)
            .map(|i| {
                let good = i % 2 == 1;
                (self.draw(good, (step * BATCH + i) / 2), good)
            })
            .collect();
        // So that a clip that is drawn twice is read once.
        drawn.sort_unstable();
        let mut batch = Batch::new(shape);
        let mut rng = Rng::of_step(self.seed, step as u64, FRAME);
        let mut last: Option<(u64, Vec<u8>)> = None;
        for &(clip, _) in &drawn {
            let bytes = match last.take() {
                Some((number, bytes)) if number == clip => bytes,
                _ => store.read_clip(clip)?,
            };
            // Left and right don't make a clip better or worse, so mirrored frames are as true as the
            // others. Up and down do: no game is played upside down.
            batch.add(&bytes, rng.below(store.frames_per_clip()), rng.chance(0.5));
            last = Some((clip, bytes));
        }
        let good = drawn.iter().map(|&(_, good)| f32::from(u8::from(good)));
        Ok((batch, good.collect()))
    }
}

#[cfg(test)]
mod tests;
