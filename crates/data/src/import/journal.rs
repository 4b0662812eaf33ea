//! What has been imported into a store: `import.jsonl` in its directory.
//!
//! ```text
//! {"settings": {…}}                        the first line, kept for ever
//! {"begin": {"file": {…}, "clip": 100}}    before the first clip of a file: its number
//! {"end": {"file": {…}, "clip": 107, …}}   after its last: clips in the store by then, and its report
//! ```
//!
//! A file's `begin` is on disk before any of its clips, its `end` after all of them. So whenever the
//! program is killed, the clips past the last `end` are those of the files that have begun and not
//! ended, in the order of their lines.

use std::collections::HashMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files::Identity;
use super::fit::{Crop, Fit};
use super::report::FileReport;
use crate::{Error, Result};

/// The journal's name in the store's directory.
pub(super) const NAME: &str = "import.jsonl";

/// What all clips of a store have in common. An import that goes on must ask for the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) fps: f64,
    pub(super) clip_frames: u32,
    pub(super) fit: Fit,
    pub(super) crop: Option<Crop>,
    pub(super) scene_threshold: f32,
    pub(super) max_still: f64,
    pub(super) keep_duplicates: bool,
    pub(super) picture_fps: f64,
}

impl Settings {
    /// Says what differs, in the words of the command line.
    fn check_same(&self, wanted: &Self, store: &Path) -> Result<()> {
        let value = |settings: &Self| serde_json::to_value(settings).unwrap_or_default();
        let (mine, theirs) = (value(self), value(wanted));
        let names = [
            ("width", "width"),
            ("height", "height"),
            ("fps", "fps"),
            ("clip_frames", "clip frames"),
            ("fit", "fit"),
            ("crop", "crop"),
            ("scene_threshold", "scene threshold"),
            ("max_still", "max still"),
            ("keep_duplicates", "keep duplicates"),
            ("picture_fps", "picture fps"),
        ];
        match names.iter().find(|(key, _)| mine[*key] != theirs[*key]) {
            None => Ok(()),
            Some((key, field)) => Err(Error::SpecMismatch {
                path: store.to_path_buf(),
                field,
                found: mine[*key].to_string(),
                wanted: theirs[*key].to_string(),
            }),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Settings(Settings),
    Begin(Begun),
    End(Ended),
}

/// A file whose clips are being added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Begun {
    pub(super) file: Identity,
    /// Number of its first clip.
    pub(super) clip: u64,
}

/// A file whose clips are all there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ended {
    pub(super) file: Identity,
    /// Clips in the store after its last.
    pub(super) clip: u64,
    /// Whether it was left before its end, because it changed or went away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) left: bool,
    pub(super) report: FileReport,
}

/// The journal, open for adding; nobody else can open it meanwhile.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// The last `end` of every file, by its path.
    pub(super) ended: HashMap<String, Ended>,
    /// Files that began and did not end, in order.
    pub(super) open: Vec<Begun>,
    /// Clips that the last `end` counted.
    pub(super) counted: u64,
}

impl Journal {
    /// Opens the journal of the store at `store`, or begins it with `settings`.
    ///
    /// # Errors
    /// [`Error::SpecMismatch`] when it was begun with others, [`Error::Locked`] while another import
    /// runs, [`Error::Metadata`] when a line can't be read, [`Error::Io`].
    pub(super) fn open(store: &Path, settings: &Settings) -> Result<Self> {
        let path = store.join(NAME);
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let file = opened.map_err(Error::io("write", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Locked {
                    path: store.to_path_buf(),
                });
            }
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", &path)(e)),
        }
        let mut journal = Self {
            path,
            file,
            ended: HashMap::new(),
            open: Vec::new(),
            counted: 0,
        };
        match journal.read()? {
            Some(kept) => kept.check_same(settings, store)?,
            None => journal.add([Line::Settings(settings.clone())])?,
        }
        Ok(journal)
    }

    /// Reads all lines; one that a kill cut short is taken away. Returns the settings.
    fn read(&mut self) -> Result<Option<Settings>> {
        let mut text = Vec::new();
        self.file
            .read_to_end(&mut text)
            .map_err(Error::io("read", &self.path))?;
        let whole = text.iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
        if whole < text.len() {
            self.file
                .set_len(whole as u64)
                .map_err(Error::io("write", &self.path))?;
        }
        self.file
            .seek(SeekFrom::Start(whole as u64))
            .map_err(Error::io("write", &self.path))?;
        let mut settings = None;
        for (number, line) in text[..whole]
            .split(|&b| b == b'\n')
            .enumerate()
            .filter(|(_, l)| !l.is_empty())
        {
            let bad =
                |what: String| Error::metadata(&self.path, format!("line {}: {what}", number + 1));
            match serde_json::from_slice(line).map_err(|e| bad(e.to_string()))? {
                Line::Settings(kept) if number == 0 => settings = Some(kept),
                Line::Settings(_) => return Err(bad("settings belong into the first line".into())),
                _ if settings.is_none() => {
                    return Err(bad("the first line has no settings".into()));
                }
                Line::Begin(begun) => self.open.push(begun),
                Line::End(ended) => self.take(ended),
            }
        }
        Ok(settings)
    }

    fn take(&mut self, ended: Ended) {
        self.open.retain(|begun| begun.file != ended.file);
        self.counted = self.counted.max(ended.clip);
        self.ended.insert(ended.file.path.clone(), ended);
    }

    /// Whether that file has begun and not ended.
    pub(super) fn has_open(&self, file: &Identity) -> bool {
        self.open.iter().any(|begun| begun.file == *file)
    }

    /// Notes that these files' clips are coming.
    pub(super) fn begin(&mut self, files: Vec<Begun>) -> Result<()> {
        self.add(files.iter().cloned().map(Line::Begin))?;
        self.open.extend(files);
        Ok(())
    }

    /// Notes that these files' clips are all there.
    pub(super) fn end(&mut self, files: Vec<Ended>) -> Result<()> {
        self.add(files.iter().cloned().map(Line::End))?;
        files.into_iter().for_each(|ended| self.take(ended));
        Ok(())
    }

    /// Writes lines, and waits until they are on disk.
    fn add(&mut self, lines: impl IntoIterator<Item = Line>) -> Result<()> {
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, &line)
                .map_err(|e| Error::metadata(&self.path, e.to_string()))?;
            text.push(b'\n');
        }
        if text.is_empty() {
            return Ok(());
        }
        let end = self
            .file
            .stream_position()
            .map_err(Error::io("write", &self.path))?;
        let written = self
            .file
            .write_all(&text)
            .and_then(|()| self.file.sync_data());
        if let Err(e) = written {
            // Half a line on a full disk: what follows must not be glued to it. If even that fails, a
            // line without an end is taken away when the journal is read.
            let _ = self
                .file
                .set_len(end)
                .and_then(|()| self.file.seek(SeekFrom::Start(end)).map(drop));
            return Err(Error::io("write", &self.path)(e));
        }
        Ok(())
    }
}
