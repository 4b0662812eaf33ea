//! `wgsl/begin.wgsl`, `wgsl/draw.wgsl` and `wgsl/settle.wgsl` against [`maskgit::step`].
//!
//! A frame is sampled step by step, from the same logits on both sides. Logarithms differ by rounding
//! between devices, so logits are such that rounding can't decide: see [`Choice::clear_logits`]. Then
//! tokens must be equal, after every step.

use kernels::check::{Bench, Case, Noise, UNTOUCHED, bits, difference, floats};
use kernels::gpu::choice;

use crate::gpu::steps;
use crate::maskgit::{self, Canvas, Order, Sampling, halton_ranks};
use crate::noise::Place;

/// How far the best score of a position must be ahead of the next.
const AHEAD: f32 = 0.01;
/// How far the rank of the last position that is settled must be ahead of the first that is not.
const AHEAD_IN_RANK: f32 = 1e-3;
/// What the ranks of settled positions lie below.
const SETTLED: f32 = -1e38;

/// Seeds with which the noise of the first position in the first step of frame 0 comes from the largest
/// bits there are, from slightly smaller ones, and from the smallest.
const EXTREMES: [u32; 6] = [
    4_664_793, 23_627_732, 22_591_995, 10_399_958, 2_930_357, 22_890_973,
];

/// One frame to sample.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    grid: [usize; 2],
    codes: usize,
    /// Numbers of a row of logits beyond the codes, before it is filled up to whole vectors.
    beyond: usize,
    steps: usize,
    temperature: f32,
    choice_temperature: f32,
    order: Order,
    seed: Option<u32>,
}

impl Case for Choice {
    const NAME: &'static str = "begin, draw, settle";
    const SHARE: u64 = 2;
    type Variant = ();

    fn random((): (), constants: &mut Noise, sizes: &mut Noise) -> Self {
        Self {
            grid: [constants.up_to(13), constants.up_to(13)],
            codes: match constants.below(4) {
                0 => 1 + constants.up_to(1023),
                _ => 1 + constants.up_to(200),
            },
            beyond: constants.below(6),
            steps: sizes.up_to(6),
            temperature: sizes.one_of(&[0.0, 0.1, 0.5, 1.0, 2.0]),
            choice_temperature: sizes.one_of(&[0.0, 1.0, 4.5]),
            order: sizes.one_of(&Order::ALL),
            seed: None,
        }
    }

    fn papers((): ()) -> Vec<Self> {
        let papers = Self {
            grid: [23, 40],
            codes: 1024,
            beyond: 0,
            steps: 5,
            temperature: 2.0,
            choice_temperature: 4.5,
            order: Order::Confidence,
            seed: None,
        };
        let extreme = |seed| Self {
            grid: [1, 1],
            codes: 8,
            steps: 2,
            seed: Some(seed),
            ..papers
        };
        let halton = Self {
            order: Order::Halton,
            temperature: 1.0,
            ..papers
        };
        [papers, halton]
            .into_iter()
            .chain(EXTREMES.map(extreme))
            .collect()
    }

    async fn difference(&self, bench: &mut Bench, mut noise: Noise) -> Result<f32, String> {
        let [rows, columns] = self.grid;
        let (n, codes) = (rows * columns, self.codes);
        let (sampling, frame) = match self.seed {
            Some(seed) => (self.sampling(seed), 0),
            None => (
                self.sampling(noise.bits() as u32),
                noise.below(100_000) as u32,
            ),
        };
        let row = (codes + self.beyond).next_multiple_of(4);
        let mask = codes as u32;
        let before: Vec<u32> = (0..2 * n).map(|_| noise.below(codes) as u32).collect();
        let canvas = bench.output_of(&before);
        let (drawn, ranks) = (bench.output(n), bench.output(n));
        let gpu = bench.gpu().clone();
        let there = choice::Choice {
            tokens: n,
            codes,
            row,
            canvas: canvas.buffer.clone(),
            logits: gpu.storage("logits", 4 * (n * row) as u64),
            places: gpu.storage_of("places", &halton_ranks(rows, columns)),
            drawn: drawn.buffer.clone(),
            ranks: ranks.buffer.clone(),
        };
        let mut twin = Canvas::masked(self.grid);
        let mut worst = 0f32;
        for settings in steps(&sampling, frame, n, codes) {
            let step = settings.step as usize;
            let settled = settings.settle as usize;
            let logits = self.clear_logits(&mut noise, &twin, (step, settled), frame, &sampling);
            // What is beyond the codes must not matter.
            let mut filled_up = vec![UNTOUCHED; n * row];
            for (to, from) in filled_up
                .chunks_exact_mut(row)
                .zip(logits.chunks_exact(codes))
            {
                to[..codes].copy_from_slice(&bits(from));
            }
            gpu.write(&there.logits, 0, &filled_up);
            let settings = gpu.uniform_of("step", bytemuck::cast_slice(&[settings]));
            let settings = (&settings).into();
            let mut launches = there.step(&settings).to_vec();
            if step == 1 {
                launches.insert(0, there.begin(&settings));
            }
            let read = bench.run(&launches, &[&canvas, &drawn, &ranks]).await?;

            let ranked = maskgit::ranked(&twin, &logits, step, frame, &sampling);
            maskgit::step(&mut twin, &logits, step, frame, &sampling);
            let expected = [&before[n..], &twin.input(mask)].concat();
            if read[0] != expected {
                let wrong = read[0].iter().zip(&expected).filter(|(a, b)| a != b);
                return Err(format!("step {step}: {} tokens differ", wrong.count()));
            }
            let mut theirs = vec![f32::NEG_INFINITY; n];
            let mut ours = floats(&read[2]);
            for drawn in &ranked {
                theirs[drawn.position] = drawn.rank;
            }
            for (ours, theirs) in ours.iter_mut().zip(&mut theirs) {
                if *theirs == f32::NEG_INFINITY && *ours < SETTLED {
                    (*ours, *theirs) = (0.0, 0.0);
                }
            }
            worst = worst.max(difference(&ours, &theirs));
        }
        if twin.remaining() > 0 {
            return Err("not all positions are settled".into());
        }
        Ok(worst)
    }
}

impl Choice {
    fn sampling(&self, seed: u32) -> Sampling {
        Sampling {
            steps: self.steps,
            temperature: self.temperature,
            choice_temperature: self.choice_temperature,
            order: self.order,
            seed,
        }
    }

    /// Logits `[N, K]` with which no choice of this step is so narrow that rounding decides it: where two
    /// codes are close the better one is helped; where the last position to be settled and the first that
    /// isn't are close, all logits are drawn anew.
    fn clear_logits(
        &self,
        noise: &mut Noise,
        canvas: &Canvas,
        (step, settled): (usize, usize),
        frame: u32,
        sampling: &Sampling,
    ) -> Vec<f32> {
        let n = canvas.tokens.len();
        loop {
            let mut logits = noise.normals(n * self.codes, 0.0, 3.0);
            for position in (0..n).filter(|&p| canvas.masked[p]) {
                let row = &mut logits[position * self.codes..][..self.codes];
                let place = Place {
                    seed: sampling.seed,
                    frame,
                    step: step as u32,
                    position: position as u32,
                };
                let (best, ahead) = self.best(row, &place);
                if ahead < AHEAD {
                    row[best] += 2.0 * AHEAD * self.temperature.max(1.0);
                }
            }
            // Other orders take ranks that are exact.
            if self.order != Order::Confidence {
                return logits;
            }
            let ranked = maskgit::ranked(canvas, &logits, step, frame, sampling);
            let clear = ranked
                .get(settled)
                .is_none_or(|next| ranked[settled - 1].rank - next.rank > AHEAD_IN_RANK);
            if clear {
                return logits;
            }
        }
    }

    /// The code of the best score, and how far it is ahead.
    fn best(&self, row: &[f32], place: &Place) -> (usize, f32) {
        let mut scores = row.to_vec();
        if self.temperature > 0.0 {
            place.gumbel_of_codes(row.len(), |code, noise| {
                scores[code] = row[code] / self.temperature + noise;
            });
        }
        let (mut best, mut next) = (0, f32::NEG_INFINITY);
        for code in 1..scores.len() {
            if scores[code] > scores[best] {
                next = scores[best];
                best = code;
            } else {
                next = next.max(scores[code]);
            }
        }
        (best, scores[best] - next)
    }
}
