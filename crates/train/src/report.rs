//! What a training tells the world: events for a display, and a JSON-lines log.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

/// One step's figures.
#[derive(Clone, Debug, Serialize)]
pub struct StepReport {
    /// `tokenizer` or `dynamics`.
    pub phase: &'static str,
    /// Steps done.
    pub step: u64,
    /// Training time so far, over all resumes, seconds.
    pub seconds: f64,
    /// Seconds until the phase ends, if that is known.
    pub seconds_left: Option<f64>,
    /// Frames trained on per second, over this step.
    pub frames_per_second: f64,
    /// Learning rate.
    pub rate: f64,
    /// Losses, PSNR, perplexities, by name.
    pub figures: BTreeMap<&'static str, f64>,
}

/// Where progress goes, and where the wish to stop comes from.
pub trait Display {
    /// A step is done.
    fn step(&mut self, report: &StepReport);
    /// Something worth a line.
    fn note(&mut self, text: &str);
    /// Whether to stop after this step: the training saves itself and returns.
    fn wants_to_stop(&self) -> bool {
        false
    }
}

/// A display that shows nothing.
pub struct Silent;

impl Display for Silent {
    fn step(&mut self, _report: &StepReport) {}
    fn note(&mut self, _text: &str) {}
}

/// The JSON-lines log of a run: one line per step.
pub struct Log(File);

impl Log {
    /// Opens `path` to append to it.
    ///
    /// # Errors
    /// Names the file.
    pub fn append_to(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        Ok(Self(file.with_context(|| {
            format!("can't write the log {}", path.display())
        })?))
    }

    /// Adds one step.
    ///
    /// # Errors
    /// If the line can't be written.
    pub fn step(&mut self, report: &StepReport) -> Result<()> {
        let mut line = serde_json::to_vec(report)?;
        line.push(b'\n');
        self.0
            .write_all(&line)
            .context("can't write the log: is the disk full?")
    }
}
