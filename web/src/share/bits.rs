//! Bytes, numbers of any length (LEB128) and numbers of so many bits, written and read.

/// Grows by what is written.
#[derive(Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    pub fn written(&self) -> &[u8] {
        &self.0
    }

    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// Each number in `bits` bits, its highest first; zeros up to the next whole byte.
    pub fn packed(&mut self, numbers: impl Iterator<Item = u32>, bits: u32) {
        let (mut waiting, mut held) = (0_u64, 0);
        for number in numbers {
            waiting = waiting << bits | u64::from(number);
            held += bits;
            while held >= 8 {
                held -= 8;
                self.0.push((waiting >> held) as u8);
            }
        }
        if held > 0 {
            self.0.push((waiting << (8 - held)) as u8);
        }
    }
}

/// What is left to be read. Everything gives none where too little is left, or where a writer would have
/// written something else.
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn chunk<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.chunk().map(|[byte]| byte)
    }

    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for place in 0.. {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            let shifted = part.checked_shl(7 * place)?;
            if shifted >> (7 * place) != part {
                return None;
            }
            number |= shifted;
            if byte < 0x80 {
                // A zero at the end says nothing.
                return (byte > 0 || place == 0).then_some(number);
            }
        }
        None
    }

    pub fn number_up_to(&mut self, most: usize) -> Option<usize> {
        let number = usize::try_from(self.number()?).ok()?;
        (number <= most).then_some(number)
    }

    pub fn packed(&mut self, count: usize, bits: u32) -> Option<Vec<u32>> {
        let bytes = self.take((count * bits as usize).div_ceil(8))?;
        let mut numbers = Vec::with_capacity(count);
        let (mut waiting, mut held) = (0_u64, 0);
        let mut bytes = bytes.iter();
        while numbers.len() < count {
            while held < bits {
                waiting = waiting << 8 | u64::from(*bytes.next()?);
                held += 8;
            }
            held -= bits;
            numbers.push((waiting >> held) as u32);
            waiting &= (1 << held) - 1;
        }
        (waiting == 0).then_some(numbers)
    }
}
