//! Pictures to frames and frames to pictures.

use std::io::Cursor;

use burn::tensor::{Device, Tensor, TensorData};
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, ImageResult, Limits, RgbImage};

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
    /// Decodes a picture of any size and format that the `image` crate is built with (PNG, JPEG,
    /// GIF, WebP, BMP in the page; the first frame of an animation) and fits it to the world's frame: turned
    /// as its EXIF note says, cut evenly at the sides, scaled. Transparent pixels are laid over
    /// white.
    ///
    /// # Errors
    /// [`Error::Picture`] if the bytes are no picture, or a damaged or far too large one.
    pub fn from_picture(bytes: &[u8], config: &Config) -> Result<Self> {
        Self::from_picture_as(bytes, None, config)
    }

    /// [`Frame::from_picture`], with a format to try if the bytes don't tell theirs (TGA's don't).
    ///
    /// # Errors
    /// As [`Frame::from_picture`].
    pub fn from_picture_as(
        bytes: &[u8],
        format: Option<ImageFormat>,
        config: &Config,
    ) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::Picture("the file is empty".into()));
        }
        let mut reader = ImageReader::new(Cursor::new(bytes))
            .with_guessed_format()
            .map_err(|e| Error::Picture(e.to_string()))?;
        match reader.format().or(format) {
            Some(format) => reader.set_format(format),
            None => {
                return Err(Error::Picture(
                    "it is not a PNG, JPEG, GIF, WebP or BMP picture".into(),
                ));
            }
        }
        let picture = decode(reader).map_err(|e| Error::Picture(e.to_string()))?;
        Ok(Self::fit(&over_white(picture), config.height, config.width))
    }

    /// Fits `picture` to `height × width`: cut evenly at the sides, scaled. Pixel art of exactly
    /// that size stays as it is.
    pub fn fit(picture: &RgbImage, height: usize, width: usize) -> Self {
        let (w, h) = (width as u32, height as u32);
        let rgb = if picture.dimensions() == (w, h) {
            picture.as_raw().clone()
        } else {
            // Cut first: a long strip, scaled as a whole to cover the frame, would fill the memory.
            let [x, y, cut_w, cut_h] = middle(picture.dimensions(), (w, h));
            let cut = imageops::crop_imm(picture, x, y, cut_w, cut_h);
            imageops::resize(&*cut, w, h, FilterType::Triangle).into_raw()
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

/// The picture the way up that it is meant to be seen: phones write photos as the sensor lay, and
/// note beside them how to turn them.
fn decode(mut reader: ImageReader<Cursor<&[u8]>>) -> ImageResult<DynamicImage> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(DECODE_BYTES);
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

/// The largest part of a picture, in its middle, that has the shape of a frame: its corner and its
/// size.
fn middle((width, height): (u32, u32), (frame_w, frame_h): (u32, u32)) -> [u32; 4] {
    let side = |other: u32, this: u32, across: u32, most: u32| {
        let (this, across) = (u64::from(this), u64::from(across));
        let rounded = (u64::from(other) * this + across / 2) / across;
        u64::from(most).min(rounded.max(1)) as u32
    };
    let cut_w = side(height, frame_w, frame_h, width);
    let cut_h = side(width, frame_h, frame_w, height);
    [(width - cut_w) / 2, (height - cut_h) / 2, cut_w, cut_h]
}

fn over_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
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
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        bytes
    }

    #[test]
    fn any_size_fits_and_the_right_size_is_untouched() {
        let config = presets::config("pocket").unwrap();
        let sizes = [
            (1, 1),
            (64, 64),
            (640, 3),
            (3, 640),
            (100, 80),
            (20_000, 1),
            (1, 20_000),
        ];
        for (w, h) in sizes {
            let frame = Frame::from_picture(&png(w, h), &config).unwrap();
            assert_eq!(frame.rgb.len(), 64 * 64 * 3);
        }
        let exact = Frame::from_picture(&png(64, 64), &config).unwrap();
        assert_eq!(exact.rgb[3 * (64 * 5 + 9)..][..3], [9, 5, 7]);
    }

    #[test]
    fn pictures_are_cut_to_the_shape_of_the_frame_before_they_are_scaled() {
        assert_eq!(middle((100, 80), (64, 64)), [10, 0, 80, 80]);
        assert_eq!(middle((80, 100), (64, 64)), [0, 10, 80, 80]);
        assert_eq!(middle((1600, 900), (64, 36)), [0, 0, 1600, 900]);
        assert_eq!(middle((900, 900), (64, 32)), [0, 225, 900, 450]);
        assert_eq!(middle((20_000, 1), (64, 64)), [9_999, 0, 1, 1]);
        assert_eq!(middle((1, 20_000), (64, 64)), [0, 9_999, 1, 1]);
        assert_eq!(middle((1, 1), (64, 32)), [0, 0, 1, 1]);

        // As tall as the frame already: the middle columns, untouched.
        let wide = image::load_from_memory(&png(100, 64)).unwrap().into_rgb8();
        let frame = Frame::fit(&wide, 64, 64);
        assert_eq!(frame.rgb[3 * (64 * 5 + 9)..][..3], [18 + 9, 5, 7]);
    }

    /// A JPEG as phones write it: left half red, right half blue, and a note on how to turn it.
    fn photo(orientation: u8) -> Vec<u8> {
        let mut jpeg = Vec::new();
        let half = |x: u32| if x < 32 { [255_u8, 0, 0] } else { [0, 0, 255] };
        RgbImage::from_fn(64, 64, |x, _| image::Rgb(half(x)))
            .write_to(&mut Cursor::new(&mut jpeg), ImageFormat::Jpeg)
            .unwrap();
        let mut note = b"\xff\xe1\0\x22Exif\0\0".to_vec();
        note.extend(b"MM\0\x2a\0\0\0\x08\0\x01");
        // Tag, type (a short), how many, value; no second directory.
        note.extend(b"\x01\x12\0\x03\0\0\0\x01");
        note.extend([0, orientation, 0, 0]);
        note.extend([0; 4]);
        // After the two bytes that begin every JPEG.
        jpeg.splice(2..2, note);
        jpeg
    }

    #[test]
    fn a_photo_of_a_phone_stands_upright() {
        let config = presets::config("pocket").unwrap();
        // Where the red half lies: left as written, else right, top or bottom.
        let red_at = [
            (1, (8, 32)),
            (2, (56, 32)),
            (3, (56, 32)),
            (6, (32, 8)),
            (8, (32, 56)),
            (77, (8, 32)),
        ];
        for (orientation, (x, y)) in red_at {
            let frame = Frame::from_picture(&photo(orientation), &config).unwrap();
            let at = |x: usize, y: usize| &frame.rgb[3 * (64 * y + x)..][..3];
            let (red, blue) = (at(x, y), at(63 - x, 63 - y));
            assert!(red[0] > 200 && red[2] < 60, "{orientation}: {red:?}");
            assert!(blue[2] > 200 && blue[0] < 60, "{orientation}: {blue:?}");
        }
    }

    #[test]
    fn a_picture_that_claims_more_than_the_memory_is_refused_before_it_is_decoded() {
        let config = presets::config("pocket").unwrap();
        let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        bmp.extend(20_000_u32.to_le_bytes());
        bmp.extend(20_000_u32.to_le_bytes());
        // One plane of 24 bits, nothing compressed, and none of the 1.2 GB that it promises.
        bmp.extend([1, 0, 24, 0]);
        bmp.extend([0; 24]);
        let error = Frame::from_picture(&bmp, &config).unwrap_err().to_string();
        assert!(error.contains("Memory limit"), "{error}");
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
