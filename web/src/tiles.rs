//! A frame's tokens as tiles: where each lies, and in which colour it is shown. Pictures made here have one
//! pixel for each token.

use crate::protocol::{Picture, Snapshot};

/// How opaque the colours of tokens are over the picture, of 255.
const TINT: u8 = 150;
/// The colour of what is still masked.
const MASKED: [u8; 4] = [11, 8, 24, 226];
/// The colour of what was settled just now.
const FRESH: [u8; 4] = [240, 180, 41, 84];
/// The colour of what attention passes over, and of what it rests on.
const DARK: [f32; 4] = [11.0, 8.0, 24.0, 214.0];
const BRIGHT: [f32; 4] = [255.0, 196.0, 64.0, 150.0];

/// Rows and columns of the tokens of a frame of `height × width` pixels; none if there is no such grid of
/// square patches.
pub fn grid(height: usize, width: usize, tokens: usize) -> Option<[usize; 2]> {
    (1..=height.min(width))
        .filter(|patch| height.is_multiple_of(*patch) && width.is_multiple_of(*patch))
        .map(|patch| [height / patch, width / patch])
        .find(|[rows, columns]| rows * columns == tokens)
}

fn tiles([rows, columns]: [usize; 2], pixels: impl Iterator<Item = [u8; 4]>) -> Picture {
    let mut rgba: Vec<u8> = pixels.take(rows * columns).flatten().collect();
    rgba.resize(4 * rows * columns, 0);
    Picture {
        width: columns,
        height: rows,
        rgba,
    }
}

/// Each token in a colour of its own: equal numbers, equal colours.
pub fn tinted(grid: [usize; 2], tokens: &[u32]) -> Picture {
    tiles(
        grid,
        tokens.iter().map(|&token| {
            // The golden angle: neighbours in number are far apart in hue.
            let hue = (f64::from(token) * 137.507_764).rem_euclid(360.0);
            let [r, g, b] = colour(hue, if token % 2 == 0 { 0.5 } else { 0.42 });
            [r, g, b, TINT]
        }),
    )
}

/// Red, green and blue of a hue (degrees) at a lightness, at a saturation of 0.7.
fn colour(hue: f64, lightness: f64) -> [u8; 3] {
    let reach = 0.7 * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|n| {
        let k = (n + hue / 30.0) % 12.0;
        let value = lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        (value * 255.0).round() as u8
    })
}

/// What is still masked of a frame that comes about, and what was settled since `before`; none for the
/// beginning.
pub fn veil(grid: [usize; 2], before: Option<&Snapshot>, now: Option<&Snapshot>) -> Picture {
    let was_masked =
        |position: usize| before.is_none_or(|b| b.masked.get(position).copied().unwrap_or(true));
    let Some(now) = now else {
        return tiles(
            grid,
            std::iter::repeat([MASKED[0], MASKED[1], MASKED[2], 255]),
        );
    };
    tiles(
        grid,
        now.masked
            .iter()
            .enumerate()
            .map(|(position, masked)| match masked {
                true => MASKED,
                false if was_masked(position) => FRESH,
                false => [0; 4],
            }),
    )
}

/// Squares that are settled in `now`, and those of them that were not in `before`.
pub fn settled(before: Option<&Snapshot>, now: &Snapshot) -> (usize, usize) {
    let count = |snapshot: &Snapshot| snapshot.masked.iter().filter(|&&masked| !masked).count();
    let all = count(now);
    (all, all - before.map_or(0, count).min(all))
}

/// Where a token looks: its shares, from dark to golden, which is the largest one.
pub fn looks(grid: [usize; 2], shares: &[f32]) -> Picture {
    let most = shares.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
    tiles(
        grid,
        shares.iter().map(|share| {
            let bright = (share / most).clamp(0.0, 1.0).sqrt();
            [0, 1, 2, 3].map(|i| (DARK[i] + bright * (BRIGHT[i] - DARK[i])) as u8)
        }),
    )
}

/// The part of a frame that one of its tokens stands for; nothing if it has none.
pub fn part([rows, columns]: [usize; 2], frame: &Picture, tile: usize) -> Picture {
    let (height, width) = (frame.height / rows.max(1), frame.width / columns.max(1));
    let (top, left) = (
        tile / columns.max(1) * height,
        tile % columns.max(1) * width,
    );
    let row = |y: usize| {
        let start = 4 * (y * frame.width + left);
        frame.rgba.get(start..start + 4 * width)
    };
    let rgba: Option<Vec<&[u8]>> = (top..top + height).map(row).collect();
    match rgba {
        Some(rows) => Picture {
            width,
            height,
            rgba: rows.concat(),
        },
        None => Picture::default(),
    }
}

/// Where a token looks most, and how much.
pub fn most(shares: &[f32]) -> Option<(usize, f32)> {
    let pairs = shares.iter().copied().enumerate();
    pairs.max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Where an arrow key (or Home, End) leads from a tile; none for other keys. Left is left in every language:
/// the tiles are those of a picture.
pub fn walk([rows, columns]: [usize; 2], from: usize, key: &str) -> Option<usize> {
    if rows == 0 || columns == 0 {
        return None;
    }
    let (row, column) = (from / columns, from % columns);
    let (row, column) = match key {
        "ArrowUp" => (row.saturating_sub(1), column),
        "ArrowDown" => ((row + 1).min(rows - 1), column),
        "ArrowLeft" => (row, column.saturating_sub(1)),
        "ArrowRight" => (row, (column + 1).min(columns - 1)),
        "Home" => (row, 0),
        "End" => (row, columns - 1),
        _ => return None,
    };
    Some(row * columns + column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(masked: [bool; 4]) -> Snapshot {
        Snapshot {
            tokens: vec![0; 4],
            masked: masked.to_vec(),
            picture: Picture::default(),
        }
    }

    #[test]
    fn grids_are_of_square_patches() {
        assert_eq!(grid(64, 64, 64), Some([8, 8]));
        assert_eq!(grid(16, 24, 6), Some([2, 3]));
        assert_eq!(grid(64, 64, 63), None);
        assert_eq!(grid(0, 0, 0), None);
        assert_eq!(grid(90, 160, 14400), Some([90, 160]));
    }

    #[test]
    fn equal_tokens_have_equal_colours_and_others_differ() {
        let picture = tinted([2, 2], &[7, 8, 7, 1023]);
        assert_eq!(
            (picture.width, picture.height, picture.rgba.len()),
            (2, 2, 16)
        );
        let pixel = |i: usize| &picture.rgba[4 * i..4 * i + 4];
        assert_eq!(pixel(0), pixel(2));
        assert_ne!(pixel(0), pixel(1));
        assert_ne!(pixel(0), pixel(3));
        assert_eq!(
            tinted([2, 2], &[1]).rgba.len(),
            16,
            "too few tokens are no panic"
        );
    }

    #[test]
    fn a_frame_that_comes_about_is_veiled_where_it_is_masked() {
        let (a, b) = (
            snapshot([true, false, true, true]),
            snapshot([false, false, true, false]),
        );
        let alpha = |picture: &Picture| -> Vec<u8> {
            picture.rgba.chunks(4).map(|pixel| pixel[3]).collect()
        };
        assert_eq!(alpha(&veil([2, 2], None, None)), [255; 4]);
        assert_eq!(alpha(&veil([2, 2], None, Some(&a))), [226, 84, 226, 226]);
        assert_eq!(alpha(&veil([2, 2], Some(&a), Some(&b))), [84, 0, 226, 84]);
        assert_eq!(settled(None, &a), (1, 1));
        assert_eq!(settled(Some(&a), &b), (3, 2));
    }

    #[test]
    fn the_largest_share_is_the_brightest() {
        let shares = [0.1, 0.6, 0.0, 0.3];
        let picture = looks([2, 2], &shares);
        let red: Vec<u8> = picture.rgba.chunks(4).map(|pixel| pixel[0]).collect();
        assert_eq!((red[1], red[2]), (255, 11));
        assert!(red[0] < red[3]);
        assert_eq!(most(&shares), Some((1, 0.6)));
        assert_eq!(most(&[]), None);
    }

    #[test]
    fn a_token_stands_for_its_part_of_the_frame() {
        let frame = Picture {
            width: 4,
            height: 2,
            rgba: (0..32).collect(),
        };
        let second = part([1, 2], &frame, 1);
        assert_eq!((second.width, second.height), (2, 2));
        let expected: Vec<u8> = (8..16).chain(24..32).collect();
        assert_eq!(second.rgba, expected);
        assert_eq!(part([1, 2], &frame, 2), Picture::default());
        assert_eq!(part([0, 0], &Picture::default(), 0), Picture::default());
    }

    #[test]
    fn arrow_keys_stay_within_the_grid() {
        let grid = [2, 3];
        assert_eq!(walk(grid, 0, "ArrowLeft"), Some(0));
        assert_eq!(walk(grid, 0, "ArrowRight"), Some(1));
        assert_eq!(walk(grid, 2, "ArrowDown"), Some(5));
        assert_eq!(walk(grid, 5, "ArrowDown"), Some(5));
        assert_eq!(walk(grid, 4, "Home"), Some(3));
        assert_eq!(walk(grid, 3, "End"), Some(5));
        assert_eq!(walk(grid, 3, "a"), None);
        assert_eq!(walk([0, 0], 0, "End"), None);
    }
}
