//! The folder of a training run.
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
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::checkpoint::write_atomically;
use crate::settings::Settings;

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
    /// If there is none, or it can't work with its settings.
    pub fn open(folder: &Path) -> Result<Self> {
        let file = folder.join(SETTINGS);
        let text = fs::read(&file).with_context(|| missing(folder))?;
        let settings: Settings = serde_json::from_slice(&text)
            .with_context(|| format!("{} is damaged", file.display()))?;
        settings
            .check()
            .with_context(|| format!("{} can't be used", file.display()))?;
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
