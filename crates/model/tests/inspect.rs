//! Looking into a session: what is seen is what is played, and looking changes nothing.

mod common;

use model::maskgit::{Order, Sampling};
use model::{Error, Options, Session, World};
use pollster::block_on;

use common::{tiny, tiny_fsq, world};

fn start(world: &World, order: Order, cache: bool) -> Session {
    let options = Options {
        sampling: Sampling {
            steps: 3,
            temperature: 1.0,
            choice_temperature: 1.0,
            order,
            seed: 7,
        },
        cache,
        ..Options::default()
    };
    let prompt = vec![world.card.gallery[0].tokens.clone()];
    block_on(Session::from_tokens(world, prompt, options)).unwrap()
}

fn tokens(session: &Session) -> Vec<Vec<u32>> {
    session.tokens().map(<[u32]>::to_vec).collect()
}

#[test]
fn the_last_step_is_the_frame_that_is_played_and_looking_changes_nothing() {
    for config in [tiny(), tiny_fsq()] {
        let world = world(&config, 1);
        for order in Order::ALL {
            for cache in [true, false] {
                let mut watched = start(&world, order, cache);
                let mut other = start(&world, order, cache);
                for action in [0, 3, 1, 1, 2, 0, 3, 2] {
                    let before = tokens(&watched);
                    let steps = block_on(watched.unfold(action, 3)).unwrap();
                    block_on(watched.attention()).unwrap();
                    // Elsewhere, too, on a branch of its own.
                    block_on(watched.clone().step((action + 1) % 4)).unwrap();
                    assert_eq!(tokens(&watched), before);
                    let played = block_on(watched.step(action)).unwrap().clone();
                    block_on(other.step(action)).unwrap();
                    assert_eq!(tokens(&watched), tokens(&other));
                    let last = steps.last().unwrap();
                    assert_eq!(Some(last.tokens.as_slice()), watched.tokens().last());
                    assert_eq!(last.picture, played);
                    assert!(!last.masked.contains(&true));
                }
            }
        }
    }
}

#[test]
fn what_is_settled_stays_and_each_step_settles_more() {
    let config = tiny();
    let world = world(&config, 2);
    let session = start(&world, Order::Random, true);
    for steps in [1, 2, 6] {
        let seen = block_on(session.unfold(1, steps)).unwrap();
        assert!(seen.len() <= steps && !seen.is_empty());
        for pair in seen.windows(2) {
            let masked = |s: &model::session::inspect::Snapshot| {
                s.masked.iter().filter(|&&masked| masked).count()
            };
            assert!(masked(&pair[0]) > masked(&pair[1]));
            for position in 0..config.tokens_per_frame() {
                if !pair[0].masked[position] {
                    assert!(!pair[1].masked[position]);
                    assert_eq!(pair[0].tokens[position], pair[1].tokens[position]);
                }
            }
        }
    }
}

#[test]
fn attention_is_shares_of_each_token_in_each_block() {
    let config = tiny();
    let world = world(&config, 3);
    let mut session = start(&world, Order::Halton, true);
    for action in [0, 1, 2, 3, 0, 1] {
        let blocks = block_on(session.attention()).unwrap();
        assert_eq!(blocks.len(), config.dynamics.blocks);
        let n = config.tokens_per_frame();
        for weights in &blocks {
            assert_eq!(weights.len(), n * n);
            for row in weights.chunks_exact(n) {
                let sum: f32 = row.iter().sum();
                assert!(
                    (sum - 1.0).abs() < 1e-4 && row.iter().all(|&w| w >= 0.0),
                    "{sum}"
                );
            }
        }
        block_on(session.step(action)).unwrap();
    }
}

#[test]
fn misuse_is_told() {
    let world = world(&tiny(), 4);
    let session = start(&world, Order::Random, true);
    assert!(matches!(
        block_on(session.unfold(4, 3)),
        Err(Error::Action { last: 3, .. })
    ));
    for steps in [0, usize::MAX] {
        assert!(matches!(
            block_on(session.unfold(0, steps)),
            Err(Error::Setting(_))
        ));
    }
}
