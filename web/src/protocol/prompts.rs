//! Making a prompt: opening a picture, drawing one, seeing what the world makes of it.
//!
//! None of this touches the play. Open is answered by Opened or Unopened, Read by Read, Materials by
//! Materials.

use serde::{Deserialize, Serialize};

use super::Picture;
use crate::sketch::Rgb;

/// Frames of one size, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    /// Pixels.
    pub width: usize,
    /// Pixels.
    pub height: usize,
    /// How many.
    pub frames: usize,
    /// Red, green, blue and alpha of each pixel of the first frame, then of the second, …
    #[serde(skip)]
    pub rgba: Vec<u8>,
}

impl Clip {
    /// Of pictures of one size; those of another are left out.
    pub fn of(pictures: impl IntoIterator<Item = Picture>) -> Self {
        let mut clip = Self::default();
        for picture in pictures {
            if clip.frames == 0 {
                (clip.width, clip.height) = (picture.width, picture.height);
            }
            if (clip.width, clip.height) == (picture.width, picture.height) {
                clip.frames += 1;
                clip.rgba.extend(picture.rgba);
            }
        }
        clip
    }

    /// One of its frames.
    pub fn picture(&self, frame: usize) -> Option<Picture> {
        let bytes = 4 * self.width * self.height;
        let rgba = self.rgba.get(frame * bytes..(frame + 1) * bytes)?;
        Some(Picture {
            width: self.width,
            height: self.height,
            rgba: rgba.to_vec(),
        })
    }
}

/// An opened picture, animation or video: as much of it as may become a prompt, made small.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Footage {
    /// Its frames, in order.
    pub clip: Clip,
    /// Those that are spread evenly over all of it.
    pub evenly: Vec<usize>,
    /// Those at its end that lie as far apart as the world's frames; one may be there more than once.
    pub end: Vec<usize>,
    /// How long all of it is; 0 for a picture.
    pub seconds: f64,
}

/// From the app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// Open a picture or an animation, the bytes of its file.
    Open(#[serde(skip)] Vec<u8>),
    /// What the world makes of frames as large as its own.
    Read {
        /// Comes back with the answer.
        number: u32,
        /// The frames.
        clip: Clip,
    },
    /// The world's own colours, tiles and sprites.
    Materials,
}

/// Why a file gives no prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// There is nothing in it.
    Empty,
    /// It is no picture of a kind that is known here.
    Unknown,
    /// It is one, but damaged or incomplete.
    Damaged,
    /// It has too many pixels for this device.
    TooLarge,
    /// It is a video that this browser can't play.
    NoVideo,
}

/// From the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// It could be opened.
    Opened(Footage),
    /// It could not.
    Unopened(Reason),
    /// What the world makes of the newest frame of a clip; nothing if that failed.
    Read {
        /// Of the question.
        number: u32,
        /// What it looks like after the world's codes.
        picture: Picture,
    },
    /// The world's own.
    Materials {
        /// Its colours, the most used one first.
        palette: Vec<Rgb>,
        /// Its tiles and sprites, the most frequent one first.
        stamps: Clip,
    },
}

impl Ask {
    pub(super) fn blobs(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Open(bytes) => vec![bytes],
            Self::Read { clip, .. } => vec![&mut clip.rgba],
            Self::Materials => Vec::new(),
        }
    }
}

impl Answer {
    pub(super) fn blobs(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Opened(footage) => vec![&mut footage.clip.rgba],
            Self::Read { picture, .. } => vec![&mut picture.rgba],
            Self::Materials { stamps, .. } => vec![&mut stamps.rgba],
            Self::Unopened(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_gives_its_pictures_back() {
        let picture = |value| Picture {
            width: 2,
            height: 1,
            rgba: vec![value; 8],
        };
        let odd = Picture {
            width: 1,
            height: 1,
            rgba: vec![9; 4],
        };
        let clip = Clip::of([picture(1), odd, picture(2)]);
        assert_eq!(clip.frames, 2);
        assert_eq!(clip.picture(1), Some(picture(2)));
        assert_eq!(clip.picture(2), None);
        assert_eq!(Clip::of([]), Clip::default());
    }
}
