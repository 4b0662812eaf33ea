//! The inks that all art is drawn with, and pictures made of them.
//!
//! Every picture is first painted in inks, one byte a pixel, and becomes RGB only at the very end, through the
//! theme's palette. So a frame can never have more colours than there are inks, whatever is drawn.

/// The inks, numbered. The palette of a theme gives each its colour.
pub(crate) mod ink {
    /// Four bands of sky, from the top down.
    pub const SKY: u8 = 0;
    pub const CLOUD: u8 = 4;
    /// The far ridge, then the near one, each with its light side.
    pub const FAR: u8 = 5;
    pub const FAR_LIGHT: u8 = 6;
    pub const NEAR: u8 = 7;
    pub const NEAR_LIGHT: u8 = 8;
    pub const TOP: u8 = 9;
    pub const TOP_LIGHT: u8 = 10;
    pub const TOP_DARK: u8 = 11;
    pub const EARTH: u8 = 12;
    pub const EARTH_LIGHT: u8 = 13;
    pub const EARTH_DARK: u8 = 14;
    pub const BRICK: u8 = 15;
    pub const BRICK_LIGHT: u8 = 16;
    pub const BRICK_DARK: u8 = 17;
    pub const DECOR: u8 = 18;
    pub const DECOR_LIGHT: u8 = 19;
    pub const ENEMY: u8 = 20;
    pub const ENEMY_DARK: u8 = 21;
    /// From here on the colours are the same in every theme, so that things can be told by them.
    pub const FIRST_COMMON: u8 = 22;
    pub const OUTLINE: u8 = 22;
    pub const WHITE: u8 = 23;
    pub const SKIN: u8 = 24;
    pub const TURBAN: u8 = 25;
    pub const VEST: u8 = 26;
    pub const TROUSERS: u8 = 27;
    pub const GOLD: u8 = 28;
    pub const GOLD_LIGHT: u8 = 29;
    pub const GOLD_DARK: u8 = 30;
    pub const CRATE: u8 = 31;
    pub const CRATE_LIGHT: u8 = 32;
    pub const CRATE_DARK: u8 = 33;
    pub const FLAG: u8 = 34;
    pub const POLE: u8 = 35;
    pub const COUNT: usize = 36;
    /// Lets what is behind show through.
    pub const CLEAR: u8 = 255;
}

/// The ink that a letter stands for in the art's text; an unknown letter stops the build.
const fn from_letter(letter: u8) -> u8 {
    match letter {
        b'.' => ink::CLEAR,
        b't' => ink::TOP,
        b'T' => ink::TOP_LIGHT,
        b'h' => ink::TOP_DARK,
        b'e' => ink::EARTH,
        b'E' => ink::EARTH_LIGHT,
        b'd' => ink::EARTH_DARK,
        b'r' => ink::BRICK,
        b'R' => ink::BRICK_LIGHT,
        b'q' => ink::BRICK_DARK,
        b'x' => ink::DECOR,
        b'X' => ink::DECOR_LIGHT,
        b'm' => ink::ENEMY,
        b'M' => ink::ENEMY_DARK,
        b'o' => ink::OUTLINE,
        b'w' => ink::WHITE,
        b's' => ink::SKIN,
        b'u' => ink::TURBAN,
        b'v' => ink::VEST,
        b'p' => ink::TROUSERS,
        b'g' => ink::GOLD,
        b'G' => ink::GOLD_LIGHT,
        b'D' => ink::GOLD_DARK,
        b'k' => ink::CRATE,
        b'K' => ink::CRATE_LIGHT,
        b'c' => ink::CRATE_DARK,
        b'f' => ink::FLAG,
        b'l' => ink::POLE,
        _ => panic!("no such ink"),
    }
}

/// A picture of `H` rows, eight pixels wide.
pub(crate) type Sprite<const H: usize> = [[u8; 8]; H];

/// Cuts `N` pictures out of text in which they stand side by side, a space between them.
pub(crate) const fn sheet<const N: usize, const H: usize>(rows: [&str; H]) -> [Sprite<H>; N] {
    let mut sprites = [[[ink::CLEAR; 8]; H]; N];
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
