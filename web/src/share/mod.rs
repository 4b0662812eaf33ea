//! Links that carry a play: the prompt's tokens, how it is sampled and what was done, in the
//! fragment of an address. No server sees or keeps them.
//!
//! ```text
//! #p=1.<base64url of the bytes below>
//!
//! digest   4 bytes   the first of the SHA-256 of the world's file: tokens mean nothing elsewhere
//! name     1 + n     bytes, then that many of UTF-8
//! prompt   frames (1 byte), tokens a frame (number), bits a token (1 byte), then all tokens,
//!          oldest frame first, the highest bit of each first, filled up with zeros to whole bytes
//! actions  1 byte    how many different ones the runs below can name, 0 for a prompt alone
//! play     stretches (number), each: seed, steps (numbers), temperature (f32), order (1 byte),
//!          runs (number), each one number: action + actions · (frames − 1)
//! check    4 bytes   CRC-32 of `1` and all before
//! ```
//!
//! Numbers are LEB128, the rest is little-endian. The `1` is the version of this layout. A stretch is
//! what was played without a change of the settings; a prompt of 64 tokens of 10 bits comes to about
//! 150 characters.

mod actions;
mod bits;
pub mod fragment;
#[cfg(test)]
mod tests;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use self::actions::text as actions_text;
use self::bits::{Reader, Writer};
use crate::protocol::{Order, Sampling};

/// The layout that is written, and the only one that is read.
const VERSION: char = '1';
/// Bytes of a world's name in a link; a longer one is cut.
const LONGEST_NAME: usize = 64;
/// Frames of a prompt.
pub const MOST_FRAMES: usize = 64;
/// Tokens of a frame.
const MOST_TOKENS: usize = 4096;
/// Bits of a token.
const MOST_BITS: u32 = 20;
/// Actions of a world that a link can name.
const MOST_KINDS: usize = 255;
/// Frames of a play that a link carries.
pub const MOST_ACTIONS: usize = 100_000;
/// Changes of the settings that a link carries.
const MOST_STRETCHES: usize = 1000;
/// Characters of a link that are looked at.
const LONGEST: usize = 1 << 20;
/// As the model has it.
const MOST_STEPS: usize = 256;
const HIGHEST_TEMPERATURE: f32 = 100.0;

/// A prompt, and maybe a play from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The world's name.
    pub world: String,
    /// Which version of it: the first bytes of its file's SHA-256.
    pub digest: [u8; 4],
    /// Tokens of the prompt's frames, oldest first, all of the same number.
    pub prompt: Vec<Vec<u32>>,
    /// How it is played, and what was done; the first is always there, maybe without actions.
    pub play: Vec<Stretch>,
}

/// Actions that were played with the same settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Stretch {
    /// How.
    pub sampling: Sampling,
    /// What, frame by frame.
    pub actions: Vec<u16>,
}

/// Why a link can't be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Something is missing or was changed.
    Damaged,
    /// It was made by a later version of the page.
    Newer,
    /// It is no link that this page knows.
    Unknown,
    /// The address of its world is none that can be fetched.
    Address,
}

impl Link {
    /// The link as text, without `#p=`. None for what no link can carry: a prompt of no tokens or of too
    /// many, a play that is too long, settings out of range.
    pub fn write(&self) -> Option<String> {
        self.check()?;
        let mut out = Writer::default();
        out.bytes(&self.digest);
        let name = cut(&self.world);
        out.byte(name.len() as u8);
        out.bytes(name.as_bytes());
        let most = self.prompt.iter().flatten().max()?;
        let bits = (u32::BITS - most.leading_zeros()).max(1);
        out.byte(self.prompt.len() as u8);
        out.number(self.prompt[0].len() as u64);
        out.byte(bits as u8);
        out.packed(self.prompt.iter().flatten().copied(), bits);
        let kinds = self.kinds();
        out.byte(kinds as u8);
        out.number(self.play.len() as u64);
        for Stretch { sampling, actions } in &self.play {
            out.number(sampling.seed.into());
            out.number(sampling.steps as u64);
            out.bytes(&sampling.temperature.to_le_bytes());
            out.byte(order_byte(sampling.order));
            let runs: Vec<&[u16]> = actions.chunk_by(|a, b| a == b).collect();
            out.number(runs.len() as u64);
            for run in runs {
                let more = (run.len() - 1) as u64;
                out.number(u64::from(run[0]) + kinds as u64 * more);
            }
        }
        let check = checksum(out.written());
        out.bytes(&check);
        let text = URL_SAFE_NO_PAD.encode(out.written());
        Some(format!("{VERSION}.{text}"))
    }

    /// Reads what [`Link::write`] has written.
    ///
    /// # Errors
    /// If it is damaged, or of another version.
    pub fn read(text: &str) -> Result<Self, Flaw> {
        if text.len() > LONGEST {
            return Err(Flaw::Damaged);
        }
        let (version, packed) = text.split_once('.').ok_or(Flaw::Damaged)?;
        if version != VERSION.to_string() {
            let later = !version.is_empty() && version.bytes().all(|b| b.is_ascii_alphanumeric());
            return Err(if later { Flaw::Newer } else { Flaw::Damaged });
        }
        let bytes = URL_SAFE_NO_PAD.decode(packed);
        Self::unpack(&bytes.map_err(|_| Flaw::Damaged)?).ok_or(Flaw::Damaged)
    }

    fn unpack(bytes: &[u8]) -> Option<Self> {
        let (bytes, check) = bytes.split_last_chunk::<4>()?;
        if checksum(bytes) != *check {
            return None;
        }
        let mut rest = Reader::new(bytes);
        let digest = rest.chunk::<4>()?;
        let length = usize::from(rest.byte()?);
        let name = rest.take(length)?;
        let world = String::from_utf8(name.to_vec()).ok()?;
        let frames = usize::from(rest.byte()?);
        let tokens = rest.number_up_to(MOST_TOKENS)?;
        let bits = u32::from(rest.byte()?);
        let sane = (1..=MOST_FRAMES).contains(&frames) && tokens > 0;
        if !sane || !(1..=MOST_BITS).contains(&bits) || length > LONGEST_NAME {
            return None;
        }
        let all = rest.packed(frames * tokens, bits)?;
        let prompt = all.chunks_exact(tokens).map(<[u32]>::to_vec).collect();
        let kinds = rest.byte()?;
        let stretches = rest.number_up_to(MOST_STRETCHES)?;
        let mut left = MOST_ACTIONS;
        let mut play = Vec::new();
        for _ in 0..stretches {
            play.push(stretch(&mut rest, kinds, &mut left)?);
        }
        let link = Self {
            world,
            digest,
            prompt,
            play,
        };
        (rest.is_empty() && !link.play.is_empty()).then_some(link)
    }

    /// The same without what was done.
    pub fn prompt_alone(&self) -> Self {
        let first = self.play.first().map(|stretch| Stretch {
            sampling: stretch.sampling,
            actions: Vec::new(),
        });
        Self {
            play: first.into_iter().collect(),
            ..self.clone()
        }
    }

    /// Frames that it plays.
    pub fn frames(&self) -> usize {
        self.play.iter().map(|stretch| stretch.actions.len()).sum()
    }

    /// Different actions that must be named.
    fn kinds(&self) -> usize {
        let actions = self.play.iter().flat_map(|stretch| &stretch.actions);
        actions.max().map_or(0, |&most| usize::from(most) + 1)
    }

    fn check(&self) -> Option<()> {
        let tokens = self.prompt.first()?.len();
        let even = self.prompt.iter().all(|frame| frame.len() == tokens);
        let small = |&token: &u32| token >> MOST_BITS == 0;
        let fits = even
            && (1..=MOST_TOKENS).contains(&tokens)
            && self.prompt.len() <= MOST_FRAMES
            && self.prompt.iter().flatten().all(small)
            && (1..=MOST_STRETCHES).contains(&self.play.len())
            && self.frames() <= MOST_ACTIONS
            && self.kinds() <= MOST_KINDS
            && self
                .play
                .iter()
                .all(|stretch| is_possible(&stretch.sampling));
        fits.then_some(())
    }
}

fn stretch(rest: &mut Reader, kinds: u8, left: &mut usize) -> Option<Stretch> {
    let sampling = Sampling {
        seed: rest.number()?.try_into().ok()?,
        steps: rest.number_up_to(MOST_STEPS)?,
        temperature: f32::from_le_bytes(rest.chunk()?),
        order: order_of(rest.byte()?)?,
    };
    let runs = rest.number_up_to(*left)?;
    let mut actions = Vec::new();
    for _ in 0..runs {
        let number = rest.number()?;
        let kinds = u64::from(kinds);
        // None where nothing can be named.
        let action = number.checked_rem(kinds)? as u16;
        let frames = usize::try_from(number / kinds).ok()?.checked_add(1)?;
        *left = left.checked_sub(frames)?;
        actions.resize(actions.len() + frames, action);
    }
    is_possible(&sampling).then_some(Stretch { sampling, actions })
}

/// Whether a worker takes these settings.
fn is_possible(sampling: &Sampling) -> bool {
    (1..=MOST_STEPS).contains(&sampling.steps)
        && (0.0..=HIGHEST_TEMPERATURE).contains(&sampling.temperature)
}

fn order_byte(order: Order) -> u8 {
    match order {
        Order::Confidence => 0,
        Order::Random => 1,
        Order::Halton => 2,
    }
}

fn order_of(byte: u8) -> Option<Order> {
    let all = [Order::Confidence, Order::Random, Order::Halton];
    all.get(usize::from(byte)).copied()
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[VERSION as u8]);
    hasher.update(bytes);
    hasher.finalize().to_le_bytes()
}

/// As much of a name as a link carries.
fn cut(name: &str) -> &str {
    let mut end = name.len().min(LONGEST_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}
