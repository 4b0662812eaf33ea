//! What a training tells the world: events for a display, and a JSON-lines log.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
pub struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    /// Opens `path` to append to it. A line that a killed program left half written goes.
    ///
    /// # Errors
    /// Names the file.
    pub fn append_to(path: &Path) -> Result<Self> {
        let open = || -> io::Result<File> {
            let file = OpenOptions::new().create(true).append(true).open(path)?;
            let text = fs::read(path)?;
            let whole = text.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
            if whole < text.len() {
                file.set_len(whole as u64)?;
            }
            Ok(file)
        };
        Ok(Self {
            file: open().with_context(|| format!("can't write the log {}", path.display()))?,
            path: path.to_owned(),
        })
    }

    /// Adds one step.
    ///
    /// # Errors
    /// If the line can't be written.
    pub fn step(&mut self, report: &StepReport) -> Result<()> {
        let mut line = serde_json::to_vec(report)?;
        line.push(b'\n');
        self.file.write_all(&line).with_context(|| {
            format!(
                "can't write the log {}: is the disk full?",
                self.path.display()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_written_line_goes_and_whole_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.jsonl");
        let report = StepReport {
            phase: "tokenizer",
            step: 2,
            seconds: 0.1,
            seconds_left: None,
            frames_per_second: 1.0,
            rate: 0.1,
            figures: BTreeMap::new(),
        };
        fs::write(&path, "{\"step\":1}\n{\"st").unwrap();
        Log::append_to(&path).unwrap().step(&report).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            (&lines[0]["step"], &lines[1]["step"]),
            (&1.into(), &2.into())
        );
        assert_eq!(lines.len(), 2);
    }
}
