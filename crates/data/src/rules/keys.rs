//! By what a video's metadata is found: its file names, its id, its title.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use unicode_normalization::UnicodeNormalization as _;

use super::Video;
use super::words::words;

/// Two lines of a metadata file that say the same of what should tell videos apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// What is the same: "id", "file name" or "title".
    pub what: &'static str,
    /// Its value, as the later line writes it.
    pub value: String,
    /// The line that counts; the first line is 1.
    pub first: u64,
    /// The later line.
    pub line: u64,
    /// Whether the later line was left out altogether. Else it is another video, which is only not
    /// found by this value.
    pub left_out: bool,
}

impl fmt::Display for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The value is a stranger's text, so it is shown escaped.
        write!(
            f,
            "lines {} and {} have the {} {:?}: ",
            self.first, self.line, self.what, self.value
        )?;
        if self.left_out {
            write!(f, "line {} is left out", self.line)
        } else {
            write!(f, "files of that name belong to line {}", self.first)
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    video: usize,
    line: u64,
}

/// One kind of key.
#[derive(Debug)]
struct Index {
    what: &'static str,
    entries: HashMap<String, Entry>,
}

/// Everything that videos are found by.
#[derive(Debug)]
pub(super) struct Keys {
    ids: Index,
    files: Index,
    titles: Index,
    duplicates: Vec<Duplicate>,
}

impl Default for Keys {
    fn default() -> Self {
        let index = |what| Index {
            what,
            entries: HashMap::new(),
        };
        Self {
            ids: index("id"),
            files: index("file name"),
            titles: index("title"),
            duplicates: Vec::new(),
        }
    }
}

impl Keys {
    /// Adds a video, number `number` of the list, from line `line` of the file.
    ///
    /// False when it is there already: a video is told by its id, else by its file names, else by
    /// its title.
    pub(super) fn add(&mut self, video: &Video, number: usize, line: u64) -> bool {
        let entry = Entry {
            video: number,
            line,
        };
        let mut left_out = true;
        let id = [video.id.clone()];
        let title = [video.title.clone()];
        for (index, values, key) in [
            (
                &mut self.ids,
                &id[..],
                (|id| id.to_owned()) as fn(&str) -> String,
            ),
            (&mut self.files, &video.files[..], file_key),
            (&mut self.titles, &title[..], title_key),
        ] {
            // The first kind of key that the video has tells it from others; the rest only find it.
            let mut tells = false;
            for value in values.iter().filter(|value| !value.is_empty()) {
                tells = true;
                let found = *index.entries.entry(key(value)).or_insert(entry);
                if found.line != line {
                    self.duplicates.push(Duplicate {
                        what: index.what,
                        value: value.clone(),
                        first: found.line,
                        line,
                        left_out,
                    });
                    if left_out {
                        return false;
                    }
                }
            }
            left_out &= !tells;
        }
        true
    }

    /// The number of the video that the file at `path` is; see [`Metadata::of`](super::Metadata::of).
    pub(super) fn find(&self, path: &Path) -> Option<usize> {
        let name = path.file_name()?.to_string_lossy();
        let stem = path.file_stem()?.to_string_lossy();
        // The last pair of brackets is the likeliest to be yt-dlp's.
        let mut in_brackets = stem.rmatch_indices('[').filter_map(|(at, _)| {
            let rest = &stem[at + 1..];
            rest.find(']').map(|end| &rest[..end])
        });
        self.files
            .get(&file_key(&name))
            .or_else(|| in_brackets.find_map(|id| self.ids.get(id)))
            .or_else(|| self.ids.get(&stem))
            .or_else(|| self.titles.get(&title_key(&stem)))
    }

    pub(super) fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    pub(super) fn into_duplicates(self) -> Vec<Duplicate> {
        self.duplicates
    }
}

impl Index {
    fn get(&self, key: &str) -> Option<usize> {
        self.entries.get(key).map(|entry| entry.video)
    }
}

/// A file's name without folders (of any system) and ending, and with accents composed: macOS takes
/// them apart.
fn file_key(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let name: String = name.nfc().collect();
    match name.rsplit_once('.') {
        // Hidden files have a name before their ending, too.
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ => name,
    }
}

/// A title's words; the title itself where it has none.
fn title_key(title: &str) -> String {
    let words = words(title).join(" ");
    if words.is_empty() {
        title.to_owned()
    } else {
        words
    }
}
