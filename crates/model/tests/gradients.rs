//! Gradients against finite differences, in every component: the slope along the gradient of each
//! parameter, and along a random direction, which the gradient can't hide from.

mod common;

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use model::latent_action::{self, MotionLoss};
use model::params::{self, Map};

use common::{Models, Noise, floats, gradients, models, tiny};

/// Length of a step to either side.
const STEP: f32 = 5e-3;
/// How far a slope may be off, relative to the gradient's length, and what rounding alone makes of
/// it in f32.
const TOLERANCE: (f32, f32) = (1e-2, 5e-4);

/// Moves one parameter along a direction.
struct Nudge<'a> {
    name: &'a str,
    direction: &'a [f32],
    step: f32,
}

impl Map for Nudge<'_> {
    fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>) -> Tensor<D> {
        if name != self.name {
            return value;
        }
        let moved = floats(&value)
            .iter()
            .zip(self.direction)
            .map(|(x, d)| x + d * self.step)
            .collect();
        let data = burn::tensor::TensorData::new::<f32, _>(moved, value.dims());
        Tensor::from_data(data, &value.device())
    }
}

fn unit(mut direction: Vec<f32>) -> Vec<f32> {
    let length = length(&direction);
    direction.iter_mut().for_each(|x| *x /= length);
    direction
}

fn length(x: &[f32]) -> f32 {
    x.iter().map(|x| x * x).sum::<f32>().sqrt()
}

/// Checks the gradient of `loss` by every parameter of `module`, of which there must be `expected`.
/// `share` is the part of the true slope that the gradient is meant to have, by name of the
/// parameter: less than 1 behind a stop-gradient.
fn check<M: Module>(
    module: &M,
    expected: usize,
    loss: impl Fn(&M) -> Tensor<1>,
    share: impl Fn(&str) -> f32,
) {
    let ours: BTreeMap<_, _> = gradients(module, &loss(module).backward());
    assert_eq!(
        ours.len(),
        expected,
        "parameters with a gradient: {:?}",
        ours.keys()
    );
    let mut noise = Noise::new(11);
    for (name, gradient) in &ours {
        let size = length(gradient);
        assert!(
            size > 1e-5,
            "{name} has no influence on the loss: it tests nothing"
        );
        for direction in [unit(gradient.clone()), unit(noise.values(gradient.len()))] {
            let at = |step| {
                let mut nudge = Nudge {
                    name,
                    direction: &direction,
                    step,
                };
                let value = loss(&params::map(module.clone(), &mut nudge));
                value.into_scalar::<f32>()
            };
            let slope = share(name) * (at(STEP) - at(-STEP)) / (2.0 * STEP);
            let expected: f32 = gradient.iter().zip(&direction).map(|(g, d)| g * d).sum();
            let off = (slope - expected).abs();
            assert!(
                off <= TOLERANCE.0 * size + TOLERANCE.1,
                "{name}: gradient {expected}, slope {slope}, length {size}"
            );
        }
    }
}

fn set_up() -> (Models, Noise, Device, model::Config) {
    let (config, device) = (tiny(), Device::flex().autodiff());
    (models(&config, 21, &device), Noise::new(22), device, config)
}

/// Parameters of a transformer with so many blocks: see docs/model.md.
fn in_blocks(blocks: usize) -> usize {
    22 * blocks + 2
}

/// Sums `x` with fixed random weights, so that no symmetry hides a mistake.
fn weighed<const R: usize>(x: Tensor<R>, seed: u64) -> Tensor<1> {
    let weights = Noise::new(seed).tensor(x.dims(), &x.device());
    (x * weights).mean() * 30.0
}

#[test]
fn tokenizer_encoder() {
    let (models, mut noise, device, config) = set_up();
    let frames = noise.frames([1, 3, config.height, config.width, 3], &device);
    let encoder = |t: &model::Tokenizer| weighed(t.quantize(frames.clone()).latents, 1);
    // embed, position and to_code besides the blocks.
    check(&models.tokenizer, in_blocks(1) + 5, encoder, |_| 1.0);
}

#[test]
fn tokenizer_decoder() {
    let (models, mut noise, device, config) = set_up();
    let codes = noise.tensor([1, 3, config.tokens_per_frame(), 7], &device);
    let decoder = |t: &model::Tokenizer| weighed(t.decode_codes(codes.clone()), 2);
    check(&models.tokenizer, in_blocks(2) + 5, decoder, |_| 1.0);
}

/// Codebook and latents pull at each other through stop-gradients: the codebook with weight 1, the
/// latents with weight 0.25. A difference quotient sees 1.25 for both.
#[test]
fn quantiser() {
    let (models, mut noise, device, _) = set_up();
    // Latents near their codes, as after some training, so that a small step changes no choice.
    let book = models.actions.quantizer.unit_codes().detach();
    let near = book.reshape([1, 1, 4, 5]) + noise.tensor([1, 1, 4, 5], &device) * 0.2;
    let loss = |vq: &model::quantizer::Vq| vq.quantize(near.clone()).loss.unwrap();
    check(&models.actions.quantizer, 1, loss, |_| 1.0 / 1.25);

    let latents = near.clone().detach().require_grad();
    let quantized = models.actions.quantizer.quantize(latents.clone());
    let grads = quantized.loss.unwrap().backward();
    let from_loss = floats(&latents.grad(&grads).unwrap());
    let direction = unit(from_loss.clone());
    let at = |step: f32| {
        let data = burn::tensor::TensorData::new(direction.clone(), [1, 1, 4, 5]);
        let moved = near.clone() + Tensor::from_data(data, &device) * step;
        models
            .actions
            .quantizer
            .quantize(moved)
            .loss
            .unwrap()
            .into_scalar::<f32>()
    };
    let slope = 0.25 / 1.25 * (at(STEP) - at(-STEP)) / (2.0 * STEP);
    let size = length(&from_loss);
    assert!(
        (slope - size).abs() <= TOLERANCE.0 * size + TOLERANCE.1,
        "{slope} and {size}"
    );
}

#[test]
fn latent_action_encoder() {
    let (models, mut noise, device, config) = set_up();
    let frames = noise.frames([1, 3, config.height, config.width, 3], &device);
    let encoder = |m: &model::LatentActionModel| weighed(m.infer(frames.clone()).latents, 3);
    // embed, action_token, position and to_latent besides the blocks.
    check(&models.actions, in_blocks(1) + 6, encoder, |_| 1.0);
}

#[test]
fn latent_action_decoder() {
    let (models, mut noise, device, config) = set_up();
    let frames = noise.frames([1, 4, config.height, config.width, 3], &device);
    let codes: Tensor<4> = noise.tensor([1, 3, 1, 5], &device);
    let hidden = Tensor::<2>::from_floats([[0.0, 1.0, 0.0]], &device);
    for (weighted, edges) in [(true, 0.0), (false, 0.0), (true, 0.5)] {
        let settings = MotionLoss {
            weighted,
            floor: 0.02,
            margin: 1,
            edges,
        };
        let decoder = |m: &model::LatentActionModel| {
            let past = frames.clone().narrow(1, 0, 3);
            let predicted = m.predict(past, codes.clone(), hidden.clone());
            latent_action::loss(predicted, frames.clone(), settings) * 3.0
        };
        // embed, hidden, position, action and to_patches besides the blocks.
        check(&models.actions, in_blocks(1) + 8, decoder, |_| 1.0);
    }
}

#[test]
fn dynamics_model() {
    let (models, mut noise, device, config) = set_up();
    let (t, n) = (3, config.tokens_per_frame());
    let shape = [1, t, n];
    let ids = |noise: &mut Noise, limit: usize| {
        let ids: Vec<i32> = (0..t * n).map(|_| noise.below(limit) as i32).collect();
        Tensor::from_data(burn::tensor::TensorData::new(ids, shape), &device)
    };
    let (tokens, targets) = (
        ids(&mut noise, config.codes() + 1),
        ids(&mut noise, config.codes()),
    );
    let masked = noise.tensor::<3>(shape, &device).greater_elem(0.0).float();
    let latents = noise.tensor::<3>([1, t, 5], &device);
    let targets = kernels::CodeTargets {
        codes: targets.to_data().convert::<i32>().try_to_vec().unwrap(),
        weights: masked.to_data().convert::<f32>().try_to_vec().unwrap(),
    };
    let loss = |d: &model::Dynamics| d.loss(tokens.clone(), latents.clone(), targets.clone()).0;
    // token_embedding, position, action and head besides the blocks.
    check(&models.dynamics, in_blocks(2) + 6, loss, |_| 1.0);
}
