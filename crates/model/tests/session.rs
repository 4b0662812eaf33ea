//! The interactive session on a random world: the cache changes nothing but the speed, a seed and
//! actions replay a world, going back forgets, and misuse is told.

mod common;

use model::maskgit::{Order, Sampling};
use model::picture::Frame;
use model::{Config, Error, Options, Session, World};
use pollster::block_on;

use common::{Noise, tiny, tiny_fsq, world};

fn options(seed: u32, order: Order) -> Options {
    Options {
        sampling: Sampling {
            steps: 3,
            temperature: 1.0,
            choice_temperature: 1.0,
            order,
            seed,
        },
        ..Options::default()
    }
}

fn start(world: &World, options: Options) -> Session {
    let prompt = vec![world.card.gallery[0].tokens.clone()];
    block_on(Session::from_tokens(world, prompt, options)).unwrap()
}

fn play(session: &mut Session, actions: &[usize]) {
    for &action in actions {
        block_on(session.step(action)).unwrap();
    }
}

fn tokens(session: &Session) -> Vec<Vec<u32>> {
    session.tokens().map(<[u32]>::to_vec).collect()
}

fn some_actions(count: usize) -> Vec<usize> {
    let mut noise = Noise::new(3);
    (0..count).map(|_| noise.below(4)).collect()
}

#[test]
fn the_cache_changes_nothing_within_the_window() {
    for config in [tiny(), tiny_fsq()] {
        let world = world(&config, 1);
        for order in Order::ALL {
            for seed in 0..4 {
                let with = options(seed, order);
                let mut cached = start(&world, with);
                let mut whole = start(
                    &world,
                    Options {
                        cache: false,
                        ..with
                    },
                );
                let actions = some_actions(config.frames - 1);
                for &action in &actions {
                    let a = block_on(cached.step(action)).unwrap().clone();
                    let b = block_on(whole.step(action)).unwrap();
                    let worst = a.rgb.iter().zip(&b.rgb).map(|(a, b)| a.abs_diff(*b)).max();
                    assert!(worst <= Some(1), "the pictures differ by {worst:?}");
                }
                assert_eq!(tokens(&cached), tokens(&whole));
            }
        }
    }
}

/// With several prompt frames, which carry no action.
#[test]
fn the_cache_changes_nothing_after_a_longer_prompt() {
    let config = tiny();
    let world = world(&config, 2);
    let prompt: Vec<_> = world
        .card
        .gallery
        .iter()
        .map(|p| p.tokens.clone())
        .collect();
    let with = options(5, Order::Random);
    let begin = |options| block_on(Session::from_tokens(&world, prompt.clone(), options)).unwrap();
    let (mut cached, mut whole) = (
        begin(with),
        begin(Options {
            cache: false,
            ..with
        }),
    );
    let actions = some_actions(config.frames - prompt.len());
    play(&mut cached, &actions);
    play(&mut whole, &actions);
    assert_eq!(tokens(&cached), tokens(&whole));
}

#[test]
fn a_seed_and_actions_replay_a_world() {
    let world = world(&tiny(), 3);
    let actions = some_actions(30);
    let run = |seed| {
        let mut session = start(&world, options(seed, Order::Random));
        play(&mut session, &actions);
        (tokens(&session), session.picture().clone())
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).0, run(8).0, "the seed has no influence");

    let mut other = actions.clone();
    other[0] = (other[0] + 1) % 4;
    let mut session = start(&world, options(7, Order::Random));
    play(&mut session, &other);
    assert_ne!(tokens(&session), run(7).0, "actions have no influence");
}

#[test]
fn going_back_and_playing_on_is_as_if_nothing_had_been() {
    let world = world(&tiny(), 4);
    let mut session = start(&world, options(1, Order::Confidence));
    let actions = some_actions(40);
    play(&mut session, &actions);
    let (all, last) = (tokens(&session), session.picture().clone());
    for back in [1, 3, 7, 30] {
        assert_eq!(block_on(session.rewind(back)).unwrap(), back);
        assert_eq!(session.played(), actions.len() - back);
        assert_eq!(tokens(&session), all[..all.len() - back]);
        play(&mut session, &actions[actions.len() - back..]);
        assert_eq!(tokens(&session), all, "after {back} frames back");
        assert_eq!(session.picture(), &last);
        assert!(session.actions().eq(actions.iter().copied()));
    }
    // Another way from there leads elsewhere.
    block_on(session.rewind(20)).unwrap();
    play(&mut session, &[(actions[20] + 1) % 4; 20]);
    assert_ne!(tokens(&session), all);
}

#[test]
fn going_back_further_than_is_kept_works_too() {
    let world = world(&tiny(), 5);
    let run = || {
        let mut session = start(&world, options(2, Order::Random));
        let actions = some_actions(120);
        play(&mut session, &actions);
        let before = tokens(&session);
        assert_eq!(block_on(session.rewind(90)).unwrap(), 90);
        assert_eq!(tokens(&session), before[..before.len() - 90]);
        play(&mut session, &actions[..20]);
        (tokens(&session), session.picture().clone())
    };
    assert_eq!(run(), run());
}

#[test]
fn going_back_stops_at_the_prompt_and_shows_it_again() {
    let world = world(&tiny(), 6);
    let mut session = start(&world, options(3, Order::Random));
    let first = session.picture().clone();
    assert_eq!(block_on(session.rewind(1)).unwrap(), 0);
    for frames in [2, 70] {
        play(&mut session, &some_actions(frames));
        assert_ne!(session.picture(), &first);
        assert_eq!(block_on(session.rewind(usize::MAX)).unwrap(), frames);
        assert_eq!((session.played(), session.picture()), (0, &first));
    }
}

#[test]
fn settings_can_change_in_mid_play() {
    let world = world(&tiny(), 7);
    let mut session = start(&world, options(4, Order::Random));
    play(&mut session, &some_actions(3));
    let greedy = Sampling {
        temperature: 0.0,
        steps: 1,
        ..*session.sampling()
    };
    session.set_sampling(greedy).unwrap();
    play(&mut session, &some_actions(3));
    assert_eq!(session.sampling(), &greedy);

    let wrong = [
        Sampling { steps: 0, ..greedy },
        Sampling {
            steps: usize::MAX,
            ..greedy
        },
        Sampling {
            temperature: -1.0,
            ..greedy
        },
        Sampling {
            temperature: f32::NAN,
            ..greedy
        },
        Sampling {
            choice_temperature: f32::INFINITY,
            ..greedy
        },
    ];
    for sampling in wrong {
        assert!(
            matches!(session.set_sampling(sampling), Err(Error::Setting(_))),
            "{sampling:?}"
        );
        let prompt = vec![world.card.gallery[0].tokens.clone()];
        let started = Session::from_tokens(
            &world,
            prompt,
            Options {
                sampling,
                cache: true,
                ..Options::default()
            },
        );
        assert!(matches!(block_on(started), Err(Error::Setting(_))));
    }
    assert_eq!(session.sampling(), &greedy);
}

#[test]
fn an_action_out_of_range_is_told_and_changes_nothing() {
    let world = world(&tiny(), 8);
    let mut session = start(&world, options(5, Order::Random));
    play(&mut session, &[0, 1]);
    let before = tokens(&session);
    for action in [4, 255, usize::MAX] {
        let error = block_on(session.step(action)).unwrap_err();
        assert!(matches!(error, Error::Action { last: 3, .. }), "{error}");
        assert!(error.to_string().contains("0 to 3"), "{error}");
    }
    assert_eq!(tokens(&session), before);
    play(&mut session, &[3]);
}

#[test]
fn a_prompt_that_does_not_fit_is_told() {
    let config = tiny();
    let world = world(&config, 9);
    let n = config.tokens_per_frame();
    let wrong = [
        vec![],
        vec![vec![0; n]; config.frames + 1],
        vec![vec![0; n - 1]],
        vec![vec![0; n + 1]],
        vec![vec![]],
        vec![vec![config.codes() as u32; n]],
        vec![vec![0; n], vec![u32::MAX; n]],
    ];
    for prompt in wrong {
        let started = block_on(Session::from_tokens(&world, prompt, Options::default()));
        assert!(matches!(started, Err(Error::Prompt(_))));
    }
    let other = |config: &Config| Frame {
        height: config.height + 8,
        width: config.width,
        rgb: vec![0; (config.height + 8) * config.width * 3],
    };
    let short = Frame {
        height: config.height,
        width: config.width,
        rgb: vec![0; 7],
    };
    for pictures in [vec![], vec![other(&config)], vec![short]] {
        let started = block_on(Session::start(&world, &pictures, Options::default()));
        assert!(matches!(started, Err(Error::Prompt(_))));
    }
}

/// A picture becomes tokens, and those tokens carry the same prompt: what a link does.
#[test]
fn a_picture_and_its_tokens_are_the_same_prompt() {
    let config = tiny();
    let world = world(&config, 10);
    let mut noise = Noise::new(9);
    let mut picture = || Frame {
        height: config.height,
        width: config.width,
        rgb: (0..config.height * config.width * 3)
            .map(|_| noise.bits() as u8)
            .collect(),
    };
    let pictures = [picture(), picture()];
    let with = options(6, Order::Random);
    let mut drawn = block_on(Session::start(&world, &pictures, with)).unwrap();
    let mut linked = block_on(Session::from_tokens(&world, tokens(&drawn), with)).unwrap();
    let actions = some_actions(6);
    play(&mut drawn, &actions);
    play(&mut linked, &actions);
    assert_eq!(tokens(&drawn), tokens(&linked));
    assert_eq!(drawn.picture(), linked.picture());
}
