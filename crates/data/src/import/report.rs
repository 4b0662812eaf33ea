//! What became of each file, and of all together.

use std::fmt::{self, Display};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::segment::Leftover;
use crate::{Error, Result};

/// What became of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was decoded; its clips are in the store.
    Imported,
    /// It had been imported before, and was not decoded again.
    ImportedBefore,
    /// The rules dropped it; it was not decoded.
    DroppedByRules,
    /// It gave nothing, or could not be read.
    Failed,
}

/// Why an import ended before all files were done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The caller asked for it.
    Asked,
    /// A file failed or is damaged, and the import is strict; the last line says which.
    Strict,
}

/// One file's line of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileReport {
    /// The file, as the user named it.
    pub file: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Frames decoded, at the store's rate.
    pub frames: u64,
    /// Clips kept.
    pub clips: u64,
    /// Scene changes found.
    pub scene_changes: u64,
    /// Clips dropped because next to nothing moves in them.
    pub frozen: u64,
    /// Clips dropped because the store holds nearly the same already.
    pub duplicates: u64,
    /// Frames dropped because their shot ended before the clip did.
    pub leftover_frames: u64,
    /// Of those, the frames that clips of half the length would keep.
    pub leftover_kept_at_half: u64,
    /// Of those, the frames that clips of a quarter of the length would keep.
    pub leftover_kept_at_quarter: u64,
    /// Frames dropped because the file is damaged there.
    pub damaged_frames: u64,
    /// Whether damage was met; what decodes is kept.
    pub damaged: bool,
    /// Why it failed or was dropped, what is damaged, or what else is worth telling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

impl FileReport {
    pub(super) fn new(file: String, outcome: Outcome) -> Self {
        Self {
            file,
            outcome,
            frames: 0,
            clips: 0,
            scene_changes: 0,
            frozen: 0,
            duplicates: 0,
            leftover_frames: 0,
            leftover_kept_at_half: 0,
            leftover_kept_at_quarter: 0,
            damaged_frames: 0,
            damaged: false,
            words: None,
        }
    }

    pub(super) fn failed(file: String, words: impl Into<String>) -> Self {
        Self {
            words: Some(words.into()),
            ..Self::new(file, Outcome::Failed)
        }
    }

    /// Whether the file failed, or is damaged, in this run.
    pub(super) fn is_bad(&self) -> bool {
        self.outcome == Outcome::Failed || (self.outcome == Outcome::Imported && self.damaged)
    }

    pub(super) fn set_leftover(&mut self, leftover: Leftover) {
        self.leftover_frames = leftover.frames;
        self.leftover_kept_at_half = leftover.kept_at_half;
        self.leftover_kept_at_quarter = leftover.kept_at_quarter;
    }

    /// Tells of damage.
    pub(super) fn damage(&mut self, words: impl AsRef<str>) {
        self.damaged = true;
        self.tell(words);
    }

    /// Adds to what is worth telling.
    pub(super) fn tell(&mut self, words: impl AsRef<str>) {
        let words = words.as_ref();
        match &mut self.words {
            Some(told) => {
                told.push_str("; ");
                told.push_str(words);
            }
            None => self.words = Some(words.into()),
        }
    }
}

impl Display for FileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        match self.outcome {
            Outcome::Failed => f.write_str("failed")?,
            Outcome::DroppedByRules => f.write_str("dropped by the rules")?,
            Outcome::ImportedBefore => write!(f, "imported before, {}", count(self.clips, "clip"))?,
            Outcome::Imported => {
                write!(
                    f,
                    "{} read, {} kept",
                    count(self.frames, "frame"),
                    count(self.clips, "clip")
                )?;
                for (number, what) in [(self.frozen, "frozen"), (self.duplicates, "near-duplicate")]
                {
                    if number > 0 {
                        write!(f, ", {} {what} dropped", count(number, "clip"))?;
                    }
                }
                for (number, what) in [
                    (self.leftover_frames, "left over"),
                    (self.damaged_frames, "damaged"),
                ] {
                    if number > 0 {
                        write!(f, ", {} {what}", count(number, "frame"))?;
                    }
                }
                if self.scene_changes > 0 {
                    write!(f, ", {}", count(self.scene_changes, "scene change"))?;
                }
            }
        }
        match &self.words {
            Some(words) => write!(f, ": {words}"),
            None => Ok(()),
        }
    }
}

fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// What became of all files of one import.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// One line per file, in the order of import.
    pub files: Vec<FileReport>,
    /// Files in folders that were passed over since they are no videos.
    pub skipped: u64,
    /// Why the import ended before its end, if it did; the same import goes on from there.
    pub stopped: Option<Stopped>,
    /// Clips in the store now.
    pub store_clips: u64,
    /// Frames in each clip.
    pub clip_frames: u32,
}

impl Report {
    /// Number of files with that outcome.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.files.iter().filter(|f| f.outcome == outcome).count()
    }

    /// The sum of a figure over the files decoded in this run.
    #[must_use]
    pub fn sum(&self, figure: impl Fn(&FileReport) -> u64) -> u64 {
        let decoded = self.files.iter().filter(|f| f.outcome == Outcome::Imported);
        decoded.map(figure).sum()
    }

    /// Number of files in which damage was met in this run.
    #[must_use]
    pub fn damaged(&self) -> usize {
        self.sum(|f| f.damaged.into()) as usize
    }

    /// 0 where every file went well, 1 where one failed or is damaged.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        u8::from(self.count(Outcome::Failed) + self.damaged() > 0)
    }

    /// Writes one JSON object per file, one to a line.
    ///
    /// # Errors
    /// [`Error::Io`] when the file can't be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let write = || -> std::io::Result<()> {
            let mut out = BufWriter::new(File::create(path)?);
            for file in &self.files {
                serde_json::to_writer(&mut out, file)?;
                out.write_all(b"\n")?;
            }
            out.flush()
        };
        write().map_err(Error::io("write", path))
    }
}

/// The summary, several lines.
impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = |outcome| self.count(outcome) as u64;
        write!(f, "{} imported", count(files(Outcome::Imported), "file"))?;
        for (outcome, what) in [
            (Outcome::ImportedBefore, "imported before"),
            (Outcome::DroppedByRules, "dropped by the rules"),
            (Outcome::Failed, "failed"),
        ] {
            if files(outcome) > 0 {
                write!(f, ", {} {what}", files(outcome))?;
            }
        }
        if self.damaged() > 0 {
            write!(f, ", {} damaged", self.damaged())?;
        }
        if self.skipped > 0 {
            write!(f, ", {} passed over as no videos", self.skipped)?;
        }
        writeln!(f)?;
        writeln!(
            f,
            "{} read, {} kept ({} in the store now)",
            count(self.sum(|f| f.frames), "frame"),
            count(self.sum(|f| f.clips), "clip"),
            self.store_clips
        )?;
        writeln!(
            f,
            "dropped: {} frozen, {} near-duplicate, {} left over at {}, {} damaged",
            count(self.sum(|f| f.frozen), "clip"),
            count(self.sum(|f| f.duplicates), "clip"),
            count(self.sum(|f| f.leftover_frames), "frame"),
            count(self.sum(|f| f.scene_changes), "scene change") + " and ends",
            count(self.sum(|f| f.damaged_frames), "frame"),
        )?;
        let (half, quarter) = (
            self.sum(|f| f.leftover_kept_at_half),
            self.sum(|f| f.leftover_kept_at_quarter),
        );
        if quarter.max(half) > 0 {
            writeln!(
                f,
                "of the frames left over, clips of {} frames would keep {half}, clips of {} frames {quarter}",
                self.clip_frames / 2,
                self.clip_frames / 4
            )?;
        }
        Ok(())
    }
}
