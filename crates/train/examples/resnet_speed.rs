//! Speed of ResNet-18 on the CPU: frames a second, forward alone and training.
//!
//! `cargo run --release -p pocket-genie-train --example resnet_speed`

use std::time::Instant;

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use train::curate::ResNet;

fn main() {
    kernels::keep_memory();
    let side: usize = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(64);
    let device = Device::flex().autodiff();
    let model = ResNet::new(&device);
    let valid = model.valid();
    for batch in [8, 16, 32, 64] {
        let spread = Distribution::Normal(0.0, 1.0);
        let frames = Tensor::<4>::random([batch, 3, side, side], spread, &device);
        let inner = frames.clone().inner();
        let forward = time(|| {
            valid.forward(inner.clone()).to_data();
        });
        let training = time(|| {
            let loss = model.forward(frames.clone()).square().mean();
            let _ = loss.backward();
        });
        let batch = batch as f64;
        println!(
            "{side}×{side}, batch {batch}: {:.0} frames/s forward, {:.0} frames/s training",
            batch / forward,
            batch / training
        );
    }
}

/// The best of a few runs, seconds.
fn time(mut run: impl FnMut()) -> f64 {
    (0..4)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}
