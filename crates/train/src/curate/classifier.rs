//! A trained classifier: the network, and what its file says of it.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use burn::tensor::Device;
use data::ClipStore;
use serde::{Deserialize, Serialize};

use super::frames::{self, Shape};
use super::resnet::ResNet;
use super::weights::RESNET_18;
use super::{calibration, weights};
use crate::checkpoint;

const KEY: &str = "pocket-genie-classifier";
/// The version of [`Card`] that this program writes; it reads no other.
const FORMAT: u32 = 1;
/// Frames that are looked at together.
const BATCH: usize = 16;

/// What a classifier's file says of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Version of this description.
    pub format: u32,
    /// What it was trained on: the store and the labels.
    pub trained_on: String,
    /// What it began from: the name of a file of weights, or empty for chance.
    pub began_from: String,
    /// Rows of the frames.
    pub height: usize,
    /// Columns of the frames.
    pub width: usize,
    /// Frames looked at in each clip, evenly spread.
    pub frames_per_clip: usize,
    /// Logits are divided by it; above 0.
    pub temperature: f64,
    /// The threshold with the best balanced accuracy on the held-out clips, 0 to 1.
    pub threshold: f64,
    /// Share of the held-out clips that it tells right at a threshold of 0.5.
    pub accuracy: f64,
    /// The same, as the mean of the good clips' share and the bad ones'.
    pub balanced_accuracy: f64,
    /// Expected calibration error on held-out clips, 10 bins.
    pub calibration_error: f64,
    /// Clips it has learned from: good and bad.
    pub trained: [usize; 2],
    /// Clips held out: good and bad.
    pub held_out: [usize; 2],
    /// Times that it has seen as many frames as there are.
    pub epochs: usize,
    /// Seed of every choice.
    pub seed: u64,
}

impl Card {
    /// A description of something not yet measured.
    pub(super) fn new(shape: Shape, frames_per_clip: usize) -> Self {
        Self {
            format: FORMAT,
            trained_on: String::new(),
            began_from: String::new(),
            height: shape.height,
            width: shape.width,
            frames_per_clip,
            temperature: 1.0,
            threshold: 0.5,
            accuracy: f64::NAN,
            balanced_accuracy: f64::NAN,
            calibration_error: f64::NAN,
            trained: [0; 2],
            held_out: [0; 2],
            epochs: 0,
            seed: 0,
        }
    }
}

/// A network that tells good clips from bad ones.
#[derive(Clone, Debug)]
pub struct Classifier {
    /// The network, without autodiff.
    pub(super) model: ResNet,
    /// What its file says of it.
    pub card: Card,
}

impl Classifier {
    /// Writes it to `path`: torchvision's tensors, and the card in the metadata.
    ///
    /// # Errors
    /// Names the file.
    pub fn save(&self, path: &Path) -> Result<()> {
        checkpoint::save_as(KEY, path, &weights::tensors(&self.model)?, &self.card)
    }

    /// Reads what [`Self::save`] wrote.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn load(path: &Path, device: &Device) -> Result<Self> {
        let name = path.display();
        let file = RESNET_18.read(path)?;
        let Some(card) = file.metadata.get(KEY) else {
            bail!(
                "{name} holds weights, but no classifier of `genie curate train`. Train one with --weights {name}"
            );
        };
        let card: Card = serde_json::from_str(card)
            .with_context(|| format!("{name}: the description of the classifier is damaged"))?;
        ensure!(
            card.format == FORMAT,
            "{name} is a classifier of version {}, this program reads version {FORMAT}. Train it again",
            card.format
        );
        ensure!(
            card.temperature > 0.0 && card.temperature.is_finite() && card.frames_per_clip > 0,
            "{name}: the description of the classifier is damaged"
        );
        let model = RESNET_18.fill(ResNet::new(device), &file.tensors, path)?;
        Ok(Self { model, card })
    }

    /// The score of each of `clips`: the mean of its frames' probabilities of being good, 0 to 1.
    /// `progress` hears how many are done, and stops it by returning `false`; then there is no result.
    ///
    /// # Errors
    /// If the store's frames have another size than the classifier's, or a clip can't be read.
    pub fn score(
        &self,
        store: &ClipStore,
        clips: &[u64],
        device: &Device,
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Option<Vec<f64>>> {
        let logits = self.logits(store, clips, device, progress)?;
        Ok(logits.map(|logits| {
            let temperature = self.card.temperature;
            logits
                .iter()
                .map(|frames| calibration::score(frames, temperature))
                .collect()
        }))
    }

    /// The logits of each clip's frames, not divided by the temperature.
    pub(super) fn logits(
        &self,
        store: &ClipStore,
        clips: &[u64],
        device: &Device,
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Option<Vec<Vec<f32>>>> {
        let (shape, card) = (Shape::of(store)?, &self.card);
        ensure!(
            (shape.height, shape.width) == (card.height, card.width),
            "{} holds frames of {}×{} pixels, the classifier was trained on {}×{}. Train one on this store",
            store.path().display(),
            shape.width,
            shape.height,
            card.width,
            card.height
        );
        let at = frames::spread(store.frames_per_clip(), card.frames_per_clip);
        let mut all = Vec::with_capacity(clips.len());
        for group in clips.chunks((BATCH / at.len()).max(1)) {
            let mut batch = frames::Batch::new(shape);
            for &clip in group {
                let bytes = store.read_clip(clip)?;
                for &t in &at {
                    batch.add(&bytes, t, false);
                }
            }
            let logits: Vec<f32> = self
                .model
                .forward(batch.to_tensor(device))
                .to_data()
                .convert::<f32>()
                .try_to_vec()?;
            ensure!(
                logits.iter().all(|logit| logit.is_finite()),
                "the classifier gives no numbers for the clips from {} on: train it again",
                group[0]
            );
            all.extend(logits.chunks(at.len()).map(<[f32]>::to_vec));
            if !progress(all.len()) {
                return Ok(None);
            }
        }
        Ok(Some(all))
    }
}
