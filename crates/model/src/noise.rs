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

/// More than any Gumbel number.
const MOST_GUMBEL: f32 = 16.7;

/// A number that the Gumbel number of `bits` doesn't exceed, without its logarithms: with `c` leading ones
/// the uniform number is at most `1 − 2^−(c+1)`, and `−ln(−ln(1 − ε)) ≤ −ln ε`.
fn at_most(bits: u32) -> f32 {
    (bits.leading_ones() + 1) as f32 * std::f32::consts::LN_2 + 1e-3
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
    #[cfg(any(test, feature = "check"))]
    pub(crate) fn gumbel_of_codes(&self, codes: usize, mut each: impl FnMut(usize, f32)) {
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

    /// The code with the greatest `values[code] / temperature + gumbel noise of the code`, the first of
    /// equals; 0 if no value is a number. `temperature` is above 0.
    ///
    /// Two logarithms for each code would take longer than a transformer's layer. So it begins with the
    /// code of the greatest value, and leaves out what even the best luck couldn't bring above the best
    /// so far.
    pub fn likeliest(&self, values: &[f32], temperature: f32) -> usize {
        let mut first = (f32::NEG_INFINITY, 0);
        for (code, &value) in values.iter().enumerate() {
            if value > first.0 {
                first = (value, code);
            }
        }
        let (top, first) = first;
        let bits = self.block((first / 4) as u32)[first % 4];
        let mut best = (top / temperature + gumbel(bits), first);
        for (block, values) in values.chunks(4).enumerate() {
            let scaled = |value: &f32| value / temperature;
            if values.iter().all(|v| scaled(v) + MOST_GUMBEL < best.0) {
                continue;
            }
            let bits = self.block(block as u32);
            for (lane, (value, bits)) in values.iter().zip(bits).enumerate() {
                let (value, code) = (scaled(value), 4 * block + lane);
                if value + at_most(bits) < best.0 {
                    continue;
                }
                let value = value + gumbel(bits);
                if value > best.0 || (value == best.0 && code < best.1) {
                    best = (value, code);
                }
            }
        }
        best.1
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
    use proptest::prelude::*;

    fn place(position: u32) -> Place {
        Place {
            seed: 1,
            frame: 2,
            step: 3,
            position,
        }
    }

    fn gumbels(place: &Place, codes: usize) -> Vec<f32> {
        let mut all = Vec::new();
        place.gumbel_of_codes(codes, |_, noise| all.push(noise));
        all
    }

    #[test]
    fn bounds_of_gumbel_numbers_hold() {
        let ends = (0..32).flat_map(|bit| {
            let edge = u32::MAX << bit;
            [edge.wrapping_sub(1), edge, edge.wrapping_add(1)]
        });
        for bits in ends.chain((0..1 << 20).map(|i| i * 4096 + 77)) {
            let noise = gumbel(bits);
            assert!(
                noise.is_finite() && noise < MOST_GUMBEL,
                "{bits:#x}: {noise}"
            );
            assert!(noise <= at_most(bits), "{bits:#x}: {noise}");
        }
    }

    proptest! {
        #[test]
        fn the_likeliest_is_what_a_search_of_all_codes_finds(
            values in prop::collection::vec(
                prop_oneof![8 => -6f32..6.0, 1 => Just(2.0f32), 1 => Just(f32::NEG_INFINITY)],
                1..70,
            ),
            spread in 0f32..8.0,
            temperature in prop_oneof![Just(0.25f32), Just(1.0), 0.01f32..100.0],
            position in 0u32..64,
        ) {
            let values: Vec<f32> = values.iter().map(|v| v * spread).collect();
            let mut best = (f32::NEG_INFINITY, 0);
            for (code, noise) in gumbels(&place(position), values.len()).into_iter().enumerate() {
                let value = values[code] / temperature + noise;
                if value > best.0 {
                    best = (value, code);
                }
            }
            prop_assert_eq!(place(position).likeliest(&values, temperature), best.1);
        }
    }

    #[test]
    fn values_that_are_no_numbers_are_never_chosen() {
        let nan = f32::NAN;
        assert_eq!(place(1).likeliest(&[nan, nan], 1.0), 0);
        assert_eq!(place(1).likeliest(&[nan, -1e30, nan], 1.0), 1);
        assert_eq!(place(1).likeliest(&[0.0, f32::INFINITY], 1.0), 1);
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
            for g in gumbels(&place(p), 101) {
                assert!(g.is_finite());
                sum += f64::from(g);
                count += 1;
            }
        }
        assert_eq!(count, 200 * 101);
        assert!((sum / f64::from(count) - 0.577_2).abs() < 0.03);
    }
}
