//! What a download tool wrote about videos, and which video file it belongs to.

use std::path::Path;

use serde::Deserialize;

use super::keys::{Duplicate, Keys};
use super::lines::Lines;
use crate::Result;

/// One video as yt-dlp describes it. Texts that the file does not give are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Video {
    /// The title.
    pub title: String,
    /// What the uploader says about it.
    pub description: String,
    /// The site's name for it.
    pub id: String,
    /// Who put it there.
    pub uploader: String,
    /// Its licence, in the site's words.
    pub license: String,
    /// The page it was seen on.
    pub webpage_url: String,
    /// Paths it was downloaded to, as the fields `filepath`, `filename` and `_filename` give them.
    pub files: Vec<String>,
}

/// The fields of a line that count. yt-dlp writes null for what it does not know.
#[derive(Deserialize)]
struct Written {
    title: String,
    description: Option<String>,
    id: Option<String>,
    uploader: Option<String>,
    license: Option<String>,
    webpage_url: Option<String>,
    filepath: Option<String>,
    filename: Option<String>,
    #[serde(rename = "_filename")]
    underscore_filename: Option<String>,
}

impl Video {
    /// Reads one line, or says what is wrong with it.
    pub(super) fn parse(line: &[u8]) -> Result<Self, String> {
        // serde would take a list for an object.
        if !line.starts_with(b"{") {
            return Err("it is not a JSON object".to_owned());
        }
        let written: Written = serde_json::from_slice(line).map_err(|error| {
            let text = error.to_string();
            let what = text
                .rsplit_once(" at line ")
                .map_or(&*text, |(what, _)| what);
            format!("{what} (column {})", error.column())
        })?;
        let mut files = Vec::new();
        for file in [
            written.filepath,
            written.filename,
            written.underscore_filename,
        ] {
            files.extend(file.filter(|file| !file.is_empty() && !files.contains(file)));
        }
        Ok(Self {
            title: written.title,
            description: written.description.unwrap_or_default(),
            id: written.id.unwrap_or_default(),
            uploader: written.uploader.unwrap_or_default(),
            license: written.license.unwrap_or_default(),
            webpage_url: written.webpage_url.unwrap_or_default(),
            files,
        })
    }
}

/// What is known about the videos of a collection.
///
/// Read from JSON lines as `yt-dlp --dump-json` writes them: an object a line, of which the fields
/// of [`Video`] count and only `title` must be there.
#[derive(Debug)]
pub struct Metadata {
    videos: Vec<Video>,
    keys: Keys,
}

impl Metadata {
    /// Reads a file of JSON lines.
    ///
    /// A video named twice counts as its first line says: see [`duplicates`](Self::duplicates).
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) when the file can't be read;
    /// [`Error::VideoMetadata`](crate::Error::VideoMetadata) for a line that is not an object with a
    /// title, or has a field of another type than text, and for a file that holds no videos.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let mut lines = Lines::open(path.as_ref())?;
        let mut videos = Vec::new();
        while let Some((video, _)) = lines.next()? {
            videos.push(video);
        }
        let keys = lines.into_keys();
        Ok(Self { videos, keys })
    }

    /// What is known about the video file at `path`, which need not exist. Only its name counts:
    ///
    /// 1. it is the name of one of the video's files, whatever the ending (yt-dlp may merge sound
    ///    and picture into another container than it says);
    /// 2. it holds `[id]`, as yt-dlp names files by default, or is the id;
    /// 3. it is the title, whatever stands between its words (characters that file systems don't
    ///    allow are replaced when a file is written).
    #[must_use]
    pub fn of(&self, path: &Path) -> Option<&Video> {
        self.keys.find(path).map(|video| &self.videos[video])
    }

    /// The videos, in the order of the file.
    #[must_use]
    pub fn videos(&self) -> &[Video] {
        &self.videos
    }

    /// The lines that name a video, a file or a title again; the first line counts.
    #[must_use]
    pub fn duplicates(&self) -> &[Duplicate] {
        self.keys.duplicates()
    }
}

#[cfg(test)]
mod tests;
