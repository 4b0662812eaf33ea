//! Who plays: the visitor, chance, or a recorded list.

use super::State;
use crate::protocol::Demo;

/// The fewest and the most frames for which a random pilot holds an action.
const HOLDS: (u32, u32) = (3, 14);

/// Who plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pilot {
    /// The visitor.
    Hand,
    /// Chance: an action for a while, then another.
    Random {
        /// State of the generator.
        luck: u32,
        /// The action that is being held.
        action: usize,
        /// For so many more frames.
        left: u32,
    },
    /// The world's recorded list.
    Recorded {
        /// The next one.
        at: usize,
    },
    /// The play of a link, from the frame on the screen on.
    Shared,
}

/// The same by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PilotKind {
    /// [`Pilot::Hand`].
    Hand,
    /// [`Pilot::Random`].
    Random,
    /// [`Pilot::Recorded`].
    Recorded,
    /// [`Pilot::Shared`].
    Shared,
}

impl PilotKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hand, Self::Random, Self::Recorded, Self::Shared];

    /// The name used in the page's controls.
    pub fn id(self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Random => "random",
            Self::Recorded => "recorded",
            Self::Shared => "shared",
        }
    }

    /// The kind with that name, if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }
}

impl Pilot {
    /// A pilot before its first frame.
    pub fn new(kind: PilotKind, seed: u32) -> Self {
        match kind {
            PilotKind::Hand => Self::Hand,
            PilotKind::Random => Self::Random {
                // Xorshift stays at 0 for ever.
                luck: (seed ^ 0x9e37_79b9).max(1),
                action: 0,
                left: 0,
            },
            PilotKind::Recorded => Self::Recorded { at: 0 },
            PilotKind::Shared => Self::Shared,
        }
    }

    /// Its name.
    pub fn kind(&self) -> PilotKind {
        match self {
            Self::Hand => PilotKind::Hand,
            Self::Random { .. } => PilotKind::Random,
            Self::Recorded { .. } => PilotKind::Recorded,
            Self::Shared => PilotKind::Shared,
        }
    }

    /// The next action of a world with so many; none from a visitor, or at the end of the list.
    pub(super) fn fly(&mut self, actions: usize, script: &[usize]) -> Option<usize> {
        match self {
            Self::Hand | Self::Shared => None,
            Self::Recorded { at } => {
                let action = script.get(*at).copied();
                *at += 1;
                action
            }
            Self::Random { luck, action, left } => {
                if *left == 0 {
                    let (least, most) = HOLDS;
                    *action = draw(luck) as usize % actions.max(1);
                    *left = least + draw(luck) % (most - least + 1);
                }
                *left -= 1;
                Some(*action)
            }
        }
    }
}

/// Marsaglia's xorshift of 32 bits: chance enough to walk by, and the same everywhere.
fn draw(luck: &mut u32) -> u32 {
    *luck ^= *luck << 13;
    *luck ^= *luck >> 17;
    *luck ^= *luck << 5;
    *luck
}

impl State {
    /// The recorded play that comes with the world.
    pub(super) fn demo_entry(&self) -> Option<&Demo> {
        let name = &self.world.as_ref()?.name;
        let entry = self.worlds.iter().find(|w| w.name == *name && !self.own);
        entry.and_then(|w| w.demo.as_ref())
    }

    /// Pictures of the gallery from which the world plays by itself, in turn.
    pub(super) fn demo_pictures(&self) -> impl Iterator<Item = usize> {
        let all = self.world.as_ref().map_or(0, |w| w.gallery.len());
        let listed = self.demo_entry().map(|demo| demo.gallery.clone());
        let mut pictures = listed.unwrap_or_default();
        pictures.retain(|&picture| picture < all);
        if pictures.is_empty() {
            pictures = (0..all).collect();
        }
        pictures.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_holds_an_action_for_a_while_and_comes_to_all_of_them() {
        let mut pilot = Pilot::new(PilotKind::Random, 7);
        let played: Vec<usize> = (0..2000).map(|_| pilot.fly(6, &[]).unwrap()).collect();
        let mut runs = played.chunk_by(|a, b| a == b).map(<[usize]>::len);
        assert!(runs.all(|n| n >= HOLDS.0 as usize) || played.len() == 2000);
        for action in 0..6 {
            assert!(played.contains(&action), "{action} never comes");
        }
        let changes = played.windows(2).filter(|w| w[0] != w[1]).count();
        assert!((100..500).contains(&changes), "{changes}");
        let mut again = Pilot::new(PilotKind::Random, 7);
        assert!(played.iter().all(|&a| again.fly(6, &[]) == Some(a)));
    }

    #[test]
    fn a_list_ends() {
        let mut pilot = Pilot::new(PilotKind::Recorded, 7);
        let played: Vec<_> = (0..3).map(|_| pilot.fly(6, &[4, 2])).collect();
        assert_eq!(played, [Some(4), Some(2), None]);
    }
}
