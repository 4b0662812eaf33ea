//! What an action did in the platformer: the game is played again, and asked what every other action would
//! have led to. For evaluation only.

use ::platformer::{Action, FRAME_BYTES};

use super::platformer::{Games, PLATFORMER, looks};
use crate::{ClipStore, Result};

/// What is known of the way from one frame to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Whether a wall cut the hero's step short.
    pub blocked: bool,
    /// The actions that would have led to the very same picture, by number, in order; the true one is among
    /// them. Under way down, for one, it makes no difference whether the jump button is held.
    pub alike: Vec<u8>,
}

/// The `F − 1` transitions of clip `clip` of a store of the platformer. `None` if the store is of another
/// source, or was collected by another version of this program: if the game, played again, doesn't show the
/// stored frames.
///
/// # Errors
/// As [`ClipStore::read_clip`].
pub fn transitions(store: &ClipStore, clip: u64) -> Result<Option<Vec<Transition>>> {
    let spec = store.spec();
    let levels = spec.levels.filter(|levels| levels.count() > 0);
    let (Some(levels), Some(themes), true) =
        (levels, looks(&spec.policy), spec.source == PLATFORMER)
    else {
        return Ok(None);
    };
    let games = Games {
        levels,
        themes: &themes,
        frames: spec.frames_per_clip as usize,
        seed: spec.seed,
    };
    let mut found = Vec::new();
    let (mut picture, mut other) = (vec![0; FRAME_BYTES], vec![0; FRAME_BYTES]);
    let number = store.number_in_store(clip);
    let again = games.play(number, &mut |frame, game, action| {
        found.truncate(frame);
        let after = |action: Action, picture: &mut [u8]| {
            let mut game = game.clone();
            game.step(action);
            game.render_into(picture);
            game.state().blocked
        };
        let blocked = after(action, &mut picture);
        let alike = Action::ALL
            .into_iter()
            .filter(|&a| {
                a == action || {
                    after(a, &mut other);
                    other == picture
                }
            })
            .map(|a| a.index() as u8)
            .collect();
        found.push(Transition { blocked, alike });
    });
    let frames = store.read_clip(clip)?;
    Ok(again.filter(|again| again.frames == frames).map(|_| found))
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::collect::{CollectSpec, Theme, platformer};
    use crate::{LevelRange, TrueActions};

    #[test]
    fn the_game_is_found_again_and_tells_what_made_no_difference() {
        let folder = tempfile::tempdir().unwrap();
        let mut spec = CollectSpec::new(folder.path().join("clips"), 24 * 32);
        spec.levels = LevelRange { start: 7, end: 900 };
        spec.seed = 3;
        spec.themes = vec![Theme::ALL[2]];
        platformer(&spec, &mut |_| ControlFlow::Continue(())).unwrap();
        let store = ClipStore::open(&spec.out).unwrap();
        let truth = TrueActions::open(&spec.out).unwrap();
        let (mut blocked, mut alone, mut all) = (0, 0, 0);
        for clip in 0..store.len() {
            let actions = truth.read(clip).unwrap();
            let transitions = transitions(&store, clip).unwrap().unwrap();
            assert_eq!(transitions.len(), 31);
            for (transition, action) in transitions.iter().zip(actions) {
                assert!(transition.alike.contains(&action));
                let steers = Action::from_index(action.into()).unwrap().direction() != 0;
                assert!(steers || !transition.blocked, "only steps are cut short");
                blocked += u32::from(transition.blocked);
                alone += u32::from(transition.alike.len() == 1);
                all += 1;
            }
        }
        // Neither rare nor the rule, or the figure would say nothing.
        assert!(blocked > 0 && blocked * 5 < all, "{blocked} of {all}");
        assert!(alone * 2 > all && alone < all, "{alone} of {all}");
    }

    #[test]
    fn a_store_that_the_game_does_not_show_is_not_explained() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("clips");
        let mut spec = CollectSpec::new(&out, 32);
        platformer(&spec, &mut |_| ControlFlow::Continue(())).unwrap();
        let clip = ClipStore::open(&out).unwrap().read_clip(0).unwrap();
        // The same frames in a store that says another seed of itself.
        spec.out = folder.path().join("other");
        spec.seed = 1;
        platformer(&spec, &mut |_| ControlFlow::Continue(())).unwrap();
        let group = std::fs::read_to_string(out.join("zarr.json")).unwrap();
        std::fs::write(spec.out.join("zarr.json"), group).unwrap();
        let other = ClipStore::open(&spec.out).unwrap();
        assert!(other.read_clip(0).unwrap() != clip);
        assert_eq!(transitions(&other, 0).unwrap(), None);
    }
}
