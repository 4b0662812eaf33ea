//! Finished results, a line of JSON each.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::measure::Figures;
use super::scale::{Point, Size};
use super::variants::Variant;

/// One finished result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "study")]
pub enum Record {
    /// A variant of the model.
    Variant {
        /// Which.
        variant: Variant,
        /// Its repetition.
        seed: u64,
        /// What it is worth.
        figures: Figures,
    },
    /// A dynamics model of one size and batch.
    Scale {
        /// Its repetition.
        seed: u64,
        /// Size, cost and losses.
        point: Point,
    },
}

/// The results of a folder.
pub struct Results {
    path: PathBuf,
    records: Vec<Record>,
}

impl Results {
    /// Reads the file at `path`, if there is one. A line that a killed program left half written goes.
    ///
    /// # Errors
    /// Names the file and the line that is damaged.
    pub fn open(path: &Path) -> Result<Self> {
        let text = if path.exists() {
            fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?
        } else {
            String::new()
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            let file = OpenOptions::new().write(true).open(path);
            file.and_then(|file| file.set_len(whole as u64))
                .with_context(|| format!("can't repair {}", path.display()))?;
        }
        let records = text[..whole]
            .lines()
            .enumerate()
            .map(|(i, line)| {
                serde_json::from_str(line).with_context(|| {
                    format!("{}, line {}, is damaged: remove it", path.display(), i + 1)
                })
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            path: path.to_owned(),
            records,
        })
    }

    /// Adds a result, in the file too.
    ///
    /// # Errors
    /// If the line can't be written.
    pub fn add(&mut self, record: Record) -> Result<()> {
        let mut line = serde_json::to_vec(&record)?;
        line.push(b'\n');
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path);
        file.and_then(|mut file| file.write_all(&line).and_then(|()| file.sync_all()))
            .with_context(|| format!("can't write {}: is the disk full?", self.path.display()))?;
        self.records.push(record);
        Ok(())
    }

    /// All results.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The figures of a variant, one for each seed.
    pub fn figures(&self, wanted: Variant) -> Vec<&Figures> {
        let of = |record| match record {
            &Record::Variant {
                variant,
                ref figures,
                ..
            } if variant == wanted => Some(figures),
            _ => None,
        };
        self.records.iter().filter_map(of).collect()
    }

    /// The points of the scaling study, all seeds.
    pub fn points(&self) -> Vec<&Point> {
        let points = self.records.iter().filter_map(|record| match record {
            Record::Scale { point, .. } => Some(point),
            Record::Variant { .. } => None,
        });
        points.collect()
    }

    pub(super) fn has_variant(&self, wanted: Variant, at: u64) -> bool {
        self.records.iter().any(|record| {
            matches!(record, &Record::Variant { variant, seed, .. } if variant == wanted && seed == at)
        })
    }

    pub(super) fn has_size(&self, wanted: &Size, at: u64) -> bool {
        self.records.iter().any(|record| {
            matches!(record, Record::Scale { seed, point } if point.size == *wanted && *seed == at)
        })
    }
}
