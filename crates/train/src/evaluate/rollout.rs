//! Played frames against true ones: ΔPSNR, rollout PSNR, and what a button press moves.

use anyhow::Result;
use model::World;
use model::maskgit::Sampling;
use model::picture::Frame;
use model::session::{Options, Session};

use super::look::Look;
use super::{Inferred, mean, motion};
use crate::rng::Rng;

/// Frames played for the rollout figures.
pub(super) const LENGTH: usize = 10;
/// Where ΔPSNR is read (paper, §3: t = 4).
const T: usize = 4;

/// What playing some clips gave.
pub(super) struct Played {
    /// For each clip, the mean PSNR of its played frames, dB.
    pub(super) psnr: Vec<f64>,
    /// For each clip, its ΔPSNR at `T`, dB.
    pub(super) delta_psnr_t4: Vec<f64>,
    /// Change from frame to frame, against the true frames'.
    pub(super) change: Option<f64>,
    /// Differences across the borders of tokens, against the true frames'.
    pub(super) seams: Option<f64>,
    pub(super) motion_skill_x: Option<f64>,
    pub(super) motion_skill_y: Option<f64>,
}

/// Peak signal-to-noise ratio of two frames, dB; 100 for equal ones.
pub fn psnr(a: &Frame, b: &Frame) -> f64 {
    let squares: f64 = a
        .rgb
        .iter()
        .zip(&b.rgb)
        .map(|(&x, &y)| f64::from(x.abs_diff(y)).powi(2))
        .sum();
    let mse = squares / a.rgb.len().max(1) as f64 / (255.0 * 255.0);
    (-10.0 * mse.log10()).min(100.0)
}

/// Plays each of `clips` twice from its first frame, with its inferred actions and with random ones.
pub(super) fn run(
    world: &World,
    clips: &[Inferred],
    sampling: &Sampling,
    progress: &mut dyn FnMut(usize),
) -> Result<Played> {
    let config = &world.card.config;
    let (kinds, patch) = (config.actions(), config.tokenizer.patch);
    let (mut quality, mut delta) = (Vec::new(), Vec::new());
    let (mut look, mut true_look) = (Look::default(), Look::default());
    let (mut pressed, mut moved, mut fit) = (Vec::new(), Vec::new(), Vec::new());
    for (number, clip) in clips.iter().enumerate() {
        let mut sampling = *sampling;
        sampling.seed = sampling.seed.wrapping_add(number as u32);
        let options = Options {
            sampling,
            cache: true,
            ..Options::default()
        };
        let inferred = play(world, &clip.prompt, &clip.actions[..LENGTH], options)?;
        let each: Vec<f64> = (1..=LENGTH)
            .map(|t| psnr(&inferred[t], &clip.frames[t]))
            .collect();
        quality.push(mean(&each));
        look.add(&inferred, patch);
        true_look.add(&clip.frames[..=LENGTH], patch);

        let mut rng = Rng::of_step(u64::from(sampling.seed), number as u64, 31);
        let random: Vec<usize> = (0..LENGTH).map(|_| rng.below(kinds)).collect();
        let other = play(world, &clip.prompt, &random, options)?;
        delta.push(psnr(&inferred[T], &clip.frames[T]) - psnr(&other[T], &clip.frames[T]));
        for (pair, &action) in other.windows(2).zip(&random) {
            pressed.push(action);
            moved.push(motion::between(&pair[0], &pair[1]));
            fit.push(number % 2 == 0);
        }
        progress(number + 1);
    }
    let sign = |of: fn(&motion::Motion) -> i64| -> Vec<usize> {
        moved
            .iter()
            .map(|m| (of(m).signum() + 1) as usize)
            .collect()
    };
    Ok(Played {
        psnr: quality,
        delta_psnr_t4: delta,
        change: look.change_against(&true_look),
        seams: look.seams_against(&true_look),
        motion_skill_x: motion::skill(&pressed, &sign(|m| m.x), &fit),
        motion_skill_y: motion::skill(&pressed, &sign(|m| m.y), &fit),
    })
}

/// The prompt as the session shows it and the frames after it.
fn play(world: &World, prompt: &[u32], actions: &[usize], options: Options) -> Result<Vec<Frame>> {
    pollster::block_on(async {
        let mut session = Session::from_tokens(world, vec![prompt.to_vec()], options).await?;
        let mut frames = vec![session.picture().clone()];
        for &action in actions {
            frames.push(session.step(action).await?.clone());
        }
        Ok(frames)
    })
}
