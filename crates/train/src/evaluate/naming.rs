//! What latent actions are called: by the motion that they go with, or by a few labelled transitions.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use data::{ClipStore, TrueActions};
use model::{LatentActionModel, World};

use super::clips::{infer, look, split, spread};
use super::control::{ActionMotion, Confusion, action_motion, known};
use super::{motion, names};
use crate::rng::Rng;

/// Stream of [`Rng`] that samples are drawn from.
const STREAM: u64 = 47;
/// Draws without a new sample after which a store has no more to give.
const PATIENCE: usize = 10_000;

/// The motion that each action goes with in `clips` clips of `store`.
///
/// # Errors
/// If the store doesn't fit the world or can't be read, or the device fails.
pub fn measure_actions(
    world: &World,
    encoder: &LatentActionModel,
    store: &ClipStore,
    clips: usize,
) -> Result<Vec<ActionMotion>> {
    crate::store::check(&world.card.config, store)?;
    let (mut actions, mut motions) = (Vec::new(), Vec::new());
    for number in spread(store.len(), clips) {
        let (clip, made) = look(world, encoder, store, number, 0)?;
        let window = clip.frames.windows(2).take(made.len() - 1);
        motions.extend(window.map(|w| motion::between(&w[0], &w[1])));
        actions.extend_from_slice(&clip.actions[..made.len() - 1]);
    }
    let kinds = world.card.config.actions();
    Ok(action_motion(&actions, &motions, kinds))
}

/// What labelled transitions say of latent actions.
#[derive(Clone, Debug)]
pub struct Labelled {
    /// How often each latent action goes with each true one.
    pub table: Confusion,
    /// How often the name would be the true action's, each transition being asked about after the names were
    /// taken from all others.
    pub agreement: f64,
    /// The direction that each latent action moves the view in, for [`by_label`](super::by_label).
    pub directions: Vec<Option<String>>,
}

/// Draws `samples` transitions whose true action is known from `store`, without repeats, or all there are, and
/// counts which latent action goes with which true one.
///
/// # Errors
/// As [`measure_actions`]; if the store knows no true actions.
pub fn label_actions(
    world: &World,
    encoder: &LatentActionModel,
    store: &ClipStore,
    truth: &TrueActions,
    samples: usize,
    seed: u64,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Labelled> {
    let config = &world.card.config;
    crate::store::check(config, store)?;
    let drawn = draw(store, truth, samples, seed)?;
    ensure!(
        !drawn.is_empty(),
        "{} knows no true actions: they come with clips of the platformer and of CoinRun. Without labels, actions are named by motion: --data instead of --labelled",
        store.path().display()
    );
    let (mut pairs, mut codes, mut motions) = (Vec::new(), Vec::new(), Vec::new());
    for (done, (&number, transitions)) in drawn.iter().enumerate() {
        let frames = split(&store.read_clip(number)?, config);
        let actions = infer(encoder, &frames, config, &world.actions.device())?;
        pairs.extend(transitions.iter().map(|&(t, label)| (actions[t], label)));
        codes.extend(transitions.iter().map(|&(t, _)| actions[t]));
        let of = |&(t, _): &(usize, usize)| motion::between(&frames[t], &frames[t + 1]);
        motions.extend(transitions.iter().map(of));
        progress(done + 1, drawn.len());
    }
    let labels: Vec<usize> = pairs.iter().map(|&(_, label)| label).collect();
    let known = data::action_names(&store.spec().source);
    let names = names::of_true_actions(known.as_deref(), &labels);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let table = Confusion::new(&names, config.actions(), pairs.iter().copied());
    Ok(Labelled {
        agreement: left_out(&table),
        directions: names::directions(&action_motion(&codes, &motions, config.actions())),
        table,
    })
}

/// Transitions with their true actions, by clip.
type Drawn = BTreeMap<u64, BTreeSet<(usize, usize)>>;

fn draw(store: &ClipStore, truth: &TrueActions, samples: usize, seed: u64) -> Result<Drawn> {
    let mut rng = Rng::of_step(seed, 0, STREAM);
    let mut labels: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    let mut drawn = Drawn::new();
    let (mut count, mut idle) = (0, 0);
    while count < samples && idle < PATIENCE {
        let clip = rng.below(store.len() as usize) as u64;
        let t = rng.below(store.frames_per_clip() - 1);
        let actions = match labels.entry(clip) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => entry.insert(truth.read(clip)?),
        };
        let new = known(actions.get(t))
            .is_some_and(|label| drawn.entry(clip).or_default().insert((t, label)));
        count += usize::from(new);
        idle = if new { 0 } else { idle + 1 };
    }
    Ok(drawn)
}

/// The share of counted transitions whose label is their code's commonest, they themselves left out.
fn left_out(table: &Confusion) -> f64 {
    let (mut right, mut all) = (0, 0);
    for row in &table.counts {
        for (label, &count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
            let mut others = row.clone();
            others[label] -= 1;
            all += count;
            if motion::commonest(&others) == Some(label) {
                right += count;
            }
        }
    }
    right as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transition_does_not_vouch_for_itself() {
        let table = |counts: &[&[u64]]| Confusion {
            labels: vec![String::new(); counts[0].len()],
            counts: counts.iter().map(|row| row.to_vec()).collect(),
        };
        // Code 0 is right 4 times of 5; code 1 was seen once, and nothing else is known of it.
        assert!((left_out(&table(&[&[4, 1], &[0, 1]])) - 4.0 / 6.0).abs() < 1e-12);
        // Of a tie, each side loses when it is left out.
        assert_eq!(left_out(&table(&[&[2, 2]])), 0.0);
        assert_eq!(left_out(&table(&[&[0, 0]])), 0.0);
    }
}
