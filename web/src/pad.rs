//! What is held on a gamepad, in the browsers' standard layout.

use crate::keymap::Key;
use crate::moves::Direction;
use crate::state::Control;

/// How far a stick must lean to count.
const LEAN: f64 = 0.5;

/// What is held. `pressed(n)` tells whether the standard button `n` is down; `axes` are the first
/// stick's, right and down.
pub fn held(pressed: impl Fn(usize) -> bool, axes: [f64; 2]) -> Vec<Key> {
    let toward = |direction| Key::Play(Control::Toward(direction));
    let [x, y] = axes;
    [
        (pressed(14) || x < -LEAN, toward(Direction::Left)),
        (pressed(15) || x > LEAN, toward(Direction::Right)),
        // The lowest button jumps, as everywhere.
        (
            pressed(12) || pressed(0) || y < -LEAN,
            toward(Direction::Up),
        ),
        (pressed(13) || y > LEAN, toward(Direction::Down)),
        (pressed(4), Key::Back),
        (pressed(5), Key::Step),
        (pressed(8), Key::Restart),
        (pressed(9), Key::Pause),
    ]
    .into_iter()
    .filter_map(|(down, key)| down.then_some(key))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pad_and_its_stick_lead_the_same_way() {
        let toward = |direction| Key::Play(Control::Toward(direction));
        let jump_right = vec![toward(Direction::Right), toward(Direction::Up)];
        assert_eq!(held(|b| b == 15 || b == 0, [0.0; 2]), jump_right);
        assert_eq!(held(|_| false, [0.9, -0.8]), jump_right);
        assert_eq!(held(|_| false, [0.2, 0.3]), []);
        assert_eq!(held(|_| false, [f64::NAN; 2]), []);
        assert_eq!(held(|b| b == 9, [0.0; 2]), [Key::Pause]);
    }
}
