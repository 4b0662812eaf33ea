//! A world's own colours, from its pictures.

use super::canvas::{Rgb, over_white};
use crate::protocol::Picture;

/// Bits of each channel by which colours are told apart.
const BITS: u32 = 5;
/// Colours of a palette are further apart than this, as [`distance`] has it: others look the same.
const APART: f64 = 75.0;
/// How much it counts how often a colour is used, against how far it is from the others.
const USE: f64 = 0.25;

/// Up to `most` colours of the pictures: the most used one first, then those that are used much and
/// differ from the ones before. The same pictures give the same colours.
pub fn palette(pictures: &[Picture], most: usize) -> Vec<Rgb> {
    let mut bins = vec![Bin::default(); 1 << (3 * BITS)];
    for picture in pictures {
        for pixel in picture.rgba.as_chunks().0 {
            let colour = over_white(pixel);
            let place = colour
                .iter()
                .fold(0, |place, &c| place << BITS | usize::from(c >> (8 - BITS)));
            bins[place].add(colour);
        }
    }
    let colours: Vec<(f64, Rgb)> = bins.iter().filter_map(Bin::mean).collect();
    let mut chosen: Vec<Rgb> = Vec::new();
    while chosen.len() < most {
        let worth = |&(used, colour): &(f64, Rgb)| {
            let nearest = chosen.iter().map(|&c| distance(c, colour));
            let apart = nearest.fold(f64::INFINITY, f64::min);
            match apart {
                ..APART => 0.0,
                // The first has none to differ from.
                f64::INFINITY => used,
                _ => used.powf(USE) * apart,
            }
        };
        let best = colours
            .iter()
            .map(|c| (worth(c), c.1))
            // The first of equals, so that the order is settled.
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        match best {
            Some((worth, colour)) if worth > 0.0 => chosen.push(colour),
            _ => break,
        }
    }
    chosen
}

/// Similar colours.
#[derive(Clone, Default)]
struct Bin {
    used: u64,
    sum: [u64; 3],
}

impl Bin {
    fn add(&mut self, colour: Rgb) {
        self.used += 1;
        for (sum, c) in self.sum.iter_mut().zip(colour) {
            *sum += u64::from(c);
        }
    }

    fn mean(&self) -> Option<(f64, Rgb)> {
        let mean = |sum: u64| ((sum + self.used / 2) / self.used) as u8;
        (self.used > 0).then(|| (self.used as f64, self.sum.map(mean)))
    }
}

/// How far two colours lie apart for an eye, roughly: it sees green best and blue worst.
pub fn distance(a: Rgb, b: Rgb) -> f64 {
    let weights = [2.0, 4.0, 3.0];
    let parts = a.iter().zip(b).zip(weights);
    let sum: f64 = parts
        .map(|((&a, b), weight)| weight * (f64::from(a) - f64::from(b)).powi(2))
        .sum();
    sum.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(colours: &[Rgb]) -> Picture {
        Picture {
            width: colours.len(),
            height: 1,
            rgba: colours
                .iter()
                .flat_map(|&[r, g, b]| [r, g, b, 255])
                .collect(),
        }
    }

    #[test]
    fn the_most_used_comes_first_and_then_what_differs() {
        let (sky, cloud, grass) = ([100, 150, 250], [103, 151, 249], [30, 200, 40]);
        let mut pixels = vec![sky; 60];
        pixels.extend([cloud; 30]);
        pixels.extend([grass; 10]);
        let found = palette(&[picture(&pixels)], 9);
        assert_eq!(found.len(), 2, "a cloud looks like the sky: {found:?}");
        assert!(distance(found[0], sky) < 10.0, "{found:?}");
        assert_eq!(found[1], grass);
    }

    #[test]
    fn there_are_no_more_colours_than_there_are() {
        assert_eq!(palette(&[], 8), [] as [Rgb; 0]);
        let pixels = [[1, 2, 3]; 9];
        assert_eq!(palette(&[picture(&pixels)], 8), [[1, 2, 3]]);
    }

    #[test]
    fn the_order_of_pictures_does_not_matter() {
        let (a, b) = (
            picture(&[[9, 9, 9], [200, 0, 0]]),
            picture(&[[0, 99, 9], [50, 60, 200], [9, 9, 9]]),
        );
        assert_eq!(palette(&[a.clone(), b.clone()], 4), palette(&[b, a], 4));
    }
}
