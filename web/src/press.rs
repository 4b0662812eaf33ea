//! Tells the click that only ends a pointer's press from one by keyboard or screen reader.

/// Presses of one button. A press with a pointer acts at once, so that it can be held; the click
/// that follows must not act again.
#[derive(Debug, Default)]
pub struct Press {
    by_pointer: bool,
}

impl Press {
    /// A pointer went down on the button.
    pub fn down(&mut self) {
        self.by_pointer = true;
    }

    /// The browser took the press for something else, such as scrolling: no click follows.
    pub fn cancel(&mut self) {
        self.by_pointer = false;
    }

    /// Whether a click acts. `detail` is the event's: the number of clicks of a pointer, 0 for a
    /// keyboard and most screen readers; the others claim to be a pointer, but never press. It is
    /// asked for because not every press ends in a click: one that is dragged off the button
    /// doesn't, nor a long one on a phone.
    pub fn click(&mut self, detail: i32) -> bool {
        let pressed = std::mem::take(&mut self.by_pointer);
        detail == 0 || !pressed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_click_after_a_press_does_not_act_again() {
        let mut press = Press::default();
        press.down();
        assert!(!press.click(1));
        press.down();
        assert!(!press.click(2), "the second of a double click");
    }

    #[test]
    fn keyboards_and_screen_readers_always_act() {
        let mut press = Press::default();
        assert!(press.click(0));
        assert!(
            press.click(1),
            "a screen reader that claims to be a pointer"
        );
        press.down();
        // Dragged off the button: no click.
        assert!(press.click(0));
        press.down();
        press.cancel();
        assert!(press.click(1));
    }
}
