//! No output moves when a frame after it changes; the outputs of the changed frame do. In every
//! component, for every frame.

mod common;

use burn::tensor::{Device, Tensor};
use model::config::Config;

use common::{Models, Noise, floats, integers, models, tiny, tiny_fsq};

const BATCH: usize = 2;

/// Changes frame `t` of `input`, for every `t`, and checks which frames of the output move:
/// none before `t + delay`, and `t + delay` itself.
fn causal<const I: usize>(
    what: &str,
    input: &Tensor<I>,
    delay: isize,
    output: impl Fn(Tensor<I>) -> Vec<Vec<f32>>,
) {
    let before = output(input.clone());
    for t in 0..input.dims()[1] {
        let after = output(changed(input, t));
        let first = t as isize + delay;
        for (frame, (a, b)) in before.iter().zip(&after).enumerate() {
            let frame = frame as isize;
            if frame < first {
                assert_eq!(a, b, "{what}: frame {frame} saw a change in frame {t}");
            } else if frame == first {
                assert_ne!(
                    a, b,
                    "{what}: frame {frame} didn't see a change in frame {t}"
                );
            }
        }
    }
}

/// `input` with frame `t` reflected about 0.5, which keeps video in [0, 1].
fn changed<const I: usize>(input: &Tensor<I>, t: usize) -> Tensor<I> {
    let frames = input.dims()[1];
    let mut parts = Vec::new();
    for i in 0..frames {
        let part = input.clone().narrow(1, i, 1);
        parts.push(if i == t { part * -1.0 + 1.0 } else { part });
    }
    Tensor::cat(parts, 1)
}

/// The values of each frame of `[B, T, …]`.
fn by_frame<const R: usize>(tensor: &Tensor<R>) -> Vec<Vec<f32>> {
    (0..tensor.dims()[1])
        .map(|t| floats(&tensor.clone().narrow(1, t, 1)))
        .collect()
}

fn set_up(config: &Config) -> (Models, Noise, Device) {
    let device = Device::flex();
    (models(config, 5, &device), Noise::new(6), device)
}

#[test]
fn tokenizer_encoder() {
    for config in [tiny(), tiny_fsq()] {
        let (models, mut noise, device) = set_up(&config);
        let shape = [BATCH, config.frames, config.height, config.width, 3];
        let frames = noise.frames(shape, &device);
        causal("encoder", &frames, 0, |x| {
            by_frame(&models.tokenizer.quantize(x).latents)
        });
    }
}

#[test]
fn tokenizer_decoder() {
    let config = tiny();
    let (models, mut noise, device) = set_up(&config);
    let shape = [BATCH, config.frames, config.tokens_per_frame(), 7];
    let codes = noise.tensor(shape, &device);
    causal("decoder", &codes, 0, |x| {
        by_frame(&models.tokenizer.decode_codes(x))
    });
}

#[test]
fn latent_action_encoder() {
    let config = tiny();
    let (models, mut noise, device) = set_up(&config);
    let shape = [BATCH, config.frames, config.height, config.width, 3];
    let frames = noise.frames(shape, &device);
    // Transition t − 1 is the first that sees frame t.
    causal("action encoder", &frames, -1, |x| {
        by_frame(&models.actions.infer(x).latents)
    });
}

#[test]
fn latent_action_decoder() {
    let config = tiny();
    let (models, mut noise, device) = set_up(&config);
    let steps = config.frames - 1;
    let past = noise.frames([BATCH, steps, config.height, config.width, 3], &device);
    let codes: Tensor<4> = noise.tensor([BATCH, steps, 1, 5], &device);
    let seen = Tensor::<2>::zeros([BATCH, steps], &device);
    let predict = |past: Tensor<5>, codes: Tensor<4>, hidden: Tensor<2>| {
        by_frame(&models.actions.predict(past, codes, hidden))
    };
    causal("action decoder's frames", &past, 0, |x| {
        predict(x, codes.clone(), seen.clone())
    });
    causal("action decoder's codes", &codes, 0, |x| {
        predict(past.clone(), x, seen.clone())
    });

    let hidden = Tensor::<2>::ones([BATCH, steps], &device);
    assert_eq!(
        predict(past.clone(), codes.clone(), hidden.clone()),
        predict(changed(&past, 1), codes, hidden),
        "a hidden frame was seen"
    );
}

#[test]
fn dynamics() {
    let config = tiny();
    let (models, mut noise, device) = set_up(&config);
    let (t, n) = (config.frames, config.tokens_per_frame());
    let codes = config.codes();
    let latents = noise.tensor::<3>([BATCH, t, 5], &device);
    // As floats, so that one test body changes both inputs: 1 − x turns token 0 into 1 and 1 into 0.
    let bits: Vec<f32> = (0..BATCH * t * n).map(|_| noise.below(2) as f32).collect();
    let tokens = Tensor::from_data(burn::tensor::TensorData::new(bits, [BATCH, t, n]), &device);
    let logits = |tokens: Tensor<3>, latents: Tensor<3>| {
        by_frame(&models.dynamics.forward(tokens.int(), latents))
    };
    causal("dynamics' tokens", &tokens, 0, |x| {
        logits(x, latents.clone())
    });
    // The action of the transition t − 1 → t is given with frame t, and moves that very frame.
    causal("dynamics' actions", &latents, 0, |x| {
        logits(tokens.clone(), x)
    });

    assert_eq!(models.dynamics.mask(), codes);
    let encoded = models
        .tokenizer
        .encode(noise.frames([1, t, config.height, config.width, 3], &device));
    assert!(
        integers(&encoded)
            .iter()
            .all(|&token| (0..codes as i32).contains(&token))
    );
}
