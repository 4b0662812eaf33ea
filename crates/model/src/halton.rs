//! The Halton order of a frame's positions ("Halton Scheduler for Masked Generative Image
//! Transformer", Besnier et al., arXiv 2503.17076).
//!
//! Positions drawn in one step don't see each other, so neighbours drawn together may disagree. The
//! points of a Halton sequence are spread evenly however many of them are taken: each step's
//! positions lie far from one another, and near to one that is already known.

/// The place of each position of a grid, row by row, in the Halton order: 0 is settled first. A
/// permutation of `0..rows·columns`, which must fit a `u32`; empty for an empty grid.
///
/// Rows follow the base-2 sequence and columns the base-3 one, both from index 1; a point whose
/// cell was hit before is skipped. Whole numbers only, so that every machine has the same order.
pub fn halton_ranks(rows: usize, columns: usize) -> Vec<u32> {
    let cells = rows * columns;
    let mut ranks = vec![u32::MAX; cells];
    let mut found = 0;
    // It ends, after fewer than 24 points a cell: each cell holds a box of 2^-j by 3^-k with
    // 2^j < 4·rows and 3^k < 6·columns, and of any 2^j·3^k points in a row one falls in that box.
    for index in 1.. {
        if found == cells {
            break;
        }
        let cell = cell(index, 2, rows) * columns + cell(index, 3, columns);
        if ranks[cell] == u32::MAX {
            ranks[cell] = found as u32;
            found += 1;
        }
    }
    ranks
}

/// Which of `cells` equal parts of the unit interval holds the radical inverse of `index` in `base`:
/// its digits mirrored at the point.
fn cell(index: u64, base: u64, cells: usize) -> usize {
    let (mut rest, mut mirrored, mut scale) = (index, 0u64, 1u64);
    while rest > 0 {
        mirrored = mirrored * base + rest % base;
        rest /= base;
        scale *= base;
    }
    (u128::from(mirrored) * cells as u128 / u128::from(scale)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_position_has_a_place_of_its_own(rows in 0usize..50, columns in 0usize..50) {
            let mut ranks = halton_ranks(rows, columns);
            ranks.sort_unstable();
            let all: Vec<u32> = (0..(rows * columns) as u32).collect();
            prop_assert_eq!(ranks, all);
        }
    }

    /// `scipy.stats.qmc.Halton(2, scramble=False)` without its first point, the origin.
    #[test]
    fn the_points_are_those_of_scipy() {
        let points = [
            (0.5, 0.333_333_333_333_333_3),
            (0.25, 0.666_666_666_666_666_6),
            (0.75, 0.111_111_111_111_111_1),
            (0.125, 0.444_444_444_444_444_4),
            (0.625, 0.777_777_777_777_777_7),
            (0.375, 0.222_222_222_222_222_2),
            (0.875, 0.555_555_555_555_555_5),
            (0.0625, 0.888_888_888_888_888_8),
            (0.5625, 0.037_037_037_037_037_035),
        ];
        let fine = 1000;
        for (i, (x, y)) in points.into_iter().enumerate() {
            let index = i as u64 + 1;
            assert_eq!(cell(index, 2, fine), (x * fine as f64) as usize);
            assert_eq!(cell(index, 3, fine), (y * fine as f64) as usize);
        }
    }

    /// Worked out by hand: the points 1, 2, 3, … fall on (row, column) (1, 1), (0, 2), (1, 0),
    /// (0, 1), (1, 2), (0, 0).
    #[test]
    fn a_small_grid_is_as_by_hand() {
        assert_eq!(halton_ranks(2, 3), [5, 3, 1, 2, 0, 4]);
    }

    /// What the order is for: the first quarter of a frame has a position in each quarter of it,
    /// and never two next to each other.
    #[test]
    fn the_first_positions_are_spread_out() {
        let ranks = halton_ranks(8, 8);
        let first: Vec<(i32, i32)> = (0..64)
            .filter(|&p| ranks[p] < 12)
            .map(|p| (p as i32 / 8, p as i32 % 8))
            .collect();
        for quarter in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let inside = first.iter().filter(|p| (p.0 / 4, p.1 / 4) == quarter);
            assert!(inside.count() >= 2, "{quarter:?} of {first:?}");
        }
        for (i, a) in first.iter().enumerate() {
            for b in &first[..i] {
                assert!((a.0 - b.0).abs() + (a.1 - b.1).abs() > 1, "{a:?} and {b:?}");
            }
        }
    }
}
