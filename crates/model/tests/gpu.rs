//! Play on a graphics processor against play on the CPU: the same tokens, with and without the cache,
//! from prompts of every length, across rewinds, branches, speculation and the loss of the device.

mod common;

use std::sync::OnceLock;

use kernels::gpu::Gpu;
use model::gpu::{CachePrecision, Class, Precision, Storage};
use model::maskgit::{Order, Sampling};
use model::{Config, Error, Options, Session, World};
use pollster::block_on;

use common::{Noise, tiny, tiny_fsq, world};

/// One device for all tests: opening one takes long on a software adapter.
fn gpu() -> Gpu {
    static GPU: OnceLock<Gpu> = OnceLock::new();
    GPU.get_or_init(|| {
        block_on(Gpu::open()).expect("an adapter; on Debian install mesa-vulkan-drivers")
    })
    .clone()
}

fn on(gpu: Gpu, world: &World) -> World {
    block_on(world.clone().on_gpu(gpu, Storage::default(), &mut |_| {})).unwrap()
}

fn options(seed: u32, order: Order, steps: usize) -> Options {
    Options {
        sampling: Sampling {
            steps,
            temperature: 0.7,
            choice_temperature: 1.0,
            order,
            seed,
        },
        ..Options::default()
    }
}

fn prompt(config: &Config, frames: usize) -> Vec<Vec<u32>> {
    let mut noise = Noise::new(8);
    (0..frames)
        .map(|_| {
            (0..config.tokens_per_frame())
                .map(|_| noise.below(config.codes()) as u32)
                .collect()
        })
        .collect()
}

fn start(world: &World, frames: usize, options: Options) -> Session {
    let prompt = prompt(&world.card.config, frames);
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

/// The same tokens, and pictures that differ by rounding alone.
fn same(a: &Session, b: &Session) {
    assert_eq!(tokens(a), tokens(b));
    assert_eq!(a.recent_pictures().count(), b.recent_pictures().count());
    for (a, b) in a.recent_pictures().zip(b.recent_pictures()) {
        let worst = a.rgb.iter().zip(&b.rgb).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(1), "the pictures differ by {worst:?}");
    }
}

#[test]
fn frames_are_those_of_the_cpu() {
    for (config, order) in [
        (tiny(), Order::Random),
        (tiny(), Order::Confidence),
        (tiny_fsq(), Order::Halton),
    ] {
        let cpu = world(&config, 1);
        let there = on(gpu(), &cpu);
        for (frames, steps) in [(1, 1), (2, 3), (config.frames, 9)] {
            let options = options(frames as u32, order, steps);
            let mut a = start(&cpu, frames, options);
            let mut b = start(&there, frames, options);
            same(&a, &b);
            // Longer than the window: old frames leave it.
            let actions = some_actions(2 * config.frames + 3);
            play(&mut a, &actions);
            play(&mut b, &actions);
            same(&a, &b);
        }
    }
}

/// What runs on a real graphics processor runs on an imitated one too: other kernels, measured tiles.
#[test]
fn the_kernels_for_real_graphics_processors_play_the_same() {
    let cpu = world(&tiny(), 9);
    let there = on(gpu().with_class(Class::Hardware), &cpu);
    let options = options(3, Order::Random, 3);
    let (mut a, mut b) = (start(&cpu, 2, options), start(&there, 2, options));
    let actions = some_actions(12);
    play(&mut a, &actions);
    play(&mut b, &actions);
    same(&a, &b);
}

/// A frame's first pass is the same function, so rounded weights and a rounded cache give nearly the
/// same picture.
#[test]
fn weights_and_cache_of_fewer_bits_play_nearly_the_same() {
    let cpu = world(&tiny(), 9);
    let options = options(3, Order::Random, 1);
    let exact = start(&on(gpu(), &cpu), 3, options);
    for (weights, cache, most) in [
        (Precision::F16, CachePrecision::F16, 1.0),
        (Precision::I8, CachePrecision::F32, 6.0),
    ] {
        let storage = Storage { weights, cache };
        let there = block_on(cpu.clone().on_gpu(gpu(), storage, &mut |_| {})).unwrap();
        let rounded = start(&there, 3, options);
        for (a, b) in exact.recent_pictures().zip(rounded.recent_pictures()) {
            let off = a
                .rgb
                .iter()
                .zip(&b.rgb)
                .map(|(a, b)| f64::from(a.abs_diff(*b)));
            let mean = off.sum::<f64>() / a.rgb.len() as f64;
            assert!(mean < most, "{weights:?}: {mean} of 255 off");
        }
    }
}

#[test]
fn the_cache_changes_nothing_within_the_window() {
    let config = tiny();
    let there = on(gpu(), &world(&config, 2));
    let with = options(4, Order::Random, 3);
    let mut cached = start(&there, 2, with);
    let mut whole = start(
        &there,
        2,
        Options {
            cache: false,
            ..with
        },
    );
    let actions = some_actions(config.frames - 2);
    play(&mut cached, &actions);
    play(&mut whole, &actions);
    same(&cached, &whole);
}

#[test]
fn rewinds_and_branches_are_as_if_nothing_had_been() {
    let there = on(gpu(), &world(&tiny(), 3));
    let options = options(5, Order::Random, 2);
    let actions = some_actions(24);
    let mut straight = start(&there, 1, options);
    play(&mut straight, &actions);

    let mut session = start(&there, 1, options);
    play(&mut session, &actions[..15]);
    // A branch plays something else in between, on the pages that both share.
    let mut branch = session.clone();
    play(&mut branch, &[0, 0, 1, 1, 2]);
    play(&mut session, &[3, 3, 3]);
    assert_eq!(block_on(session.rewind(7)).unwrap(), 7);
    play(&mut branch, &[3]);
    play(&mut session, &actions[11..]);
    same(&session, &straight);
    // The branch too is what it would have been alone.
    let mut alone = start(&there, 1, options);
    play(&mut alone, &actions[..15]);
    play(&mut alone, &[0, 0, 1, 1, 2, 3]);
    same(&branch, &alone);
}

#[test]
fn when_pages_run_out_play_goes_on_from_tokens() {
    let config = tiny();
    let there = on(gpu(), &world(&config, 3));
    let options = options(5, Order::Random, 2);
    let mut old = start(&there, 1, options);
    play(&mut old, &some_actions(config.frames - 2));
    let before = tokens(&old);
    // More frames in use than there are pages.
    let mut others = Vec::new();
    for _ in 0..5 {
        let mut other = old.clone();
        play(&mut other, &some_actions(40));
        others.push(other);
    }
    play(&mut old, &[1, 2]);
    // Within the window nothing of the past was lost, so the frames are the same.
    let mut fresh = start(&there, 1, options);
    play(&mut fresh, &some_actions(config.frames - 2));
    assert_eq!(tokens(&fresh), before);
    play(&mut fresh, &[1, 2]);
    assert_eq!(
        tokens(&fresh)[..before.len() + 1],
        tokens(&old)[..before.len() + 1]
    );
}

#[test]
fn speculation_changes_nothing() {
    let there = on(gpu(), &world(&tiny(), 4));
    let plain = options(6, Order::Random, 2);
    let eager = Options {
        speculate: true,
        ..plain
    };
    // Runs of the same action, and changes.
    let actions = [1, 1, 1, 2, 2, 0, 0, 0, 0, 3, 1, 1, 1, 1, 1, 1];
    let mut a = start(&there, 1, plain);
    let mut b = start(&there, 1, eager);
    let mut between = start(&there, 3, plain);
    for (i, &action) in actions.iter().enumerate() {
        play(&mut a, &[action]);
        play(&mut b, &[action]);
        if i % 5 == 0 {
            // Another session takes the device in between.
            play(&mut between, &[action]);
        }
        if i == 7 {
            assert_eq!(block_on(a.rewind(3)).unwrap(), 3);
            assert_eq!(block_on(b.rewind(3)).unwrap(), 3);
        }
    }
    same(&a, &b);
}

#[test]
fn after_the_device_is_lost_the_session_goes_on_with_its_tokens() {
    let config = tiny();
    let cpu = world(&config, 5);
    let first = block_on(Gpu::open()).unwrap();
    let options = options(7, Order::Random, 2);
    let mut session = start(&on(first.clone(), &cpu), 1, options);
    let actions = some_actions(config.frames - 1);
    let (before, after) = actions.split_at(2);
    play(&mut session, before);
    first.destroy();
    let lost = block_on(session.step(after[0])).unwrap_err();
    assert!(matches!(lost, Error::Lost(_)), "{lost}");
    assert_eq!(session.played(), 2);

    block_on(session.move_to(&on(gpu(), &cpu))).unwrap();
    play(&mut session, after);
    let mut whole = start(&cpu, 1, options);
    play(&mut whole, &actions);
    same(&session, &whole);
    // From a graphics processor to the CPU as well.
    block_on(session.move_to(&cpu)).unwrap();
    play(&mut session, &[1]);
    assert_eq!(session.played(), actions.len() + 1);
}

#[test]
fn a_frame_is_made_of_our_kernels_alone() {
    let config = tiny();
    let there = on(gpu(), &world(&config, 6));
    let launches = there.engine.as_ref().unwrap().launches(2);
    let blocks = config.dynamics.blocks;
    let decoder = config.tokenizer.decoder.blocks;
    let expected = [
        ("begin", 1),
        ("cached_attention", 2 * blocks + decoder),
        ("draw", 2),
        ("embed", 3),
        ("linear", 6 * (2 * blocks + decoder) + 3),
        ("pixels", 1),
        ("settle", 2),
        ("spatial_attention_plain", 2 * blocks + decoder),
    ];
    assert_eq!(launches.into_iter().collect::<Vec<_>>(), expected);
}
