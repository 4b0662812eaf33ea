//! Played frames against true ones: ΔPSNR, rollout PSNR, and what a button press moves.

use anyhow::Result;
use model::World;
use model::picture::Frame;
use model::session::{Options, Session};

use super::{Inferred, Settings, mean, motion};
use crate::rng::Rng;

/// Frames played for the rollout figures.
pub(super) const LENGTH: usize = 10;
/// Where ΔPSNR is read (paper, §3: t = 4).
const T: usize = 4;

pub(super) struct Played {
    pub(super) psnr: f64,
    pub(super) delta_psnr_t4: f64,
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

pub(super) fn run(
    world: &World,
    clips: &[Inferred],
    settings: &Settings,
    progress: &mut dyn FnMut(usize),
) -> Result<Played> {
    let kinds = world.card.config.actions();
    let (mut quality, mut delta) = (Vec::new(), Vec::new());
    let (mut pressed, mut moved, mut fit) = (Vec::new(), Vec::new(), Vec::new());
    for (number, clip) in clips.iter().take(settings.rollouts).enumerate() {
        let mut sampling = settings.sampling;
        sampling.seed = sampling.seed.wrapping_add(number as u32);
        let options = Options {
            sampling,
            cache: true,
            ..Options::default()
        };
        let inferred = play(world, &clip.frames[0], &clip.actions[..LENGTH], options)?;
        quality.extend((1..=LENGTH).map(|t| psnr(&inferred[t], &clip.frames[t])));

        let mut rng = Rng::of_step(u64::from(sampling.seed), number as u64, 31);
        let random: Vec<usize> = (0..LENGTH).map(|_| rng.below(kinds)).collect();
        let other = play(world, &clip.frames[0], &random, options)?;
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
        psnr: mean(&quality),
        delta_psnr_t4: mean(&delta),
        motion_skill_x: motion::skill(&pressed, &sign(|m| m.x), &fit),
        motion_skill_y: motion::skill(&pressed, &sign(|m| m.y), &fit),
    })
}

/// The prompt as the session shows it and the frames after it.
fn play(world: &World, prompt: &Frame, actions: &[usize], options: Options) -> Result<Vec<Frame>> {
    pollster::block_on(async {
        let prompt = std::slice::from_ref(prompt);
        let mut session = Session::start(world, prompt, options).await?;
        let mut frames = vec![session.picture().clone()];
        for &action in actions {
            frames.push(session.step(action).await?.clone());
        }
        Ok(frames)
    })
}
