//! Speed of training on the CPU: forward and backward of a stack of ST blocks, fused against plain.
//!
//! `cargo run --release -p pocket-genie-kernels --example st_block`
//!
//! Operations are counted as 6 · parameters · tokens plus attention's products. On a machine that has
//! other work the second figure, operations per second of processor time, is the steadier one.

use std::time::Instant;

use burn::tensor::{Device, Distribution, Tensor};
use kernels::{
    Affine, AttentionLayer, FeedForward, Norm, QkGains, feed_forward, plain, spatial_layer,
    temporal_layer,
};

const BATCH: usize = 8;
const FRAMES: usize = 16;
const TOKENS: usize = 64;
const HEADS: usize = 4;
const BLOCKS: usize = 8;

fn main() {
    kernels::keep_memory();
    println!("{BLOCKS} ST blocks, {BATCH} clips of {FRAMES} frames of {TOKENS} tokens");
    for width in [128, 256] {
        let stack = Stack::new(width);
        stack.measure("fused", false);
        stack.measure_layers();
        if std::env::args().all(|argument| argument != "--fused-only") {
            stack.measure("plain", true);
        }
    }
}

struct Block {
    space: AttentionLayer,
    time: AttentionLayer,
    forward: FeedForward,
}

struct Stack {
    width: usize,
    blocks: Vec<Block>,
    x: Tensor<4>,
}

fn random<const D: usize>(shape: [usize; D], spread: f64) -> Tensor<D> {
    let device = Device::flex().autodiff();
    Tensor::random(shape, Distribution::Normal(0.0, spread), &device).require_grad()
}

fn ones(len: usize) -> Tensor<1> {
    Tensor::ones([len], &Device::flex().autodiff()).require_grad()
}

fn affine(inputs: usize, outputs: usize) -> Affine {
    Affine {
        weight: random([inputs, outputs], 1.0 / (inputs as f64).sqrt()),
        bias: random([outputs], 0.1),
    }
}

fn norm(width: usize) -> Norm {
    Norm {
        gamma: ones(width),
        beta: random([width], 0.1),
    }
}

fn attention(width: usize) -> AttentionLayer {
    AttentionLayer {
        norm: norm(width),
        qkv: affine(width, 3 * width),
        gains: QkGains {
            query: ones(width / HEADS),
            key: ones(width / HEADS),
        },
        out: affine(width, width),
        heads: HEADS,
    }
}

impl Stack {
    fn new(width: usize) -> Self {
        let block = || Block {
            space: attention(width),
            time: attention(width),
            forward: FeedForward {
                norm: norm(width),
                up: affine(width, 4 * width),
                down: affine(4 * width, width),
            },
        };
        Self {
            width,
            blocks: (0..BLOCKS).map(|_| block()).collect(),
            x: random([BATCH, FRAMES, TOKENS, width], 1.0),
        }
    }

    /// Operations of a linear part with `parameters` and of attention among `seen` tokens, forward
    /// and backward.
    fn operations(&self, parameters: usize, seen: usize) -> f64 {
        let tokens = (BATCH * FRAMES * TOKENS) as f64;
        3.0 * tokens * (2.0 * parameters as f64 + 4.0 * (seen * self.width) as f64)
    }

    fn measure(&self, name: &str, plainly: bool) {
        let square = self.width * self.width;
        let each = self.operations(16 * square, TOKENS + FRAMES);
        report(
            &format!("width {}, {name}", self.width),
            each * BLOCKS as f64,
            || {
                let mut x = self.x.clone();
                for block in &self.blocks {
                    x = if plainly {
                        let x = plain::spatial_layer(x, &block.space);
                        let x = plain::temporal_layer(x, &block.time);
                        plain::feed_forward(x, &block.forward)
                    } else {
                        let x = spatial_layer(x, &block.space);
                        let x = temporal_layer(x, &block.time);
                        feed_forward(x, &block.forward)
                    };
                }
                x.square().mean().backward();
            },
        );
    }

    fn measure_layers(&self) {
        let square = self.width * self.width;
        let block = &self.blocks[0];
        report(
            "  spatial layer",
            self.operations(4 * square, TOKENS),
            || {
                spatial_layer(self.x.clone(), &block.space).sum().backward();
            },
        );
        report(
            "  temporal layer",
            self.operations(4 * square, FRAMES),
            || {
                temporal_layer(self.x.clone(), &block.time).sum().backward();
            },
        );
        report(
            "  feed-forward layer",
            self.operations(8 * square, 0),
            || {
                feed_forward(self.x.clone(), &block.forward)
                    .sum()
                    .backward();
            },
        );
    }
}

/// Prints the speed of `step`, the best of a few.
fn report(name: &str, operations: f64, step: impl Fn()) {
    step();
    let (mut best, mut busy, mut steps) = (f64::MAX, 0.0, 0);
    let start = Instant::now();
    let processor = processor_time();
    while steps < 3 || start.elapsed().as_secs_f64() < 4.0 {
        let start = Instant::now();
        step();
        best = start.elapsed().as_secs_f64().min(best);
        steps += 1;
    }
    if let (Some(before), Some(after)) = (processor, processor_time()) {
        busy = operations * f64::from(steps) / (after - before) / 1e9;
    }
    println!(
        "{name:28} {:8.1} ms  {:5.1} GFLOP/s  {busy:5.1} GFLOP per second of processor time",
        best * 1e3,
        operations / best / 1e9,
    );
}

/// Seconds of processor time this program has had, where the system says.
fn processor_time() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = |i: usize| fields.get(i)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}
