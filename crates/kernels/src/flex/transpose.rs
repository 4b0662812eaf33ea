//! Swapping rows and columns, a square of vectors at a time.

use super::simd::{Kernel, MAX_LANES, Simd};

/// `to [cols, rows] = fromᵀ`, `from [rows, cols]`; rows begin `stride` values apart.
///
/// If `pad`, rows of `to` are written up to a whole vector, with zeros beyond `rows`.
#[inline(always)]
pub(crate) fn transpose<S: Simd>(
    s: S,
    from: (&[f32], usize),
    to: (&mut [f32], usize),
    size: (usize, usize),
    pad: bool,
) {
    s.apart(Transpose {
        from,
        to,
        size,
        pad,
    });
}

struct Transpose<'a> {
    from: (&'a [f32], usize),
    to: (&'a mut [f32], usize),
    size: (usize, usize),
    pad: bool,
}

impl Kernel for Transpose<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let ((from, from_stride), (to, to_stride)) = (self.from, self.to);
        let (rows, cols) = self.size;
        let lanes = S::LANES;
        for row in (0..rows).step_by(lanes) {
            for col in (0..cols).step_by(lanes) {
                let (height, width) = (lanes.min(rows - row), lanes.min(cols - col));
                let mut tile = [s.splat(0.0); MAX_LANES];
                for (i, tile) in tile[..lanes].iter_mut().enumerate() {
                    if i < height {
                        *tile = s.load_head(&from[(row + i) * from_stride + col..][..width], 0.0);
                    }
                }
                s.transpose(&mut tile);
                let len = if self.pad { lanes } else { height };
                for (i, tile) in tile[..lanes].iter().enumerate() {
                    if i < width {
                        s.store_head(&mut to[(col + i) * to_stride + row..][..len], *tile);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flex::simd::tests::on_all;

    #[derive(Clone)]
    struct Turned(usize, usize);

    impl Kernel for Turned {
        type Output = Vec<f32>;

        #[inline(always)]
        fn run<S: Simd>(self, s: S) -> Vec<f32> {
            let Self(rows, cols) = self;
            let from: Vec<f32> = (0..rows * cols).map(|i| i as f32).collect();
            let mut to = vec![-1.0; rows * cols];
            transpose(s, (&from, cols), (&mut to, rows), (rows, cols), false);
            to
        }
    }

    #[test]
    fn every_value_moves_to_its_place() {
        for (rows, cols) in [
            (1, 1),
            (4, 4),
            (16, 16),
            (3, 17),
            (33, 8),
            (16, 5),
            (65, 32),
        ] {
            for to in on_all(Turned(rows, cols)) {
                for (i, value) in to.into_iter().enumerate() {
                    assert_eq!(value as usize, i % rows * cols + i / rows);
                }
            }
        }
    }
}
