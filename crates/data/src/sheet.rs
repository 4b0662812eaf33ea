//! Contact sheets: a look at many clips at once.

use image::RgbImage;

use crate::{ClipStore, Error, Result};

/// One row per clip of `clips`, `columns` frames spread evenly over each, two pixels apart.
///
/// # Errors
/// As [`ClipStore::read_clip`]; [`Error::Invalid`] when the picture would be empty or larger than
/// 65,536 pixels on a side.
pub fn contact_sheet(store: &ClipStore, clips: &[u64], columns: usize) -> Result<RgbImage> {
    const GAP: usize = 2;
    let (height, width) = (store.height(), store.width());
    let (rows_px, columns_px) = (clips.len() * (height + GAP), columns * (width + GAP));
    if rows_px == 0 || columns_px == 0 || rows_px.max(columns_px) > 65_536 {
        return Err(Error::Invalid(format!(
            "a contact sheet of {} clips by {columns} frames can't be drawn",
            clips.len()
        )));
    }
    let mut sheet =
        RgbImage::from_pixel(columns_px as u32, rows_px as u32, image::Rgb([24, 24, 24]));
    for (row, &clip) in clips.iter().enumerate() {
        let bytes = store.read_clip(clip)?;
        for column in 0..columns {
            let t = column * (store.frames_per_clip() - 1) / (columns - 1).max(1);
            let frame = &bytes[t * store.spec().frame_bytes()..];
            for (i, pixel) in frame.chunks_exact(3).take(height * width).enumerate() {
                let (x, y) = (
                    column * (width + GAP) + i % width,
                    row * (height + GAP) + i / width,
                );
                sheet.put_pixel(
                    x as u32,
                    y as u32,
                    image::Rgb([pixel[0], pixel[1], pixel[2]]),
                );
            }
        }
    }
    Ok(sheet)
}
