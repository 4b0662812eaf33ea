//! Play of many clips at once by the networks alone. Sessions are for one player and the shipped
//! architecture; this gives what a session gives, for any tokenizer.

use anyhow::{Result, ensure};
use burn::tensor::{Int, Tensor, TensorData};
use kernels::Past;
use model::maskgit::{self, Canvas, Sampling};
use model::picture::{Frame, to_bytes};
use model::{Config, Dynamics, Tokenizer};

use crate::sheet::rows;

/// What plays.
pub(super) struct Player<'a> {
    pub(super) config: &'a Config,
    pub(super) tokenizer: &'a Tokenizer,
    /// Its attention is ST.
    pub(super) dynamics: &'a Dynamics,
    /// The latent actions, `[A, C]`.
    pub(super) actions: Tensor<2>,
    pub(super) sampling: Sampling,
}

impl Player<'_> {
    /// Plays every clip from the codes of its first frame, `[N]`, with its actions, as many for each and
    /// fewer than the model's frames. The seed of clip `i` is the sampling's plus `i`. The first frame
    /// of each is the prompt as the decoder shows it.
    pub(super) fn play(
        &self,
        prompts: &[Vec<u32>],
        actions: &[Vec<usize>],
    ) -> Result<Vec<Vec<Frame>>> {
        let length = actions.first().map_or(0, Vec::len);
        ensure!(
            length < self.config.frames && actions.iter().all(|a| a.len() == length),
            "clips are played together for fewer than {} frames",
            self.config.frames
        );
        let mut frames = vec![prompts.to_vec()];
        let mut past: Option<Vec<Past>> = None;
        let mut latents = Tensor::zeros(
            [prompts.len(), 1, self.actions.dims()[1]],
            &self.actions.device(),
        );
        for frame in 0..length {
            let kept = self
                .dynamics
                .remember(self.ids(&frames[frame]), latents, past.as_deref());
            past = Some(joined(past, kept));
            latents = self.latents(actions.iter().map(|a| a[frame]));
            frames.push(self.sample(frame as u32, latents.clone(), past.as_deref())?);
        }
        self.pictures(&frames)
    }

    /// The MaskGIT steps of one frame of every clip.
    fn sample(
        &self,
        frame: u32,
        latents: Tensor<3>,
        past: Option<&[Past]>,
    ) -> Result<Vec<Vec<u32>>> {
        let clips = latents.dims()[0];
        let mask = self.dynamics.mask() as u32;
        let mut canvases = vec![Canvas::masked(self.config.grid()); clips];
        for step in 1..=self.sampling.steps {
            if canvases[0].remaining() == 0 {
                break;
            }
            let input: Vec<Vec<u32>> = canvases.iter().map(|c| c.input(mask)).collect();
            let logits = self
                .dynamics
                .forward_after(self.ids(&input), latents.clone(), past);
            let logits: Vec<f32> = logits.to_data().convert::<f32>().try_to_vec()?;
            let each = logits.len() / clips;
            for (i, canvas) in canvases.iter_mut().enumerate() {
                let sampling = Sampling {
                    seed: self.sampling.seed.wrapping_add(i as u32),
                    ..self.sampling
                };
                let logits = &logits[i * each..(i + 1) * each];
                maskgit::step(canvas, logits, step, frame, &sampling);
            }
        }
        Ok(canvases.into_iter().map(|canvas| canvas.tokens).collect())
    }

    /// Pictures of `frames [T][B][N]`, by clip.
    fn pictures(&self, frames: &[Vec<Vec<u32>>]) -> Result<Vec<Vec<Frame>>> {
        let tokens = frames.iter().map(|tokens| self.ids(tokens)).collect();
        let made = self.tokenizer.decode(Tensor::cat(tokens, 1));
        let shape = made.dims();
        let bytes = to_bytes(&made.to_data().convert::<f32>().try_to_vec::<f32>()?);
        Ok(rows(&bytes, shape))
    }

    /// `[B, 1, N]`.
    fn ids(&self, tokens: &[Vec<u32>]) -> Tensor<3, Int> {
        let values: Vec<i32> = tokens.iter().flatten().map(|&t| t as i32).collect();
        let shape = [tokens.len(), 1, self.config.tokens_per_frame()];
        Tensor::from_data(TensorData::new(values, shape), &self.actions.device())
    }

    /// `[B, 1, C]`.
    fn latents(&self, actions: impl Iterator<Item = usize>) -> Tensor<3> {
        let numbers: Vec<i32> = actions.map(|a| a as i32).collect();
        let (b, c) = (numbers.len(), self.actions.dims()[1]);
        let numbers =
            Tensor::<1, Int>::from_data(TensorData::new(numbers, [b]), &self.actions.device());
        self.actions.clone().select(0, numbers).reshape([b, 1, c])
    }
}

fn joined(past: Option<Vec<Past>>, kept: Vec<Past>) -> Vec<Past> {
    let Some(past) = past else {
        return kept;
    };
    past.into_iter()
        .zip(kept)
        .map(|(old, new)| Past {
            keys: Tensor::cat(vec![old.keys, new.keys], 1),
            values: Tensor::cat(vec![old.values, new.values], 1),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use model::LatentActionModel;
    use model::session::{Options, Session};
    use model::world::PlayDefaults;

    use super::*;
    use crate::ablate::tests::settings;
    use crate::models::Models;
    use crate::sheet;

    #[test]
    fn it_plays_what_a_session_plays() {
        let device = Device::flex();
        let config = settings().base.config;
        device.seed(3);
        let models = Models {
            config: config.clone(),
            tokenizer: Tokenizer::new(&config, &device),
            actions: LatentActionModel::new(&config, &device),
            dynamics: Dynamics::new(&config, &device),
        };
        let player = Player {
            config: &config,
            tokenizer: &models.tokenizer,
            dynamics: &models.dynamics,
            actions: models.actions.actions(),
            sampling: Sampling {
                temperature: 1.0,
                ..PlayDefaults::default().sampling(7)
            },
        };
        let n = config.tokens_per_frame() as u32;
        let prompts: Vec<Vec<u32>> = (0..2)
            .map(|clip| (0..n).map(|i| (i * 7 + clip * 11) % 27).collect())
            .collect();
        let actions = vec![vec![0, 1, 1, 0, 1], vec![1, 0, 1, 1, 0]];
        let played = player.play(&prompts, &actions).unwrap();
        let world = sheet::world(&models);
        for clip in 0..2 {
            let mut sampling = player.sampling;
            sampling.seed += clip as u32;
            let options = Options {
                sampling,
                ..Options::default()
            };
            let known: Vec<Frame> = pollster::block_on(async {
                let prompt = vec![prompts[clip].clone()];
                let mut session = Session::from_tokens(&world, prompt, options).await.unwrap();
                let mut frames = vec![session.picture().clone()];
                for &action in &actions[clip] {
                    frames.push(session.step(action).await.unwrap().clone());
                }
                frames
            });
            assert_eq!(played[clip].len(), known.len());
            for (ours, theirs) in played[clip].iter().zip(&known) {
                let apart = ours.rgb.iter().zip(&theirs.rgb);
                assert!(apart.map(|(&a, &b)| a.abs_diff(b)).max().unwrap() <= 1);
            }
            assert_ne!(known[1], known[5]);
        }
        // The model's window is the longest that can be played.
        let long = vec![vec![0; config.frames]; 2];
        player.play(&prompts, &long).unwrap_err();
    }
}
