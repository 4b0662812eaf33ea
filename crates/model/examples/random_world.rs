//! Writes a world of the `pocket` preset with random weights: nothing to look at, but as large and
//! as fast as a trained one. For tests and timings of the page.
//!
//! ```text
//! cargo run --release -p pocket-genie-model --example random_world -- dist/worlds/random.safetensors
//! ```

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use burn::tensor::Device;
use model::noise::Place;
use model::params::{self, Named, Values};
use model::world::{self, Card, FORMAT, PlayDefaults, Prompt};
use model::{Dynamics, Tokenizer, presets};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("where shall the world be written?")?;
    let config = presets::config("pocket").ok_or("there is no preset called pocket")?;
    let device = Device::flex();
    device.seed(7);

    let mut weights = Named::new();
    weights.extend(now(params::read(
        &Tokenizer::new(&config, &device),
        "tokenizer.",
    ))?);
    weights.extend(now(params::read(
        &Dynamics::new(&config, &device),
        "dynamics.",
    ))?);
    let (actions, dim) = (config.actions(), config.latent_action.code_dim);
    weights.insert(
        "actions".into(),
        Values {
            shape: vec![actions, dim],
            data: units(actions, dim),
        },
    );

    let prompt = |number: usize| Prompt {
        name: format!("Noise {}", number + 1),
        tokens: (0..config.tokens_per_frame())
            .map(|i| (noise(number, i) * config.codes() as f32) as u32)
            .collect(),
    };
    let card = Card {
        format: FORMAT,
        name: "random".into(),
        about: "Random weights: for tests of the page only.".into(),
        licence: "Public domain.".into(),
        actions: (1..=actions).map(|a| format!("Action {a}")).collect(),
        gallery: (0..4).map(prompt).collect(),
        play: PlayDefaults::default(),
        config,
    };
    let bytes = world::to_bytes(&card, &weights, world::FileWeights::F16)?;
    std::fs::write(&path, &bytes)?;
    println!("{path}: {} bytes", bytes.len());
    Ok(())
}

/// A uniform number, the same on every machine.
fn noise(row: usize, column: usize) -> f32 {
    Place {
        seed: 7,
        frame: row as u32,
        step: 0,
        position: column as u32,
    }
    .uniform()
}

/// `rows` random unit vectors.
fn units(rows: usize, dim: usize) -> Vec<f32> {
    (0..rows)
        .flat_map(|row| {
            let vector: Vec<f32> = (0..dim).map(|c| noise(1000 + row, c) - 0.5).collect();
            let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            vector.into_iter().map(move |x| x / length)
        })
        .collect()
}

/// The result of a future that never waits: on the CPU, reading a tensor is done at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return value;
        }
    }
}
