//! Played frames as files: an animation or a sheet.

use anyhow::Result;
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, DynamicImage, imageops};
use model::picture::Frame;

use crate::sheet;

/// Enlargement, so that a 64-pixel frame can be seen.
const SCALE: u32 = 4;
/// Frames in a row of a sheet.
const COLUMNS: usize = 8;

/// An endless GIF at `fps` frames a second.
///
/// # Errors
/// If it can't be encoded.
pub fn animation(frames: &[Frame], fps: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    {
        let mut encoder = GifEncoder::new_with_speed(&mut bytes, 10);
        encoder.set_repeat(Repeat::Infinite)?;
        for frame in frames {
            let (w, h) = (frame.width as u32 * SCALE, frame.height as u32 * SCALE);
            let large = imageops::resize(&frame.to_image(), w, h, imageops::Nearest);
            let rgba = DynamicImage::ImageRgb8(large).into_rgba8();
            let delay = Delay::from_numer_denom_ms(1000, fps.max(1) as u32);
            encoder.encode_frame(image::Frame::from_parts(rgba, 0, 0, delay))?;
        }
    }
    Ok(bytes)
}

/// All frames in rows of 8, as PNG.
///
/// # Errors
/// If it can't be encoded.
pub fn sheet(frames: &[Frame]) -> Result<Vec<u8>> {
    sheet_of(&[frames])
}

/// Several videos, one below the other in every row of 8 frames, as PNG.
///
/// # Errors
/// If it can't be encoded.
pub fn sheet_of(videos: &[&[Frame]]) -> Result<Vec<u8>> {
    let longest = videos.iter().map(|v| v.len()).max().unwrap_or(0);
    let mut rows: Vec<Vec<Frame>> = Vec::new();
    for start in (0..longest).step_by(COLUMNS) {
        let part = |video: &&[Frame]| video.iter().skip(start).take(COLUMNS).cloned().collect();
        rows.extend(videos.iter().map(part));
    }
    sheet::png(&sheet::grid(&rows, SCALE / 2))
}
