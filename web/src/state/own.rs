//! Worlds of the visitor's: by their address, with consent, and those that are kept on this device.

use std::rc::Rc;

use super::{Effect, Request, State};
use crate::protocol::{KeptWorld, ToWorker, WorldSource};
use crate::share::fragment::Address;

/// The largest world that is fetched, bytes: a page has 4 GB of memory in all.
pub const LARGEST: u64 = 1 << 30;

/// What can happen to worlds of the visitor's.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An address was typed.
    Typed(String),
    /// What the server says of the file at an address.
    Measured(Address, Measure),
    /// Yes, fetch it.
    Agree,
    /// No, leave it.
    Decline,
    /// One that is kept on this device.
    Play(String),
    /// No longer, please.
    Forget(String),
}

/// What a server says of a file before it is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Nothing yet.
    Asking,
    /// So many bytes.
    Bytes(u64),
    /// It doesn't say how many.
    Unknown,
    /// It has no such file, but this answer of HTTP.
    Refused(u16),
    /// It can't be reached, or lets no other page have its files.
    Unreachable,
}

/// A world that waits for the visitor's word.
#[derive(Clone, Debug, PartialEq)]
pub struct Consent {
    /// Where it is.
    pub address: Address,
    /// How large.
    pub size: Measure,
}

impl Consent {
    /// Whether it can be fetched at all.
    pub fn is_possible(&self) -> bool {
        match self.size {
            Measure::Bytes(bytes) => bytes <= LARGEST,
            Measure::Unknown => true,
            Measure::Asking | Measure::Refused(_) | Measure::Unreachable => false,
        }
    }
}

/// Worlds of the visitor's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnWorlds {
    /// Those kept on this device.
    pub kept: Rc<Vec<KeptWorld>>,
    /// One that waits for the visitor's word.
    pub consent: Option<Consent>,
    /// Whether what was typed is no address of a world.
    pub mistyped: bool,
}

impl State {
    pub(super) fn own(&mut self, event: Event, effects: &mut Vec<Effect>) {
        match event {
            Event::Typed(text) => match Address::new(&text) {
                Ok(address) => {
                    self.own_worlds.mistyped = false;
                    self.forget_link();
                    self.visit(address, effects);
                }
                Err(_) => {
                    self.own_worlds.mistyped = true;
                    self.announce(self.texts().sharing.no_address);
                }
            },
            Event::Measured(address, size) => {
                let asked = self.own_worlds.consent.as_mut();
                if let Some(consent) = asked.filter(|c| c.address == address) {
                    consent.size = size;
                    let texts = self.texts();
                    self.announce(&texts.sharing.consent(texts, address.host(), size));
                }
            }
            Event::Agree => {
                let consent = self.own_worlds.consent.take();
                if let Some(Consent { address, size }) = consent.filter(Consent::is_possible) {
                    let size = match size {
                        Measure::Bytes(bytes) => Some(bytes),
                        _ => None,
                    };
                    let address = address.as_str().to_owned();
                    self.load_own(WorldSource::Address { address, size }, effects);
                }
            }
            Event::Decline => {
                self.own_worlds.consent = None;
                self.forget_link();
            }
            Event::Play(key) => {
                self.forget_link();
                self.load_own(WorldSource::Kept(key), effects);
            }
            Event::Forget(key) => effects.push(Effect::Post(ToWorker::ForgetKept { key })),
        }
    }

    /// Plays the world at an address if it is kept here, and else asks whether to fetch it.
    pub(super) fn visit(&mut self, address: Address, effects: &mut Vec<Effect>) {
        let kept = self.own_worlds.kept.iter();
        if kept.clone().any(|world| world.key == address.as_str()) {
            self.own_worlds.consent = None;
            self.load_own(WorldSource::Kept(address.as_str().to_owned()), effects);
            return;
        }
        self.own_worlds.consent = Some(Consent {
            address: address.clone(),
            size: Measure::Asking,
        });
        effects.push(Effect::Measure(address));
    }

    fn load_own(&mut self, source: WorldSource, effects: &mut Vec<Effect>) {
        self.take_over();
        if !self.is_alive() {
            self.restart(effects);
        }
        self.ask(Request::Load(source), effects);
    }

    pub(super) fn has_kept(&mut self, worlds: Vec<KeptWorld>, effects: &mut Vec<Effect>) {
        self.own_worlds.kept = Rc::new(worlds);
        // Asked for before it was known that it is here.
        if let Some(consent) = &self.own_worlds.consent {
            let address = consent.address.clone();
            let kept = &self.own_worlds.kept;
            if kept.iter().any(|world| world.key == address.as_str()) {
                self.visit(address, effects);
            }
        }
    }

    pub(super) fn asks_for_consent(&self) -> bool {
        self.own_worlds.consent.is_some()
    }

    /// The kept world of that digest.
    pub(super) fn kept_with(&self, digest: [u8; 4]) -> Option<WorldSource> {
        let kept = self.own_worlds.kept.iter();
        let mut found = kept.filter(|world| world.digest.starts_with(&digest));
        found
            .next()
            .map(|world| WorldSource::Kept(world.key.clone()))
    }

    /// Under which key the world is kept that is played.
    pub(super) fn playing_kept(&self) -> Option<String> {
        let digest = *self.world.as_ref()?.digest;
        let kept = self.own_worlds.kept.iter();
        // Rather the one that others can have, too.
        let found = kept.filter(|world| world.digest == digest);
        let found = found.max_by_key(|world| {
            Address::new(&world.key).is_ok_and(|address| address.is_reachable())
        });
        found.map(|world| world.key.clone())
    }
}
