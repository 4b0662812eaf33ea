//! Looks into a play that change nothing of it: where each action leads, and how a frame comes about.
//!
//! A look is asked for only while nothing else is under way, one at a time: whatever a visitor does comes
//! first. What was seen belongs to the frame on the screen and to how the next ones are sampled; it is
//! forgotten with either.

mod futures;
mod how;

pub use self::futures::{Future, Futures, HOLDS};
pub use self::how::{How, STEPS};
use super::{Effect, Request, State, Waiting};
use crate::moves::Moves;
use crate::protocol::Seen;

/// What a visitor wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Where each action leads, or no longer.
    Futures(bool),
    /// Where it leads when held for so many frames.
    Hold(usize),
    /// One of the futures, to be played.
    Choose(usize),
    /// How it works, or no longer.
    How(bool),
    /// How a frame comes about: the action that leads to it, and in how many steps; none for as many as
    /// are played.
    Unfold(usize, Option<usize>),
}

/// All that is looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looks {
    /// Where each action leads.
    pub futures: Futures,
    /// How it works.
    pub how: How,
    /// Differs where what was asked for before is no longer of use.
    age: u32,
    /// A chosen future that is still being played: its action, and for how many frames more.
    chosen: Option<(usize, usize)>,
}

impl Looks {
    /// Another world is there.
    pub(in crate::state) fn enter(&mut self, moves: &Moves) {
        self.forget();
        self.futures.close();
        let open = self.how.is_open();
        self.how.open(open, moves);
    }

    /// What was seen is of another frame, or of other settings.
    pub(in crate::state) fn forget(&mut self) {
        self.age = self.age.wrapping_add(1);
        self.futures.forget();
        self.how.forget();
    }

    /// A chosen future is played no further.
    pub(in crate::state) fn let_go(&mut self) {
        self.chosen = None;
    }

    /// What failed once is not tried again with this frame.
    pub(in crate::state) fn give_up(&mut self) {
        self.futures.close();
        self.how.give_up();
    }
}

impl State {
    pub(super) fn look_beside(&mut self, event: Event, effects: &mut Vec<Effect>) {
        match event {
            Event::Futures(true) if self.can_play() => {
                self.stop_to_look();
                self.looks.futures.open(self.moves.len());
            }
            Event::Futures(false) => self.looks.futures.close(),
            Event::Hold(frames) => {
                self.looks.forget();
                self.looks.futures.hold(frames);
            }
            Event::Choose(action) if self.can_play() && action < self.moves.len() => {
                self.stop_to_look();
                self.looks.chosen = Some((action, self.looks.futures.held() - 1));
                self.step(action, effects);
            }
            Event::How(open) if open != self.looks.how.is_open() => {
                self.input.lift_all();
                self.looks.forget();
                self.looks.how.open(open, &self.moves);
            }
            Event::Unfold(action, steps) if action < self.moves.len() => {
                self.looks.how.unfold_other(action, steps);
                self.looks.age = self.looks.age.wrapping_add(1);
            }
            // The rest came at a time when it means nothing.
            _ => {}
        }
    }

    /// Goes on with what was chosen, or asks for what is still to be seen, if nothing else is under way.
    pub(super) fn look_on(&mut self, effects: &mut Vec<Effect>) {
        if self.waiting.is_some() || self.queued.is_some() || !self.is_open() {
            return;
        }
        if let Some((action, left)) = self.looks.chosen.take()
            && left > 0
            && self.can_play()
        {
            self.looks.chosen = Some((action, left - 1));
            self.step(action, effects);
            return;
        }
        if self.frame.is_none() {
            return;
        }
        let stands = !self.is_running() && self.input.is_idle(&self.moves);
        let ahead = || self.looks.futures.next().filter(|_| stands);
        let next = if self.looks.how.is_open() {
            self.looks.how.next()
        } else {
            ahead()
        };
        if let Some(look) = next {
            self.send(Request::Look(look), effects);
        }
    }

    /// The age of what is looked at now.
    pub(super) fn look_age(&self) -> u32 {
        self.looks.age
    }

    /// Something was seen.
    pub(super) fn seen_beside(&mut self, seen: Seen, effects: &mut Vec<Effect>) {
        let Some(Waiting::Look(age)) = self.waiting else {
            return;
        };
        self.waiting = None;
        if age == self.looks.age {
            match seen {
                Seen::Ahead {
                    action,
                    picture,
                    tokens,
                } => {
                    if self.looks.futures.show(action, picture, tokens) {
                        self.announce(&self.texts().futures.there(self.moves.len()));
                    }
                }
                Seen::Unfold { steps, .. } => self.looks.how.unfold(steps),
                Seen::Attention { blocks } => self.looks.how.attend(blocks),
            }
        }
        self.send_queued(effects);
    }
}
