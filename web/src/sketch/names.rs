//! What a colour is called, for those who can't see it.

use super::canvas::Rgb;

/// A kind of colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "a colour's name says it")]
pub enum Hue {
    Black,
    Grey,
    White,
    Red,
    Orange,
    Yellow,
    Green,
    Turquoise,
    Blue,
    Purple,
    Pink,
    Brown,
}

/// How light it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "its name says it")]
pub enum Shade {
    Dark,
    Plain,
    Light,
}

/// The kind of a colour, and how light it is.
pub fn name([r, g, b]: Rgb) -> (Hue, Shade) {
    let [r, g, b] = [r, g, b].map(|c| f64::from(c) / 255.0);
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let (light, spread) = (f64::midpoint(most, least), most - least);
    if light < 0.09 {
        return (Hue::Black, Shade::Plain);
    }
    if light > 0.94 {
        return (Hue::White, Shade::Plain);
    }
    let shade = match light {
        ..0.33 => Shade::Dark,
        0.67.. => Shade::Light,
        _ => Shade::Plain,
    };
    if spread < 0.1 {
        return (Hue::Grey, shade);
    }
    let turn = if most == r {
        ((g - b) / spread).rem_euclid(6.0)
    } else if most == g {
        (b - r) / spread + 2.0
    } else {
        (r - g) / spread + 4.0
    };
    let hue = match 60.0 * turn {
        // Dark orange is a colour of its own.
        15.0..48.0 if light < 0.45 => Hue::Brown,
        ..15.0 | 345.0.. => Hue::Red,
        15.0..42.0 => Hue::Orange,
        42.0..68.0 => Hue::Yellow,
        68.0..160.0 => Hue::Green,
        160.0..195.0 => Hue::Turquoise,
        195.0..255.0 => Hue::Blue,
        255.0..300.0 => Hue::Purple,
        _ => Hue::Pink,
    };
    (hue, shade)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_called_what_people_call_them() {
        for (colour, hue, shade) in [
            ([0, 0, 0], Hue::Black, Shade::Plain),
            ([255, 255, 255], Hue::White, Shade::Plain),
            ([128, 128, 128], Hue::Grey, Shade::Plain),
            ([255, 0, 0], Hue::Red, Shade::Plain),
            ([250, 150, 20], Hue::Orange, Shade::Plain),
            ([110, 60, 20], Hue::Brown, Shade::Dark),
            ([250, 230, 50], Hue::Yellow, Shade::Plain),
            ([20, 90, 30], Hue::Green, Shade::Dark),
            ([150, 200, 250], Hue::Blue, Shade::Light),
            ([60, 210, 200], Hue::Turquoise, Shade::Plain),
            ([120, 40, 200], Hue::Purple, Shade::Plain),
            ([240, 100, 180], Hue::Pink, Shade::Plain),
        ] {
            assert_eq!(name(colour), (hue, shade), "{colour:?}");
        }
    }
}
