//! Counter-based noise: a pure function of (seed, frame, step, position, code).
//!
//! The same seed and actions replay a world, on any machine, in any order of evaluation. The
//! generator is PCG-4D (Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 2020):
//! 32-bit integer operations only, so that a WGSL kernel can compute the same numbers.

/// Where in the play a random number is used.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The player's seed.
    pub seed: u32,
    /// Number of the frame since the prompt.
    pub frame: u32,
    /// MaskGIT step within the frame, below 65,536.
    pub step: u32,
    /// Token within the frame, below 65,536.
    pub position: u32,
}

/// The fourth counter of numbers that belong to a position rather than to one of its codes.
const OF_POSITION: u32 = u32::MAX;

fn pcg4d(mut v: [u32; 4]) -> [u32; 4] {
    for x in &mut v {
        *x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    }
    mix(&mut v);
    for x in &mut v {
        *x ^= *x >> 16;
    }
    mix(&mut v);
    v
}

fn mix(v: &mut [u32; 4]) {
    v[0] = v[0].wrapping_add(v[1].wrapping_mul(v[3]));
    v[1] = v[1].wrapping_add(v[2].wrapping_mul(v[0]));
    v[2] = v[2].wrapping_add(v[0].wrapping_mul(v[1]));
    v[3] = v[3].wrapping_add(v[1].wrapping_mul(v[2]));
}

/// A number strictly between 0 and 1, from the upper 24 bits.
fn open_unit(bits: u32) -> f32 {
    // The largest of them would be rounded up to 1, whose Gumbel noise is infinite.
    (((bits >> 8) as f32 + 0.5) / 16_777_216.0).min(1.0 - f32::EPSILON / 2.0)
}

fn gumbel(bits: u32) -> f32 {
    -(-open_unit(bits).ln()).ln()
}

impl Place {
    fn block(&self, fourth: u32) -> [u32; 4] {
        pcg4d([
            self.seed,
            self.frame,
            (self.step << 16) | self.position,
            fourth,
        ])
    }

    /// Calls `each(code, gumbel noise)` for the codes `0..codes`.
    pub fn gumbel_of_codes(&self, codes: usize, mut each: impl FnMut(usize, f32)) {
        for block in 0..codes.div_ceil(4) {
            let bits = self.block(block as u32);
            for (lane, &bits) in bits.iter().enumerate() {
                let code = block * 4 + lane;
                if code < codes {
                    each(code, gumbel(bits));
                }
            }
        }
    }

    /// Gumbel noise of this position.
    pub fn gumbel(&self) -> f32 {
        gumbel(self.block(OF_POSITION)[0])
    }

    /// A uniform number of this position, strictly between 0 and 1.
    pub fn uniform(&self) -> f32 {
        open_unit(self.block(OF_POSITION)[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(position: u32) -> Place {
        Place {
            seed: 1,
            frame: 2,
            step: 3,
            position,
        }
    }

    #[test]
    fn the_generator_is_pinned() {
        // A change here breaks every prompt link that was ever shared.
        assert_eq!(
            pcg4d([1, 2, 3, 4]),
            [908_250_390, 4_044_648_920, 3_775_961_919, 45_698_095],
        );
    }

    #[test]
    fn the_largest_and_the_smallest_bits_make_finite_noise() {
        for bits in [0, 255, u32::MAX - 256, u32::MAX] {
            let unit = open_unit(bits);
            assert!(0.0 < unit && unit < 1.0, "{bits}: {unit}");
            assert!(gumbel(bits).is_finite(), "{bits}: {}", gumbel(bits));
        }
    }

    #[test]
    fn uniform_numbers_have_the_right_mean_and_spread() {
        let n = 20_000;
        let mean = (0..n).map(|p| f64::from(place(p).uniform())).sum::<f64>() / f64::from(n);
        let var = (0..n)
            .map(|p| (f64::from(place(p).uniform()) - mean).powi(2))
            .sum::<f64>()
            / f64::from(n);
        assert!((mean - 0.5).abs() < 0.01, "mean {mean}");
        assert!((var - 1.0 / 12.0).abs() < 0.003, "variance {var}");
    }

    #[test]
    fn gumbel_numbers_have_the_mean_of_a_gumbel_distribution() {
        let mut sum = 0.0;
        let mut count = 0;
        for p in 0..200 {
            place(p).gumbel_of_codes(101, |_, g| {
                assert!(g.is_finite());
                sum += f64::from(g);
                count += 1;
            });
        }
        assert_eq!(count, 200 * 101);
        assert!((sum / f64::from(count) - 0.577_2).abs() < 0.03);
    }
}
