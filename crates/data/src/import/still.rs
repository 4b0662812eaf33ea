//! Frozen clips: those in which next to nothing moves.
//!
//! Change is looked for in small cells, and the cell that changed most counts: in a game, what moves
//! may be a figure of eight pixels, which would vanish in a mean over the frame.

/// Pixels on a side of a cell.
const CELL: usize = 4;
/// Mean difference of a cell, in grey levels, that is change and not the noise of a compressed still.
/// Key frames of h264 at its default quality move cells of a still picture by up to 4.
const NOISE: u32 = 8;

/// Whether anything differs between two frames of `width` columns beyond compression noise.
pub(super) fn changed(a: &[u8], b: &[u8], width: usize) -> bool {
    let row = width * 3;
    let mut sums = vec![0u32; width.div_ceil(CELL)];
    for (a, b) in a.chunks(row * CELL).zip(b.chunks(row * CELL)) {
        if a == b {
            continue;
        }
        sums.fill(0);
        for (a, b) in a.chunks_exact(row).zip(b.chunks_exact(row)) {
            let cells = a.chunks(CELL * 3).zip(b.chunks(CELL * 3));
            for (sum, (a, b)) in sums.iter_mut().zip(cells) {
                *sum += difference(a, b);
            }
        }
        let rows = a.len() / row;
        let over = sums.iter().enumerate().any(|(i, &sum)| {
            let columns = CELL.min(width - i * CELL);
            sum > NOISE * (rows * columns * 3) as u32
        });
        if over {
            return true;
        }
    }
    false
}

fn difference(a: &[u8], b: &[u8]) -> u32 {
    a.iter()
        .zip(b)
        .map(|(&a, &b)| u32::from(a.abs_diff(b)))
        .sum()
}

/// The share of a clip's pairs of neighbouring frames between which nothing changes, 0 to 1.
pub(super) fn share(clip: &[u8], frame_bytes: usize, width: usize) -> f64 {
    let pairs = (clip.len() / frame_bytes).saturating_sub(1);
    if pairs == 0 {
        return 1.0;
    }
    let still = clip
        .chunks_exact(frame_bytes)
        .zip(clip.chunks_exact(frame_bytes).skip(1))
        .filter(|(a, b)| !changed(a, b, width))
        .count();
    still as f64 / pairs as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 30x22, so that the last cells are cut.
    fn frame(paint: impl Fn(usize, usize) -> u8) -> Vec<u8> {
        (0..22)
            .flat_map(|y| (0..30).map(move |x| (x, y)))
            .flat_map(|(x, y)| [paint(x, y); 3])
            .collect()
    }

    #[test]
    fn a_small_figure_that_moves_by_a_pixel_is_change_wherever_it_is() {
        for (left, top) in [(0, 0), (11, 7), (25, 17)] {
            let at = |left: usize| {
                frame(move |x, y| {
                    if (left..left + 4).contains(&x) && (top..top + 4).contains(&y) {
                        160
                    } else {
                        60
                    }
                })
            };
            assert!(changed(&at(left), &at(left + 1), 30), "{left},{top}");
            assert!(!changed(&at(left), &at(left), 30));
        }
    }

    #[test]
    fn noise_is_no_change() {
        let still = frame(|x, y| 100 + (x * 7 + y * 3) as u8 % 40);
        let noisy = frame(|x, y| 100 + (x * 7 + y * 3) as u8 % 40 + (x * x + y * 5) as u8 % 7);
        assert!(!changed(&still, &noisy, 30));
    }

    #[test]
    fn the_share_counts_pairs() {
        let (a, b) = (frame(|_, _| 10), frame(|_, _| 90));
        let clip = [&a, &a, &b, &b, &b].map(|f| f.as_slice()).concat();
        assert_eq!(share(&clip, a.len(), 30), 0.75);
        assert_eq!(share(&a, a.len(), 30), 1.0);
    }
}
