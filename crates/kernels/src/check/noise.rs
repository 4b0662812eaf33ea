//! Numbers that look random and are the same everywhere.

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Noise(u64);

impl Noise {
    /// Numbers that depend on `seed` alone.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// From 0, below `n`.
    ///
    /// # Panics
    /// If `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() >> 32) as usize % n
    }

    /// From 1 to `n`.
    ///
    /// # Panics
    /// If `n` is 0.
    pub fn up_to(&mut self, n: usize) -> usize {
        1 + self.below(n)
    }

    /// One of `choices`.
    ///
    /// # Panics
    /// If there is none.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// From 0 to 1.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1 << 24) as f32
    }

    /// About normal: mean 0, deviation 1.
    pub fn normal(&mut self) -> f32 {
        let sum: f32 = (0..4).map(|_| self.unit()).sum();
        (sum - 2.0) * 3f32.sqrt()
    }

    /// `count` numbers, about normal: this mean and this deviation.
    pub fn normals(&mut self, count: usize, mean: f32, deviation: f32) -> Vec<f32> {
        (0..count)
            .map(|_| mean + deviation * self.normal())
            .collect()
    }

    /// The numbers `0..count` in any order.
    pub fn permutation(&mut self, count: usize) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..count as u32).collect();
        for i in (1..count).rev() {
            numbers.swap(i, self.up_to(i + 1) - 1);
        }
        numbers
    }
}
