//! The settings of a training run, as `run.json` has them.

use std::path::{PathBuf, absolute};

use anyhow::{Context, Result, ensure};
use data::ClipStore;
use model::Config;
use serde::{Deserialize, Serialize};

use crate::budget::Budgets;
use crate::masking::{Imagined, Masking};
use crate::optimizer::Rule;
use crate::store;

/// Everything that fixes the course of a training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Sizes.
    pub config: Config,
    /// The store of clips.
    pub data: PathBuf,
    /// Clips of other levels or videos, on which the dynamics are played now and then.
    #[serde(default)]
    pub held_out: Option<PathBuf>,
    /// Licence of these clips, for the world that learns from them.
    pub licence: String,
    /// How long each phase trains.
    pub budgets: Budgets,
    /// Seed of weights, batches and masks.
    pub seed: u64,
    /// The video tokenizer's phase.
    pub tokenizer: TokenizerSettings,
    /// The latent action model's phase.
    pub actions: ActionSettings,
    /// The dynamics model's phase.
    pub dynamics: DynamicsSettings,
}

/// Settings of phase 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenizerSettings {
    /// Clips a step.
    pub batch: usize,
    /// Frames of each clip; the config's unless told otherwise.
    pub frames: usize,
    /// Highest learning rate.
    pub rate: f64,
    /// Steps of warm-up.
    pub warm_up: u64,
    /// What turns gradients into steps.
    pub optimizer: Rule,
    /// Steps without use after which a code is revived.
    pub revive_after: u64,
}

/// Settings of phase 2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionSettings {
    /// Clips a step.
    pub batch: usize,
    /// Highest learning rate.
    pub rate: f64,
    /// Steps of warm-up.
    pub warm_up: u64,
    /// What turns gradients into steps.
    pub optimizer: Rule,
    /// Steps without use after which an action is revived.
    pub revive_after: u64,
    /// Share of steps in which the action decoder sees no frame but the last.
    pub history_dropout: f32,
    /// Share of frames hidden from the action decoder in the other steps.
    pub hidden_frames: f32,
    /// Whether small motion counts like large motion in the action model's loss.
    pub motion_weighted: bool,
    /// Mean squared change below which a picture counts as still.
    pub motion_floor: f32,
    /// Pixels along the edges of a frame that don't count in the action model's loss.
    #[serde(default)]
    pub margin: usize,
    /// Weight of the loss on differences of neighbouring pixels, along rows and along columns, in the action
    /// model's loss.
    #[serde(default)]
    pub edges: f32,
}

/// Settings of phase 3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DynamicsSettings {
    /// Clips a step.
    pub batch: usize,
    /// Highest learning rate.
    pub rate: f64,
    /// Steps of warm-up.
    pub warm_up: u64,
    /// What turns gradients into steps.
    pub optimizer: Rule,
    /// What the dynamics model may see.
    pub masking: Masking,
    /// Which clips it sees as it imagines them.
    #[serde(default = "Imagined::none")]
    pub imagined: Imagined,
}

/// The share of a frame's shorter side, as 1 in so many, that is left out along its edges.
const MARGIN: usize = 8;

/// Where a store is, from wherever the run is gone on with.
///
/// # Errors
/// If the current folder is gone.
pub fn place(store: &ClipStore) -> Result<PathBuf> {
    if store.is_remote() {
        return Ok(store.path().to_path_buf());
    }
    absolute(store.path()).with_context(|| format!("can't find {}", store.path().display()))
}

impl Settings {
    /// Settings that suit `config`. The world will be played at the video's rate, whatever `config`
    /// says.
    ///
    /// # Errors
    /// If the `clips` don't suit the model.
    pub fn new(mut config: Config, clips: &ClipStore, budgets: Budgets, seed: u64) -> Result<Self> {
        store::check(&config, clips)?;
        let spec = clips.spec();
        config.fps = (spec.fps.round() as usize).max(1);
        let frames = config.frames;
        let margin = config.height.min(config.width) / MARGIN;
        let data = place(clips)?;
        Ok(Self {
            config,
            data,
            held_out: None,
            licence: spec.licence.clone(),
            budgets,
            seed,
            tokenizer: TokenizerSettings {
                batch: 4,
                frames,
                rate: 1e-3,
                warm_up: 100,
                optimizer: Rule::Muon,
                revive_after: 200,
            },
            actions: ActionSettings {
                batch: 16,
                rate: 1e-3,
                warm_up: 100,
                optimizer: Rule::Muon,
                revive_after: 20,
                history_dropout: 0.5,
                hidden_frames: 0.3,
                motion_weighted: true,
                motion_floor: 0.002,
                margin,
                edges: 0.0,
            },
            dynamics: DynamicsSettings {
                batch: 6,
                rate: 1e-3,
                warm_up: 100,
                optimizer: Rule::Muon,
                masking: Masking::default(),
                imagined: Imagined::default(),
            },
        })
    }

    /// These settings with the one at `path` changed to `value`, as `run.json` has them:
    /// `dynamics.masking.corruption`, `0.1`.
    ///
    /// # Errors
    /// If there is no such setting, or it can't have that value.
    pub fn with(&self, path: &str, value: &str) -> Result<Self> {
        let mut all = serde_json::to_value(self)?;
        let missing = || format!("there is no setting `{path}`; run.json has them all");
        let (group, name) = path.rsplit_once('.').unwrap_or(("", path));
        let group = match group {
            "" => Some(&mut all),
            _ => all.pointer_mut(&format!("/{}", group.replace('.', "/"))),
        };
        // What has its usual value may be left out of run.json.
        let group = group.and_then(|group| group.as_object_mut());
        let value_there = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        group
            .with_context(missing)?
            .insert(name.to_owned(), value_there);
        serde_json::from_value(all)
            .with_context(|| format!("the setting `{path}` can't be `{value}`"))
    }

    /// Whether a training can work with these.
    ///
    /// # Errors
    /// Names the first setting that can't be as it is, and what it may be.
    pub fn check(&self) -> Result<()> {
        let (t, a, d) = (&self.tokenizer, &self.actions, &self.dynamics);
        for (phase, batch, rate) in [
            ("tokenizer", t.batch, t.rate),
            ("actions", a.batch, a.rate),
            ("dynamics", d.batch, d.rate),
        ] {
            ensure!(batch > 0, "{phase}.batch must be at least one clip");
            let usual = rate > 0.0 && rate < 1.0;
            ensure!(usual, "{phase}.rate must be between 0 and 1, not {rate}");
        }
        ensure!(t.frames > 0, "tokenizer.frames must be at least 1");
        let shares = [
            ("actions.history_dropout", a.history_dropout),
            ("actions.hidden_frames", a.hidden_frames),
            ("dynamics.masking.clean_frames", d.masking.clean_frames),
            ("dynamics.masking.least_rate", d.masking.least_rate),
            ("dynamics.masking.corruption", d.masking.corruption),
            (
                "dynamics.masking.unknown_actions",
                d.masking.unknown_actions,
            ),
            ("dynamics.imagined.share", d.imagined.share),
        ];
        for (name, share) in shares {
            let fits = (0.0..=1.0).contains(&share);
            ensure!(fits, "{name} must be from 0 to 1, not {share}");
        }
        for (name, value) in [
            ("actions.motion_floor", a.motion_floor),
            ("dynamics.imagined.temperature", d.imagined.temperature),
        ] {
            let fits = value > 0.0 && value.is_finite();
            ensure!(fits, "{name} must be above 0, not {value}");
        }
        ensure!(
            a.edges >= 0.0 && a.edges.is_finite(),
            "actions.edges must be 0 or above, not {}",
            a.edges
        );
        let half = self.config.height.min(self.config.width).div_ceil(2);
        ensure!(
            a.margin < half,
            "actions.margin must be below {half}, half of a frame"
        );
        let scale = self.config.latent_action.downscale;
        let inside = self.config.height.min(self.config.width) / scale - 2 * (a.margin / scale);
        ensure!(
            a.edges == 0.0 || inside > 1,
            "actions.edges compares neighbours: actions.margin must leave at least two pixels, not {inside}"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn edges_need_two_pixels_inside_the_margin() {
        let mut settings = crate::ablate::tests::settings().base;
        (settings.config.height, settings.config.width) = (9, 9);
        settings.config.latent_action.downscale = 1;
        settings.actions.margin = 4;
        settings.check().expect("one pixel is enough without edges");
        settings.actions.edges = 1.0;
        let said = settings.check().expect_err("a pixel has no neighbour");
        assert!(said.to_string().contains("two pixels"), "{said}");
        settings.actions.margin = 3;
        settings.check().expect("three pixels have neighbours");
    }
}
