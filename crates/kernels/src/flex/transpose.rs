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
