//! What the dynamics model may see of each frame while it learns.
//!
//! In play the past is clean and only the newest frame is masked. The paper masks every frame; we
//! give each frame its own fate instead: some wholly clean (as in play), the others masked at a
//! rate of their own, and a few clean tokens wrong, as drifting play will have them.

use burn::tensor::{Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::rng::Rng;

/// Shares and rates of masking.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Masking {
    /// Share of frames (the last one excepted) left clean.
    pub clean_frames: f32,
    /// Masked frames have a mask rate uniform between this and 1.
    pub least_rate: f32,
    /// Visible tokens replaced at random: each frame's rate is uniform between 0 and this.
    pub corruption: f32,
    /// Actions replaced by "unknown".
    pub unknown_actions: f32,
}

impl Default for Masking {
    fn default() -> Self {
        Self {
            clean_frames: 0.5,
            least_rate: 0.5,
            corruption: 0.08,
            unknown_actions: 0.03,
        }
    }
}

/// Which clips the dynamics see as they imagine them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Imagined {
    /// Share of clips.
    pub share: f32,
    /// The first step that has any: what a model imagines before it has learned is noise.
    pub from_step: u64,
    /// Temperature at which codes are drawn, above 0.
    pub temperature: f32,
}

impl Imagined {
    /// None: all clips are as they are. What runs have that were begun before there was a choice.
    pub fn none() -> Self {
        Self {
            share: 0.0,
            ..Self::default()
        }
    }

    /// Whether step `step`, counted from 0, has any.
    pub fn begins(&self, step: u64) -> bool {
        self.share > 0.0 && step >= self.from_step
    }
}

impl Default for Imagined {
    fn default() -> Self {
        Self {
            share: 0.5,
            from_step: 1000,
            temperature: 0.5,
        }
    }
}

/// A batch as the dynamics model sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Masked {
    /// Input codes, `[B, T, N]`, with the mask where masked.
    pub input: Vec<i32>,
    /// 1 where the loss counts, `[B, T, N]`.
    pub masked: Vec<f32>,
    /// 1 where the action of a frame is known, `[B, T]`; 0 for frame 0.
    pub known: Vec<f32>,
}

impl Masked {
    /// What the model gets: codes `[B, T, N]`, and what leads to each frame, `[B, T, C]`: of the `latents`
    /// `[B, T − 1, C]` those of known actions, else zeros. `shape` is `B`, `T`, `N`, `C`.
    pub fn seen(&self, latents: Tensor<3>, shape: [usize; 4]) -> (Tensor<3, Int>, Tensor<3>) {
        let [b, t, n, c] = shape;
        let device = &latents.device();
        let input = TensorData::new(self.input.clone(), [b, t, n]);
        let known = Tensor::<3>::from_data(TensorData::new(self.known.clone(), [b, t, 1]), device);
        let latents = Tensor::cat(vec![Tensor::zeros([b, 1, c], device), latents], 1) * known;
        (Tensor::from_data(input, device), latents)
    }
}

/// Masks `tokens [B, T, N]` of `codes` codes; `mask` is the mask's number.
pub fn mask(
    tokens: &[i32],
    shape: [usize; 3],
    codes: usize,
    settings: &Masking,
    rng: &mut Rng,
) -> Masked {
    let [b, t, n] = shape;
    let mut input = tokens.to_vec();
    let mut masked = vec![0.0; tokens.len()];
    let mut known = vec![1.0; b * t];
    for clip in 0..b {
        for frame in 0..t {
            let row = (clip * t + frame) * n..(clip * t + frame + 1) * n;
            let unknown = frame == 0 || rng.chance(settings.unknown_actions);
            known[clip * t + frame] = if unknown { 0.0 } else { 1.0 };
            let corruption = settings.corruption * rng.uniform();
            // Frame 0 has no action and no past: there is nothing to learn from masking it.
            let clean = frame == 0 || (frame + 1 < t && rng.chance(settings.clean_frames));
            let rate = settings.least_rate + (1.0 - settings.least_rate) * rng.uniform();
            let count = if clean {
                0
            } else {
                ((n as f32 * rate).ceil() as usize).clamp(1, n)
            };
            for (place, position) in sample(n, count, rng).into_iter().enumerate() {
                let i = row.start + position;
                if place < count {
                    input[i] = codes as i32;
                    masked[i] = 1.0;
                } else if rng.chance(corruption) {
                    input[i] = rng.below(codes) as i32;
                }
            }
        }
    }
    Masked {
        input,
        masked,
        known,
    }
}

/// The positions `0..n`, the first `count` of them a random choice.
fn sample(n: usize, count: usize, rng: &mut Rng) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..n).collect();
    for i in 0..count {
        positions.swap(i, i + rng.below(n - i));
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_frame_is_always_masked_and_the_first_never() {
        let shape = [8, 5, 16];
        let tokens: Vec<i32> = (0..8 * 5 * 16).map(|i| i % 10).collect();
        let settings = Masking::default();
        let out = mask(&tokens, shape, 10, &settings, &mut Rng::of_step(1, 2, 3));
        assert_eq!(
            out,
            mask(&tokens, shape, 10, &settings, &mut Rng::of_step(1, 2, 3))
        );
        for clip in 0..8 {
            let count = |frame: usize| {
                let start = (clip * 5 + frame) * 16;
                out.masked[start..start + 16].iter().sum::<f32>()
            };
            assert_eq!(count(0), 0.0);
            assert!(count(4) >= 8.0);
            assert_eq!(out.known[clip * 5], 0.0);
        }
        for (i, &m) in out.masked.iter().enumerate() {
            assert_eq!(m == 1.0, out.input[i] == 10);
            assert!(out.input[i] <= 10);
        }
        let wrong = (0..tokens.len())
            .filter(|&i| out.masked[i] == 0.0 && out.input[i] != tokens[i])
            .count();
        assert!(wrong > 0, "corruption happens");
    }
}
