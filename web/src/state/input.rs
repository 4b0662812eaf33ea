//! What is held down, and which action it comes to.

use crate::moves::{Direction, Moves, Way};

/// Something that a key, a button or a pad asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// An action by its number.
    Action(usize),
    /// Whatever leads there.
    Toward(Direction),
}

/// All that is held, in the order in which it was pressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Input {
    held: Vec<Control>,
    /// The action of the newest press, until a frame has been played with it: a tap between two
    /// frames must not be lost.
    tapped: Option<usize>,
    /// Presses so far, to tell one from the next.
    presses: u32,
}

impl Input {
    /// Takes a press; the action that it comes to with what is held already.
    pub fn press(&mut self, control: Control, moves: &Moves) -> Option<usize> {
        self.held.retain(|held| *held != control);
        self.held.push(control);
        self.presses += 1;
        self.tapped = self.held(moves);
        if self.tapped.is_none() {
            // It leads nowhere in this world.
            self.lift(control);
        }
        self.tapped
    }

    pub fn lift(&mut self, control: Control) {
        self.held.retain(|held| *held != control);
    }

    pub fn lift_all(&mut self) {
        self.held.clear();
        self.tapped = None;
    }

    /// The action that is held: the newest by number, or where all directions together lead.
    pub fn held(&self, moves: &Moves) -> Option<usize> {
        match *self.held.last()? {
            Control::Action(action) => (action < moves.len()).then_some(action),
            Control::Toward(newest) => {
                let directions = self.held.iter().filter_map(|control| match control {
                    Control::Toward(direction) => Some(*direction),
                    Control::Action(_) => None,
                });
                // Contrary ones: the newest wins.
                let way = Way::of(directions);
                let way = if way == Way::default() {
                    Way::of([newest])
                } else {
                    way
                };
                moves
                    .toward(way)
                    .or_else(|| moves.toward(Way::of([newest])))
            }
        }
    }

    /// Whether there is something to play.
    pub fn is_idle(&self, moves: &Moves) -> bool {
        self.tapped.is_none() && self.held(moves).is_none()
    }

    /// The action for the next frame. A tap counts once.
    pub fn take(&mut self, moves: &Moves) -> Option<usize> {
        let tapped = self.tapped.take();
        self.held(moves).or(tapped)
    }

    pub fn presses(&self) -> u32 {
        self.presses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moves() -> Moves {
        Moves::of(&["left", "right", "jump right", "jump", "still"].map(str::to_owned))
    }

    const LEFT: Control = Control::Toward(Direction::Left);
    const RIGHT: Control = Control::Toward(Direction::Right);
    const UP: Control = Control::Toward(Direction::Up);
    const DOWN: Control = Control::Toward(Direction::Down);

    #[test]
    fn directions_join_and_the_newest_of_contrary_ones_wins() {
        let (mut input, moves) = (Input::default(), moves());
        assert_eq!(input.press(RIGHT, &moves), Some(1));
        assert_eq!(input.press(UP, &moves), Some(2));
        input.lift(RIGHT);
        assert_eq!(input.held(&moves), Some(3));
        input.lift(UP);
        assert_eq!(input.held(&moves), None);
        input.press(LEFT, &moves);
        assert_eq!(input.press(RIGHT, &moves), Some(1));
        input.lift(RIGHT);
        assert_eq!(input.held(&moves), Some(0), "left is still held");
    }

    #[test]
    fn what_leads_nowhere_is_not_held() {
        let (mut input, moves) = (Input::default(), moves());
        assert_eq!(input.press(DOWN, &moves), None);
        assert_eq!(input.press(Control::Action(5), &moves), None);
        assert!(input.is_idle(&moves));
        assert_eq!(
            input,
            Input {
                presses: 2,
                ..Input::default()
            }
        );
    }

    #[test]
    fn a_tap_counts_once_and_is_not_lost() {
        let (mut input, moves) = (Input::default(), moves());
        input.press(Control::Action(4), &moves);
        input.lift(Control::Action(4));
        assert!(!input.is_idle(&moves));
        assert_eq!(input.take(&moves), Some(4));
        assert_eq!(input.take(&moves), None);
        input.press(UP, &moves);
        input.press(RIGHT, &moves);
        input.lift(UP);
        assert_eq!(input.take(&moves), Some(1), "what is held now");
        assert_eq!(input.take(&moves), Some(1));
    }
}
