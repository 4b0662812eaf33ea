//! Played frames against true ones: ΔPSNR, PSNR and SSIM of rollouts, and what a button press moves.

use anyhow::Result;
use model::World;
use model::maskgit::Sampling;
use model::picture::Frame;
use model::session::{Options, Session};

use super::clips::Clip;
use super::control::sign;
use super::look::Look;
use super::motion;
use super::quality::{psnr, ssim};
use super::statistics::{Measure, mean};
use super::workers;
use crate::rng::Rng;

/// Frames played for ΔPSNR and the short rollout.
pub(super) const SHORT: usize = 10;
/// Frames played for the long one.
pub(super) const LONG: usize = 50;

/// A clip played from its first frames, twice. Each list begins with the last prompt frame, as the session
/// shows it.
pub(crate) struct Pair {
    /// With the inferred actions.
    pub(crate) inferred: Vec<Frame>,
    /// With random ones.
    pub(crate) random: Vec<Frame>,
    /// Those.
    pressed: Vec<usize>,
}

/// How near the frames of one [`Pair`] come to the true ones. Entry `t` of each list is of the frame `t + 1`
/// steps after the prompt.
#[derive(Clone, Debug, Default)]
pub(super) struct Near {
    /// PSNR with inferred actions, dB.
    pub(super) psnr: Vec<f64>,
    /// SSIM with inferred actions; empty where frames are too small for it.
    pub(super) ssim: Vec<f64>,
    /// PSNR with random actions.
    pub(super) random: Vec<f64>,
    /// PSNR of the prompt's last true frame, held.
    pub(super) held: Vec<f64>,
}

impl Near {
    fn of(pair: &Pair, clip: &Clip, prompt: usize) -> Self {
        let truth = &clip.frames[prompt..];
        let against = |frames: &[Frame]| -> Vec<f64> {
            frames[1..]
                .iter()
                .zip(truth)
                .map(|(a, b)| psnr(a, b))
                .collect()
        };
        let played = pair.inferred[1..].iter().zip(truth);
        Self {
            psnr: against(&pair.inferred),
            ssim: played.map_while(|(a, b)| ssim(a, b)).collect(),
            random: against(&pair.random),
            held: truth
                .iter()
                .take(pair.inferred.len() - 1)
                .map(|b| psnr(&clip.frames[prompt - 1], b))
                .collect(),
        }
    }
}

impl Near {
    /// ΔPSNR `t` frames after the prompt.
    fn delta_psnr(&self, t: usize) -> Option<f64> {
        Some(self.psnr.get(t - 1)? - self.random.get(t - 1)?)
    }
}

/// What playing some clips from so many prompt frames gave.
#[derive(Default)]
pub(super) struct Played {
    /// Prompt frames.
    pub(super) prompt: usize,
    /// `[seed][clip]`.
    pub(super) near: Vec<Vec<Near>>,
    /// What the first seed played, `[clip]`.
    pub(super) pairs: Vec<Pair>,
    /// Change from frame to frame, against the true frames'.
    pub(super) change: Option<f64>,
    /// Differences across the borders of tokens, against the true frames'.
    pub(super) seams: Option<f64>,
    pub(super) motion_skill_x: Option<f64>,
    pub(super) motion_skill_y: Option<f64>,
}

impl Played {
    /// A figure of each clip under each seed, or under the first alone where the others were not played for
    /// long enough; `None` unless every clip has it.
    fn measure(&self, of: impl Fn(&Near) -> Option<f64>) -> Option<Measure> {
        let of_seeds = self.near.iter();
        let values: Vec<Vec<f64>> = of_seeds
            .map_while(|clips| clips.iter().map(&of).collect())
            .collect();
        Measure::of(&values)
    }

    /// ΔPSNR `t` frames after the prompt, dB.
    pub(super) fn delta_psnr(&self, t: usize) -> Option<Measure> {
        self.measure(|near| near.delta_psnr(t))
    }

    /// Mean PSNR of the first `frames` played frames, dB.
    pub(super) fn psnr(&self, frames: usize) -> Option<Measure> {
        self.measure(|near| near.psnr.get(..frames).map(mean))
    }

    /// Mean SSIM of the first `frames` played frames.
    pub(super) fn ssim(&self, frames: usize) -> Option<Measure> {
        self.measure(|near| near.ssim.get(..frames).map(mean))
    }

    /// Mean PSNR of the prompt's last frame held for `frames` frames, dB.
    pub(super) fn held(&self, frames: usize) -> Option<Measure> {
        self.measure(|near| near.held.get(..frames).map(mean))
    }

    /// [`Self::psnr`] of each clip under the first seed.
    pub(super) fn psnr_of_clips(&self, frames: usize) -> Option<Vec<f64>> {
        let clips = self.near.first()?.iter();
        clips
            .map(|near| near.psnr.get(..frames).map(mean))
            .collect()
    }

    /// [`Self::delta_psnr`] of each clip under the first seed.
    pub(super) fn delta_psnr_of_clips(&self, t: usize) -> Option<Vec<f64>> {
        let clips = self.near.first()?.iter();
        clips.map(|near| near.delta_psnr(t)).collect()
    }

    /// The mean of a list, entry by entry, of every clip under every seed; where it is longer under the first
    /// seed, under that. As long as every clip's is.
    pub(super) fn curve(&self, of: fn(&Near) -> &[f64]) -> Vec<f64> {
        let lengths = self.near.first().into_iter().flatten();
        let length = lengths.map(|near| of(near).len()).min().unwrap_or(0);
        let all = || self.near.iter().flatten().map(of);
        (0..length)
            .map(|t| {
                mean(
                    &all()
                        .filter_map(|list| list.get(t).copied())
                        .collect::<Vec<_>>(),
                )
            })
            .collect()
    }
}

/// How clips are played.
pub(super) struct Plan<'a> {
    pub(super) world: &'a World,
    /// One for each seed.
    pub(super) seeds: &'a [Sampling],
    /// Prompt frames.
    pub(super) prompt: usize,
    /// Most frames that the first seed plays; the others, and random actions, play [`SHORT`].
    pub(super) length: usize,
}

/// The settings of each of `count` seeds, the first being `sampling` itself.
pub(super) fn seeds(sampling: &Sampling, count: usize) -> Vec<Sampling> {
    // Far apart: clips count up from their seed.
    const STRIDE: u32 = 0x9e37_79b9;
    (0..count as u32)
        .map(|k| Sampling {
            seed: sampling.seed.wrapping_add(k.wrapping_mul(STRIDE)),
            ..*sampling
        })
        .collect()
}

/// What one play of a clip gives.
struct One {
    pair: Pair,
    near: Near,
    look: Look,
    true_look: Look,
    /// Motion after each random action.
    moved: Vec<motion::Motion>,
}

/// Plays each of `clips` twice under each seed, with its inferred actions and with random ones; not at all if
/// the world looks at fewer frames than the prompt has. `progress` hears of every play, `seeds × clips` of them.
pub(super) fn run(
    plan: &Plan<'_>,
    clips: &[Clip],
    progress: &mut dyn FnMut(usize),
) -> Result<Played> {
    if plan.prompt > plan.world.card.config.frames {
        return Ok(Played {
            prompt: plan.prompt,
            ..Played::default()
        });
    }
    let one = |world: &World, job: usize| -> Result<One> {
        let (k, number) = (job / clips.len(), job % clips.len());
        let length = if k == 0 {
            plan.length.max(SHORT)
        } else {
            SHORT
        };
        let clip = &clips[number];
        let pair = pair(world, plan.prompt, clip, number, &plan.seeds[k], length)?;
        let (mut look, mut true_look) = (Look::default(), Look::default());
        let patch = world.card.config.tokenizer.patch;
        let (short, before) = (pair.random.len(), plan.prompt - 1);
        look.add(&pair.inferred[..short], patch);
        true_look.add(&clip.frames[before..][..short], patch);
        let moves = pair.random.windows(2);
        Ok(One {
            near: Near::of(&pair, clip, plan.prompt),
            moved: moves.map(|w| motion::between(&w[0], &w[1])).collect(),
            look,
            true_look,
            pair,
        })
    };
    let all = workers::each(plan.world, plan.seeds.len() * clips.len(), &one, progress)?;
    let (mut look, mut true_look) = (Look::default(), Look::default());
    let (mut pressed, mut x, mut y, mut fit) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut near: Vec<Vec<Near>> = vec![Vec::new(); plan.seeds.len()];
    let mut pairs = Vec::new();
    for (job, one) in all.into_iter().enumerate() {
        let (k, number) = (job / clips.len(), job % clips.len());
        look.merge(&one.look);
        true_look.merge(&one.true_look);
        pressed.extend_from_slice(&one.pair.pressed);
        x.extend(one.moved.iter().map(|m| sign(m.x)));
        y.extend(one.moved.iter().map(|m| sign(m.y)));
        fit.extend(one.moved.iter().map(|_| number % 2 == 0));
        near[k].push(one.near);
        if k == 0 {
            pairs.push(one.pair);
        }
    }
    Ok(Played {
        prompt: plan.prompt,
        near,
        pairs,
        change: look.change_against(&true_look),
        seams: look.seams_against(&true_look),
        motion_skill_x: motion::skill(&pressed, &x, &fit),
        motion_skill_y: motion::skill(&pressed, &y, &fit),
    })
}

fn pair(
    world: &World,
    prompt: usize,
    clip: &Clip,
    number: usize,
    sampling: &Sampling,
    length: usize,
) -> Result<Pair> {
    let sampling = of_clip(sampling, number);
    let playable = clip.playable(prompt);
    let short = SHORT.min(playable);
    let kinds = world.card.config.actions();
    let mut rng = Rng::of_step(u64::from(sampling.seed), number as u64, 31);
    let pressed: Vec<usize> = (0..short).map(|_| rng.below(kinds)).collect();
    let tokens = &clip.tokens[..prompt];
    let inferred = &clip.actions[prompt - 1..][..length.min(playable)];
    Ok(Pair {
        inferred: play(world, tokens, inferred, sampling)?,
        random: play(world, tokens, &pressed, sampling)?,
        pressed,
    })
}

/// A clip's own seed, so that no two clips are played with the same noise.
pub(crate) fn of_clip(sampling: &Sampling, number: usize) -> Sampling {
    Sampling {
        seed: sampling.seed.wrapping_add(number as u32),
        ..*sampling
    }
}

/// A session that starts from the tokens of some frames.
pub(crate) fn start(world: &World, prompt: &[Vec<u32>], sampling: Sampling) -> Result<Session> {
    let options = Options {
        sampling,
        cache: true,
        ..Options::default()
    };
    Ok(pollster::block_on(Session::from_tokens(
        world,
        prompt.to_vec(),
        options,
    ))?)
}

/// The last prompt frame as the session shows it, and the frames after it.
pub(crate) fn play(
    world: &World,
    prompt: &[Vec<u32>],
    actions: &[usize],
    sampling: Sampling,
) -> Result<Vec<Frame>> {
    let mut session = start(world, prompt, sampling)?;
    let mut frames = vec![session.picture().clone()];
    for &action in actions {
        frames.push(pollster::block_on(session.step(action))?.clone());
    }
    Ok(frames)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(near: Vec<Vec<Near>>) -> Played {
        Played {
            prompt: 1,
            near,
            ..Played::default()
        }
    }

    #[test]
    fn figures_are_of_the_frames_that_they_name() {
        let near = |shift: f64| Near {
            psnr: vec![30.0 + shift, 26.0, 22.0, 20.0],
            ssim: vec![0.9, 0.8, 0.7, 0.6],
            random: vec![29.0, 20.0],
            held: vec![10.0; 4],
        };
        let played = played(vec![vec![near(0.0), near(2.0)], vec![near(1.0), near(3.0)]]);
        let delta = played.delta_psnr(1).unwrap();
        assert_eq!(delta.mean, 2.5);
        assert_eq!(delta.error, Some(1.0));
        assert!((delta.seeds.unwrap() - 0.5f64.sqrt()).abs() < 1e-12);
        assert_eq!(played.delta_psnr(2).unwrap().mean, 6.0);
        // Random actions were played for two frames only.
        assert_eq!(played.delta_psnr(3), None);
        assert_eq!(
            played.psnr(4).unwrap().mean,
            (31.5 + 26.0 + 22.0 + 20.0) / 4.0
        );
        assert_eq!(played.psnr(5), None);
        assert!((played.ssim(2).unwrap().mean - 0.85).abs() < 1e-12);
        assert_eq!(played.held(4).unwrap().mean, 10.0);
        assert_eq!(played.curve(|n| &n.random), [29.0, 20.0]);
    }

    #[test]
    fn seeds_differ_and_the_first_is_the_given_one() {
        let sampling = model::world::PlayDefaults::default().sampling(9);
        let all = seeds(&sampling, 4);
        assert_eq!(all[0], sampling);
        for (i, a) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|b| a.seed.abs_diff(b.seed) > 1_000_000));
        }
    }
}
