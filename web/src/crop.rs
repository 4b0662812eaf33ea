//! Which part of a picture becomes a frame, and that part as a frame.

use crate::protocol::Picture;
use crate::sketch::canvas::over_white;

/// A part never has fewer pixels across than this, unless the picture has.
const SMALLEST: f64 = 8.0;

/// A part of a picture, in its pixels. It may reach beyond the picture's edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

/// The choice of a part that has the shape of a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crop {
    /// The picture's size, pixels.
    picture: (f64, f64),
    /// The frame's size, pixels.
    frame: (f64, f64),
    /// The middle of the part, in pixels of the picture.
    middle: (f64, f64),
    zoom: f64,
    whole: bool,
}

impl Crop {
    /// The largest part in the middle. Sizes are width and height, in pixels, of at least one.
    pub fn new(picture: (usize, usize), frame: (usize, usize)) -> Self {
        let real = |(width, height): (usize, usize)| (width.max(1) as f64, height.max(1) as f64);
        let (picture, frame) = (real(picture), real(frame));
        Self {
            picture,
            frame,
            middle: (picture.0 / 2.0, picture.1 / 2.0),
            zoom: 1.0,
            whole: false,
        }
    }

    /// How much it is enlarged: 1 for the largest part that fits into the picture.
    pub fn zoom(&self) -> f64 {
        self.zoom
    }

    /// The most that it can be enlarged.
    pub fn most_zoom(&self) -> f64 {
        (self.largest().0 / SMALLEST).clamp(1.0, 16.0)
    }

    /// Whether all of the picture is in the frame, with bars beside it.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether there is anything to choose: a picture of the frame's shape can only be enlarged.
    pub fn is_exact(&self) -> bool {
        let (width, height) = self.largest();
        (width, height) == self.picture
    }

    /// The largest part inside the picture.
    fn largest(&self) -> (f64, f64) {
        let scale = (self.picture.0 / self.frame.0).min(self.picture.1 / self.frame.1);
        (self.frame.0 * scale, self.frame.1 * scale)
    }

    /// The part.
    pub fn part(&self) -> Part {
        let (width, height) = if self.whole {
            let scale = (self.picture.0 / self.frame.0).max(self.picture.1 / self.frame.1);
            (self.frame.0 * scale, self.frame.1 * scale)
        } else {
            let (width, height) = self.largest();
            (width / self.zoom, height / self.zoom)
        };
        let (x, y) = if self.whole {
            (self.picture.0 / 2.0, self.picture.1 / 2.0)
        } else {
            self.middle
        };
        Part {
            x: x - width / 2.0,
            y: y - height / 2.0,
            width,
            height,
        }
    }

    /// All of the picture, or a part of it.
    pub fn set_whole(&mut self, whole: bool) {
        self.whole = whole;
    }

    /// Moves the part, by shares of its own width and height; it stays inside the picture.
    pub fn pan(&mut self, x: f64, y: f64) {
        let part = self.part();
        if self.whole || !x.is_finite() || !y.is_finite() {
            return;
        }
        self.middle.0 += x * part.width;
        self.middle.1 += y * part.height;
        self.settle();
    }

    /// Enlarges it about its middle.
    pub fn zoom_to(&mut self, zoom: f64) {
        if zoom.is_finite() && !self.whole {
            self.zoom = zoom.clamp(1.0, self.most_zoom());
            self.settle();
        }
    }

    fn settle(&mut self) {
        let part = self.part();
        let within = |middle: f64, size: f64, all: f64| {
            // Rounding may have made the part larger than the picture by a hair.
            let low = (size / 2.0).min(all / 2.0);
            middle.clamp(low, all - low)
        };
        self.middle = (
            within(self.middle.0, part.width, self.picture.0),
            within(self.middle.1, part.height, self.picture.1),
        );
    }
}

/// A part of a picture as a frame of `width` × `height` pixels: each is the mean of what it covers.
/// What lies beyond the picture takes the mean colour of its edge. Opaque.
pub fn cut(picture: &Picture, part: Part, width: usize, height: usize) -> Picture {
    let (columns, rows) = (
        spans(part.x, part.width, width, picture.width),
        spans(part.y, part.height, height, picture.height),
    );
    let edge = edge(picture);
    // Across first, for the rows that are needed.
    let first = rows.iter().map(|span| span.first).min().unwrap_or(0);
    let end = rows.iter().map(Span::end).max().unwrap_or(0);
    let mut across = Vec::with_capacity(end.saturating_sub(first) * width);
    for y in first..end {
        let row = y * picture.width;
        for span in &columns {
            across.push(span.mean(edge, |x| pixel(picture, row + x)));
        }
    }
    let mut rgba = Vec::with_capacity(4 * width * height);
    for span in &rows {
        for x in 0..width {
            let mean = span.mean(edge, |y| across[(y - first) * width + x]);
            rgba.extend(mean.map(|v| (v + 0.5) as u8));
            rgba.push(255);
        }
    }
    Picture {
        width,
        height,
        rgba,
    }
}

type Colour = [f32; 3];

fn pixel(picture: &Picture, place: usize) -> Colour {
    let pixel = picture.rgba.as_chunks().0.get(place);
    pixel.map_or([255.0; 3], |p| over_white(p).map(f32::from))
}

/// The pixels of a row or a column that one pixel of the frame covers.
struct Span {
    first: usize,
    /// The share of each.
    shares: Vec<f32>,
    /// The share that lies beyond the picture.
    beyond: f32,
}

impl Span {
    fn end(&self) -> usize {
        self.first + self.shares.len()
    }

    fn mean(&self, edge: Colour, at: impl Fn(usize) -> Colour) -> Colour {
        let mut mean = edge.map(|v| v * self.beyond);
        for (place, share) in (self.first..).zip(&self.shares) {
            for (mean, value) in mean.iter_mut().zip(at(place)) {
                *mean += share * value;
            }
        }
        mean
    }
}

/// What each of `count` pixels covers of `length` ones, if together they cover `size` from `start`.
fn spans(start: f64, size: f64, count: usize, length: usize) -> Vec<Span> {
    let step = size / count as f64;
    let span = |n: usize| {
        let (from, to) = (start + n as f64 * step, start + (n + 1) as f64 * step);
        let first = from.floor().clamp(0.0, length as f64) as usize;
        let end = to.ceil().clamp(first as f64, length as f64) as usize;
        let overlap = |place: usize| {
            let place = place as f64;
            ((to.min(place + 1.0) - from.max(place)) / step).max(0.0) as f32
        };
        let shares: Vec<f32> = (first..end).map(overlap).collect();
        let beyond = (1.0 - shares.iter().sum::<f32>()).clamp(0.0, 1.0);
        Span {
            first,
            shares,
            beyond: if beyond < 1e-4 { 0.0 } else { beyond },
        }
    };
    (0..count).map(span).collect()
}

/// The mean colour of a picture's edge.
fn edge(picture: &Picture) -> Colour {
    let (width, height) = (picture.width, picture.height);
    let mut sum = [0.0; 3];
    let mut count = 0.0_f32;
    let mut add = |place| {
        for (sum, value) in sum.iter_mut().zip(pixel(picture, place)) {
            *sum += value;
        }
        count += 1.0;
    };
    for x in 0..width {
        add(x);
        add((height.max(1) - 1) * width + x);
    }
    for y in 0..height {
        add(y * width);
        add(y * width + width.max(1) - 1);
    }
    sum.map(|v| v / count.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: usize, height: usize, colour: impl Fn(usize, usize) -> [u8; 3]) -> Picture {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let rgba = places.flat_map(|(x, y)| {
            let [r, g, b] = colour(x, y);
            [r, g, b, 255]
        });
        Picture {
            width,
            height,
            rgba: rgba.collect(),
        }
    }

    fn at(picture: &Picture, x: usize, y: usize) -> [u8; 3] {
        let place = 4 * (y * picture.width + x);
        picture.rgba[place..][..3].try_into().unwrap()
    }

    #[test]
    fn a_picture_of_the_frames_size_stays_as_it_is() {
        let exact = picture(64, 64, |x, y| [x as u8, 3 * y as u8, (x * y) as u8]);
        let crop = Crop::new((64, 64), (64, 64));
        assert_eq!(cut(&exact, crop.part(), 64, 64), exact);
    }

    #[test]
    fn the_largest_part_in_the_middle_comes_first() {
        let crop = Crop::new((100, 80), (64, 64));
        let part = crop.part();
        assert_eq!(
            (part.x, part.y, part.width, part.height),
            (10.0, 0.0, 80.0, 80.0)
        );
        let wide = Crop::new((900, 900), (64, 32)).part();
        assert_eq!((wide.y, wide.width, wide.height), (225.0, 900.0, 450.0));
    }

    #[test]
    fn the_part_stays_inside_however_it_is_moved() {
        let mut crop = Crop::new((300, 100), (64, 64));
        for (x, y, zoom) in [
            (9.0, 9.0, 1.0),
            (-99.0, 0.3, 4.0),
            (0.5, -7.0, 999.0),
            (f64::NAN, 0.0, f64::NAN),
            (2.0, 2.0, -5.0),
        ] {
            crop.zoom_to(zoom);
            crop.pan(x, y);
            let part = crop.part();
            assert!(part.x >= -1e-9 && part.x + part.width <= 300.0 + 1e-9);
            assert!(part.y >= -1e-9 && part.y + part.height <= 100.0 + 1e-9);
            assert!(part.width >= SMALLEST - 1e-9, "{part:?}");
        }
        assert!(!crop.is_exact());
        assert!(Crop::new((128, 128), (64, 64)).is_exact());
    }

    #[test]
    fn all_of_a_picture_has_bars_in_the_colour_of_its_edge() {
        let wide = picture(8, 4, |_, _| [200, 10, 30]);
        let mut crop = Crop::new((8, 4), (64, 64));
        crop.set_whole(true);
        crop.pan(0.4, 0.4);
        let frame = cut(&wide, crop.part(), 64, 64);
        assert_eq!((frame.width, frame.height), (64, 64));
        assert_eq!(frame.rgba.len(), 64 * 64 * 4);
        assert!(
            frame
                .rgba
                .as_chunks::<4>()
                .0
                .iter()
                .all(|p| *p == [200, 10, 30, 255])
        );
        let tall = picture(4, 8, |_, y| if y < 4 { [0, 0, 0] } else { [255, 255, 255] });
        let mut crop = Crop::new((4, 8), (64, 64));
        crop.set_whole(true);
        let frame = cut(&tall, crop.part(), 64, 64);
        assert_eq!(at(&frame, 32, 5), [0, 0, 0]);
        assert_eq!(at(&frame, 32, 60), [255, 255, 255]);
        let bar = at(&frame, 1, 5)[0];
        assert!((120..136).contains(&bar), "{bar}");
    }

    #[test]
    fn pixels_are_means_and_small_pictures_stay_crisp() {
        let stripes = picture(128, 128, |x, _| [if x % 2 == 0 { 0 } else { 200 }; 3]);
        let frame = cut(&stripes, Crop::new((128, 128), (64, 64)).part(), 64, 64);
        assert!(frame.rgba.as_chunks::<4>().0.iter().all(|p| p[0] == 100));
        let two = picture(2, 2, |x, _| [x as u8 * 255; 3]);
        let frame = cut(&two, Crop::new((2, 2), (64, 64)).part(), 64, 64);
        assert_eq!((at(&frame, 31, 9), at(&frame, 32, 9)), ([0; 3], [255; 3]));
        let one = picture(1, 1, |_, _| [7, 8, 9]);
        let crop = Crop::new((1, 1), (64, 64));
        assert_eq!(crop.most_zoom(), 1.0);
        let frame = cut(&one, crop.part(), 64, 64);
        assert!(
            frame
                .rgba
                .as_chunks::<4>()
                .0
                .iter()
                .all(|p| *p == [7, 8, 9, 255])
        );
    }

    #[test]
    fn a_picture_without_all_its_bytes_is_no_reason_to_panic() {
        let broken = Picture {
            width: 4,
            height: 4,
            rgba: vec![1; 10],
        };
        let frame = cut(&broken, Crop::new((4, 4), (8, 8)).part(), 8, 8);
        assert_eq!(frame.rgba.len(), 4 * 64);
        cut(&Picture::default(), Crop::new((0, 0), (8, 8)).part(), 8, 8);
    }
}
