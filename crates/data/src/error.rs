//! What can go wrong with clips: each message says what is wrong, in which file, and what to do next.

use std::io;
use std::path::{Path, PathBuf};

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why clips could not be collected, written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The path holds no clip store.
    #[error("{} is not a Pocket Genie clip store: {why}. Make one with `genie collect` or `genie import`, or check the path", path.display())]
    NotAStore {
        /// The directory that was to be opened.
        path: PathBuf,
        /// What is missing or different.
        why: String,
    },
    /// The store was written by another version of the format.
    #[error("{} has clip store version {found}, this program reads version {supported}. Use the program that wrote it, or collect the clips again with this one", path.display())]
    Version {
        /// The metadata file.
        path: PathBuf,
        /// Version in the file.
        found: u64,
        /// Version this program reads.
        supported: u64,
    },
    /// A metadata file says something that cannot be.
    #[error("{} can't be used: {what}. Restore the file from a copy, or collect the clips again into a new directory", path.display())]
    Metadata {
        /// The metadata file.
        path: PathBuf,
        /// What is wrong in it.
        what: String,
    },
    /// A clip that the store counts cannot be read: its chunk is missing, truncated or altered.
    #[error("clip {clip} is damaged: {}: {what}. Restore the file from a copy, or collect the clips again", path.display())]
    Chunk {
        /// The chunk's file.
        path: PathBuf,
        /// Number of the clip.
        clip: u64,
        /// What the decoder found.
        what: String,
    },
    /// A clip number past the end.
    #[error("{} has {len} clips, so there is no clip {clip} (the first is 0)", path.display())]
    OutOfRange {
        /// The store.
        path: PathBuf,
        /// The clip that was asked for.
        clip: u64,
        /// Number of clips.
        len: u64,
    },
    /// A line of a file of labels is no grade of a clip.
    #[error("{}, line {line}: {what}. Correct or remove that line", path.display())]
    Label {
        /// The file of labels.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The operating system refused a file operation.
    #[error("could not {action} {}: {reason}{}", path.display(), io_hint(reason))]
    Io {
        /// What was tried, such as "write".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason. It is part of the message, so it isn't named again as the source.
        reason: io::Error,
    },
    /// An object store can't be used, or refused something.
    #[error(
        "{address} can't be used: {what}. Check the address, and the keys in the environment (AWS_ACCESS_KEY_ID and the like)"
    )]
    Remote {
        /// The store, or an object of it.
        address: String,
        /// What went wrong.
        what: String,
    },
    /// `create` found a store already there.
    #[error("{} already holds a clip store. Choose another path, or open it to add clips", path.display())]
    Exists {
        /// The store.
        path: PathBuf,
    },
    /// Another program is adding clips.
    #[error("another program is writing to {}. Wait until it ends, or stop it{}", path.display(), lease_hint(path))]
    Locked {
        /// The store.
        path: PathBuf,
    },
    /// An existing store was collected with other settings.
    #[error("{} was collected with {field} {found}, not {wanted}. Use the same settings to go on, or another path", path.display())]
    SpecMismatch {
        /// The store.
        path: PathBuf,
        /// Which setting differs.
        field: &'static str,
        /// Its value in the store.
        found: String,
        /// The value asked for.
        wanted: String,
    },
    /// What a download tool wrote about videos can't be used.
    #[error("{}{}: {what}. It must hold one JSON object with a `title` on each line, as `yt-dlp --dump-json` writes them (whole files become lines with `jq -c . *.info.json`)", path.display(), line_text(*line))]
    VideoMetadata {
        /// The file of JSON lines.
        path: PathBuf,
        /// The line, the first being 1; none where the whole file is meant.
        line: Option<u64>,
        /// What is wrong there.
        what: String,
    },
    /// A file of keyword rules can't be used.
    #[error("{} can't be used as rules: {what}. `genie curate rules --print-rules` prints rules to start from", path.display())]
    Rules {
        /// The rule file.
        path: PathBuf,
        /// What is wrong in it.
        what: String,
    },
    /// A setting or a clip handed to this crate is out of range.
    #[error("{0}")]
    Invalid(String),
    /// No usable Python, or its packages could not be installed.
    #[error("CoinRun needs Python: {what}. {todo}")]
    Python {
        /// What failed.
        what: String,
        /// What to do next.
        todo: String,
    },
    /// ffmpeg can't be run.
    #[error(
        "reading video needs ffmpeg, but `{program}` can't be used: {what}. Install it: Debian or Ubuntu: `sudo apt install ffmpeg`; Fedora: `sudo dnf install ffmpeg-free`; macOS: `brew install ffmpeg`; Windows: `winget install ffmpeg`. Animated GIF, PNG and WebP and numbered pictures need none"
    )]
    NoFfmpeg {
        /// The program that was called.
        program: String,
        /// What happened.
        what: String,
    },
    /// The CoinRun bridge stopped or answered nonsense.
    #[error(
        "the CoinRun bridge {what}. Clips collected so far are kept: run the same command to go on{}",
        tail_text(tail)
    )]
    Bridge {
        /// What happened.
        what: String,
        /// Its last words on stderr.
        tail: String,
    },
}

impl Error {
    pub(crate) fn io(
        action: &'static str,
        path: impl AsRef<Path>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |reason| Self::Io {
            action,
            path,
            reason,
        }
    }

    pub(crate) fn metadata(path: impl AsRef<Path>, what: impl Into<String>) -> Self {
        Self::Metadata {
            path: path.as_ref().to_path_buf(),
            what: what.into(),
        }
    }
}

/// The next step for the failures that people do meet.
fn io_hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ". The disk is full: free some space and run the same command again; the clips written so far are kept"
        }
        io::ErrorKind::PermissionDenied => {
            ". Choose a place you may write to, or change its permissions"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            ". That file system is read-only: choose another place"
        }
        _ => "",
    }
}

fn line_text(line: Option<u64>) -> String {
    line.map_or(String::new(), |line| format!(", line {line}"))
}

/// A killed program leaves its lock behind only where there is no system to release it.
fn lease_hint(path: &Path) -> &'static str {
    if path.to_str().is_some_and(|path| path.contains("://")) {
        ". If it was killed, its lock ends ten minutes after it last added a clip"
    } else {
        ""
    }
}

fn tail_text(tail: &str) -> String {
    if tail.trim().is_empty() {
        String::new()
    } else {
        format!(". Its last output:\n{}", tail.trim_end())
    }
}
