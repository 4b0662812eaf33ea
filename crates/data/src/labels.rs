//! Grades that a person gave to clips, 1 (bad) to 5 (good), as the paper has them (Appendix B.2).
//!
//! One JSON line for each grade, in the order given: `{"clip":12,"sha256":"…","grade":4}`. Of several
//! grades of a clip the last one counts. The file lies beside the store, whose own folder stays
//! untouched, and every grade is on disk when [`Labels::grade`] returns.
//!
//! A clip is known by its checksum where the store has a manifest, so grades outlive a store that is
//! made anew in another order, and hold in its views; else by its number.

mod line;

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use crate::{ClipStore, Error, Result, hash};
use line::Line;

/// The grades there are.
pub const GRADES: RangeInclusive<u8> = 1..=5;

/// Bound on a file of grades: about three million of them.
const MAX_BYTES: u64 = 256 << 20;

/// The clips that grades are for.
#[derive(Clone, Debug)]
pub struct Clips {
    len: u64,
    /// SHA-256 in hexadecimal, by clip; empty where the store has no manifest.
    hashes: Vec<String>,
    by_hash: HashMap<String, u64>,
}

impl Clips {
    /// `len` clips known by their numbers alone.
    #[must_use]
    pub fn numbered(len: u64) -> Self {
        Self {
            len,
            hashes: Vec::new(),
            by_hash: HashMap::new(),
        }
    }

    /// One clip for each checksum. Of clips that are the same, a checksum alone means the first.
    #[must_use]
    pub fn hashed(hashes: Vec<String>) -> Self {
        let mut by_hash = HashMap::with_capacity(hashes.len());
        for (clip, hash) in (0..).zip(&hashes) {
            by_hash.entry(hash.to_ascii_lowercase()).or_insert(clip);
        }
        Self {
            len: hashes.len() as u64,
            hashes,
            by_hash,
        }
    }

    /// The clips of a store, or of a view: by checksum, or by number where there is no manifest.
    ///
    /// # Errors
    /// As [`ClipStore::manifest`].
    pub fn of(store: &ClipStore) -> Result<Self> {
        if !store.has_manifest() {
            return Ok(Self::numbered(store.len()));
        }
        let records = store.manifest()?.into_iter();
        Ok(Self::hashed(records.map(|record| record.sha256).collect()))
    }

    /// Number of clips.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The checksum of `clip`, where there is a manifest.
    #[must_use]
    pub fn hash(&self, clip: u64) -> Option<&str> {
        let hash = self.hashes.get(usize::try_from(clip).ok()?)?;
        Some(hash)
    }

    /// Which clip `line` is of: `None` when this store doesn't have it.
    fn find(&self, line: &Line) -> Result<Option<u64>, String> {
        match (line.clip, &line.sha256) {
            (None, Some(_)) if self.hashes.is_empty() => Err(
                "it names a clip by its checksum alone, but this store has no manifest of checksums. Add the clip's number"
                    .into(),
            ),
            (Some(clip), Some(sha256)) if !self.hashes.is_empty() => {
                // The number is only a hint, which tells clips that are the same apart.
                let here = self.hash(clip);
                if here.is_some_and(|here| here.eq_ignore_ascii_case(sha256)) {
                    return Ok(Some(clip));
                }
                Ok(self.by_hash.get(&sha256.to_ascii_lowercase()).copied())
            }
            (None, Some(sha256)) => Ok(self.by_hash.get(&sha256.to_ascii_lowercase()).copied()),
            (Some(clip), _) if clip < self.len => Ok(Some(clip)),
            (Some(clip), _) => Err(format!(
                "there is no clip {clip}: the store has {}. Are these the labels of another store?",
                self.len
            )),
            (None, None) => Err("it names no clip, neither by `clip` nor by `sha256`".into()),
        }
    }
}

/// Where the grades of the store at `store` lie unless told otherwise: `STORE.labels.jsonl`, beside it.
///
/// # Errors
/// [`Error::Io`] when `store` is a path such as `..` that names no folder that can be found,
/// [`Error::Invalid`] when it is the address of a remote store.
pub fn default_path(store: &Path) -> Result<PathBuf> {
    if store.to_string_lossy().contains("://") {
        return Err(Error::Invalid(format!(
            "labels can't be kept beside {}, which isn't on this machine. Say where with --labels",
            store.display()
        )));
    }
    let named = match store.file_name() {
        Some(_) => store.to_path_buf(),
        None => fs::canonicalize(store).map_err(Error::io("find", store))?,
    };
    let mut name = named.file_name().unwrap_or_default().to_os_string();
    name.push(".labels.jsonl");
    Ok(named.with_file_name(name))
}

/// The grades of a store's clips.
#[derive(Debug)]
pub struct Labels {
    path: PathBuf,
    clips: Clips,
    grades: BTreeMap<u64, u8>,
    elsewhere: usize,
    /// Open, locked, and with a whole last line, once grades are to be added.
    file: Option<File>,
}

impl Labels {
    /// Reads the grades at `path`; none where there is no such file. A last line that a killed
    /// program left unfinished is ignored.
    ///
    /// # Errors
    /// [`Error::Label`], with its number, for a line that is no grade of a clip of this store;
    /// [`Error::Io`] when the file can't be read.
    pub fn read(path: impl AsRef<Path>, clips: Clips) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let text = match File::open(&path) {
            Ok(file) => read_all(&file, &path)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(Error::io("read", &path)(error)),
        };
        let mut labels = Self {
            path,
            clips,
            grades: BTreeMap::new(),
            elsewhere: 0,
            file: None,
        };
        labels.take(&text)?;
        Ok(labels)
    }

    /// Opens `path` to add grades, and makes it where there is none. A last line that a killed
    /// program left unfinished is removed.
    ///
    /// # Errors
    /// As [`Self::read`]; [`Error::Invalid`] when another program has it open to add grades.
    pub fn open(path: impl AsRef<Path>, clips: Clips) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Invalid(format!(
                    "another program is adding grades to {}. Wait until it ends, or stop it",
                    path.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path)(error)),
        }
        let text = read_all(&file, &path)?;
        let mut labels = Self {
            path,
            clips,
            grades: BTreeMap::new(),
            elsewhere: 0,
            file: None,
        };
        let whole = labels.take(&text)?;
        if whole < text.len() {
            file.set_len(whole as u64)
                .map_err(Error::io("repair", &labels.path))?;
        } else if text.last().is_some_and(|&last| last != b'\n') {
            file.write_all(b"\n")
                .map_err(Error::io("write", &labels.path))?;
        }
        labels.file = Some(file);
        Ok(labels)
    }

    /// Grades `clip`; when this returns, the grade is on disk.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when there is no such clip, [`Error::Invalid`] for another grade than 1
    /// to 5 or when the file was only read, [`Error::Io`] when it can't be written: the grade isn't
    /// taken then, and the file is as it was.
    pub fn grade(&mut self, clip: u64, grade: u8) -> Result<()> {
        if clip >= self.clips.len {
            return Err(Error::OutOfRange {
                path: self.path.clone(),
                clip,
                len: self.clips.len,
            });
        }
        if !GRADES.contains(&grade) {
            return Err(Error::Invalid(format!(
                "{grade} is no grade; they are 1 (bad) to 5 (good)"
            )));
        }
        let Some(file) = &mut self.file else {
            return Err(Error::Invalid(format!(
                "{} was opened for reading only",
                self.path.display()
            )));
        };
        let line = Line {
            clip: Some(clip),
            sha256: self.clips.hash(clip).map(str::to_owned),
            grade,
        };
        let before = file
            .metadata()
            .map_err(Error::io("look at", &self.path))?
            .len();
        // One write, so that a kill leaves a whole line or the beginning of one.
        let written = file
            .write_all(&line.to_bytes())
            .and_then(|()| file.sync_data());
        if let Err(error) = written {
            // Whatever of the line is there must not be in the way of the next one. Should this
            // fail too, the next opening repairs it.
            let _ = file.set_len(before);
            return Err(Error::io("write", &self.path)(error));
        }
        self.grades.insert(clip, grade);
        Ok(())
    }

    /// The grade of `clip`, if it has one.
    #[must_use]
    pub fn of(&self, clip: u64) -> Option<u8> {
        self.grades.get(&clip).copied()
    }

    /// Graded clips and their grades, by number.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u8)> + '_ {
        self.grades.iter().map(|(&clip, &grade)| (clip, grade))
    }

    /// How many clips have each grade, 1 to 5.
    #[must_use]
    pub fn counts(&self) -> [u64; 5] {
        let mut counts = [0; 5];
        for &grade in self.grades.values() {
            counts[usize::from(grade - 1)] += 1;
        }
        counts
    }

    /// Every clip once, in a random order of its own for each seed: those without a grade first.
    #[must_use]
    pub fn order(&self, seed: u64) -> Vec<u64> {
        let mut clips: Vec<u64> = (0..self.clips.len).collect();
        clips.sort_by_cached_key(|&clip| (self.of(clip).is_some(), hash::mix(&[seed, clip])));
        clips
    }

    /// Lines that name, by checksum, clips that this store doesn't have.
    #[must_use]
    pub fn elsewhere(&self) -> usize {
        self.elsewhere
    }

    /// The clips that grades are for.
    #[must_use]
    pub fn clips(&self) -> &Clips {
        &self.clips
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the grades of `text`, and returns how much of it is whole lines.
    fn take(&mut self, text: &[u8]) -> Result<usize> {
        let mut start = 0;
        for (number, piece) in (1..).zip(text.split_inclusive(|&byte| byte == b'\n')) {
            let fail = |what: String| Error::Label {
                path: self.path.clone(),
                line: number,
                what,
            };
            let body = piece.trim_ascii();
            if !body.is_empty() {
                let line = match Line::parse(body) {
                    // Half an object is no object: without its end, the line was never finished.
                    Err(line::Wrong::NotJson(_)) if !piece.ends_with(b"\n") => return Ok(start),
                    Err(line::Wrong::NotJson(what) | line::Wrong::NotALabel(what)) => {
                        return Err(fail(what));
                    }
                    Ok(line) => line,
                };
                match self.clips.find(&line).map_err(fail)? {
                    Some(clip) => {
                        self.grades.insert(clip, line.grade);
                    }
                    None => self.elsewhere += 1,
                }
            }
            start += piece.len();
        }
        Ok(start)
    }
}

fn read_all(file: &File, path: &Path) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(Error::io("read", path))?;
    if text.len() as u64 > MAX_BYTES {
        return Err(Error::Invalid(format!(
            "{} is larger than 256 MiB: these are no labels",
            path.display()
        )));
    }
    Ok(text)
}

#[cfg(test)]
mod tests;
