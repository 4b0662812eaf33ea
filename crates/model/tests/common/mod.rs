//! What the model's tests share: a tiny world, comparisons, and differences by name.
#![allow(dead_code)] // each test file uses a part of it

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::{Device, Gradients, Tensor};
use model::config::{
    ActionInput, AttentionKind, Config, LatentActionConfig, QuantizerConfig, TokenizerConfig,
    TransformerConfig,
};
use model::params::{self, Visit};
use model::world::{Card, FileWeights, PlayDefaults, Prompt};
use model::{Dynamics, LatentActionModel, Tokenizer, World};

/// Small enough that a test takes milliseconds; every size differs from the others.
pub fn tiny() -> Config {
    let transformer = |blocks, width, heads, head_size| TransformerConfig {
        blocks,
        width,
        heads,
        head_size,
        attention: AttentionKind::St,
    };
    Config {
        height: 16,
        width: 24,
        frames: 5,
        fps: 10,
        tokenizer: TokenizerConfig {
            patch: 8,
            encoder: transformer(1, 16, 2, 8),
            decoder: transformer(2, 24, 3, 8),
            quantizer: QuantizerConfig::Vq { codes: 20, dim: 7 },
        },
        latent_action: LatentActionConfig {
            patch: 8,
            actions: 4,
            code_dim: 5,
            encoder: transformer(1, 16, 2, 8),
            decoder: transformer(1, 16, 2, 8),
            input: ActionInput::Pixels,
            downscale: 1,
        },
        dynamics: transformer(2, 32, 2, 16),
    }
}

/// The same with finite scalar quantisation.
pub fn tiny_fsq() -> Config {
    let mut config = tiny();
    config.tokenizer.quantizer = QuantizerConfig::Fsq {
        levels: vec![4, 5, 3],
    };
    config
}

/// Numbers between −1 and 1 that look random and are the same everywhere.
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn value(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / 8_388_608.0 - 1.0
    }

    pub fn values(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.value()).collect()
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.bits() % limit as u64) as usize
    }

    pub fn tensor<const R: usize>(&mut self, shape: [usize; R], device: &Device) -> Tensor<R> {
        let values = self.values(shape.iter().product());
        Tensor::from_data(burn::tensor::TensorData::new(values, shape), device)
    }

    /// Video in [0, 1].
    pub fn frames(&mut self, shape: [usize; 5], device: &Device) -> Tensor<5> {
        self.tensor(shape, device) * 0.5 + 0.5
    }
}

/// The numbers of a tensor, row-major.
pub fn floats<const R: usize>(tensor: &Tensor<R>) -> Vec<f32> {
    tensor.to_data().convert::<f32>().try_to_vec().unwrap()
}

/// The integers of a tensor, row-major.
pub fn integers<const R: usize>(tensor: &Tensor<R, burn::tensor::Int>) -> Vec<i32> {
    tensor.to_data().convert::<i32>().try_to_vec().unwrap()
}

/// The gradient of every parameter of `module`, by name; none where there is none.
pub fn gradients<M: Module>(module: &M, gradients: &Gradients) -> BTreeMap<String, Vec<f32>> {
    struct Collect<'a>(&'a Gradients, BTreeMap<String, Vec<f32>>);
    impl Visit for Collect<'_> {
        fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>) {
            if let Some(gradient) = value.grad(self.0) {
                self.1.insert(name.to_owned(), floats(&gradient));
            }
        }
    }
    let mut collect = Collect(gradients, BTreeMap::new());
    params::visit(module, &mut collect);
    collect.1
}

/// The models of a random world.
pub struct Models {
    pub tokenizer: Tokenizer,
    pub actions: LatentActionModel,
    pub dynamics: Dynamics,
}

/// Random models on `device`, the same for the same seed, with every parameter away from the value
/// it starts with: a bias of zero tests nothing.
pub fn models(config: &Config, seed: u64, device: &Device) -> Models {
    Models {
        tokenizer: shaken(Tokenizer::new(config, device), seed),
        actions: shaken(LatentActionModel::new(config, device), seed + 1),
        dynamics: shaken(Dynamics::new(config, device), seed + 2),
    }
}

/// `module` with other parameters: gains near 1, all else of a deviation that keeps activations
/// near 1.
pub fn shaken<M: Module>(module: M, seed: u64) -> M {
    struct Shake(Noise);
    impl params::Map for Shake {
        fn parameter<const D: usize>(&mut self, name: &str, old: Tensor<D>) -> Tensor<D> {
            let shape = old.dims();
            let noise = self.0.tensor(shape, &old.device());
            let new = match name.rsplit('.').next().unwrap() {
                "gamma" | "query_gain" | "key_gain" => noise * 0.3 + 1.0,
                "bias" | "beta" => noise * 0.3,
                "weight" => noise * (3.0 / shape[0] as f32).sqrt(),
                _ => noise,
            };
            new.set_require_grad(old.is_require_grad())
        }
    }
    params::map(module, &mut Shake(Noise::new(seed)))
}

/// The card of a tiny world.
pub fn card(config: &Config) -> Card {
    let prompt = |name: &str, seed: u64| {
        let mut noise = Noise::new(seed);
        let tokens = (0..config.tokens_per_frame())
            .map(|_| noise.below(config.codes()) as u32)
            .collect();
        Prompt {
            name: name.into(),
            tokens,
        }
    };
    Card {
        format: model::world::FORMAT,
        name: "tiny".into(),
        about: "a world of noise".into(),
        licence: "none needed".into(),
        config: config.clone(),
        actions: (0..config.actions())
            .map(|a| format!("action {a}"))
            .collect(),
        gallery: vec![prompt("one", 1), prompt("two", 2)],
        play: PlayDefaults::default(),
    }
}

/// The weights of a random world, as a world file names them.
pub fn weights(config: &Config, seed: u64) -> params::Named {
    let models = models(config, seed, &Device::flex());
    let mut named = pollster::block_on(params::read(&models.tokenizer, "tokenizer.")).unwrap();
    named.extend(pollster::block_on(params::read(&models.dynamics, "dynamics.")).unwrap());
    let actions = models.actions.actions();
    named.insert(
        "actions".into(),
        params::Values {
            shape: actions.dims().to_vec(),
            data: floats(&actions),
        },
    );
    named
}

/// The bytes of a random world file.
pub fn world_file(config: &Config, seed: u64) -> Vec<u8> {
    model::world::to_bytes(&card(config), &weights(config, seed), FileWeights::F16).unwrap()
}

/// A random world.
pub fn world(config: &Config, seed: u64) -> World {
    World::from_bytes(&world_file(config, seed), &Device::flex()).unwrap()
}
