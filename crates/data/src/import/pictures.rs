//! Frames without ffmpeg: animated GIF, PNG and WebP, and pictures in files of their own.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use image::codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::{AnimationDecoder, Frame, ImageDecoder, ImageReader, ImageResult, Limits, RgbaImage};

use super::fit::{self, Crop, Fit};
use super::frames::{Frames, Step};
use super::resample::Resampler;

/// Most memory that one picture may take: a bound for hostile files, 16,384 by 16,384 pixels.
const MOST_BYTES: u64 = 1 << 30;
/// Shorter delays mean "as fast as can be", which browsers take for this one.
const UNSAID_DELAY: f64 = 0.1;

/// How pictures become frames.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) fps: f64,
    pub(super) crop: Option<Crop>,
    pub(super) fit: Fit,
    pub(super) size: (u32, u32),
}

impl Shape {
    fn draw(&self, picture: &RgbaImage, frame: &mut [u8]) -> Result<(), String> {
        let (width, height) = picture.dimensions();
        if width == 0 || height == 0 {
            return Err("a picture without pixels".into());
        }
        if let Some(crop) = self.crop
            && !crop.is_inside(width, height)
        {
            return Err(outside(width, height));
        }
        fit::draw(picture, self.crop, self.fit, self.size, frame);
        Ok(())
    }
}

/// Says that a crop leaves the picture.
pub(super) fn outside(width: u32, height: u32) -> String {
    format!("the crop is not inside its {width}x{height} pixels")
}

/// Whether the file begins as a GIF, or as a PNG or WebP that moves.
pub(super) fn is_animation(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|f| f.take(64 << 10).read_to_end(&mut head));
    read.is_ok() && begins_animation(&head)
}

fn begins_animation(head: &[u8]) -> bool {
    if head.starts_with(b"GIF8") {
        return true;
    }
    if head.starts_with(b"RIFF") {
        // The extended header's flag for animations.
        return head.get(8..16) == Some(b"WEBPVP8X")
            && head.get(20).is_some_and(|flags| flags & 2 != 0);
    }
    if !head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return false;
    }
    // An animated PNG says so in a chunk before the first picture.
    let mut at = 8;
    while let Some(chunk) = head.get(at..at + 8) {
        match &chunk[4..] {
            b"acTL" => return true,
            b"IDAT" => return false,
            _ => {}
        }
        let length = u32::from_be_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]) as usize;
        at += length.saturating_add(12);
    }
    false
}

/// The frames of an animation, each shown as long as it says.
pub(super) struct Animation {
    frames: image::Frames<'static>,
    shape: Shape,
    resampler: Resampler,
    shown: Shown,
    any: bool,
    /// What was wrong with a frame after the first, if one was: it ends the animation.
    pub(super) damage: Option<String>,
}

/// A frame that may have to be given out several times.
struct Shown {
    frame: Vec<u8>,
    left: u64,
}

impl Shown {
    fn new() -> Self {
        Self {
            frame: Vec::new(),
            left: 0,
        }
    }

    fn give(&mut self, frame: &mut [u8]) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        frame.copy_from_slice(&self.frame);
        true
    }
}

impl Animation {
    pub(super) fn open(path: &Path, shape: Shape) -> Result<Self, String> {
        let open = || File::open(path).map(BufReader::new);
        let mut head = [0; 4];
        let mut file = open().map_err(|e| format!("it can't be read: {e}"))?;
        file.read_exact(&mut head)
            .map_err(|_| "it is empty or cut short".to_string())?;
        drop(file);
        let file = open().map_err(|e| format!("it can't be read: {e}"))?;
        let mut limits = Limits::default();
        limits.max_alloc = Some(MOST_BYTES);
        let frames: ImageResult<image::Frames<'static>> = match &head {
            b"GIF8" => GifDecoder::new(file).and_then(|mut d| {
                d.set_limits(limits)?;
                Ok(d.into_frames())
            }),
            b"RIFF" => WebPDecoder::new(file).and_then(|mut d| {
                d.set_limits(limits)?;
                Ok(d.into_frames())
            }),
            _ => PngDecoder::with_limits(file, limits)
                .and_then(PngDecoder::apng)
                .map(AnimationDecoder::into_frames),
        };
        Ok(Self {
            frames: frames.map_err(|e| e.to_string())?,
            resampler: Resampler::new(shape.fps),
            shape,
            shown: Shown::new(),
            any: false,
            damage: None,
        })
    }

    fn show(&mut self, picture: Frame) -> Result<(), String> {
        let repeats = self.resampler.repeats(delay(&picture));
        if repeats > 0 {
            self.shown
                .frame
                .resize((self.shape.size.0 * self.shape.size.1 * 3) as usize, 0);
            self.shape.draw(picture.buffer(), &mut self.shown.frame)?;
            self.shown.left = repeats;
        }
        Ok(())
    }
}

fn delay(picture: &Frame) -> f64 {
    let (numerator, denominator) = picture.delay().numer_denom_ms();
    let seconds = f64::from(numerator) / f64::from(denominator.max(1)) / 1000.0;
    if seconds <= 0.0101 {
        UNSAID_DELAY
    } else {
        seconds
    }
}

impl Frames for Animation {
    fn next(&mut self, frame: &mut [u8]) -> Result<Step, String> {
        loop {
            if self.shown.give(frame) {
                return Ok(Step::Frame);
            }
            if self.damage.is_some() {
                return Ok(Step::End);
            }
            match self.frames.next() {
                None if self.any => return Ok(Step::End),
                None => return Err("it holds no frames".into()),
                Some(Ok(picture)) => {
                    self.any = true;
                    self.show(picture)?;
                }
                // The frames so far are whole. Those that follow would be drawn over a wrong one.
                Some(Err(e)) if self.any => self.damage = Some(e.to_string()),
                Some(Err(e)) => return Err(e.to_string()),
            }
        }
    }
}

/// Pictures in files of their own, each shown for the same time.
pub(super) struct Slides {
    files: std::vec::IntoIter<Slide>,
    shape: Shape,
    seconds: f64,
    resampler: Resampler,
    shown: Shown,
    any: bool,
    /// A picture that came after a jump, to be shown next.
    waiting: Option<PathBuf>,
    /// What was wrong with the last picture that was, and how many were.
    pub(super) damage: Option<String>,
}

/// One picture of a sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slide {
    pub(super) path: PathBuf,
    /// Whether numbers are missing between the one before and this one.
    pub(super) after_gap: bool,
}

impl Slides {
    pub(super) fn open(files: Vec<Slide>, shape: Shape, picture_fps: f64) -> Self {
        Self {
            files: files.into_iter(),
            seconds: 1.0 / picture_fps,
            resampler: Resampler::new(shape.fps),
            shape,
            shown: Shown::new(),
            any: false,
            waiting: None,
            damage: None,
        }
    }

    fn show(&mut self, path: &Path) -> Result<(), String> {
        let repeats = self.resampler.repeats(self.seconds);
        if repeats == 0 {
            return Ok(());
        }
        let picture = read(path)?;
        self.shown
            .frame
            .resize((self.shape.size.0 * self.shape.size.1 * 3) as usize, 0);
        self.shape.draw(&picture, &mut self.shown.frame)?;
        self.shown.left = repeats;
        Ok(())
    }
}

fn read(path: &Path) -> Result<RgbaImage, String> {
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let picture = || -> ImageResult<RgbaImage> {
        let mut reader = ImageReader::open(path)?.with_guessed_format()?;
        let mut limits = Limits::default();
        limits.max_alloc = Some(MOST_BYTES);
        reader.limits(limits);
        let mut decoder = reader.into_decoder()?;
        // Photographs say how they were held.
        let orientation = decoder.orientation()?;
        let mut picture = image::DynamicImage::from_decoder(decoder)?;
        picture.apply_orientation(orientation);
        Ok(picture.into_rgba8())
    };
    picture().map_err(|e| format!("{name}: {e}"))
}

impl Frames for Slides {
    fn next(&mut self, frame: &mut [u8]) -> Result<Step, String> {
        loop {
            if self.shown.give(frame) {
                self.any = true;
                return Ok(Step::Frame);
            }
            let path = match self.waiting.take() {
                Some(path) => path,
                None => match self.files.next() {
                    Some(slide) if slide.after_gap && self.any => {
                        self.waiting = Some(slide.path);
                        return Ok(Step::Jump);
                    }
                    Some(slide) => slide.path,
                    None if self.any => return Ok(Step::End),
                    None => return Err(self.damage.take().unwrap_or_else(|| "no pictures".into())),
                },
            };
            if let Err(e) = self.show(&path) {
                self.damage = Some(e);
                if self.any {
                    return Ok(Step::Jump);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn animations_are_told_by_their_first_bytes() {
        let png = |chunks: &[&[u8; 4]]| {
            let body = chunks
                .iter()
                .flat_map(|name| [&[0, 0, 0, 2], name.as_slice(), &[9; 6]].concat());
            [b"\x89PNG\r\n\x1a\n".to_vec(), body.collect()].concat()
        };
        assert!(begins_animation(b"GIF89a..."));
        assert!(begins_animation(&png(&[b"IHDR", b"acTL", b"IDAT"])));
        assert!(!begins_animation(&png(&[b"IHDR", b"IDAT", b"acTL"])));
        assert!(begins_animation(
            b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0"
        ));
        assert!(!begins_animation(
            b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0"
        ));
        assert!(!begins_animation(b"RIFF\0\0\0\0WEBPVP8L"));
        assert!(!begins_animation(b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR"));
        assert!(!begins_animation(b""));
    }
}
