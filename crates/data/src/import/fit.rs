//! Geometry: how a picture of any size becomes a frame of the store's size.
//!
//! The `ffmpeg` path does this with ffmpeg's own filters (see [`super::filters`]); pictures that the
//! `image` crate decodes are done here, by the same rules, down to how sizes are rounded.

use image::RgbaImage;
use serde::{Deserialize, Serialize};

/// What to do where a picture's proportions are not the frame's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// Fill the frame, and cut off what sticks out, evenly on both sides.
    Cover,
    /// Show the whole picture, with black bars.
    Contain,
    /// Fill the frame by changing the proportions.
    Stretch,
}

/// The part of the picture that is used, in pixels of the picture as a player shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crop {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Columns, 1 or more.
    pub width: u32,
    /// Rows, 1 or more.
    pub height: u32,
}

impl Crop {
    /// Whether the crop lies inside a picture of that size.
    #[must_use]
    pub fn is_inside(&self, width: u32, height: u32) -> bool {
        let fits = |start: u32, size: u32, whole: u32| {
            size > 0 && u64::from(start) + u64::from(size) <= u64::from(whole)
        };
        fits(self.x, self.width, width) && fits(self.y, self.height, height)
    }
}

/// The size that a picture is scaled to before it is cut or padded to `frame`.
///
/// As ffmpeg's `force_original_aspect_ratio` rounds it.
pub(super) fn scaled(fit: Fit, picture: (u32, u32), frame: (u32, u32)) -> (u32, u32) {
    let rescale = |a: u32, b: u32, c: u32| {
        let (a, b, c) = (u64::from(a), u64::from(b), u64::from(c.max(1)));
        u32::try_from((a * b + c / 2) / c).unwrap_or(u32::MAX)
    };
    let (width, height) = frame;
    let own_width = rescale(height, picture.0, picture.1);
    let own_height = rescale(width, picture.1, picture.0);
    match fit {
        Fit::Stretch => frame,
        Fit::Cover => (own_width.max(width), own_height.max(height)),
        Fit::Contain => (own_width.min(width).max(1), own_height.min(height).max(1)),
    }
}

/// Draws `picture` into `frame` (`frame_size.1 * frame_size.0 * 3` bytes), over black where it is
/// transparent.
pub(super) fn draw(
    picture: &RgbaImage,
    crop: Option<Crop>,
    fit: Fit,
    frame_size: (u32, u32),
    frame: &mut [u8],
) {
    let crop = crop.unwrap_or(Crop {
        x: 0,
        y: 0,
        width: picture.width(),
        height: picture.height(),
    });
    let size = scaled(fit, (crop.width, crop.height), frame_size);
    // What of the scaled picture is seen, and where in the frame it goes.
    let window = |scaled: u32, frame: u32| Window {
        from: scaled.saturating_sub(frame) as usize / 2,
        to: frame.saturating_sub(scaled) as usize / 2,
        length: scaled.min(frame) as usize,
        scaled: scaled as usize,
    };
    let (across, down) = (window(size.0, frame_size.0), window(size.1, frame_size.1));
    let columns = across.weights(crop.width as usize);
    let rows = down.weights(crop.height as usize);
    let wide = across.length * 3;
    // Scaled across, every row that is needed; then down.
    let mut narrow = vec![0f32; crop.height as usize * wide];
    let mut source = vec![0f32; crop.width as usize * 3];
    for (y, out) in narrow.chunks_exact_mut(wide.max(1)).enumerate() {
        for (x, pixel) in source.chunks_exact_mut(3).enumerate() {
            let [r, g, b, alpha] = picture.get_pixel(crop.x + x as u32, crop.y + y as u32).0;
            let alpha = f32::from(alpha) / 255.0;
            pixel.copy_from_slice(&[r, g, b].map(|value| f32::from(value) * alpha));
        }
        for (pixel, taps) in out.chunks_exact_mut(3).zip(&columns) {
            for (from, weight) in taps.over(&source, 3) {
                pixel
                    .iter_mut()
                    .zip(from)
                    .for_each(|(sum, value)| *sum += weight * value);
            }
        }
    }
    frame.fill(0);
    let mut row = vec![0f32; wide];
    for (y, taps) in rows.iter().enumerate() {
        row.fill(0.0);
        for (from, weight) in taps.over(&narrow, wide) {
            row.iter_mut()
                .zip(from)
                .for_each(|(sum, value)| *sum += weight * value);
        }
        let start = ((down.to + y) * frame_size.0 as usize + across.to) * 3;
        for (byte, value) in frame[start..start + wide].iter_mut().zip(&row) {
            *byte = value.round().clamp(0.0, 255.0) as u8;
        }
    }
}

/// One axis of the picture in the frame.
struct Window {
    /// First visible position of the scaled picture.
    from: usize,
    /// Where it goes in the frame.
    to: usize,
    /// Visible positions.
    length: usize,
    /// Length of the scaled picture.
    scaled: usize,
}

/// The source positions that make one position, and their weights, which sum to 1.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Taps {
    /// The source's groups of `stride` values, with their weights.
    fn over<'a>(
        &'a self,
        source: &'a [f32],
        stride: usize,
    ) -> impl Iterator<Item = (&'a [f32], f32)> {
        source[self.first * stride..]
            .chunks_exact(stride.max(1))
            .zip(self.weights.iter().copied())
    }
}

impl Window {
    /// Means over areas where the picture shrinks, straight lines between pixels where it grows: what
    /// swscale's `area` does.
    fn weights(&self, source: usize) -> Vec<Taps> {
        let step = source as f64 / self.scaled as f64;
        (self.from..self.from + self.length)
            .map(|place| {
                if step >= 1.0 {
                    area(place as f64 * step, (place + 1) as f64 * step, source)
                } else {
                    linear((place as f64 + 0.5) * step - 0.5, source)
                }
            })
            .collect()
    }
}

fn area(start: f64, end: f64, source: usize) -> Taps {
    let first = (start.floor() as usize).min(source - 1);
    let last = (end.ceil() as usize).clamp(first + 1, source);
    let overlap = |i: usize| (end.min((i + 1) as f64) - start.max(i as f64)).max(0.0);
    let sum: f64 = (first..last).map(overlap).sum();
    Taps {
        first,
        weights: (first..last).map(|i| (overlap(i) / sum) as f32).collect(),
    }
}

fn linear(centre: f64, source: usize) -> Taps {
    let centre = centre.clamp(0.0, (source - 1) as f64);
    let first = (centre.floor() as usize).min(source - 1);
    let part = (centre - first as f64) as f32;
    Taps {
        first,
        weights: if first + 1 < source {
            vec![1.0 - part, part]
        } else {
            vec![1.0]
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawn(picture: &RgbaImage, fit: Fit, size: (u32, u32)) -> Vec<u8> {
        let mut frame = vec![99; (size.0 * size.1 * 3) as usize];
        draw(picture, None, fit, size, &mut frame);
        frame
    }

    proptest! {
        /// A picture of one colour stays that colour wherever it is drawn, and bars are black.
        #[test]
        fn one_colour_stays(
            size in (1u32..50, 1u32..50), frame in (1u32..40, 1u32..40),
            colour: [u8; 3], fit in prop_oneof![Just(Fit::Cover), Just(Fit::Contain), Just(Fit::Stretch)],
        ) {
            let [r, g, b] = colour;
            let picture = RgbaImage::from_pixel(size.0, size.1, image::Rgba([r, g, b, 255]));
            let inner = scaled(fit, size, frame);
            let bars = (frame.0.saturating_sub(inner.0), frame.1.saturating_sub(inner.1));
            for (i, pixel) in drawn(&picture, fit, frame).chunks(3).enumerate() {
                let (x, y) = (i as u32 % frame.0, i as u32 / frame.0);
                let inside = |at: u32, bar: u32, length: u32| at >= bar / 2 && at < bar / 2 + length;
                let seen = inside(x, bars.0, inner.0) && inside(y, bars.1, inner.1);
                prop_assert_eq!(pixel, if seen { colour } else { [0; 3] });
            }
        }

        #[test]
        fn sizes_fill_or_fit(size in (1u32..5000, 1u32..5000), frame in (1u32..700, 1u32..700)) {
            let (w, h) = scaled(Fit::Cover, size, frame);
            prop_assert!(w >= frame.0 && h >= frame.1 && (w == frame.0 || h == frame.1));
            let (w, h) = scaled(Fit::Contain, size, frame);
            prop_assert!(w <= frame.0 && h <= frame.1 && (w == frame.0 || h == frame.1));
        }
    }

    #[test]
    fn a_picture_of_the_frame_s_size_is_copied() {
        let picture = RgbaImage::from_fn(7, 5, |x, y| {
            image::Rgba([x as u8 * 30, y as u8 * 40, 9, 255])
        });
        for fit in [Fit::Cover, Fit::Contain, Fit::Stretch] {
            let bytes: Vec<u8> = picture.pixels().flat_map(|p| p.0[..3].to_vec()).collect();
            assert_eq!(drawn(&picture, fit, (7, 5)), bytes);
        }
    }

    #[test]
    fn halves_are_means_and_transparency_is_black() {
        let mut picture = RgbaImage::from_pixel(4, 2, image::Rgba([100, 0, 0, 255]));
        picture.put_pixel(0, 0, image::Rgba([200, 0, 0, 255]));
        picture.put_pixel(3, 1, image::Rgba([100, 0, 0, 0]));
        assert_eq!(drawn(&picture, Fit::Stretch, (2, 1)), [125, 0, 0, 75, 0, 0]);
    }

    #[test]
    fn cover_cuts_evenly_and_crop_chooses() {
        let picture = RgbaImage::from_fn(9, 3, |x, _| image::Rgba([x as u8, 0, 0, 255]));
        let red = |frame: Vec<u8>| frame.chunks(3).map(|p| p[0]).collect::<Vec<_>>();
        assert_eq!(red(drawn(&picture, Fit::Cover, (3, 3)))[..3], [3, 4, 5]);
        let crop = Crop {
            x: 5,
            y: 1,
            width: 2,
            height: 2,
        };
        let mut frame = vec![0; 12];
        draw(&picture, Some(crop), Fit::Stretch, (2, 2), &mut frame);
        assert_eq!(red(frame), [5, 6, 5, 6]);
        assert!(crop.is_inside(7, 3) && !crop.is_inside(6, 3));
        assert!(
            !Crop {
                x: u32::MAX,
                ..crop
            }
            .is_inside(u32::MAX, 9)
        );
    }
}
