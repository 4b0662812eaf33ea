//! Counter-based randomness: a choice is a hash of where it is made, never of what came before.

/// One step of splitmix64 (Steele, Lea and Flood 2014), used as a hash of `x`.
pub(crate) fn splitmix64(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Hash of several numbers; the order counts.
pub(crate) fn mix(parts: &[u64]) -> u64 {
    parts
        .iter()
        .fold(0x5EED, |h, &p| splitmix64(h ^ splitmix64(p)))
}

/// Maps a hash to `0..n` without the bias or the cost of a remainder. `n` must not be 0.
pub(crate) fn below(hash: u64, n: u64) -> u64 {
    ((u128::from(hash) * u128::from(n)) >> 64) as u64
}

/// A short stream of choices that starts from a hash.
#[derive(Clone, Debug)]
pub(crate) struct Stream(u64);

impl Stream {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        let out = splitmix64(self.0);
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        out
    }

    /// Uniform in `0..n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        below(self.next(), n)
    }

    /// Uniform in `low..high`.
    pub(crate) fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.next() >> 40) as f32 / (1u64 << 24) as f32)
    }
}

/// A permutation of `0..n`, computed for one position at a time: position `i` of epoch `key`.
///
/// A shuffled list would do the same, but would have to be rebuilt on every resume; this four-round
/// Feistel network over the next power of four, walked until it lands below `n`, needs no memory.
pub(crate) fn permute(i: u64, n: u64, key: u64) -> u64 {
    debug_assert!(i < n);
    let half_bits = (64 - (n - 1).leading_zeros()).div_ceil(2).max(1);
    let mask = (1u64 << half_bits) - 1;
    let mut x = i;
    loop {
        let (mut left, mut right) = (x >> half_bits, x & mask);
        for round in 0..4 {
            (left, right) = (right, left ^ (mix(&[key, round, right]) & mask));
        }
        x = (left << half_bits) | right;
        if x < n {
            return x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn permute_is_a_permutation(n in 1u64..600, key: u64) {
            let mut seen: Vec<u64> = (0..n).map(|i| permute(i, n, key)).collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..n).collect::<Vec<_>>());
        }

        #[test]
        fn below_stays_below(hash: u64, n in 1u64..) {
            prop_assert!(below(hash, n) < n);
        }
    }

    #[test]
    fn splitmix64_matches_the_published_sequence() {
        // First outputs of the reference implementation for state 0.
        let mut stream = Stream::new(0);
        assert_eq!(stream.next(), 0xE220_A839_7B1D_CDAF);
        assert_eq!(stream.next(), 0x6E78_9E6A_A1B9_65F4);
    }
}
