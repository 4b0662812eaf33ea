//! A whole training step of a stack of ST blocks on the CPU, measured: `genie bench train`
//! (docs/speed.md). Tokens go in, and other tokens are to be guessed from them, so that the embedding
//! and the head are small beside the blocks.

use std::time::Instant;

use anyhow::{Result, bail};
use burn::module::{Module, Param};
use burn::tensor::{Device, Distribution, Int, Tensor, TensorData};
use kernels::{Affine, CodeTargets, parts};
use model::config::{AttentionKind, TransformerConfig};
use model::layers::Linear;
use model::params;
use model::transformer::StTransformer;
use serde::Serialize;

use crate::optimizer::{Optimizer, Rule};
use crate::rng::Rng;

/// Side of the matrices whose product says what the processor can do.
const PEAK_SIDE: usize = 1024;
/// Steps before anything is measured.
const WARM_UP: usize = 2;
/// Learning rate.
const RATE: f64 = 1e-3;

/// What is trained, and how often.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Settings {
    /// D
    pub width: usize,
    /// ST blocks.
    pub blocks: usize,
    /// B
    pub batch: usize,
    /// T
    pub frames: usize,
    /// N
    pub tokens: usize,
    /// d; there are D / d heads.
    pub head_size: usize,
    /// K: size of the vocabulary.
    pub codes: usize,
    /// Steps measured.
    pub repetitions: usize,
}

impl Settings {
    /// Whether such a network can be built.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn check(&self) -> Result<()> {
        let Self {
            width,
            blocks,
            batch,
            frames,
            tokens,
            head_size,
            codes,
            repetitions,
        } = *self;
        if [width, blocks, batch, frames, tokens, codes, repetitions].contains(&0) {
            bail!("every size must be at least 1");
        }
        if head_size == 0 || !head_size.is_multiple_of(2) || !width.is_multiple_of(head_size) {
            bail!(
                "heads of {head_size} dimensions don't make up a width of {width}. Choose an even --head-size that divides it"
            );
        }
        // A step keeps some 25 values for each token and dimension of a block.
        let bytes = 100.0
            * [batch, frames, tokens, width, blocks]
                .map(|x| x as f64)
                .iter()
                .product::<f64>();
        if bytes > 1e12 {
            bail!(
                "a step of that size would need {:.0} GB of memory",
                bytes / 1e9
            );
        }
        Ok(())
    }

    /// 10⁹ operations of a step: 6 for every token and every weight of a linear layer, and those of the
    /// products in attention: 12 for every token, token seen, and dimension.
    pub fn gflop(&self) -> f64 {
        let [d, blocks, t, n, k] = [
            self.width,
            self.blocks,
            self.frames,
            self.tokens,
            self.codes,
        ]
        .map(|x| x as f64);
        let rows = self.batch as f64 * t * n;
        let weights = blocks * 16.0 * d * d + d * k;
        let seen = blocks * (n + t) * d;
        rows * (6.0 * weights + 12.0 * seen) / 1e9
    }
}

/// The figures, under the names that docs/speed.md explains.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What was trained.
    #[serde(flatten)]
    pub settings: Settings,
    /// Number of parameters.
    pub parameters: usize,
    /// Threads that work.
    pub threads: usize,
    /// 10⁹ operations of a step.
    pub gflop: f64,
    /// Of every step, in order.
    pub seconds: Vec<f64>,
    /// Their median.
    pub median_seconds: f64,
    /// 10⁹ operations a second, by the median.
    pub gflops: f64,
    /// The same, of the quickest step.
    pub best_gflops: f64,
    /// The best product of two square matrices of [`PEAK_SIDE`], one tried after each step.
    pub peak_gflops: f64,
    /// `best_gflops` over `peak_gflops`.
    pub gflops_over_peak: f64,
    /// Where the time goes: of all measured steps, each the mean of a step.
    pub seconds_by_part: Shares,
    /// The share of a step that is not products of linear layers.
    pub share_outside_products: f64,
    /// Loss before the first and after the last step: it must fall.
    pub losses: [f64; 2],
}

/// Seconds of a step. Work on several threads at once counts once.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Shares {
    /// Products of linear layers, forward and backward.
    pub products: f64,
    /// Attention between its linear layers.
    pub attention: f64,
    /// Norms, GELU, loss, residual sums, copies of activations.
    pub elementwise: f64,
    /// The gradient's norm and AdamW.
    pub optimizer: f64,
    /// All else: sums of what threads have found, memory, burn's records, threads that wait.
    pub rest: f64,
}

#[derive(Module, Debug)]
struct Network {
    embedding: Param<Tensor<2>>,
    position: Param<Tensor<2>>,
    transformer: StTransformer,
    head: Linear,
}

impl Network {
    fn new(settings: &Settings, device: &Device) -> Self {
        let normal = |shape: [usize; 2], deviation: f64| {
            let spread = Distribution::Normal(0.0, deviation);
            Param::from_tensor(Tensor::random(shape, spread, device))
        };
        let config = TransformerConfig {
            blocks: settings.blocks,
            width: settings.width,
            heads: settings.width / settings.head_size,
            head_size: settings.head_size,
            attention: AttentionKind::St,
        };
        Self {
            embedding: normal([settings.codes, settings.width], 1.0),
            position: normal([settings.tokens, settings.width], 0.02),
            transformer: StTransformer::new(&config, device),
            head: Linear::new(settings.width, settings.codes, 1.0, device),
        }
    }

    fn loss(&self, ids: Tensor<3, Int>, targets: CodeTargets) -> Tensor<1> {
        let [b, t, n] = ids.dims();
        let table = self.embedding.val();
        let width = table.dims()[1];
        let x = table.select(0, ids.reshape([b * t * n]));
        let x = x.reshape([b, t, n, width]) + self.position.val().unsqueeze::<4>();
        let head = Affine {
            weight: self.head.weight.val(),
            bias: self.head.bias.val(),
        };
        kernels::head_loss(self.transformer.forward(x), &head, targets).0
    }
}

/// Trains such a network for a few steps and says what a step takes. `tell` hears how many of how many
/// are done.
///
/// # Errors
/// If the settings make no network.
pub fn run(settings: &Settings, tell: &mut dyn FnMut(usize, usize)) -> Result<Report> {
    settings.check()?;
    kernels::keep_memory();
    let device = Device::flex().autodiff();
    device.seed(0);
    let mut network = Network::new(settings, &device);
    let parameters = params::count(&network);
    let mut optimizer = Optimizer::new(Rule::default());
    let shape = [settings.batch, settings.frames, settings.tokens];
    let rows = shape.iter().product::<usize>();
    let mut rng = Rng::of_step(0, 0, 31);
    let mut draw = || -> Vec<i32> {
        (0..rows)
            .map(|_| rng.below(settings.codes) as i32)
            .collect()
    };
    let ids = Tensor::<3, Int>::from_data(TensorData::new(draw(), shape), &device);
    let targets = CodeTargets {
        codes: draw(),
        weights: vec![1.0; rows],
    };
    let peak = Peak::new();

    let (mut seconds, mut losses, mut best_peak) = (Vec::new(), Vec::new(), f64::MAX);
    let mut spent = [0.0; 4];
    for i in 0..WARM_UP + settings.repetitions {
        tell(i, WARM_UP + settings.repetitions);
        parts::take();
        parts::measure(true);
        let start = Instant::now();
        let loss = network.loss(ids.clone(), targets.clone());
        let mut gradients = loss.backward();
        (network, _) = optimizer.step(network, &mut gradients, RATE);
        drop(gradients);
        losses.push(f64::from(loss.into_scalar::<f32>()));
        let took = start.elapsed().as_secs_f64();
        parts::measure(false);
        let by_part = parts::take();
        best_peak = peak.seconds().min(best_peak);
        if i >= WARM_UP {
            seconds.push(took);
            let all = [
                by_part.products,
                by_part.attention,
                by_part.elementwise,
                by_part.optimizer,
            ];
            for (sum, part) in spent.iter_mut().zip(all) {
                *sum += part;
            }
        }
    }

    let threads = kernels::threads();
    let each = 1.0 / seconds.len() as f64;
    let mean = seconds.iter().sum::<f64>() * each;
    let [products, attention, elementwise, optimizer] =
        spent.map(|seconds| seconds * each / threads as f64);
    let rest = mean - products - attention - elementwise - optimizer;
    let mut sorted = seconds.clone();
    sorted.sort_by(f64::total_cmp);
    let median_seconds = (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0;
    let gflop = settings.gflop();
    let best_gflops = gflop / sorted[0];
    let peak_gflops = Peak::GFLOP / best_peak;
    Ok(Report {
        settings: *settings,
        parameters,
        threads,
        gflop,
        median_seconds,
        gflops: gflop / median_seconds,
        best_gflops,
        peak_gflops,
        gflops_over_peak: best_gflops / peak_gflops,
        seconds_by_part: Shares {
            products,
            attention,
            elementwise,
            optimizer,
            rest,
        },
        share_outside_products: 1.0 - products / mean,
        losses: [losses[0], losses[losses.len() - 1]],
        seconds,
    })
}

/// A large product by the loops that training uses.
struct Peak {
    x: Tensor<4>,
    weight: Tensor<2>,
    bias: Tensor<1>,
}

impl Peak {
    const GFLOP: f64 = 2.0 * (PEAK_SIDE * PEAK_SIDE * PEAK_SIDE) as f64 / 1e9;

    fn new() -> Self {
        let device = Device::flex();
        let spread = Distribution::Normal(0.0, 1.0);
        Self {
            x: Tensor::random([1, 1, PEAK_SIDE, PEAK_SIDE], spread, &device),
            weight: Tensor::random([PEAK_SIDE, PEAK_SIDE], spread, &device),
            bias: Tensor::zeros([PEAK_SIDE], &device),
        }
    }

    fn seconds(&self) -> f64 {
        let start = Instant::now();
        let y = kernels::linear(self.x.clone(), &self.weight, &self.bias);
        let took = start.elapsed().as_secs_f64();
        drop(y);
        took
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Settings = Settings {
        width: 32,
        blocks: 1,
        batch: 2,
        frames: 3,
        tokens: 4,
        head_size: 16,
        codes: 5,
        repetitions: 3,
    };

    #[test]
    fn a_step_trains_and_its_parts_add_up() {
        let report = run(&SMALL, &mut |_, _| ()).unwrap();
        assert!(report.losses[1] < report.losses[0], "{:?}", report.losses);
        let parts = report.seconds_by_part;
        let mean = report.seconds.iter().sum::<f64>() / report.seconds.len() as f64;
        let sum =
            parts.products + parts.attention + parts.elementwise + parts.optimizer + parts.rest;
        assert!((sum - mean).abs() < 1e-9);
        for part in [
            parts.products,
            parts.attention,
            parts.elementwise,
            parts.optimizer,
        ] {
            assert!(part > 0.0, "{parts:?}");
        }
        // 24 tokens; 16 · 32² + 32 · 5 weights; 7 tokens seen.
        let flop = 24.0 * (6.0 * (16.0 * 1024.0 + 160.0) + 12.0 * 7.0 * 32.0);
        assert!((report.gflop - flop / 1e9).abs() < 1e-12);
    }

    #[test]
    fn impossible_sizes_are_named() {
        let bad = Settings {
            head_size: 24,
            ..SMALL
        };
        assert!(
            run(&bad, &mut |_, _| ())
                .unwrap_err()
                .to_string()
                .contains("--head-size")
        );
        assert!(run(&Settings { batch: 0, ..SMALL }, &mut |_, _| ()).is_err());
        let huge = Settings {
            batch: 1 << 40,
            ..SMALL
        };
        assert!(
            run(&huge, &mut |_, _| ())
                .unwrap_err()
                .to_string()
                .contains("memory")
        );
    }
}
