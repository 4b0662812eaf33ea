//! Damage by chance, for tests of what reads foreign bytes: the same at every run.

/// Marsaglia's xorshift of 64 bits.
pub struct Chance(u64);

impl Chance {
    /// Another `seed`, other damage.
    pub fn new(seed: u64) -> Self {
        // It stays at 0 for ever.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn draw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `most`, which is not 0.
    pub fn below(&mut self, most: u32) -> u32 {
        ((self.draw() >> 32) % u64::from(most)) as u32
    }

    fn place(&mut self, length: usize) -> usize {
        self.below(u32::try_from(length).unwrap_or(u32::MAX).max(1)) as usize
    }
}

/// `bytes` with one to four changes: flipped bits, other bytes, extreme numbers, something cut out, doubled,
/// put in, or cut off.
pub fn mutated(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.place(bytes.len());
        let length = (1 + chance.place(16)).min(bytes.len().saturating_sub(at));
        match chance.below(8) {
            _ if bytes.is_empty() => bytes.push(chance.below(256) as u8),
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes[at] = chance.below(256) as u8,
            2 => bytes[at] = [0, 0xff, 0x7f, 0x80][chance.place(4)],
            3 => bytes[at..at + length].fill([0, 0xff][chance.place(2)]),
            4 => drop(bytes.drain(at..at + length)),
            5 => {
                let copy = bytes[at..at + length].to_vec();
                let to = chance.place(bytes.len());
                bytes.splice(to..to, copy);
            }
            6 => bytes.insert(at, chance.below(256) as u8),
            // Rarely, as it leaves little to look at.
            _ if chance.below(4) == 0 => bytes.truncate(at),
            _ => {
                let other = bytes.len() - 1 - at;
                bytes.swap(at, other);
            }
        }
    }
    bytes
}

/// `text` with one to three of its numbers replaced, most of them by extreme ones, so that it is read
/// further than with any other damage.
#[allow(dead_code)] // not every reader has numbers in words
pub fn renumbered(text: &[u8], chance: &mut Chance) -> Vec<u8> {
    const OTHERS: [&str; 12] = [
        "0",
        "1",
        "2",
        "7",
        "255",
        "65536",
        "4294967296",
        "18446744073709551615",
        "-1",
        "1e30",
        "0.5",
        "null",
    ];
    let mut text = text.to_vec();
    for _ in 0..=chance.below(3) {
        let starts: Vec<usize> = (1..text.len())
            .filter(|&i| text[i].is_ascii_digit() && !text[i - 1].is_ascii_alphanumeric())
            .collect();
        if starts.is_empty() {
            break;
        }
        let start = starts[chance.place(starts.len())];
        let length = text[start..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let other = OTHERS[chance.place(OTHERS.len())];
        text.splice(start..start + length, other.bytes());
    }
    text
}

/// How many inputs to try: `usual`, or what the variable `FUZZ` says.
pub fn rounds(usual: usize) -> usize {
    let asked = std::env::var("FUZZ").ok().and_then(|n| n.parse().ok());
    asked.unwrap_or(usual)
}
