//! What the app and the worker say to each other.
//!
//! The worker handles one message at a time, in order, and answers each of Load, Start, Step, Seek,
//! Return, Move and Look with exactly one of Ready, Frame, Moved, Seen or Failed. Large bytes travel beside the
//! message ([`Message::blobs`]), handed over rather than copied.
//!
//! A play is a line of frames from a prompt on. Seek only looks at an earlier one; a Step from there
//! ends the line at it and goes on. Whoever wants to come back says Keep before, and Return later.

mod inspect;
pub mod prompts;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use self::inspect::{Look, Seen, Shares, Snapshot};
use self::prompts::{Answer, Ask, Clip};

/// A message that can cross between the two programs.
pub trait Message: Serialize + DeserializeOwned {
    /// The message's large bytes, in a fixed order. They are marked `#[serde(skip)]`.
    fn blobs(&mut self) -> Vec<&mut Vec<u8>>;
}

/// What computes the frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceKind {
    /// The graphics processor, through WebGPU.
    WebGpu,
    /// The processor, in WebAssembly.
    Cpu,
}

impl DeviceKind {
    /// The name used in the page's address and in `data-device`.
    pub fn id(self) -> &'static str {
        match self {
            Self::WebGpu => "webgpu",
            Self::Cpu => "cpu",
        }
    }

    /// The kind with that name, if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::WebGpu, Self::Cpu]
            .into_iter()
            .find(|kind| kind.id() == id)
    }
}

/// Why a device was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceReason {
    /// The visitor, or `?device=` in the page's address, wants it.
    Asked,
    /// The browser has a real graphics processor.
    Gpu,
    /// The browser has no WebGPU.
    NoWebGpu,
    /// The browser has WebGPU, but found no graphics processor.
    NoAdapter,
    /// The browser only imitates a graphics processor, which is slower than computing directly.
    Software,
    /// The graphics processor was lost while it played the world.
    Lost,
    /// WebGPU failed to start.
    Broken(String),
}

/// The device in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// What it is.
    pub kind: DeviceKind,
    /// Why it was chosen.
    pub reason: DeviceReason,
    /// What the browser calls the graphics processor; empty if it doesn't say.
    pub adapter: String,
}

/// A world listed in `worlds/index.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorldEntry {
    /// The file is `worlds/<name>.safetensors`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Size of the file, for the progress bar: a server that compresses doesn't tell.
    #[serde(default)]
    pub bytes: Option<u64>,
    /// How it plays by itself until a visitor takes over.
    #[serde(default)]
    pub demo: Option<Demo>,
}

/// A recorded play, in words that outlive the numbers of a world's actions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demo {
    /// Pictures of the gallery that it is played from, one after the other.
    pub gallery: Vec<usize>,
    /// The seed.
    pub seed: u32,
    /// What is done, as [`Moves::script`](crate::moves::Moves::script) reads it.
    pub moves: String,
}

/// Which world to load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WorldSource {
    /// The first in the list.
    First,
    /// One of the list, by name.
    Named(String),
    /// A file of the visitor's own.
    File {
        /// Its name.
        name: String,
        /// Its bytes.
        #[serde(skip)]
        bytes: Vec<u8>,
    },
    /// One that is kept on this device: [`KeptWorld::key`].
    Kept(String),
    /// One from elsewhere, if it isn't kept on this device.
    Address {
        /// Where it is.
        address: String,
        /// The most bytes that the visitor has agreed to, if its server has said how many.
        size: Option<u64>,
    },
}

/// Host of keys of files that came from no address. No name ends so (RFC 2606).
pub const NOWHERE: &str = "kept.invalid";

/// A world of the visitor's that is kept on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptWorld {
    /// Its address; for a file of the visitor's, one that leads nowhere ([`NOWHERE`]).
    pub key: String,
    /// Its name.
    pub name: String,
    /// Size of its file.
    pub bytes: u64,
    /// SHA-256 of its file.
    pub digest: [u8; 32],
}

/// What is to be saved of a play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportKind {
    /// All frames, as an animated GIF.
    Gif,
    /// All frames, as they are: the page makes a film of them.
    Film,
    /// Frames side by side, as a PNG.
    Sheet,
    /// The prompt's newest frame, as a PNG.
    Prompt,
}

/// What the page shows of a world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorldSummary {
    /// Name in the list, or of the file.
    pub name: String,
    /// SHA-256 of its file. Boxed: as it is, it would make every message larger.
    pub digest: Box<[u8; 32]>,
    /// One line for people.
    pub about: String,
    /// Licence and credits.
    pub licence: String,
    /// Height of a frame, pixels.
    pub height: usize,
    /// Width of a frame, pixels.
    pub width: usize,
    /// Frames a second of the video that it learned from.
    pub fps: usize,
    /// Frames that it remembers, and can start from.
    pub window: usize,
    /// Names of the actions.
    pub actions: Vec<String>,
    /// Names of the gallery's prompts.
    pub gallery: Vec<String>,
    /// Settings that play it best.
    pub sampling: Sampling,
}

/// Which tokens of a frame are settled first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// The surest.
    Confidence,
    /// By chance.
    Random,
    /// Spread evenly over the frame.
    #[default]
    Halton,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Halton, Self::Random, Self::Confidence];

    /// The name used in the page's controls.
    pub fn id(self) -> &'static str {
        match self {
            Self::Confidence => "confidence",
            Self::Random => "random",
            Self::Halton => "halton",
        }
    }

    /// The order with that name, if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.id() == id)
    }
}

/// How frames are sampled, as far as the page lets one choose.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// MaskGIT steps a frame.
    pub steps: usize,
    /// Temperature of the codes.
    pub temperature: f32,
    /// Which positions are settled first.
    pub order: Order,
    /// The player's seed.
    pub seed: u32,
}

/// What a play starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prompt {
    /// The bytes of a picture file.
    Picture(#[serde(skip)] Vec<u8>),
    /// Frames as large as the world's, oldest first.
    Frames(Clip),
    /// A picture of the world's gallery.
    Gallery(usize),
    /// Tokens of frames, oldest first.
    Tokens(Vec<Vec<u32>>),
}

/// What the page's `?bench` measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bench {
    /// MaskGIT steps a frame; none for the world's own.
    pub steps: Option<usize>,
    /// The late frame to compare frame 20 with.
    pub far: usize,
    /// Frames to measure from each of the two on.
    pub frames: usize,
}

/// From the app to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToWorker {
    /// Load a world.
    Load {
        /// Which one.
        world: WorldSource,
        /// The device to use, whatever the browser has.
        device: Option<DeviceKind>,
        /// Address of the folder `worlds/`.
        folder: String,
    },
    /// Start to play.
    Start {
        /// From what.
        prompt: Prompt,
        /// How.
        sampling: Sampling,
    },
    /// Play one action.
    Step {
        /// Its number.
        action: usize,
    },
    /// Look at a frame of the line; the newest ends the looking.
    Seek {
        /// Frames since the prompt.
        frame: usize,
    },
    /// Keep the whole line as it is, to return to. Not answered.
    Keep {
        /// A number that is not in use.
        line: u32,
    },
    /// Go on at the end of a kept line, which is kept no longer.
    Return {
        /// Its number.
        line: u32,
    },
    /// A kept line will not be returned to. Not answered.
    Forget {
        /// Its number.
        line: u32,
    },
    /// Bring the world and its lines to another device.
    Move {
        /// Which; none for the worker's own choice.
        device: Option<DeviceKind>,
    },
    /// Change how the next frames of a play, if there is one, are sampled. Answered only if it
    /// fails.
    SetSampling(Sampling),
    /// Measure what a frame costs. Answered by any number of Measuring, then by Measured or Failed.
    Bench(Bench),
    /// Look at something of the play, and change nothing.
    Look(Look),
    /// Send small pictures of the gallery. Answered by any number of Thumbnail.
    Thumbnails,
    /// Help to make a prompt.
    Studio(Ask),
    /// Make a file of the play up to the frame on the screen, between other messages. Answered by any
    /// number of Exporting, then by Exported or Failed.
    Export(ExportKind),
    /// Never mind the file. Not answered.
    StopExport,
    /// Keep a world of the visitor's no longer. Answered by Kept.
    ForgetKept {
        /// [`KeptWorld::key`].
        key: String,
    },
}

/// What the worker is busy with while loading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The worker's own program is on its way.
    Engine,
    /// The list of worlds is on its way.
    List,
    /// The world is on its way.
    World,
    /// The world is being built.
    Build,
    /// The graphics processor's kernels are being compiled: their number stands for bytes.
    Kernels,
}

/// What a failure interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Loading.
    Load,
    /// Starting from a prompt.
    Start,
    /// A step.
    Step,
    /// Going to another frame of the line.
    Seek,
    /// Going back to a kept line.
    Return,
    /// Going to another device.
    Move,
    /// Changing the settings.
    Settings,
    /// Measuring.
    Bench,
    /// Pictures of the gallery.
    Thumbnails,
    /// A file of the play.
    Export,
    /// Looking at something of the play.
    Look,
}

/// A picture as a canvas takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    /// Red, green, blue and alpha of each pixel.
    #[serde(skip)]
    pub rgba: Vec<u8>,
}

/// A frame of the world being played.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// What it looks like.
    pub picture: Picture,
    /// Frames played since the prompt; 0 is the prompt itself.
    pub index: usize,
    /// Its tokens.
    pub tokens: Vec<u32>,
    /// Milliseconds it took, for a step.
    pub ms: Option<f64>,
}

/// From the worker to the app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromWorker {
    /// The worker listens.
    Booted,
    /// Loading goes on.
    Progress {
        /// With what.
        stage: Stage,
        /// Bytes so far.
        loaded: u64,
        /// Bytes in all, if known.
        total: Option<u64>,
        /// Milliseconds that these have taken.
        ms: f64,
    },
    /// The worlds there are.
    Worlds(Vec<WorldEntry>),
    /// A world can be played.
    Ready {
        /// Which one.
        world: WorldSummary,
        /// On what.
        device: DeviceReport,
    },
    /// A picture of the gallery.
    Thumbnail {
        /// Its place.
        index: usize,
        /// What it looks like.
        picture: Picture,
    },
    /// Answers Move. Said without being asked if the graphics processor was lost while it played,
    /// and the play goes on here.
    Moved {
        /// On what.
        device: DeviceReport,
    },
    /// Tokens of the prompt's frames before its newest, ahead of the Frame that answers Start.
    Earlier(Vec<Vec<u32>>),
    /// Answers Start, Step, Seek and Return.
    Frame(Frame),
    /// Answers Studio.
    Studio(Answer),
    /// An export goes on.
    Exporting {
        /// Frames so far.
        done: usize,
        /// Of so many.
        all: usize,
    },
    /// Answers Export.
    Exported {
        /// What it is.
        kind: ExportKind,
        /// Of a film: how wide and high a frame is, pixels.
        size: (usize, usize),
        /// Frames in it.
        frames: usize,
        /// The file; of a film, the RGBA bytes of all frames.
        #[serde(skip)]
        bytes: Vec<u8>,
    },
    /// The worlds of the visitor's that are kept on this device: said after Booted, and whenever one
    /// comes or goes.
    Kept(Vec<KeptWorld>),
    /// Answers Look.
    Seen(Seen),
    /// A bench goes on.
    Measuring {
        /// With what.
        what: String,
        /// Frames so far.
        done: usize,
        /// Of so many; 0 where nothing is counted.
        all: usize,
    },
    /// Answers Bench.
    Measured {
        /// Name and value of each figure, for people.
        rows: Vec<(String, String)>,
        /// The same as JSON.
        json: String,
    },
    /// Something did not work; the worker goes on.
    Failed {
        /// What.
        task: Task,
        /// Why.
        detail: String,
    },
    /// The worker can't go on: its graphics processor is gone, or it has a bug.
    Died {
        /// Why.
        detail: String,
    },
}

impl Message for ToWorker {
    fn blobs(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Load {
                world: WorldSource::File { bytes, .. },
                ..
            }
            | Self::Start {
                prompt: Prompt::Picture(bytes),
                ..
            } => vec![bytes],
            Self::Start {
                prompt: Prompt::Frames(clip),
                ..
            } => vec![&mut clip.rgba],
            Self::Studio(ask) => ask.blobs(),
            _ => Vec::new(),
        }
    }
}

impl Message for FromWorker {
    fn blobs(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Frame(Frame { picture, .. }) | Self::Thumbnail { picture, .. } => {
                vec![&mut picture.rgba]
            }
            Self::Studio(answer) => answer.blobs(),
            Self::Exported { bytes, .. } => vec![bytes],
            Self::Seen(seen) => seen.blobs(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_message_leaves_its_bytes_out() {
        let mut start = ToWorker::Start {
            prompt: Prompt::Picture(vec![7; 1000]),
            sampling: Sampling {
                steps: 4,
                temperature: 0.5,
                order: Order::Halton,
                seed: 3,
            },
        };
        let text = serde_json::to_string(&start).unwrap();
        assert!(text.len() < 120, "{text}");
        let mut back: ToWorker = serde_json::from_str(&text).unwrap();
        *back.blobs()[0] = std::mem::take(start.blobs()[0]);
        assert!(
            matches!(back, ToWorker::Start { prompt: Prompt::Picture(b), .. } if b.len() == 1000)
        );
    }
}
