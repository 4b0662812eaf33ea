//! Lines of a play that were left for another, and can be returned to.

use std::rc::Rc;

use super::{Effect, Shown, State, Timeline};
use crate::protocol::{Picture, ToWorker};

/// Lines that are kept beside the one being played: each holds the frames of a window.
const MOST: usize = 4;
/// A line that loses fewer frames than this is not worth keeping: a step back and another try.
pub(super) const WORTH_KEEPING: usize = 8;

/// A line that was left.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What the worker knows it by.
    pub number: u32,
    /// Its newest picture that is at hand.
    pub picture: Rc<Picture>,
    /// Its frames.
    pub timeline: Timeline,
}

impl State {
    /// Has the worker keep the line being played, before it is left.
    pub(super) fn keep_line(&mut self, effects: &mut Vec<Effect>) {
        let newest = self.frame.as_ref().filter(|_| self.timeline.ahead() == 0);
        let picture = newest.map(|shown| shown.picture.clone());
        let Some(picture) = picture.or_else(|| self.timeline.pictures().last().cloned()) else {
            return;
        };
        self.numbers += 1;
        let number = self.numbers;
        let lines = Rc::make_mut(&mut self.lines);
        lines.push(Line {
            number,
            picture,
            timeline: self.timeline.clone(),
        });
        effects.push(Effect::Post(ToWorker::Keep { line: number }));
        self.branching = Some(number);
    }

    /// The request for which a line was kept has come to its end.
    pub(super) fn branched(&mut self, worked: bool, effects: &mut Vec<Effect>) {
        let Some(number) = self.branching.take() else {
            return;
        };
        let lines = Rc::make_mut(&mut self.lines);
        if !worked {
            lines.retain(|line| line.number != number);
            effects.push(Effect::Post(ToWorker::Forget { line: number }));
        }
        while lines.len() > MOST {
            let line = lines.remove(0).number;
            effects.push(Effect::Post(ToWorker::Forget { line }));
        }
    }

    /// The play goes on at the end of the line `number`, of which `shown` is the newest frame.
    pub(super) fn return_to(&mut self, number: u32, shown: &Shown) {
        let lines = Rc::make_mut(&mut self.lines);
        if let Some(place) = lines.iter().position(|line| line.number == number) {
            self.timeline = lines.remove(place).timeline;
        }
        self.timeline.seek(shown.index);
    }
}
