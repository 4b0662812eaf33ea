//! Which files are imported, and in which order: the same on every run, whatever the system lists first.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::natural;
use super::pictures::{Slide, is_animation};

/// What stands before and after the number in a picture's name.
type Around = (Vec<u8>, Vec<u8>);

/// Endings of pictures, which make a video together where they are numbered.
const PICTURES: &[&str] = &["png", "jpg", "jpeg", "webp", "bmp"];
/// Endings that promise video: in a folder, such a file that can't be read is a failure.
const VIDEOS: &[&str] = &[
    "3g2", "3gp", "asf", "avi", "divx", "dv", "f4v", "flv", "gif", "apng", "ivf", "m1v", "m2ts",
    "m2v", "m4v", "mj2", "mkv", "mov", "mp4", "mpe", "mpeg", "mpg", "mts", "mxf", "nut", "obu",
    "ogm", "ogv", "qt", "rm", "rmvb", "ts", "vob", "webm", "wmv", "y4m",
];
/// Endings of what lies beside videos and is none: not even opened.
const OTHERS: &[&str] = &[
    "aac",
    "ans",
    "art",
    "asc",
    "ass",
    "avif",
    "csv",
    "db",
    "description",
    "diz",
    "doc",
    "docx",
    "exe",
    "flac",
    "gz",
    "heic",
    "htm",
    "html",
    "ico",
    "ini",
    "jsonl",
    "json",
    "json5",
    "log",
    "lrc",
    "m3u",
    "m3u8",
    "m4a",
    "md",
    "mp3",
    "nfo",
    "ogg",
    "opus",
    "part",
    "pdf",
    "psd",
    "py",
    "rar",
    "rs",
    "sbv",
    "sh",
    "srt",
    "ssa",
    "sub",
    "svg",
    "tar",
    "temp",
    "tif",
    "tiff",
    "tmp",
    "toml",
    "torrent",
    "tsv",
    "ttml",
    "txt",
    "url",
    "vtt",
    "wav",
    "wma",
    "xml",
    "yaml",
    "yml",
    "ytdl",
    "zip",
    "zst",
];

/// What a source is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file for ffmpeg.
    Video,
    /// GIF, or PNG or WebP that moves.
    Animation,
    /// Pictures, in order.
    Slides(Vec<Slide>),
}

/// How a file is recognised when an import goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    /// Its whole path; for numbered pictures, with `*` for the number.
    pub(super) path: String,
    /// Bytes, of all pictures together.
    pub(super) size: u64,
    /// Nanoseconds since 1970 when it was last written, the newest of all pictures.
    pub(super) modified: u64,
}

/// One video to import.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// As the user would name it.
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
    pub(super) identity: Identity,
    /// Whether it must be a video: the user named it, or its ending says so. Else it is passed over
    /// quietly if it turns out to be something different.
    pub(super) promised: bool,
    /// What is worth telling of it, such as missing numbers.
    pub(super) note: Option<String>,
    /// What it is called, where that is known.
    pub(super) title: Option<String>,
    /// Its licence, where it has one of its own.
    pub(super) licence: Option<String>,
}

impl Source {
    /// Adds to what is worth telling.
    pub(super) fn tell(&mut self, words: &str) {
        self.note = Some(match self.note.take() {
            Some(told) => format!("{told}; {words}"),
            None => words.into(),
        });
    }
}

/// All that was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) sources: Vec<Source>,
    /// Places that could not be looked into, and why.
    pub(super) problems: Vec<(PathBuf, String)>,
    /// Files passed over since they are no videos.
    pub(super) skipped: u64,
}

/// Looks through `paths`, folders with all that is in them.
pub(super) fn find(paths: &[PathBuf]) -> Found {
    let mut finder = Finder::default();
    let mut named_pictures: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for path in paths {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => finder.folder(path, true),
            Ok(metadata) => {
                if is_one_of(path, PICTURES) && !is_animation(path) {
                    // A shell's `*.png` names every picture by itself.
                    let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
                    named_pictures.entry(folder).or_default().push(path.clone());
                } else {
                    finder.file(path, &metadata, true);
                }
            }
            Err(e) => finder.problem(path, format!("it can't be opened: {e}")),
        }
    }
    for (folder, pictures) in named_pictures {
        finder.pictures(&folder, pictures, 1);
    }
    finder.found
}

#[derive(Default)]
struct Finder {
    found: Found,
    /// Places in `found.sources` by identity.
    known: HashMap<String, usize>,
    /// Folders seen, so that links in a circle end.
    folders: HashSet<PathBuf>,
}

impl Finder {
    fn problem(&mut self, path: &Path, why: String) {
        self.found.problems.push((path.to_path_buf(), why));
    }

    fn folder(&mut self, path: &Path, named: bool) {
        // A clip store is no folder of videos.
        if !named && path.join("zarr.json").exists() {
            self.found.skipped += 1;
            return;
        }
        match path.canonicalize() {
            Ok(whole) => {
                if !self.folders.insert(whole) {
                    return;
                }
            }
            Err(e) => return self.problem(path, format!("the folder can't be opened: {e}")),
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(e) => return self.problem(path, format!("the folder can't be read: {e}")),
        };
        let mut inside = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => inside.push(entry.path()),
                Err(e) => self.problem(path, format!("the folder can't be read to its end: {e}")),
            }
        }
        inside.sort_by(|a, b| natural::compare(a, b));
        let (mut pictures, mut videos) = (Vec::new(), false);
        for entry in inside {
            let metadata = match fs::metadata(&entry) {
                Ok(metadata) => metadata,
                Err(e) => {
                    self.problem(&entry, format!("it can't be opened: {e}"));
                    continue;
                }
            };
            let hidden = entry
                .file_name()
                .is_some_and(|n| n.as_encoded_bytes().starts_with(b"."));
            if hidden || !(metadata.is_dir() || metadata.is_file()) || is_one_of(&entry, OTHERS) {
                self.found.skipped += 1;
            } else if metadata.is_dir() {
                self.folder(&entry, false);
            } else if is_one_of(&entry, PICTURES) && !is_animation(&entry) {
                pictures.push(entry);
            } else {
                videos |= is_one_of(&entry, VIDEOS);
                self.file(&entry, &metadata, false);
            }
        }
        if videos {
            // Beside videos, pictures are their thumbnails.
            self.found.skipped += pictures.len() as u64;
        } else {
            self.pictures(path, pictures, 2);
        }
    }

    fn file(&mut self, path: &Path, metadata: &Metadata, named: bool) {
        let kind = if is_animation(path) {
            Kind::Animation
        } else {
            Kind::Video
        };
        let promised = named || kind == Kind::Animation || is_one_of(path, VIDEOS);
        self.add(Source {
            path: path.to_path_buf(),
            kind,
            identity: Identity {
                path: whole(path),
                size: metadata.len(),
                modified: modified(metadata),
            },
            promised,
            note: None,
            title: None,
            licence: None,
        });
    }

    /// Groups pictures by what stands around their numbers; fewer than `least` are no video.
    fn pictures(&mut self, folder: &Path, mut pictures: Vec<PathBuf>, least: usize) {
        pictures.sort_by(|a, b| natural::compare(a, b));
        pictures.dedup();
        let mut groups: BTreeMap<Around, Vec<(u64, PathBuf)>> = BTreeMap::new();
        for picture in pictures {
            let name = picture.file_name().unwrap_or_default();
            match numbered(name) {
                Some((before, number, after)) => groups
                    .entry((before, after))
                    .or_default()
                    .push((number, picture)),
                // A name without a number is a group of its own.
                None => groups
                    .entry((name.as_encoded_bytes().to_vec(), Vec::new()))
                    .or_default()
                    .push((0, picture)),
            }
        }
        for ((before, after), group) in groups {
            if group.len() < least {
                self.found.skipped += group.len() as u64;
                continue;
            }
            self.slides(folder, &before, &after, group);
        }
    }

    fn slides(&mut self, folder: &Path, before: &[u8], after: &[u8], group: Vec<(u64, PathBuf)>) {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let path = match group.as_slice() {
            [(_, only)] => only.clone(),
            _ => folder.join(format!("{}*{}", lossy(before), lossy(after))),
        };
        let step = group
            .windows(2)
            .map(|w| w[1].0 - w[0].0)
            .filter(|&d| d > 0)
            .min()
            .unwrap_or(1);
        let (mut slides, mut gaps) = (Vec::with_capacity(group.len()), Vec::new());
        let mut identity = Identity {
            path: whole(&path),
            size: 0,
            modified: 0,
        };
        let mut last: Option<u64> = None;
        for (number, picture) in group {
            match fs::metadata(&picture) {
                Ok(metadata) => {
                    identity.size += metadata.len();
                    identity.modified = identity.modified.max(modified(&metadata));
                }
                Err(e) => self.problem(&picture, format!("it can't be opened: {e}")),
            }
            let gap = last.is_some_and(|last| number - last > step);
            if gap && let Some(last) = last {
                gaps.push(format!("{}", last + step));
            }
            last = Some(number);
            slides.push(Slide {
                path: picture,
                after_gap: gap,
            });
        }
        let note = gaps.first().map(|first| match gaps.len() {
            1 => format!("pictures are missing from number {first} on"),
            n => format!("pictures are missing in {n} places, first from number {first} on"),
        });
        self.add(Source {
            path,
            kind: Kind::Slides(slides),
            identity,
            promised: true,
            note,
            title: None,
            licence: None,
        });
    }

    fn add(&mut self, source: Source) {
        if let Some(&at) = self.known.get(&source.identity.path) {
            self.found.sources[at].promised |= source.promised;
            return;
        }
        self.known
            .insert(source.identity.path.clone(), self.found.sources.len());
        self.found.sources.push(source);
    }
}

fn is_one_of(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(OsStr::to_str);
    ending.is_some_and(|e| endings.iter().any(|known| e.eq_ignore_ascii_case(known)))
}

/// What stands before the last number of a name, the number, and what follows it.
fn numbered(name: &OsStr) -> Option<(Vec<u8>, u64, Vec<u8>)> {
    let bytes = name.as_encoded_bytes();
    let stem = bytes
        .iter()
        .rposition(|&b| b == b'.')
        .unwrap_or(bytes.len());
    let end = bytes[..stem].iter().rposition(u8::is_ascii_digit)? + 1;
    let start = bytes[..end]
        .iter()
        .rposition(|b| !b.is_ascii_digit())
        .map_or(0, |i| i + 1);
    let number = std::str::from_utf8(&bytes[start..end]).ok()?.parse().ok()?;
    Some((bytes[..start].to_vec(), number, bytes[end..].to_vec()))
}

/// A whole path as text, the same for the same file wherever the program is called.
fn whole(path: &Path) -> String {
    text(&std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()))
}

/// A path as text. What isn't Unicode in it is written as `\xNN`, so that different paths stay so.
pub(super) fn text(path: &Path) -> String {
    let chunks = path.as_os_str().as_encoded_bytes().utf8_chunks();
    chunks
        .map(|chunk| {
            let rest: String = chunk
                .invalid()
                .iter()
                .map(|b| format!("\\x{b:02X}"))
                .collect();
            chunk.valid().to_string() + &rest
        })
        .collect()
}

fn modified(metadata: &Metadata) -> u64 {
    let since = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since
        .and_then(|d| u64::try_from(d.as_nanos()).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
