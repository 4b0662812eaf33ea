//! The models that `genie ablate` compares the shipped one with: what they see, and that nothing plays
//! them.

mod common;

use burn::tensor::{Device, Int, Tensor, TensorData};
use kernels::QkGains;
use model::config::{ActionInput, AttentionKind, Config};
use model::latent_action::Seen;
use model::picture::Frame;
use model::session::Options;
use model::transformer::StTransformer;
use model::world::{FileWeights, to_bytes};
use model::{LatentActionModel, Session, params};

use common::{Noise, card, floats, models, shaken, tiny, weights, world};

/// A tokenizer of another attention.
fn other(attention: AttentionKind) -> Config {
    let mut config = tiny();
    config.tokenizer.encoder.attention = attention;
    config.tokenizer.decoder.attention = attention;
    config.check().unwrap();
    config
}

fn by_tokens() -> Config {
    let mut config = tiny();
    config.latent_action.input = ActionInput::Tokens;
    config.check().unwrap();
    config
}

/// Which tokens `(frame, position)` of the output move when token `(1, 0)` of the input does.
fn moved(attention: AttentionKind) -> Vec<(usize, usize)> {
    let device = Device::flex();
    let sizes = other(attention).tokenizer.encoder;
    let transformer = shaken(StTransformer::new(&sizes, &device), 3);
    let (t, n) = (3, 4);
    let x = Noise::new(4).tensor([1, t, n, sizes.width], &device);
    let change = Noise::new(5).tensor([1, 1, 1, sizes.width], &device);
    let changed = x
        .clone()
        .slice_assign([0..1, 1..2, 0..1, 0..sizes.width], change);
    let (before, after) = (transformer.forward(x), transformer.forward(changed));
    let at = |x: &Tensor<4>, frame, position| {
        floats(&x.clone().narrow(1, frame, 1).narrow(2, position, 1))
    };
    (0..t)
        .flat_map(|frame| (0..n).map(move |position| (frame, position)))
        .filter(|&(frame, position)| at(&before, frame, position) != at(&after, frame, position))
        .collect()
}

#[test]
fn each_attention_reaches_as_far_as_it_should() {
    let frame = |t| (0..4).map(move |n| (t, n));
    let spatial: Vec<_> = frame(1).collect();
    assert_eq!(moved(AttentionKind::Spatial), spatial);
    // One layer is enough to see everything.
    let all: Vec<_> = frame(1).chain(frame(2)).collect();
    assert_eq!(moved(AttentionKind::Full), all);
    assert_eq!(moved(AttentionKind::St), all);
}

#[test]
fn full_attention_is_spatial_in_one_frame_and_temporal_at_one_position() {
    let device = Device::flex();
    let mut noise = Noise::new(7);
    let (heads, d) = (2, 8);
    let gains = QkGains {
        query: noise.tensor([d], &device),
        key: noise.tensor([d], &device),
    };
    let mut compare = |t, n| {
        let qkv: Tensor<4> = noise.tensor([2, t, n, 3 * heads * d], &device);
        let full = kernels::plain::full_attention(qkv.clone(), &gains, heads);
        let known = if t == 1 {
            kernels::plain::spatial_attention(qkv, &gains, heads)
        } else {
            kernels::plain::temporal_attention(qkv, &gains, heads, None)
        };
        for (a, b) in floats(&full).into_iter().zip(floats(&known)) {
            assert!((a - b).abs() < 1e-5, "{a}, not {b}");
        }
    };
    compare(1, 6);
    compare(5, 1);
}

#[test]
fn an_action_of_tokens_depends_on_no_later_frame() {
    let device = Device::flex();
    let config = by_tokens();
    let model = shaken(LatentActionModel::new(&config, &device), 8);
    let (t, n, k) = (config.frames, config.tokens_per_frame(), config.codes());
    let mut noise = Noise::new(9);
    let mut tokens: Vec<i32> = (0..t * n).map(|_| noise.below(k) as i32).collect();
    let seen = |tokens: &[i32]| {
        Tensor::<3, Int>::from_data(TensorData::new(tokens.to_vec(), [1, t, n]), &device)
    };
    let infer = |tokens: &[i32]| model.infer_from(Seen::Tokens(seen(tokens))).latents;
    let before = infer(&tokens);
    assert_eq!(before.dims()[..3], [1, t - 1, 1]);
    tokens[(t - 1) * n] = (tokens[(t - 1) * n] + 1) % k as i32;
    let after = infer(&tokens);
    let part = |x: &Tensor<4>, from, count| floats(&x.clone().narrow(1, from, count));
    assert_eq!(part(&before, 0, t - 2), part(&after, 0, t - 2));
    assert_ne!(part(&before, t - 2, 1), part(&after, t - 2, 1));

    let codes = noise.tensor([1, t - 1, 1, config.latent_action.code_dim], &device);
    let past = seen(&tokens).narrow(1, 0, t - 1);
    let hidden = Tensor::zeros([1, t - 1], &device);
    let logits = model.predict_tokens(past, codes, hidden);
    assert_eq!(logits.dims(), [1, t - 1, n, k]);
}

#[test]
fn an_action_of_changes_depends_on_no_later_frame() {
    let device = Device::flex();
    let mut config = tiny();
    config.latent_action.input = ActionInput::Changes;
    config.check().unwrap();
    config.check_world().unwrap();
    let model = shaken(LatentActionModel::new(&config, &device), 8);
    let (t, h, w) = (config.frames, config.height, config.width);
    let mut noise = Noise::new(9);
    let frames = noise.tensor::<5>([1, t, h, w, 3], &device);
    let infer = |frames: &Tensor<5>| model.infer(frames.clone()).latents;
    let before = infer(&frames);
    assert_eq!(before.dims()[..3], [1, t - 1, 1]);
    // The same frames twice in a row have changed nowhere.
    let twice = Tensor::cat(
        vec![
            frames.clone().narrow(1, 0, t - 1),
            frames.clone().narrow(1, t - 2, 1),
        ],
        1,
    );
    let after = infer(&twice);
    let part = |x: &Tensor<4>, from, count| floats(&x.clone().narrow(1, from, count));
    assert_eq!(part(&before, 0, t - 2), part(&after, 0, t - 2));
    assert_ne!(part(&before, t - 2, 1), part(&after, t - 2, 1));

    let codes = noise.tensor([1, t - 1, 1, config.latent_action.code_dim], &device);
    let hidden = Tensor::zeros([1, t - 1], &device);
    let predicted = model.predict(frames.narrow(1, 0, t - 1), codes, hidden);
    assert_eq!(predicted.dims(), [1, t - 1, h, w, 3]);
}

#[test]
fn parameters_of_the_shipped_architecture_keep_their_names() {
    let device = Device::flex();
    let names = params::shapes(&models(&tiny(), 1, &device).actions);
    for name in [
        "encoder.embed.weight",
        "encoder.embed.bias",
        "decoder.to_patches.weight",
        "encoder.transformer.blocks.0.temporal.qkv.weight",
    ] {
        assert!(names.contains_key(name), "{name} is gone: {names:?}");
    }
}

#[test]
fn configurations_without_the_choice_are_the_shipped_architecture() {
    let plain = serde_json::to_value(tiny()).unwrap();
    let text = plain.to_string();
    assert!(
        !text.contains("attention\"") && !text.contains("input"),
        "{text}"
    );
    assert_eq!(serde_json::from_value::<Config>(plain).unwrap(), tiny());
    for config in [other(AttentionKind::Full), by_tokens()] {
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), config);
        config.check_world().unwrap_err();
    }
    tiny().check_world().unwrap();
    // Sessions don't use the latent action model.
    by_tokens().check_playable().unwrap();
}

#[test]
fn nothing_plays_another_attention() {
    let mut world = world(&tiny(), 1);
    world.card.config.dynamics.attention = AttentionKind::Spatial;
    let config = &world.card.config;
    let frame = Frame {
        height: config.height,
        width: config.width,
        rgb: vec![9; config.height * config.width * 3],
    };
    let started = pollster::block_on(Session::start(&world, &[frame], Options::default()));
    let said = started.unwrap_err().to_string();
    assert!(said.contains("dynamics.attention is spatial"), "{said}");
    let said = model::gpu::Engine::supports(config)
        .unwrap_err()
        .to_string();
    assert!(said.contains("dynamics.attention is spatial"), "{said}");
}

#[test]
fn no_world_file_holds_another_architecture() {
    for (config, part) in [
        (
            other(AttentionKind::Full),
            "tokenizer.encoder.attention is full",
        ),
        (by_tokens(), "latent_action.input is tokens"),
    ] {
        let written = to_bytes(&card(&config), &weights(&tiny(), 1), FileWeights::F16);
        let said = written.unwrap_err().to_string();
        assert!(said.contains(part), "{said}");
    }
}
