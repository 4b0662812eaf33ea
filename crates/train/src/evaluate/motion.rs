//! Image motion between two frames, and how well a code tells its sign.

use model::picture::Frame;

/// Largest shift looked for, pixels.
const REACH: i64 = 16;

/// How the view moved from one frame to the next, in pixels: positive `x` to the right (the
/// picture's content moves left), positive `y` upwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Motion {
    /// To the right.
    pub x: i64,
    /// Upwards.
    pub y: i64,
}

/// The shift within ±16 pixels that best aligns two frames (least mean absolute difference where
/// they overlap); the smallest such shift where several do.
pub fn between(before: &Frame, after: &Frame) -> Motion {
    let mut shifts: Vec<(i64, i64)> = (-REACH..=REACH)
        .flat_map(|y| (-REACH..=REACH).map(move |x| (x, y)))
        .collect();
    shifts.sort_by_key(|&(x, y)| x * x + y * y);
    let mut best = (f64::INFINITY, (0, 0));
    for shift in shifts {
        let cost = difference(before, after, shift, best.0);
        // Clearly better only: a flat picture must not count as moving.
        if cost < best.0 - 1e-9 {
            best = (cost, shift);
        }
    }
    let (x, y) = best.1;
    Motion { x, y: -y }
}

/// Mean absolute difference of `after` and `before` moved by `shift`, per byte; infinite if it is sure to be above
/// `limit`.
fn difference(before: &Frame, after: &Frame, (x, y): (i64, i64), limit: f64) -> f64 {
    let (w, h) = (after.width as i64, after.height as i64);
    let (x0, x1) = (0.max(-x), w.min(w - x));
    let (y0, y1) = (0.max(-y), h.min(h - y));
    if x0 >= x1 || y0 >= y1 {
        return f64::INFINITY;
    }
    let count = ((x1 - x0) * (y1 - y0) * 3) as f64;
    let mut sum = 0u64;
    for row in y0..y1 {
        let a = ((row * w + x0) * 3) as usize;
        let b = (((row + y) * w + x0 + x) * 3) as usize;
        let length = ((x1 - x0) * 3) as usize;
        let pairs = after.rgb[a..a + length]
            .iter()
            .zip(&before.rgb[b..b + length]);
        sum += pairs.map(|(&p, &q)| u64::from(p.abs_diff(q))).sum::<u64>();
        if sum as f64 > limit * count {
            return f64::INFINITY;
        }
    }
    sum as f64 / count
}

/// How much better than chance `codes` tell `labels`: each code gets the label it most often goes
/// with where `fit` is true; elsewhere, (accuracy − base rate) / (1 − base rate), the base rate
/// being that of the commonest label. 0 says nothing, 1 is perfect, below 0 is worse than always
/// saying the same. `None` if one half is empty or has but one label.
pub fn skill(codes: &[usize], labels: &[usize], fit: &[bool]) -> Option<f64> {
    let kinds = labels.iter().max()? + 1;
    let mut table = vec![vec![0u64; kinds]; codes.iter().max()? + 1];
    let mut all = vec![0u64; kinds];
    for ((&code, &label), _) in codes.iter().zip(labels).zip(fit).filter(|(_, fit)| **fit) {
        table[code][label] += 1;
        all[label] += 1;
    }
    let usual = commonest(&all)?;
    let (mut right, mut base, mut total) = (0.0, 0.0, 0.0);
    for ((&code, &label), _) in codes.iter().zip(labels).zip(fit).filter(|(_, fit)| !**fit) {
        let said = commonest(&table[code]).unwrap_or(usual);
        right += f64::from(u8::from(said == label));
        base += f64::from(u8::from(usual == label));
        total += 1.0;
    }
    (total > base).then(|| (right - base) / (total - base))
}

/// The number of the largest count, the first of several; `None` if all are 0.
pub(crate) fn commonest(counts: &[u64]) -> Option<usize> {
    let (label, &count) = counts
        .iter()
        .enumerate()
        .max_by_key(|&(i, &c)| (c, usize::MAX - i))?;
    (count > 0).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(offset: (i64, i64)) -> Frame {
        let rgb = (0..64i64 * 64)
            .flat_map(|i| {
                let (x, y) = (i % 64 + offset.0, i / 64 + offset.1);
                let v = ((x * x * 7 + y * 13 + x * y * 3) % 251) as u8;
                [v, v / 2, 255 - v]
            })
            .collect();
        Frame {
            height: 64,
            width: 64,
            rgb,
        }
    }

    #[test]
    fn finds_the_shift() {
        for (x, y) in [(0, 0), (3, 0), (-2, 0), (0, 5), (4, -7), (-4, 16)] {
            let motion = between(&frame((20, 20)), &frame((20 + x, 20 + y)));
            // Content further along the world's x axis comes into view: the view moved right.
            assert_eq!((motion.x, motion.y), (x, -y));
        }
    }

    #[test]
    fn a_flat_picture_does_not_move() {
        let flat = Frame {
            height: 64,
            width: 64,
            rgb: vec![90; 64 * 64 * 3],
        };
        assert_eq!(between(&flat, &flat), Motion::default());
    }

    #[test]
    fn skill_is_one_for_a_perfect_code_and_zero_for_noise() {
        let labels: Vec<usize> = (0..300).map(|i| i % 3).collect();
        let fit: Vec<bool> = (0..300).map(|i| i < 150).collect();
        let perfect: Vec<usize> = labels.iter().map(|l| (l + 1) % 3).collect();
        assert_eq!(skill(&perfect, &labels, &fit), Some(1.0));
        let constant = vec![0; 300];
        assert_eq!(skill(&constant, &labels, &fit), Some(0.0));
        assert_eq!(skill(&perfect, &vec![1; 300], &fit), None);
    }
}
