//! Pictures to frames and frames to pictures.

use std::io::Cursor;

use burn::tensor::{Device, Tensor, TensorData};
use image::{DynamicImage, ImageReader, Limits, RgbImage, imageops::FilterType};

use crate::config::Config;
use crate::error::{Error, Result};

/// The longest side of a picture that is decoded, pixels; more is a mistake or an attack.
const LONGEST_SIDE: u32 = 20_000;
/// Memory that decoding may take, bytes.
const DECODE_BYTES: u64 = 1 << 30;

/// One RGB frame, row-major, `height · width · 3` bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Pixels.
    pub height: usize,
    /// Pixels.
    pub width: usize,
    /// Red, green, blue of each pixel.
    pub rgb: Vec<u8>,
}

impl Frame {
    /// Decodes a picture of any size and format that the `image` crate reads here (PNG, JPEG,
    /// GIF, WebP, BMP; the first frame of an animation) and fits it to the world's frame: scaled
    /// to cover it, cut evenly at the sides. Transparent pixels are laid over white.
    ///
    /// # Errors
    /// [`Error::Picture`] if the bytes are no picture, or a damaged or far too large one.
    pub fn from_picture(bytes: &[u8], config: &Config) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::Picture("the file is empty".into()));
        }
        let mut reader = ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(|e| Error::Picture(e.to_string()))?;
        if reader.format().is_none() {
            return Err(Error::Picture(
                "it is not a PNG, JPEG, GIF, WebP or BMP picture".into(),
            ));
        }
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST_SIDE);
        limits.max_image_height = Some(LONGEST_SIDE);
        limits.max_alloc = Some(DECODE_BYTES);
        reader.limits(limits);
        let picture = reader.decode().map_err(|e| Error::Picture(e.to_string()))?;
        Ok(Self::fit(
            &over_white(&picture),
            config.height,
            config.width,
        ))
    }

    /// Fits `picture` to `height × width`: scaled to cover, cut evenly at the sides. Pixel art of
    /// exactly that size stays as it is.
    pub fn fit(picture: &RgbImage, height: usize, width: usize) -> Self {
        let (w, h) = (width as u32, height as u32);
        let rgb = if picture.dimensions() == (w, h) {
            picture.as_raw().clone()
        } else {
            DynamicImage::ImageRgb8(picture.clone())
                .resize_to_fill(w, h, FilterType::Triangle)
                .into_rgb8()
                .into_raw()
        };
        Self { height, width, rgb }
    }

    /// The frame as RGBA bytes, for a canvas.
    pub fn rgba(&self) -> Vec<u8> {
        self.rgb
            .chunks_exact(3)
            .flat_map(|p| [p[0], p[1], p[2], 255])
            .collect()
    }

    /// The frame as an image.
    pub fn to_image(&self) -> RgbImage {
        RgbImage::from_raw(self.width as u32, self.height as u32, self.rgb.clone())
            .expect("a frame holds height × width × 3 bytes")
    }
}

fn over_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let rgba = picture.to_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        let over = |c: u8| {
            let a = u32::from(a);
            ((u32::from(c) * a + 255 * (255 - a) + 127) / 255) as u8
        };
        image::Rgb([over(r), over(g), over(b)])
    })
}

/// Bytes of `B · T` frames to a tensor `[B, T, H, W, 3]` in [0, 1].
pub fn to_tensor(bytes: &[u8], shape: [usize; 5], device: &Device) -> Tensor<5> {
    let values: Vec<f32> = bytes.iter().map(|&b| f32::from(b) / 255.0).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Values in [0, 1] to bytes.
pub fn to_bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .map(|&v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 7]))
            .write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png)
            .unwrap();
        bytes
    }

    #[test]
    fn any_size_fits_and_the_right_size_is_untouched() {
        let config = presets::config("pocket").unwrap();
        for (w, h) in [(1, 1), (64, 64), (640, 3), (3, 640), (100, 80)] {
            let frame = Frame::from_picture(&png(w, h), &config).unwrap();
            assert_eq!(frame.rgb.len(), 64 * 64 * 3);
        }
        let exact = Frame::from_picture(&png(64, 64), &config).unwrap();
        assert_eq!(exact.rgb[3 * (64 * 5 + 9)..][..3], [9, 5, 7]);
    }

    #[test]
    fn what_is_no_picture_is_refused_with_the_reason() {
        let config = presets::config("pocket").unwrap();
        let cut = &png(64, 64)[..60];
        for bytes in [&b""[..], b"hello, this is a text file", cut] {
            let error = Frame::from_picture(bytes, &config).unwrap_err();
            assert!(matches!(error, Error::Picture(_)), "{error}");
        }
    }
}
