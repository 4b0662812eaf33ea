//! Any video in: files, folders, animations and numbered pictures become clips of a store.
//!
//! ```text
//! paths ─ files ─► sources ─ queue ─► workers ─ per file, in order ─► committer ─► store, journal
//!                              ffmpeg / pictures ─ scenes ─ segment ─ still     duplicates
//! ```
//!
//! Three promises:
//!
//! * **The same files make the same store**, byte for byte: whatever the number of workers, and
//!   whether or not the import was killed on the way and gone on with.
//! * **Only whole clips**, of consecutive frames of one shot, none of them across damage that the
//!   decoder told of.
//! * **Bad input gets a line**, and the import goes on with the next file.

mod commit;
mod duplicates;
mod ffmpeg;
mod files;
mod filters;
mod fit;
mod frames;
mod journal;
mod natural;
mod pictures;
mod queue;
mod report;
mod resample;
mod run;
mod scenes;
mod segment;
mod signatures;
mod still;
mod video;
mod worker;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

pub use fit::{Crop, Fit};
pub use report::{FileReport, Outcome, Report, Stopped};
pub use run::import;
pub use scenes::frame_distance;
pub use video::read_frames;

/// The source that a store of imported video names.
pub const SOURCE: &str = "video";

/// What to import, and how.
#[derive(Clone, Debug)]
pub struct ImportSpec {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// The store to make, or to add to.
    pub out: PathBuf,
    /// Columns of a frame, 1 or more.
    pub width: u16,
    /// Rows of a frame, 1 or more.
    pub height: u16,
    /// Frames a second, above 0.
    pub fps: f64,
    /// Frames in a clip, 2 or more.
    pub clip_frames: u32,
    /// What to do where a video's proportions are not the frame's.
    pub fit: Fit,
    /// The part of each picture that is used.
    pub crop: Option<Crop>,
    /// Who made the video, and what may be done with it; the store keeps it.
    pub licence: String,
    /// Whether the first file that fails or is damaged ends the import.
    pub strict: bool,
    /// Files decoded at once, 1 or more.
    pub jobs: usize,
    /// The distance between two frames that makes a scene change: 0 everything, above 1 nothing.
    pub scene_threshold: f32,
    /// A clip is frozen when more than this share of its frames show no change, 0 to 1.
    pub max_still: f64,
    /// Whether near-duplicate clips are kept.
    pub keep_duplicates: bool,
    /// Pictures a second of numbered pictures; by default the store's rate.
    pub picture_fps: Option<f64>,
    /// Bytes of clips in memory at once, about.
    pub memory: usize,
    /// The folder of `ffmpeg` and `ffprobe`; by default they are looked for on the PATH.
    pub ffmpeg_folder: Option<PathBuf>,
}

impl ImportSpec {
    /// An import with every setting at its usual value: 64 by 64 pixels at 10 frames a second, clips
    /// of 16 seconds.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>, out: impl Into<PathBuf>) -> Self {
        Self {
            paths,
            out: out.into(),
            width: 64,
            height: 64,
            fps: 10.0,
            clip_frames: 160,
            fit: Fit::Cover,
            crop: None,
            licence: "unknown".into(),
            strict: false,
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            scene_threshold: scenes::DEFAULT_THRESHOLD,
            max_still: 0.8,
            keep_duplicates: false,
            picture_fps: None,
            memory: 1 << 30,
            ffmpeg_folder: None,
        }
    }
}

/// What to do with a file, by what is known of it beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Import it.
    Keep {
        /// Its own licence, where it differs from the import's.
        licence: Option<String>,
        /// What it is called.
        title: Option<String>,
    },
    /// Pass over it.
    Drop {
        /// Why, for the report.
        reason: String,
    },
}

impl Selection {
    /// Import the file; nothing more is known of it.
    #[must_use]
    pub fn keep() -> Self {
        Self::Keep {
            licence: None,
            title: None,
        }
    }
}

/// How far an import is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Files done, those imported before included.
    pub files_done: usize,
    /// All files.
    pub files: usize,
    /// The file whose clips enter the store now.
    pub file: Option<&'a Path>,
    /// Frames decoded so far, at the store's rate, of all files.
    pub frames: u64,
    /// Clips in the store, and on their way there.
    pub clips: u64,
    /// The line of the file that was finished just now.
    pub finished: Option<&'a FileReport>,
}

/// Told of progress several times a second; `Break` stops the import, which can be gone on with.
pub type OnProgress<'a> = &'a mut dyn FnMut(Progress<'_>) -> ControlFlow<()>;
