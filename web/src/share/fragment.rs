//! The fragment of the page's address: a prompt link, a world by its address, or both.
//!
//! ```text
//! #p=1.…                           a prompt link
//! #world=https://host/a.safetensors    a world; the rest of the fragment is its address
//! #p=1.…&world=https://…           a prompt link for that world
//! ```

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::{Flaw, Link};
use crate::protocol::NOWHERE;

/// Characters of a world's address.
const LONGEST_ADDRESS: usize = 2000;
/// Characters of a fragment that may be the name of a place in the page.
const LONGEST_ANCHOR: usize = 32;
/// What can't stand in a fragment, or is mistaken for the end of a link.
const RESERVED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'\'')
    .add(b'(')
    .add(b')');
/// What the sentence around a link may have left at its end.
const PUNCTUATION: &[char] = &[
    '.', ',', ';', ':', '!', '?', ')', ']', '>', '"', '\'', '»', '”', '’',
];

/// What an address asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// A prompt, and maybe a play.
    pub link: Option<Link>,
    /// The world, where the page doesn't have it itself.
    pub world: Option<Address>,
}

/// Where a world's file is: an https address, or one of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address(String);

impl Address {
    /// Checks what was typed or linked.
    ///
    /// # Errors
    /// [`Flaw::Address`] for anything but `https://host…`, or `http://` and this machine.
    pub fn new(text: &str) -> Result<Self, Flaw> {
        let text = text.trim();
        let plain = text
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\\\"<>`^{|}".contains(&b));
        let (scheme, rest) = text.split_once("://").ok_or(Flaw::Address)?;
        let host = authority(rest);
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) => (name, port),
            None => (host, "443"),
        };
        let named = !name.is_empty()
            && !name.starts_with(['.', '-'])
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        let here = matches!(
            name.to_ascii_lowercase().as_str(),
            "localhost" | "127.0.0.1"
        );
        let safe =
            scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http") && here;
        let sane = plain && text.len() <= LONGEST_ADDRESS && port.parse::<u16>().is_ok();
        if !(sane && safe && named) {
            return Err(Flaw::Address);
        }
        Ok(Self(format!("{}://{rest}", scheme.to_ascii_lowercase())))
    }

    /// The address as `fetch` takes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether anything can be had there.
    pub fn is_reachable(&self) -> bool {
        self.host() != NOWHERE
    }

    /// Who is asked for the file.
    pub fn host(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        authority(rest)
    }
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Reads a fragment, with or without its `#`. None if there is nothing to do.
///
/// # Errors
/// If it is a link, or looks like one, and can't be opened.
pub fn read(fragment: &str) -> Result<Option<Wanted>, Flaw> {
    let fragment = fragment.strip_prefix('#').unwrap_or(fragment).trim();
    let anchor = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if fragment.len() <= LONGEST_ANCHOR && fragment.bytes().all(anchor) {
        return Ok(None);
    }
    let (link, world) = match fragment.split_once("world=") {
        Some(("", world)) => (None, Some(world)),
        Some((link, world)) => (
            Some(link.strip_suffix('&').ok_or(Flaw::Unknown)?),
            Some(world),
        ),
        None => (Some(fragment), None),
    };
    let link = match link {
        None => None,
        Some(link) => {
            let packed = link
                .strip_prefix("p=")
                .or_else(|| link.strip_prefix("p%3D"));
            let packed = packed.ok_or(Flaw::Unknown)?;
            Some(Link::read(packed.trim_end_matches(PUNCTUATION))?)
        }
    };
    let world = match world {
        None => None,
        Some(world) => {
            let plain = percent_decode_str(world).decode_utf8();
            Some(Address::new(&plain.map_err(|_| Flaw::Address)?)?)
        }
    };
    Ok(Some(Wanted { link, world }))
}

impl Wanted {
    /// As [`read`] takes it, with its `#`. None for what no link can carry.
    pub fn write(&self) -> Option<String> {
        let mut parts = Vec::new();
        if let Some(link) = &self.link {
            parts.push(format!("p={}", link.write()?));
        }
        if let Some(world) = &self.world {
            let address = utf8_percent_encode(world.as_str(), RESERVED);
            parts.push(format!("world={address}"));
        }
        Some(format!("#{}", parts.join("&")))
    }
}
