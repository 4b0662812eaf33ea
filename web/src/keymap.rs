//! Which key does what.

use crate::moves::Direction;
use crate::state::Control;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Plays, for as long as it is held.
    Play(Control),
    /// Back a frame.
    Back,
    /// One frame on.
    Step,
    /// Stops time, or lets it run.
    Pause,
    /// Back to the first picture.
    Restart,
    /// The whole screen, and back.
    FullScreen,
}

/// What the key does that the browser calls `code` by its place and `key` by what is written on it.
///
/// Digits go by place, as some keyboards need Shift for them; so do W, A, S and D, whose places
/// matter and not their letters. The others are letters to remember.
pub fn key(code: &str, key: &str) -> Option<Key> {
    let digit = code
        .strip_prefix("Digit")
        .or_else(|| code.strip_prefix("Numpad"));
    if let Some(digit) = digit.and_then(|d| d.parse::<usize>().ok()) {
        let action = digit.checked_sub(1)?;
        return Some(Key::Play(Control::Action(action)));
    }
    let toward = |direction| Some(Key::Play(Control::Toward(direction)));
    match code {
        "ArrowLeft" | "KeyA" => toward(Direction::Left),
        "ArrowRight" | "KeyD" => toward(Direction::Right),
        "ArrowUp" | "KeyW" => toward(Direction::Up),
        "ArrowDown" | "KeyS" => toward(Direction::Down),
        _ => match key {
            "Backspace" => Some(Key::Back),
            "." | "n" | "N" => Some(Key::Step),
            " " | "p" | "P" => Some(Key::Pause),
            "r" | "R" => Some(Key::Restart),
            "f" | "F" => Some(Key::FullScreen),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_by_place_or_by_letter() {
        let action = |n| Some(Key::Play(Control::Action(n)));
        assert_eq!(key("Digit1", "&"), action(0), "a French keyboard");
        assert_eq!(key("Numpad8", "8"), action(7));
        assert_eq!(key("Digit0", "0"), None);
        let left = Some(Key::Play(Control::Toward(Direction::Left)));
        assert_eq!(key("KeyA", "q"), left, "a French keyboard");
        assert_eq!(key("ArrowLeft", "ArrowLeft"), left);
        assert_eq!(key("KeyL", "p"), Some(Key::Pause), "by its letter");
        assert_eq!(key("Space", " "), Some(Key::Pause));
        assert_eq!(key("Tab", "Tab"), None);
    }
}
