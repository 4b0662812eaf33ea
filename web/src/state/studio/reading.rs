//! What the world sees of what is open: one question is under way at most, and the newest waits.

use std::rc::Rc;

use super::{Ask, Effect, Picture, State, ask};

/// Questions and what came of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reading {
    /// Numbers given to questions.
    numbers: u32,
    under_way: Option<u32>,
    /// Whether something has changed since.
    stale: bool,
    /// Whether the answer is about something that is not open any more.
    moot: bool,
    seen: Option<Rc<Picture>>,
    failed: bool,
}

impl Reading {
    pub fn seen(&self) -> Option<&Rc<Picture>> {
        self.seen.as_ref()
    }

    pub fn has_failed(&self) -> bool {
        self.failed
    }

    pub fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Something else is open.
    pub fn forget(&mut self) {
        self.seen = None;
        self.failed = false;
        self.stale = false;
        self.moot = self.under_way.is_some();
    }

    /// Nobody will answer any more.
    pub fn lose(&mut self) {
        self.forget();
        self.under_way = None;
        self.moot = false;
    }
}

impl State {
    /// Shows the world what is open, unless it is still looking at what was there before.
    pub(super) fn look(&mut self, effects: &mut Vec<Effect>) {
        if self.studio.desk.is_none() || !self.is_open() {
            return;
        }
        let reading = &mut self.studio.reading;
        if reading.under_way.is_some() {
            reading.stale = true;
            return;
        }
        reading.numbers = reading.numbers.wrapping_add(1);
        let number = reading.numbers;
        if let Some(clip) = self.open_clip() {
            self.studio.reading.under_way = Some(number);
            ask(Ask::Read { number, clip }, effects);
        }
    }

    pub(super) fn seen(&mut self, number: u32, picture: Picture, effects: &mut Vec<Effect>) {
        let reading = &mut self.studio.reading;
        if reading.under_way != Some(number) {
            return;
        }
        reading.under_way = None;
        if !std::mem::take(&mut reading.moot) && self.studio.desk.is_some() {
            reading.failed = picture.rgba.is_empty();
            reading.seen = (!reading.failed).then(|| Rc::new(picture));
        }
        if std::mem::take(&mut self.studio.reading.stale) {
            self.look(effects);
        }
    }
}
