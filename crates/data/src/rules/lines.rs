//! JSON lines as yt-dlp writes them, read one at a time: a file of a million videos need not fit in
//! memory.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use super::Video;
use super::keys::{Duplicate, Keys};
use crate::{Error, Result};

/// Bound on one line. yt-dlp's are half a megabyte at most; a file without line ends is no such file.
const MAX_LINE: u64 = 16 << 20;

/// Reads the videos of a file of JSON lines, without those already seen in it.
pub(super) struct Lines {
    path: PathBuf,
    input: BufReader<File>,
    line: u64,
    text: Vec<u8>,
    videos: usize,
    keys: Keys,
}

impl Lines {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io("read", path))?;
        Ok(Self {
            path: path.to_path_buf(),
            input: BufReader::new(file),
            line: 0,
            text: Vec::new(),
            videos: 0,
            keys: Keys::default(),
        })
    }

    /// The next video and its line as it stands in the file, with its line end if there is one;
    /// `None` at the end.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::VideoMetadata`] for a line that is not an object with a title, and
    /// for a file without any.
    pub(super) fn next(&mut self) -> Result<Option<(Video, &[u8])>> {
        loop {
            self.text.clear();
            self.line += 1;
            let read = (&mut self.input)
                .take(MAX_LINE + 1)
                .read_until(b'\n', &mut self.text)
                .map_err(Error::io("read", &self.path))?;
            if read == 0 {
                return match self.videos {
                    0 => Err(self.refused(None, "it holds no videos")),
                    _ => Ok(None),
                };
            }
            if read as u64 > MAX_LINE {
                return Err(self.refused(Some(self.line), "it is longer than 16 MiB"));
            }
            // Some editors begin a file with a byte order mark.
            let start = match self.line == 1 && self.text.starts_with(b"\xef\xbb\xbf") {
                true => 3,
                false => 0,
            };
            let text = self.text[start..].trim_ascii();
            if text.is_empty() {
                continue;
            }
            let video = Video::parse(text).map_err(|what| self.refused(Some(self.line), what))?;
            if self.keys.add(&video, self.videos, self.line) {
                self.videos += 1;
                return Ok(Some((video, &self.text[start..])));
            }
        }
    }

    /// What the videos so far are found by.
    pub(super) fn into_keys(self) -> Keys {
        self.keys
    }

    /// The lines so far that name a video again.
    pub(super) fn into_duplicates(self) -> Vec<Duplicate> {
        self.keys.into_duplicates()
    }

    fn refused(&self, line: Option<u64>, what: impl Into<String>) -> Error {
        Error::VideoMetadata {
            path: self.path.clone(),
            line,
            what: what.into(),
        }
    }
}
