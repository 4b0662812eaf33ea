//! The pixels of a sketch.

use crate::protocol::Picture;

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// A pixel's place: column and row. It may lie outside of a canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// Column, from the left.
    pub x: i32,
    /// Row, from the top.
    pub y: i32,
}

/// `width · height` pixels, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
}

impl Canvas {
    /// All of one colour.
    pub fn plain(width: usize, height: usize, colour: Rgb) -> Self {
        Self {
            width,
            height,
            pixels: vec![colour; width * height],
        }
    }

    /// The pixels of a picture, over white where it is transparent.
    pub fn of(picture: &Picture) -> Self {
        let pixels = picture.rgba.as_chunks().0.iter().map(over_white);
        let (width, height) = (picture.width, picture.height);
        let mut pixels: Vec<Rgb> = pixels.take(width * height).collect();
        pixels.resize(width * height, [255; 3]);
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All pixels, row by row.
    pub fn pixels(&self) -> &[Rgb] {
        &self.pixels
    }

    /// Where the pixel is among all of them; none outside.
    fn place(&self, point: Point) -> Option<usize> {
        let (x, y) = (
            usize::try_from(point.x).ok()?,
            usize::try_from(point.y).ok()?,
        );
        (x < self.width && y < self.height).then_some(y * self.width + x)
    }

    /// The colour at `point`; none outside.
    pub fn at(&self, point: Point) -> Option<Rgb> {
        self.place(point).map(|place| self.pixels[place])
    }

    /// Colours a pixel; outside there is nothing to colour.
    pub fn set(&mut self, point: Point, colour: Rgb) {
        if let Some(place) = self.place(point) {
            self.pixels[place] = colour;
        }
    }

    /// The nearest pixel inside.
    pub fn inside(&self, point: Point) -> Point {
        let within = |value: i32, size: usize| value.clamp(0, size.max(1) as i32 - 1);
        Point {
            x: within(point.x, self.width),
            y: within(point.y, self.height),
        }
    }

    /// The same in another size: each pixel is the nearest one.
    #[must_use]
    pub fn fitted(&self, width: usize, height: usize) -> Self {
        let mut fitted = Self::plain(width, height, [255; 3]);
        for (place, pixel) in fitted.pixels.iter_mut().enumerate() {
            let (x, y) = (place % width, place / width);
            let nearest = Point {
                x: (x * self.width / width) as i32,
                y: (y * self.height / height) as i32,
            };
            *pixel = self.at(nearest).unwrap_or(*pixel);
        }
        fitted
    }

    /// As a picture.
    pub fn picture(&self) -> Picture {
        Picture {
            width: self.width,
            height: self.height,
            rgba: self
                .pixels
                .iter()
                .flat_map(|&[r, g, b]| [r, g, b, 255])
                .collect(),
        }
    }
}

/// A pixel's colour over white.
pub fn over_white(&[r, g, b, a]: &[u8; 4]) -> Rgb {
    [r, g, b].map(|c| {
        let (c, a) = (u32::from(c), u32::from(a));
        ((c * a + 255 * (255 - a) + 127) / 255) as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_comes_back_as_it_was() {
        let rgba: Vec<u8> = (0..24).map(|v| if v % 4 == 3 { 255 } else { v }).collect();
        let picture = Picture {
            width: 3,
            height: 2,
            rgba,
        };
        assert_eq!(Canvas::of(&picture).picture(), picture);
    }

    #[test]
    fn transparent_pixels_lie_over_white_and_missing_ones_are_white() {
        let picture = Picture {
            width: 2,
            height: 2,
            rgba: vec![0, 0, 0, 0, 100, 0, 0, 128],
        };
        let canvas = Canvas::of(&picture);
        assert_eq!(canvas.pixels()[0], [255; 3]);
        assert_eq!(canvas.pixels()[1], [177, 127, 127]);
        assert_eq!(canvas.pixels()[2..], [[255; 3]; 2]);
    }

    #[test]
    fn nothing_is_outside() {
        let mut canvas = Canvas::plain(2, 2, [1; 3]);
        for (x, y) in [(-1, 0), (0, -1), (2, 0), (0, 2), (i32::MAX, i32::MIN)] {
            let point = Point { x, y };
            canvas.set(point, [9; 3]);
            assert_eq!(canvas.at(point), None);
            assert!(canvas.at(canvas.inside(point)).is_some());
        }
        assert_eq!(canvas, Canvas::plain(2, 2, [1; 3]));
    }

    #[test]
    fn another_size_shows_the_same() {
        let mut canvas = Canvas::plain(2, 2, [1; 3]);
        canvas.set(Point { x: 1, y: 0 }, [5; 3]);
        let large = canvas.fitted(4, 6);
        assert_eq!(large.at(Point { x: 2, y: 2 }), Some([5; 3]));
        assert_eq!(large.at(Point { x: 1, y: 2 }), Some([1; 3]));
        assert_eq!(large.fitted(2, 2), canvas);
    }
}
