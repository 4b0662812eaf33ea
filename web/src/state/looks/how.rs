//! How a frame comes about, and which of its tokens look at which: for the page that explains it.

use std::rc::Rc;

use crate::moves::{Moves, Way};
use crate::protocol::{Look, Shares, Snapshot};

/// MaskGIT steps that are offered beside as many as are played.
pub const STEPS: [usize; 3] = [4, 8, 16];

/// The page that explains, and what it shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct How {
    open: bool,
    /// The action that leads to the frame that is unfolded.
    action: Option<usize>,
    steps: Option<usize>,
    unfolded: Option<Rc<Vec<Snapshot>>>,
    blocks: Option<Rc<Vec<Shares>>>,
    given_up: bool,
}

impl How {
    /// Whether it is on show.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The action that leads to the frame that is unfolded.
    pub fn action(&self) -> usize {
        self.action.unwrap_or_default()
    }

    /// In how many steps it is; none for as many as are played.
    pub fn steps(&self) -> Option<usize> {
        self.steps
    }

    /// The frame after each of its steps, once it is there.
    pub fn unfolded(&self) -> Option<&Rc<Vec<Snapshot>>> {
        self.unfolded.as_ref()
    }

    /// Attention in each block, once it is there.
    pub fn blocks(&self) -> Option<&Rc<Vec<Shares>>> {
        self.blocks.as_ref()
    }

    pub(super) fn open(&mut self, open: bool, moves: &Moves) {
        self.open = open;
        // One that shows: most often there is something to see on the right.
        let known = self.action.filter(|&action| action < moves.len());
        self.action = known.or_else(|| moves.toward(Way { x: 1, y: 0 }));
    }

    pub(super) fn forget(&mut self) {
        self.unfolded = None;
        self.blocks = None;
        self.given_up = false;
    }

    pub(super) fn give_up(&mut self) {
        self.given_up = true;
    }

    pub(super) fn unfold_other(&mut self, action: usize, steps: Option<usize>) {
        self.action = Some(action);
        self.steps = steps.filter(|steps| STEPS.contains(steps));
        self.unfolded = None;
        self.given_up = false;
    }

    pub(super) fn next(&self) -> Option<Look> {
        if !self.open || self.given_up {
            return None;
        }
        if self.unfolded.is_none() {
            return Some(Look::Unfold {
                action: self.action(),
                steps: self.steps,
            });
        }
        self.blocks.is_none().then_some(Look::Attention)
    }

    pub(super) fn unfold(&mut self, steps: Vec<Snapshot>) {
        self.unfolded = Some(Rc::new(steps));
    }

    pub(super) fn attend(&mut self, blocks: Vec<Shares>) {
        self.blocks = Some(Rc::new(blocks));
    }
}
