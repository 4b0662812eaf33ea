//! MaskGIT sampling of one frame (arXiv 2202.04200; the paper's §2.2): which codes are drawn, and
//! which positions stay masked, from the logits of one pass. Pure functions of slices.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::noise::Place;

pub use crate::halton::halton_ranks;

/// Which positions are settled first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// The most confident first, as in MaskGIT. Tends to copy the last frame.
    Confidence,
    /// A random permutation of the positions, drawn anew for each frame.
    #[default]
    Random,
    /// Spread evenly over the frame, each step's positions far from one another: see
    /// [`halton_ranks`].
    Halton,
}

impl Order {
    /// Every order there is.
    pub const ALL: [Self; 3] = [Self::Confidence, Self::Random, Self::Halton];
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Confidence => "confidence",
            Self::Random => "random",
            Self::Halton => "halton",
        })
    }
}

impl FromStr for Order {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let named = Self::ALL
            .into_iter()
            .find(|order| order.to_string() == text);
        named.ok_or_else(|| {
            let all = Self::ALL.map(|order| order.to_string()).join(", ");
            Error::Setting(format!("`{text}` is no order; there are {all}"))
        })
    }
}

/// How a frame is sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// MaskGIT steps `S`, 1 or more.
    pub steps: usize,
    /// Temperature of the codes; 0 takes the likeliest.
    pub temperature: f32,
    /// Gumbel noise on the confidence, annealed to 0 over the steps.
    pub choice_temperature: f32,
    /// Which positions are settled first.
    pub order: Order,
    /// The player's seed.
    pub seed: u32,
}

/// The state of one frame while it is being sampled.
#[derive(Clone, Debug)]
pub struct Canvas {
    /// Codes, `[N]`; those of masked positions mean nothing.
    pub tokens: Vec<u32>,
    /// Which positions are still masked, `[N]`.
    pub masked: Vec<bool>,
    /// Rows and columns of the positions; their product is `N`.
    pub grid: [usize; 2],
}

impl Canvas {
    /// A frame of `rows · columns` masked positions.
    pub fn masked([rows, columns]: [usize; 2]) -> Self {
        Self {
            tokens: vec![0; rows * columns],
            masked: vec![true; rows * columns],
            grid: [rows, columns],
        }
    }

    /// Positions still masked.
    pub fn remaining(&self) -> usize {
        self.masked.iter().filter(|&&m| m).count()
    }

    /// The positions that are still masked, in order.
    pub fn masked_positions(&self) -> Vec<usize> {
        (0..self.masked.len()).filter(|&p| self.masked[p]).collect()
    }

    /// The model's input: codes, with `mask` at masked positions.
    pub fn input(&self, mask: u32) -> Vec<u32> {
        self.tokens
            .iter()
            .zip(&self.masked)
            .map(|(&token, &masked)| if masked { mask } else { token })
            .collect()
    }
}

/// Positions still masked after step `step` (1-based) of `steps`, of `tokens`: the cosine schedule.
pub fn masked_after(step: usize, steps: usize, tokens: usize) -> usize {
    if step >= steps {
        return 0;
    }
    let share = (std::f64::consts::FRAC_PI_2 * step as f64 / steps as f64).cos();
    // The small allowance keeps a product that is whole in theory, such as 64 · cos(π/3), from
    // being rounded up on one machine and not on another.
    (tokens as f64 * share - 1e-6).ceil() as usize
}

/// The MaskGIT steps of a frame of `tokens` tokens: the number of each (from 1), and how many positions it
/// settles. There are fewer than `steps` if positions run out.
pub fn schedule(steps: usize, tokens: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut masked = tokens;
    (1..=steps).map_while(move |step| {
        let before = masked;
        masked = masked_after(step, steps, tokens).min(before.saturating_sub(1));
        (before > 0).then_some((step, before - masked))
    })
}

/// One MaskGIT step: draws a code for every masked position of `canvas` from `logits [N, K]` and
/// settles as many as the schedule says. `step` counts from 1, `frame` from the prompt.
pub fn step(canvas: &mut Canvas, logits: &[f32], step: usize, frame: u32, sampling: &Sampling) {
    let masked = canvas.masked_positions();
    let row = rows(canvas.tokens.len(), &masked, logits);
    settle(canvas, row, step, frame, sampling);
}

/// The logits of the masked ones of `tokens` positions, out of those of all.
fn rows<'a>(tokens: usize, masked: &'a [usize], logits: &'a [f32]) -> impl Fn(usize) -> &'a [f32] {
    let codes = logits.len() / tokens;
    move |i| &logits[masked[i] * codes..][..codes]
}

/// [`step`] with the logits of masked positions alone: `row(i)` are those of the `i`-th, `[K]`.
pub fn settle<'a>(
    canvas: &mut Canvas,
    row: impl Fn(usize) -> &'a [f32],
    step: usize,
    frame: u32,
    sampling: &Sampling,
) {
    let n = canvas.tokens.len();
    let before = canvas.remaining();
    let keep_masked = masked_after(step, sampling.steps, n).min(before.saturating_sub(1));
    let ranked = ranked_rows(canvas, row, step, frame, sampling);
    for (i, drawn) in ranked.iter().enumerate() {
        canvas.tokens[drawn.position] = drawn.code as u32;
        if i < before - keep_masked {
            canvas.masked[drawn.position] = false;
        }
    }
}

/// What was drawn for a masked position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawn {
    /// The highest is settled first.
    pub rank: f32,
    pub position: usize,
    pub code: usize,
}

/// Draws a code for every masked position from `logits [N, K]`; the first to be settled comes first.
#[cfg(feature = "check")]
pub(crate) fn ranked(
    canvas: &Canvas,
    logits: &[f32],
    step: usize,
    frame: u32,
    sampling: &Sampling,
) -> Vec<Drawn> {
    let masked = canvas.masked_positions();
    let row = rows(canvas.tokens.len(), &masked, logits);
    ranked_rows(canvas, row, step, frame, sampling)
}

fn ranked_rows<'a>(
    canvas: &Canvas,
    row: impl Fn(usize) -> &'a [f32],
    step: usize,
    frame: u32,
    sampling: &Sampling,
) -> Vec<Drawn> {
    let left = 1.0 - step as f32 / sampling.steps as f32;
    let halton = match sampling.order {
        Order::Halton => halton_ranks(canvas.grid[0], canvas.grid[1]),
        Order::Confidence | Order::Random => Vec::new(),
    };
    let masked = canvas.masked_positions();
    let mut ranked = Vec::with_capacity(masked.len());
    for (i, position) in masked.into_iter().enumerate() {
        let row = row(i);
        let place = Place {
            seed: sampling.seed,
            frame,
            step: step as u32,
            position: position as u32,
        };
        let code = draw(row, sampling.temperature, &place);
        let rank = match sampling.order {
            Order::Confidence => {
                log_probability(row, code) + sampling.choice_temperature * left * place.gumbel()
            }
            // One number for all steps of the frame: a permutation.
            Order::Random => Place { step: 0, ..place }.uniform(),
            Order::Halton => -(halton[position] as f32),
        };
        ranked.push(Drawn {
            rank,
            position,
            code,
        });
    }
    // Highest first; equal ranks by position, so that the result never depends on the sort.
    ranked.sort_by(|a, b| b.rank.total_cmp(&a.rank).then(a.position.cmp(&b.position)));
    ranked
}

/// Draws a code from `logits / temperature` by the Gumbel-max trick.
fn draw(logits: &[f32], temperature: f32, place: &Place) -> usize {
    if temperature > 0.0 {
        return place.likeliest(logits, temperature);
    }
    let mut best = (f32::NEG_INFINITY, 0);
    for (code, &logit) in logits.iter().enumerate() {
        if logit > best.0 {
            best = (logit, code);
        }
    }
    best.1
}

fn log_probability(logits: &[f32], code: usize) -> f32 {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|&l| (l - top).exp()).sum();
    logits[code] - top - sum.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sampling(steps: usize, order: Order) -> Sampling {
        Sampling {
            steps,
            temperature: 1.0,
            choice_temperature: 4.5,
            order,
            seed: 7,
        }
    }

    fn logits(n: usize, codes: usize, seed: u32) -> Vec<f32> {
        (0..n * codes)
            .map(|i| {
                let place = Place {
                    seed,
                    frame: 0,
                    step: 0,
                    position: i as u32 & 0xffff,
                };
                place.uniform() * 8.0 + (i / 0x10000) as f32
            })
            .collect()
    }

    proptest! {
        #[test]
        fn every_position_is_settled_exactly_once(
            rows in 1usize..10, columns in 1usize..10, codes in 2usize..40, steps in 1usize..30,
            seed: u32, order in 0..Order::ALL.len(),
        ) {
            let (n, order) = (rows * columns, Order::ALL[order]);
            let logits = logits(n, codes, seed);
            let mut canvas = Canvas::masked([rows, columns]);
            for s in 1..=steps {
                let before = canvas.clone();
                step(&mut canvas, &logits, s, 0, &sampling(steps, order));
                for p in 0..n {
                    if !before.masked[p] {
                        prop_assert!(!canvas.masked[p]);
                        prop_assert_eq!(canvas.tokens[p], before.tokens[p]);
                    }
                }
                let most = before.remaining().saturating_sub(1);
                prop_assert_eq!(canvas.remaining(), masked_after(s, steps, n).min(most));
            }
            prop_assert_eq!(canvas.remaining(), 0);
            prop_assert!(canvas.tokens.iter().all(|&t| (t as usize) < codes));
        }
    }

    #[test]
    fn one_step_at_temperature_zero_takes_the_likeliest() {
        let logits = [0.0, 3.0, 1.0, 5.0, 0.0, 1.0];
        let mut canvas = Canvas::masked([1, 2]);
        let greedy = Sampling {
            temperature: 0.0,
            ..sampling(1, Order::Random)
        };
        step(&mut canvas, &logits, 1, 0, &greedy);
        assert_eq!(canvas.tokens, [1, 0]);
    }

    #[test]
    fn halton_order_settles_the_first_places_whatever_the_logits() {
        let ranks = halton_ranks(8, 8);
        for seed in 0..3 {
            let logits = logits(64, 5, seed);
            let mut canvas = Canvas::masked([8, 8]);
            for s in 1..=4 {
                step(&mut canvas, &logits, s, seed, &sampling(4, Order::Halton));
                let settled = 64 - masked_after(s, 4, 64);
                for (position, &rank) in ranks.iter().enumerate() {
                    assert_eq!(canvas.masked[position], rank as usize >= settled);
                }
            }
        }
    }

    #[test]
    fn orders_have_names() {
        for order in Order::ALL {
            assert_eq!(order.to_string().parse::<Order>().unwrap(), order);
            // In world files too.
            assert_eq!(serde_json::json!(order), order.to_string());
        }
        let said = "sideways".parse::<Order>().unwrap_err().to_string();
        for word in ["sideways", "confidence", "random", "halton"] {
            assert!(said.contains(word), "{said}");
        }
    }

    #[test]
    fn codes_are_drawn_as_often_as_their_probability() {
        let row = [0.0f32, 1.0, 2.0];
        let mut counts = [0f64; 3];
        for frame in 0..20_000 {
            let place = Place {
                seed: 3,
                frame,
                step: 1,
                position: 0,
            };
            counts[draw(&row, 1.0, &place)] += 1.0 / 20_000.0;
        }
        let total: f32 = row.iter().map(|x| x.exp()).sum();
        for (count, x) in counts.iter().zip(row) {
            assert!((count - f64::from(x.exp() / total)).abs() < 0.015);
        }
    }

    #[test]
    fn the_schedule_is_the_same_on_every_machine() {
        assert_eq!(
            (1..=3).map(|s| masked_after(s, 3, 64)).collect::<Vec<_>>(),
            [56, 32, 0]
        );
    }
}
