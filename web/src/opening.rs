//! Opens pictures and animations of a visitor's: as much of them as may become a prompt, made small.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{
    AnimationDecoder, DynamicImage, Frames, ImageDecoder, ImageError, ImageFormat, ImageReader,
    ImageResult, Limits,
};

use crate::crop::{Part, cut};
use crate::footage;
use crate::protocol::Picture;
use crate::protocol::prompts::{Clip, Footage, Reason};

/// The longest side of a picture that is decoded, pixels; more is a mistake or an attack.
const LONGEST_SIDE: u32 = 20_000;
/// Memory that decoding may take, bytes.
const DECODE_BYTES: u64 = 512 << 20;
/// The longest side of a picture that is handed on, pixels.
pub const STILL: usize = 1024;
/// The same for each frame of what moves.
pub const MOVING: usize = 320;
/// Frames of an animation that are looked at, and their pixels together: what comes later is left
/// out.
const MOST_FRAMES: usize = 1000;
const MOST_PIXELS: u64 = 400_000_000;
/// What browsers take for too short a time to mean it, seconds, and what they show instead.
const SHORTEST: f64 = 0.02;
const USUAL: f64 = 0.1;

/// Width and height that the beginning of a picture's file tells, pixels; none if it tells no kind
/// of picture that is known.
pub fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let reader = ImageReader::new(Cursor::new(bytes));
    reader.with_guessed_format().ok()?.into_dimensions().ok()
}

/// Opens a file for a world that remembers `window` frames of `fps` a second: PNG, JPEG, GIF, WebP or
/// BMP. The picture is turned the way it is meant to be seen. Of an animation that breaks off, the
/// frames before that are there.
///
/// # Errors
/// Says why not.
pub fn open(bytes: &[u8], window: usize, fps: usize) -> Result<Footage, Reason> {
    if bytes.is_empty() {
        return Err(Reason::Empty);
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let reader = reader.map_err(|_| Reason::Damaged)?;
    let format = reader.format().ok_or(Reason::Unknown)?;
    if let Some(moving) = animation(bytes, format, window, fps)? {
        return Ok(moving);
    }
    let picture = decode(reader).map_err(|e| reason(&e))?.into_rgba8();
    Ok(still(Picture {
        width: picture.width() as usize,
        height: picture.height() as usize,
        rgba: picture.into_raw(),
    }))
}

/// A picture, made small.
pub fn still(picture: Picture) -> Footage {
    Footage {
        clip: Clip::of([small(picture, STILL)]),
        evenly: vec![0],
        end: vec![0],
        seconds: 0.0,
    }
}

/// `picture` with no side longer than `longest`, over white.
pub fn small(picture: Picture, longest: usize) -> Picture {
    let (width, height) = (picture.width, picture.height);
    let side = width.max(height);
    let fit = |length: usize| {
        if side <= longest {
            length
        } else {
            ((length * longest + side / 2) / side).max(1)
        }
    };
    let whole = Part {
        x: 0.0,
        y: 0.0,
        width: width as f64,
        height: height as f64,
    };
    cut(&picture, whole, fit(width), fit(height))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(DECODE_BYTES);
    limits
}

fn reason(error: &ImageError) -> Reason {
    match error {
        ImageError::Limits(_) => Reason::TooLarge,
        ImageError::Unsupported(_) => Reason::Unknown,
        _ => Reason::Damaged,
    }
}

/// The picture the way up that its note asks for: phones write photos as the sensor lay. A twin of
/// `model::picture`'s, since the page itself is built without the model.
fn decode(mut reader: ImageReader<Cursor<&[u8]>>) -> ImageResult<DynamicImage> {
    let mut limits = limits();
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    // Left to the caller here, unlike in `ImageReader::decode`.
    limits.reserve(decoder.total_bytes())?;
    decoder.set_limits(limits)?;
    // A picture whose note is damaged is still a picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The frames of a file that has several; none of any other.
fn frames(bytes: &[u8], format: ImageFormat) -> ImageResult<Option<Frames<'_>>> {
    let source = Cursor::new(bytes);
    Ok(match format {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(source)?;
            decoder.set_limits(limits())?;
            Some(decoder.into_frames())
        }
        ImageFormat::WebP => {
            let mut decoder = WebPDecoder::new(source)?;
            decoder.set_limits(limits())?;
            decoder.has_animation().then(|| decoder.into_frames())
        }
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(source, limits())?;
            if decoder.is_apng()? {
                Some(decoder.apng()?.into_frames())
            } else {
                None
            }
        }
        _ => None,
    })
}

/// What a file shows that moves: first how long each frame is on show, then those that are needed.
fn animation(
    bytes: &[u8],
    format: ImageFormat,
    window: usize,
    fps: usize,
) -> Result<Option<Footage>, Reason> {
    let Some(moving) = frames(bytes, format).map_err(|e| reason(&e))? else {
        return Ok(None);
    };
    let (mut durations, mut pixels) = (Vec::new(), 0);
    for frame in moving.take(MOST_FRAMES) {
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) if durations.is_empty() => return Err(reason(&error)),
            Err(_) => break,
        };
        let (numerator, denominator) = frame.delay().numer_denom_ms();
        let seconds = f64::from(numerator) / f64::from(denominator.max(1)) / 1000.0;
        durations.push(if seconds < SHORTEST { USUAL } else { seconds });
        pixels += frame.buffer().pixels().len() as u64;
        if pixels > MOST_PIXELS {
            break;
        }
    }
    if durations.len() < 2 {
        return Ok(None);
    }
    let seconds = durations.iter().sum();
    let mut evenly = footage::shown(&durations, &footage::evenly(seconds, window));
    evenly.dedup();
    let end = footage::shown(&durations, &footage::end(seconds, window, fps));
    let (needed, evenly, end) = footage::join(&evenly, &end);
    let again = frames(bytes, format).map_err(|e| reason(&e))?;
    let pictures = again.into_iter().flatten().take(durations.len());
    let pictures = pictures
        .enumerate()
        .filter(|(place, _)| needed.binary_search(place).is_ok())
        .map_while(|(_, frame)| frame.ok())
        .map(|frame| {
            let picture = frame.into_buffer();
            let picture = Picture {
                width: picture.width() as usize,
                height: picture.height() as usize,
                rgba: picture.into_raw(),
            };
            small(picture, MOVING)
        });
    let clip = Clip::of(pictures);
    if clip.frames < needed.len() {
        return Err(Reason::Damaged);
    }
    Ok(Some(Footage {
        clip,
        evenly,
        end,
        seconds,
    }))
}

#[cfg(test)]
mod tests {
    use image::codecs::gif::GifEncoder;
    use image::{Delay, Frame, Rgb, RgbImage, Rgba, RgbaImage};

    use super::*;

    fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        bytes
    }

    /// A GIF of grey frames; each is on show for so many hundredths of a second.
    fn gif(frames: &[(u8, u32)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        for &(grey, hundredths) in frames {
            let picture = RgbaImage::from_pixel(20, 10, Rgba([grey, grey, grey, 255]));
            let delay = Delay::from_numer_denom_ms(10 * hundredths, 1);
            let frame = Frame::from_parts(picture, 0, 0, delay);
            encoder.encode_frame(frame).unwrap();
        }
        drop(encoder);
        bytes
    }

    fn greys(footage: &Footage, taken: &[usize]) -> Vec<u8> {
        let grey = |&place: &usize| footage.clip.picture(place).unwrap().rgba[0];
        taken.iter().map(grey).collect()
    }

    #[test]
    fn pictures_of_any_kind_and_size_are_opened() {
        let picture = RgbImage::from_fn(30, 20, |x, y| Rgb([8 * x as u8, 8 * y as u8, 90]));
        for format in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::Gif,
            ImageFormat::WebP,
            ImageFormat::Bmp,
        ] {
            let footage = open(&encoded(&picture, format), 16, 15).unwrap();
            let clip = &footage.clip;
            assert_eq!(
                (clip.width, clip.height, clip.frames),
                (30, 20, 1),
                "{format:?}"
            );
            assert!(!footage.moves());
        }
        let png = encoded(&picture, ImageFormat::Png);
        assert_eq!(open(&png, 16, 15).unwrap().clip.rgba[4..8], [8, 0, 90, 255]);
        assert_eq!(size(&png), Some((30, 20)));
        assert_eq!(size(b"no picture at all"), None);
        for (width, height, small) in [
            (1, 1, (1, 1)),
            (3000, 1500, (1024, 512)),
            (1, 5000, (1, 1024)),
        ] {
            let picture = RgbImage::from_pixel(width, height, Rgb([1, 2, 3]));
            let footage = open(&encoded(&picture, ImageFormat::Png), 16, 15).unwrap();
            assert_eq!((footage.clip.width, footage.clip.height), small);
            assert_eq!(footage.clip.rgba[..4], [1, 2, 3, 255]);
        }
    }

    #[test]
    fn transparent_pictures_lie_over_white() {
        let picture = RgbaImage::from_pixel(2, 2, Rgba([9, 9, 9, 0]));
        let mut bytes = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        assert_eq!(open(&bytes, 16, 15).unwrap().clip.rgba[..4], [255; 4]);
    }

    #[test]
    fn of_an_animation_the_frames_of_both_choices_are_there() {
        // Two seconds: ten frames of a fifth each.
        let frames: Vec<(u8, u32)> = (0..10).map(|n| (20 * n, 20)).collect();
        let footage = open(&gif(&frames), 4, 10).unwrap();
        assert!((footage.seconds - 2.0).abs() < 1e-6);
        assert_eq!(greys(&footage, &footage.evenly), [0, 60, 120, 180]);
        // Ten a second: the last four tenths.
        assert_eq!(greys(&footage, &footage.end), [160, 160, 180, 180]);
        assert!(footage.moves());
    }

    #[test]
    fn a_short_animation_gives_no_more_than_it_has() {
        let footage = open(&gif(&[(10, 0), (200, 0)]), 16, 15).unwrap();
        assert!((footage.seconds - 0.2).abs() < 1e-6, "as browsers show it");
        assert_eq!(greys(&footage, &footage.evenly), [10, 200]);
        assert_eq!(greys(&footage, &footage.end), [10, 200, 200]);
        let one = open(&gif(&[(10, 10)]), 16, 15).unwrap();
        assert!(!one.moves());
    }

    #[test]
    fn an_animation_that_breaks_off_shows_what_is_there() {
        let frames: Vec<(u8, u32)> = (0..10).map(|n| (20 * n, 20)).collect();
        let whole = gif(&frames);
        let footage = open(&whole[..whole.len() * 3 / 4], 4, 10).unwrap();
        assert!(footage.moves() && footage.seconds < 2.0);
    }

    #[test]
    fn what_is_no_picture_is_refused_with_the_reason() {
        let picture = RgbImage::from_fn(64, 64, |x, y| Rgb([(x * y) as u8, x as u8, y as u8]));
        let png = encoded(&picture, ImageFormat::Png);
        let mut mangled = png.clone();
        let middle = mangled.len() / 2;
        mangled[middle] ^= 0x55;
        let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        bmp.extend(20_000_u32.to_le_bytes());
        bmp.extend(20_000_u32.to_le_bytes());
        bmp.extend([1, 0, 24, 0]);
        bmp.extend([0; 24]);
        let wide = RgbImage::new(20_001, 1);
        for (bytes, reason) in [
            (&b""[..], Reason::Empty),
            (b"These are my notes.", Reason::Unknown),
            (&png[..png.len() / 2], Reason::Damaged),
            (&mangled, Reason::Damaged),
            (&png[..20], Reason::Damaged),
            (&gif(&[(1, 1)])[..15], Reason::Damaged),
            (&bmp, Reason::TooLarge),
            (&encoded(&wide, ImageFormat::Png), Reason::TooLarge),
        ] {
            assert_eq!(open(bytes, 16, 15), Err(reason));
        }
    }
}
