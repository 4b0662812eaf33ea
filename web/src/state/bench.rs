//! `?bench`: how far it is, and what it found.

use std::rc::Rc;

use super::{Effect, State};

/// A bench.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measurement {
    /// How far it is, in words.
    pub progress: String,
    /// Name and value of each figure, once it is over.
    pub rows: Vec<(String, String)>,
    /// The same as JSON.
    pub json: String,
}

impl Measurement {
    /// Whether the figures are there.
    pub fn is_over(&self) -> bool {
        !self.rows.is_empty()
    }
}

impl State {
    pub(super) fn measure_on(&mut self, what: &str, done: usize, all: usize) {
        self.measurement = Some(Rc::new(Measurement {
            progress: self.texts().measuring(what, done, all),
            ..Measurement::default()
        }));
    }

    pub(super) fn measured(
        &mut self,
        rows: Vec<(String, String)>,
        json: String,
        effects: &mut Vec<Effect>,
    ) {
        self.waiting = None;
        self.announce(self.texts().measured);
        self.measurement = Some(Rc::new(Measurement {
            progress: self.texts().measured.to_owned(),
            rows,
            json,
        }));
        self.send_queued(effects);
    }
}
