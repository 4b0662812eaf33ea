//! The six things a player can do in a frame.

/// What the player holds during one frame. There is no other input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Nothing is held.
    Still,
    /// Walk left.
    Left,
    /// Walk right.
    Right,
    /// Jump straight up; holding it longer jumps higher.
    Jump,
    /// Jump while steering left.
    JumpLeft,
    /// Jump while steering right.
    JumpRight,
}

impl Action {
    /// How many actions there are.
    pub const COUNT: usize = 6;

    /// Every action, at the position that [`Action::index`] gives.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Still,
        Self::Left,
        Self::Right,
        Self::Jump,
        Self::JumpLeft,
        Self::JumpRight,
    ];

    /// The action's number, in `0..COUNT`; stable, so it may be stored in files.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The action of number `index`, if there is one.
    #[must_use]
    pub const fn from_index(index: usize) -> Option<Self> {
        if index < Self::COUNT {
            Some(Self::ALL[index])
        } else {
            None
        }
    }

    /// A short lower-case name, for reports and files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Still => "still",
            Self::Left => "left",
            Self::Right => "right",
            Self::Jump => "jump",
            Self::JumpLeft => "jump-left",
            Self::JumpRight => "jump-right",
        }
    }

    /// The direction steered in: -1 left, 0 none, 1 right.
    #[must_use]
    pub const fn direction(self) -> i32 {
        match self {
            Self::Left | Self::JumpLeft => -1,
            Self::Right | Self::JumpRight => 1,
            Self::Still | Self::Jump => 0,
        }
    }

    /// Whether the jump button is held.
    #[must_use]
    pub const fn jumps(self) -> bool {
        matches!(self, Self::Jump | Self::JumpLeft | Self::JumpRight)
    }

    /// The action that steers in `direction` (its sign counts) and jumps or not.
    #[must_use]
    pub const fn from_parts(direction: i32, jump: bool) -> Self {
        match (direction.signum(), jump) {
            (-1, false) => Self::Left,
            (1, false) => Self::Right,
            (-1, true) => Self::JumpLeft,
            (1, true) => Self::JumpRight,
            (_, true) => Self::Jump,
            (_, false) => Self::Still,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_parts_round_trip() {
        for (index, action) in Action::ALL.into_iter().enumerate() {
            assert_eq!(action.index(), index);
            assert_eq!(Action::from_index(index), Some(action));
            assert_eq!(
                Action::from_parts(action.direction(), action.jumps()),
                action
            );
        }
        assert_eq!(Action::from_index(Action::COUNT), None);
    }
}
