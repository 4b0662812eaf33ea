//! A training run: its settings and its folder.
//!
//! ```text
//! runs/NAME/run.json                    settings; a resume must match them
//!           tokenizer.safetensors       checkpoint of phase 1
//!           actions.safetensors         checkpoint of phase 2: the latent action model
//!           encoded.safetensors         the clips as codes and actions, as far as they were drawn
//!           dynamics.safetensors        checkpoint of phase 3
//!           dynamics.best.safetensors   phase 3 when it played best, if it was played on held-out clips
//!           *.stable.safetensors        a phase before its learning rate fell: an extension goes on from it
//!           log.jsonl                   one line per step
//!           sheets/*.png                contact sheets
//! ```

use std::fs;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, Result, bail};
use data::ClipStore;
use model::Config;
use serde::{Deserialize, Serialize};

use crate::budget::Budgets;
use crate::checkpoint::write_atomically;
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
    /// Frames of each clip, at most the config's.
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
}

impl Settings {
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
}

/// The name of phase 1.
pub const TOKENIZER: &str = "tokenizer";
/// The name of phase 2.
pub const ACTIONS: &str = "actions";
/// The name of phase 3.
pub const DYNAMICS: &str = "dynamics";
const SETTINGS: &str = "run.json";

/// Says that `folder` holds a run where there should be none.
pub fn taken(folder: &Path) -> String {
    format!(
        "{} already holds a run. Go on with it by adding --resume, or choose another folder with --out",
        folder.display()
    )
}

/// Says that `folder` holds no run where there should be one.
pub fn missing(folder: &Path) -> String {
    format!("{} holds no run to resume (no run.json)", folder.display())
}

/// The folder of a run.
#[derive(Clone, Debug)]
pub struct Run {
    folder: PathBuf,
    /// Its settings.
    pub settings: Settings,
}

impl Run {
    /// Starts a run in `folder`, which must not hold one already.
    ///
    /// # Errors
    /// If it does, or the folder can't be written.
    pub fn create(folder: &Path, settings: Settings) -> Result<Self> {
        let file = folder.join(SETTINGS);
        if file.exists() {
            bail!(taken(folder));
        }
        fs::create_dir_all(folder.join("sheets"))
            .with_context(|| format!("can't make the folder {}", folder.display()))?;
        write_atomically(&file, &serde_json::to_vec_pretty(&settings)?)?;
        Ok(Self {
            folder: folder.to_owned(),
            settings,
        })
    }

    /// Whether `folder` holds a run.
    pub fn exists(folder: &Path) -> bool {
        folder.join(SETTINGS).exists()
    }

    /// Opens the run in `folder`.
    ///
    /// # Errors
    /// If there is none.
    pub fn open(folder: &Path) -> Result<Self> {
        let file = folder.join(SETTINGS);
        let text = fs::read(&file).with_context(|| missing(folder))?;
        let settings = serde_json::from_slice(&text)
            .with_context(|| format!("{} is damaged", file.display()))?;
        Ok(Self {
            folder: folder.to_owned(),
            settings,
        })
    }

    /// Changes the settings, for this and every later resume.
    ///
    /// # Errors
    /// If `run.json` can't be written.
    pub fn set_settings(&mut self, settings: Settings) -> Result<()> {
        write_atomically(
            &self.folder.join(SETTINGS),
            &serde_json::to_vec_pretty(&settings)?,
        )?;
        self.settings = settings;
        Ok(())
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The log.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log.jsonl")
    }

    /// The checkpoint of a phase.
    pub fn checkpoint(&self, phase: &str) -> PathBuf {
        self.folder.join(format!("{phase}.safetensors"))
    }

    /// The checkpoint of a phase from where its learning rate began to fall.
    pub fn stable_checkpoint(&self, phase: &str) -> PathBuf {
        self.folder.join(format!("{phase}.stable.safetensors"))
    }

    /// The clips as codes and actions.
    pub fn encoded(&self) -> PathBuf {
        self.folder.join("encoded.safetensors")
    }

    /// The dynamics that played best on held-out clips.
    pub fn best_checkpoint(&self) -> PathBuf {
        self.folder.join("dynamics.best.safetensors")
    }

    /// The contact sheet of a phase after `step` steps.
    pub fn sheet(&self, phase: &str, step: u64) -> PathBuf {
        self.folder
            .join("sheets")
            .join(format!("{phase}-{step:06}.png"))
    }
}
