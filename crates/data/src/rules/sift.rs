//! From a metadata file to the part of it that the rules keep.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::lines::Lines;
use super::{Duplicate, Rules, Tally};
use crate::{Error, Result};

/// What came of [`sift`].
#[derive(Debug)]
pub struct Sifted {
    /// What each rule and word did.
    pub tally: Tally,
    /// Lines that name a video again. Those left out are neither counted nor written.
    pub duplicates: Vec<Duplicate>,
}

/// Judges every video of the JSON lines in `metadata` and, if asked, writes the lines of those that
/// are kept to `kept`, unchanged and in the same order, one line in memory at a time.
///
/// `kept` is replaced in one step at the end; on an error it stays as it was.
///
/// # Errors
/// Those of [`Metadata::load`](super::Metadata::load); [`Error::Invalid`] when `kept` is the metadata
/// file itself or something other than a file; [`Error::Io`] when it can't be written.
pub fn sift(metadata: &Path, rules: &Rules, kept: Option<&Path>) -> Result<Sifted> {
    let mut lines = Lines::open(metadata)?;
    let mut output = kept
        .map(|kept| Output::create(kept, metadata))
        .transpose()?;
    let mut tally = Tally::new(rules);
    while let Some((video, line)) = lines.next()? {
        let verdict = rules.judge(&video);
        tally.add(&verdict);
        if verdict.kept()
            && let Some(output) = &mut output
        {
            output.line(line)?;
        }
    }
    if let Some(output) = output {
        output.finish()?;
    }
    Ok(Sifted {
        tally,
        duplicates: lines.into_duplicates(),
    })
}

/// A file under a name of its own until it is complete.
struct Output {
    path: PathBuf,
    temporary: PathBuf,
    file: BufWriter<File>,
}

impl Output {
    fn create(path: &Path, metadata: &Path) -> Result<Self> {
        let name = path.file_name().filter(|_| !path.is_dir());
        let Some(name) = name else {
            return Err(Error::Invalid(format!(
                "{} is a folder. Give a file to write the kept lines to",
                path.display()
            )));
        };
        if let Ok(old) = fs::symlink_metadata(path) {
            // A link or a device would be replaced by a file, which nobody expects of /dev/stdout.
            if !old.is_file() {
                return Err(Error::Invalid(format!(
                    "{} is not a plain file. Give a file to write the kept lines to",
                    path.display()
                )));
            }
        }
        let mut temporary = OsString::from(name);
        temporary.push(".new");
        let temporary = path.with_file_name(temporary);
        let real = |path: &Path| fs::canonicalize(path).ok();
        for written in [path, &temporary] {
            if real(written).is_some_and(|written| real(metadata) == Some(written)) {
                return Err(Error::Invalid(format!(
                    "writing {} would overwrite the metadata, {}. Choose another name",
                    path.display(),
                    metadata.display()
                )));
            }
        }
        let file = File::create(&temporary).map_err(Error::io("write", &temporary))?;
        Ok(Self {
            path: path.to_path_buf(),
            temporary,
            file: BufWriter::new(file),
        })
    }

    fn line(&mut self, line: &[u8]) -> Result<()> {
        let end: &[u8] = if line.ends_with(b"\n") { b"" } else { b"\n" };
        self.file
            .write_all(line)
            .and_then(|()| self.file.write_all(end))
            .map_err(Error::io("write", &self.temporary))
    }

    fn finish(mut self) -> Result<()> {
        self.file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all())
            .map_err(Error::io("write", &self.temporary))?;
        fs::rename(&self.temporary, &self.path).map_err(Error::io("replace", &self.path))
    }
}

impl Drop for Output {
    /// Leaves nothing behind of a file that was not finished; after `finish` there is nothing left.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.temporary);
    }
}

#[cfg(test)]
mod tests;
