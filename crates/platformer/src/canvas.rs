//! A frame while it is being painted, in inks.

use crate::ink;
use crate::{FRAME_BYTES, HEIGHT, WIDTH};

pub(crate) struct Canvas {
    pixels: [u8; WIDTH * HEIGHT],
}

impl Canvas {
    pub(crate) const fn new() -> Self {
        Self {
            pixels: [ink::SKY; WIDTH * HEIGHT],
        }
    }

    /// Paints one pixel; places outside of the picture are ignored.
    pub(crate) fn dot(&mut self, x: i32, y: i32, ink: u8) {
        if (0..WIDTH as i32).contains(&x) && (0..HEIGHT as i32).contains(&y) {
            self.pixels[y as usize * WIDTH + x as usize] = ink;
        }
    }

    /// Paints the rows `y0..y1` (clipped) of a column, each in the ink that `paint` gives it; CLEAR leaves it.
    pub(crate) fn column(&mut self, x: usize, y0: i32, y1: i32, mut paint: impl FnMut(i32) -> u8) {
        for y in y0.max(0)..y1.min(HEIGHT as i32) {
            let ink = paint(y);
            if ink != ink::CLEAR {
                self.pixels[y as usize * WIDTH + x] = ink;
            }
        }
    }

    /// Paints the rows `y0..y1` (clipped) across the whole picture.
    pub(crate) fn band(&mut self, y0: i32, y1: i32, ink: u8) {
        let row = |y: i32| y.clamp(0, HEIGHT as i32) as usize * WIDTH;
        self.pixels[row(y0)..row(y1).max(row(y0))].fill(ink);
    }

    /// Paints a sprite with its upper left corner at a place, mirrored or not.
    pub(crate) fn sprite(&mut self, x: i32, y: i32, rows: &[[u8; 8]], mirrored: bool) {
        let columns = (-x).clamp(0, 8)..(WIDTH as i32 - x).clamp(0, 8);
        for (row, y) in rows.iter().zip(y..) {
            if !(0..HEIGHT as i32).contains(&y) {
                continue;
            }
            let start = y * WIDTH as i32 + x;
            for column in columns.clone() {
                let ink = row[if mirrored { 7 - column } else { column } as usize];
                if ink != ink::CLEAR {
                    self.pixels[(start + column) as usize] = ink;
                }
            }
        }
    }

    /// Writes the picture as RGB, row by row. `out` must hold [`FRAME_BYTES`].
    pub(crate) fn write(&self, palette: &[[u8; 3]; ink::COUNT], out: &mut [u8]) {
        assert_eq!(out.len(), FRAME_BYTES, "a frame is {FRAME_BYTES} bytes");
        for (rgb, &ink) in out.as_chunks_mut::<3>().0.iter_mut().zip(&self.pixels) {
            *rgb = palette[ink as usize];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sprites_are_clipped_at_every_edge_and_mirrored() {
        let arrow = [[1, 2, 3, 4, 5, 6, 7, 8]; 8];
        let mut canvas = Canvas::new();
        for place in [-100, -8, -3, 0, 60, 64, 100] {
            for other in [-100, -8, -3, 0, 60, 64, 100] {
                canvas.sprite(place, other, &arrow, place % 2 == 0);
            }
        }
        let mut canvas = Canvas::new();
        canvas.sprite(-3, 0, &arrow, false);
        assert_eq!(canvas.pixels[..6], [4, 5, 6, 7, 8, 0]);
        canvas.sprite(-3, 0, &arrow, true);
        assert_eq!(canvas.pixels[..6], [5, 4, 3, 2, 1, 0]);
    }
}
