//! Clips as the dynamics model itself makes them, to learn from.
//!
//! In play a frame follows frames that the model made, with the errors it makes; while it learns, it
//! follows true ones. So some of the clips are masked once, what is masked is filled in as the model
//! says, and only then they are masked to learn from; the loss still asks for the true tokens.
//! Scheduled sampling (Bengio et al. 2015), all frames at once (Mihaylova and Martins 2019).

use anyhow::Result;
use burn::tensor::{Tensor, TensorData};
use model::Dynamics;

use crate::masking::{self, Imagined, Masking};
use crate::rng::Rng;

/// Clips to learn from.
#[derive(Clone, Copy)]
pub(super) struct Clips<'a> {
    /// `[B, T, N]`
    pub(super) tokens: &'a [i32],
    /// Of the actions, `[B, T − 1, C]`.
    pub(super) latents: &'a [f32],
    /// `B`, `T`, `N`, `C`
    pub(super) shape: [usize; 4],
}

/// The tokens `[B, T, N]` of `clips`, where in a share of the clips what `masking` hides is as `model`
/// fills it in.
pub(super) fn fill_in(
    clips: Clips<'_>,
    model: &Dynamics,
    masking: &Masking,
    imagined: &Imagined,
    rng: &mut Rng,
) -> Result<Vec<i32>> {
    let [b, t, n, c] = clips.shape;
    let mut tokens = clips.tokens.to_vec();
    let chosen: Vec<usize> = (0..b).filter(|_| rng.chance(imagined.share)).collect();
    if chosen.is_empty() {
        return Ok(tokens);
    }
    let rows = |all: &[i32], clip: usize| all[clip * t * n..(clip + 1) * t * n].to_vec();
    let true_ones: Vec<i32> = chosen.iter().flat_map(|&i| rows(&tokens, i)).collect();
    let latents: Vec<f32> = chosen
        .iter()
        .flat_map(|&i| &clips.latents[i * (t - 1) * c..(i + 1) * (t - 1) * c])
        .copied()
        .collect();
    let shape = [chosen.len(), t, n, c];
    let codes = model.mask();
    let masked = masking::mask(&true_ones, [chosen.len(), t, n], codes, masking, rng);
    let latents = TensorData::new(latents, [chosen.len(), t - 1, c]);
    let latents = Tensor::from_data(latents, &model.position.device());
    let (input, latents) = masked.seen(latents, shape);
    let logits = model.forward(input, latents).into_data();
    let logits: Vec<f32> = logits.convert::<f32>().try_to_vec()?;
    for (place, &i) in chosen.iter().enumerate() {
        for token in 0..t * n {
            let row = place * t * n + token;
            if masked.masked[row] == 1.0 {
                let logits = &logits[row * codes..(row + 1) * codes];
                tokens[i * t * n + token] = draw(logits, imagined.temperature, rng) as i32;
            }
        }
    }
    Ok(tokens)
}

/// An index, drawn with the probabilities softmax(`logits` / `temperature`).
fn draw(logits: &[f32], temperature: f32, rng: &mut Rng) -> usize {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weight = |logit: f32| ((logit - highest) / temperature).exp();
    let all: f32 = logits.iter().map(|&l| weight(l)).sum();
    let mut left = rng.uniform() * all;
    for (i, &logit) in logits.iter().enumerate() {
        left -= weight(logit);
        if left < 0.0 {
            return i;
        }
    }
    // Rounding left a little: the last one that can be drawn at all.
    logits.iter().rposition(|&l| weight(l) > 0.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use model::presets;

    use super::*;

    #[test]
    fn only_masked_tokens_of_chosen_clips_are_filled_in() {
        let mut config = presets::config("pocket").expect("a preset");
        (config.width, config.height) = (16, 16);
        let device = Device::flex();
        device.seed(5);
        let model = Dynamics::new(&config, &device);
        let [b, t, n, c] = [
            8,
            4,
            config.tokens_per_frame(),
            config.latent_action.code_dim,
        ];
        let tokens: Vec<i32> = (0..b * t * n).map(|i| (i % 700) as i32).collect();
        let clips = Clips {
            tokens: &tokens,
            latents: &vec![0.1; b * (t - 1) * c],
            shape: [b, t, n, c],
        };
        let masking = Masking::default();
        let fill = |share, seed| {
            let imagined = Imagined {
                share,
                ..Imagined::default()
            };
            let mut rng = Rng::of_step(1, seed, 2);
            fill_in(clips, &model, &masking, &imagined, &mut rng).expect("filled in")
        };
        let changed = |filled: &[i32], clip: usize| {
            let rows = clip * t * n..(clip + 1) * t * n;
            let frames = tokens[rows.clone()].chunks(n).zip(filled[rows].chunks(n));
            frames
                .map(|(old, new)| old.iter().zip(new).filter(|(a, b)| a != b).count())
                .collect::<Vec<_>>()
        };

        assert_eq!(fill(0.0, 1), tokens);
        let all = fill(1.0, 1);
        assert_eq!(all, fill(1.0, 1), "the same numbers give the same");
        assert_ne!(all, fill(1.0, 2));
        assert!(
            all.iter()
                .all(|&code| (0..config.codes() as i32).contains(&code))
        );
        for clip in 0..b {
            let frames = changed(&all, clip);
            assert_eq!(frames[0], 0, "the first frame is never masked");
            assert!(frames[t - 1] > 0, "the last one always is");
        }
        let some = fill(0.5, 1);
        let imagined = (0..b)
            .filter(|&clip| changed(&some, clip)[t - 1] > 0)
            .count();
        assert!(imagined > 0 && imagined < b, "{imagined}");
    }

    #[test]
    fn codes_are_drawn_with_their_probabilities() {
        let logits = [0.0, 2.0f32.ln() / 2.0, f32::NEG_INFINITY, 5.0f32.ln() / 2.0];
        let mut rng = Rng::of_step(3, 0, 0);
        let mut seen = [0; 4];
        for _ in 0..8000 {
            // At half the temperature the odds are squared: 1, 2, 0 and 5 of 8.
            seen[draw(&logits, 0.5, &mut rng)] += 1;
        }
        let close = |i: usize, odds: i32| (seen[i] - odds * 1000).abs() < 120;
        assert!(close(0, 1) && close(1, 2) && close(3, 5), "{seen:?}");
        assert_eq!(seen[2], 0);
    }
}
