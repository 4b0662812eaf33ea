//! Where each action leads from the frame on the screen.

use std::rc::Rc;

use crate::protocol::{Look, Picture};

/// For how many frames an action can be held: one press hardly tells in a world of momentum.
pub const HOLDS: [usize; 3] = [1, 4, 8];

/// Where an action leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Future {
    /// The last frame there.
    pub picture: Rc<Picture>,
    /// Its tokens.
    pub tokens: Rc<Vec<u32>>,
}

/// All of them, as far as they are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Futures {
    open: bool,
    held: usize,
    seen: Rc<Vec<Option<Future>>>,
}

impl Default for Futures {
    fn default() -> Self {
        Self {
            open: false,
            held: HOLDS[1],
            seen: Rc::default(),
        }
    }
}

impl Futures {
    /// Whether they are wanted.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// For how many frames each action is held.
    pub fn held(&self) -> usize {
        self.held
    }

    /// Where each action leads; none for those that are still to be looked at.
    pub fn seen(&self) -> &[Option<Future>] {
        &self.seen
    }

    pub(super) fn open(&mut self, actions: usize) {
        self.open = true;
        self.seen = Rc::new(vec![None; actions]);
    }

    pub(super) fn close(&mut self) {
        self.open = false;
        self.seen = Rc::default();
    }

    pub(super) fn forget(&mut self) {
        if self.seen.iter().any(Option::is_some) {
            self.seen = Rc::new(vec![None; self.seen.len()]);
        }
    }

    pub(super) fn hold(&mut self, frames: usize) {
        if HOLDS.contains(&frames) {
            self.held = frames;
        }
    }

    /// The next one to look at.
    pub(super) fn next(&self) -> Option<Look> {
        let action = self.seen.iter().position(Option::is_none)?;
        let frames = self.held;
        self.open.then_some(Look::Ahead { action, frames })
    }

    /// Takes one in; whether it was the last.
    pub(super) fn show(&mut self, action: usize, picture: Picture, tokens: Vec<u32>) -> bool {
        if let Some(place) = Rc::make_mut(&mut self.seen).get_mut(action) {
            *place = Some(Future {
                picture: Rc::new(picture),
                tokens: Rc::new(tokens),
            });
        }
        self.open && self.seen.iter().all(Option::is_some)
    }
}
