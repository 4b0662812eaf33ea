//! The inks that all art is drawn with, and pictures made of them.
//!
//! Every picture is first painted in inks, one byte a pixel, and becomes RGB only at the very end, through the
//! theme's palette. So a frame can never have more colours than there are inks, whatever is drawn.

// The inks, numbered. The palette of a theme gives each its colour.

/// Four bands of sky, from the top down.
pub(crate) const SKY: u8 = 0;
pub(crate) const CLOUD: u8 = 4;
/// The far ridge, then the near one, each with its light side.
pub(crate) const FAR: u8 = 5;
pub(crate) const FAR_LIGHT: u8 = 6;
pub(crate) const NEAR: u8 = 7;
pub(crate) const NEAR_LIGHT: u8 = 8;
pub(crate) const TOP: u8 = 9;
pub(crate) const TOP_LIGHT: u8 = 10;
pub(crate) const TOP_DARK: u8 = 11;
pub(crate) const EARTH: u8 = 12;
pub(crate) const EARTH_LIGHT: u8 = 13;
pub(crate) const EARTH_DARK: u8 = 14;
pub(crate) const BRICK: u8 = 15;
pub(crate) const BRICK_LIGHT: u8 = 16;
pub(crate) const BRICK_DARK: u8 = 17;
pub(crate) const DECOR: u8 = 18;
pub(crate) const DECOR_LIGHT: u8 = 19;
pub(crate) const ENEMY: u8 = 20;
pub(crate) const ENEMY_DARK: u8 = 21;
/// From here on the colours are the same in every theme, so that things can be told by them.
pub(crate) const FIRST_COMMON: u8 = 22;
pub(crate) const OUTLINE: u8 = 22;
pub(crate) const WHITE: u8 = 23;
pub(crate) const SKIN: u8 = 24;
pub(crate) const TURBAN: u8 = 25;
pub(crate) const VEST: u8 = 26;
pub(crate) const TROUSERS: u8 = 27;
pub(crate) const GOLD: u8 = 28;
pub(crate) const GOLD_LIGHT: u8 = 29;
pub(crate) const GOLD_DARK: u8 = 30;
pub(crate) const CRATE: u8 = 31;
pub(crate) const CRATE_LIGHT: u8 = 32;
pub(crate) const CRATE_DARK: u8 = 33;
pub(crate) const FLAG: u8 = 34;
pub(crate) const POLE: u8 = 35;
pub(crate) const COUNT: usize = 36;
/// Lets what is behind show through.
pub(crate) const CLEAR: u8 = 255;

/// The ink that a letter stands for in the art's text; an unknown letter stops the build.
const fn from_letter(letter: u8) -> u8 {
    match letter {
        b'.' => CLEAR,
        b't' => TOP,
        b'T' => TOP_LIGHT,
        b'h' => TOP_DARK,
        b'e' => EARTH,
        b'E' => EARTH_LIGHT,
        b'd' => EARTH_DARK,
        b'r' => BRICK,
        b'R' => BRICK_LIGHT,
        b'q' => BRICK_DARK,
        b'x' => DECOR,
        b'X' => DECOR_LIGHT,
        b'm' => ENEMY,
        b'M' => ENEMY_DARK,
        b'o' => OUTLINE,
        b'w' => WHITE,
        b's' => SKIN,
        b'u' => TURBAN,
        b'v' => VEST,
        b'p' => TROUSERS,
        b'g' => GOLD,
        b'G' => GOLD_LIGHT,
        b'D' => GOLD_DARK,
        b'k' => CRATE,
        b'K' => CRATE_LIGHT,
        b'c' => CRATE_DARK,
        b'f' => FLAG,
        b'l' => POLE,
        _ => panic!("no such ink"),
    }
}

/// A picture of `H` rows, eight pixels wide.
pub(crate) type Sprite<const H: usize> = [[u8; 8]; H];

/// Cuts `N` pictures out of text in which they stand side by side, a space between them.
pub(crate) const fn sheet<const N: usize, const H: usize>(rows: [&str; H]) -> [Sprite<H>; N] {
    let mut sprites = [[[CLEAR; 8]; H]; N];
    let mut y = 0;
    while y < H {
        let row = rows[y].as_bytes();
        assert!(row.len() == N * 9 - 1, "a row of the wrong length");
        let mut n = 0;
        while n < N {
            let mut x = 0;
            while x < 8 {
                sprites[n][y][x] = from_letter(row[n * 9 + x]);
                x += 1;
            }
            n += 1;
        }
        y += 1;
    }
    sprites
}
