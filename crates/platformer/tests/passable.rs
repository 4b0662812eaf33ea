//! Every level can be finished: a beam search over held actions finds a way to the flag.

use platformer::{Action, Outcome, Platformer};

/// Frames for which the search holds each action, and how many of the best games it keeps.
const HOLD: usize = 3;
const BEAM: usize = 48;
const ROUNDS: usize = 400;

/// The frames that the search needed, or how far it came.
fn solve(seed: u64) -> Result<u32, i32> {
    let mut beam = vec![Platformer::new(seed)];
    for _ in 0..ROUNDS {
        let mut next: Vec<Platformer> = Vec::new();
        let mut keys = std::collections::HashSet::new();
        for game in &beam {
            for action in [
                Action::JumpRight,
                Action::Right,
                Action::Still,
                Action::Left,
                Action::JumpLeft,
            ] {
                let mut game = game.clone();
                let outcome = (0..HOLD)
                    .map(|_| game.step(action))
                    .find(|outcome| outcome.is_end())
                    .unwrap_or(Outcome::Playing);
                match outcome {
                    Outcome::Finished => return Ok(game.state().frame),
                    Outcome::Playing => {
                        let state = game.state();
                        // Games that are nearly the same need not be followed twice.
                        if keys.insert((state.x, state.y, state.vy)) {
                            next.push(game);
                        }
                    }
                    _ => {}
                }
            }
        }
        next.sort_by_key(|game| std::cmp::Reverse(game.state().x));
        next.truncate(BEAM);
        beam = next;
    }
    Err(beam.first().map_or(0, |game| game.state().x))
}

#[test]
fn a_search_finishes_every_level() {
    let levels = 40;
    let failures: Vec<_> = (0..levels)
        .filter_map(|seed| solve(seed).err().map(|x| (seed, x)))
        .collect();
    assert!(failures.is_empty(), "seed and pixels reached: {failures:?}");
}

#[test]
fn the_shortest_way_is_a_run_of_about_half_a_minute() {
    let frames = solve(0).expect("a way");
    assert!((250..500).contains(&frames), "{frames}");
}
