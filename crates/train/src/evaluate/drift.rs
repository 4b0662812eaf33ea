//! How far long play goes from what true video looks like, when it lasts much longer than any window.
//!
//! Frames far from the prompt can't be compared with true ones one by one: the play has gone its own way. So
//! what they are made of is compared: tokens, edges, and change from frame to frame.

use anyhow::Result;
use model::World;
use model::maskgit::Sampling;
use model::picture::Frame;
use serde::Serialize;

use super::clips::Clip;
use super::look::Look;
use super::rollout::{of_clip, start};
use super::workers;

/// Frames whose figures are taken together.
pub const WINDOW: usize = 20;
/// Frames that a strip of pictures shows, beside the prompt.
const SHOWN: usize = 11;

/// What some frames are made of, against true video.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Makeup {
    /// Jensen–Shannon divergence of the tokens' distribution from that of true video, bits: 0 alike, 1 without
    /// a code in common.
    pub tokens: f64,
    /// Mean difference of neighbouring pixels, as a multiple of true video's: below 1 blurred or emptied, above
    /// 1 ragged. `None` if true video is flat.
    pub edges: Option<f64>,
    /// Mean difference of a frame and the one before, as a multiple of true video's: near 0 frozen. `None` if
    /// true video stands still.
    pub change: Option<f64>,
}

/// Long play in windows of [`WINDOW`] frames.
#[derive(Clone, Debug, Default)]
pub struct Drift {
    /// One for each window, all videos together.
    pub windows: Vec<Makeup>,
    /// The same of the clips' own true frames: what true video differs from other true video.
    pub truth: Option<Makeup>,
    /// Which frames the strips show, 0 being the prompt.
    pub shown: Vec<usize>,
    /// For each video, those frames.
    pub strips: Vec<Vec<Frame>>,
}

/// Sums over frames of what makes them up.
struct Sums {
    codes: Vec<u64>,
    look: Look,
}

impl Sums {
    fn new(codes: usize) -> Self {
        Self {
            codes: vec![0; codes],
            look: Look::default(),
        }
    }

    fn add_tokens(&mut self, tokens: &[u32]) {
        for &token in tokens {
            self.codes[token as usize] += 1;
        }
    }

    fn merge(&mut self, other: &Self) {
        for (sum, part) in self.codes.iter_mut().zip(&other.codes) {
            *sum += part;
        }
        self.look.merge(&other.look);
    }

    /// Of the frames of `clip` that have tokens.
    fn add_clip(&mut self, clip: &Clip, patch: usize) {
        for tokens in &clip.tokens {
            self.add_tokens(tokens);
        }
        self.look.add(&clip.frames[..clip.tokens.len()], patch);
    }

    fn against(&self, truth: &Self) -> Makeup {
        Makeup {
            tokens: divergence(&self.codes, &truth.codes),
            edges: self.look.edges_against(&truth.look),
            change: self.look.change_against(&truth.look),
        }
    }
}

/// Plays `frames` frames from the first frame of each of up to `videos` clips of odd number, with the actions
/// inferred for them and for the clips after them, and compares what is played with the clips of even number.
/// Nothing is played if there are fewer than two clips, or `frames` are less than two windows.
pub(super) fn run(
    world: &World,
    clips: &[Clip],
    videos: usize,
    frames: usize,
    sampling: &Sampling,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Drift> {
    let config = &world.card.config;
    let patch = config.tokenizer.patch;
    let played: Vec<usize> = (1..clips.len()).step_by(2).take(videos).collect();
    let windows = frames / WINDOW;
    if played.is_empty() || windows < 2 {
        return Ok(Drift::default());
    }
    let mut reference = Sums::new(config.codes());
    for clip in clips.iter().step_by(2) {
        reference.add_clip(clip, patch);
    }
    let mut truth = Sums::new(config.codes());
    for &number in &played {
        truth.add_clip(&clips[number], patch);
    }
    let shown = shown(windows * WINDOW);
    let one = |world: &World, job: usize| one(world, clips, played[job], windows, &shown, sampling);
    let all = workers::each(world, played.len(), &one, &mut |done| {
        progress(done, played.len());
    })?;
    let mut sums: Vec<Sums> = (0..windows).map(|_| Sums::new(config.codes())).collect();
    let mut strips = Vec::new();
    for (of_play, strip) in all {
        for (sum, part) in sums.iter_mut().zip(&of_play) {
            sum.merge(part);
        }
        strips.push(strip);
    }
    Ok(Drift {
        windows: sums.iter().map(|s| s.against(&reference)).collect(),
        truth: Some(truth.against(&reference)),
        shown,
        strips,
    })
}

/// Plays on from clip `number`: what each window is made of, and the frames that are `shown`.
fn one(
    world: &World,
    clips: &[Clip],
    number: usize,
    windows: usize,
    shown: &[usize],
    sampling: &Sampling,
) -> Result<(Vec<Sums>, Vec<Frame>)> {
    let config = &world.card.config;
    let of_clips = (0..clips.len()).map(|i| &clips[(number + i) % clips.len()].actions);
    let mut actions = of_clips.flatten().copied().cycle();
    let prompt = &clips[number].tokens[..1];
    let mut session = start(world, prompt, of_clip(sampling, number))?;
    let mut last = session.picture().clone();
    let mut strip = vec![last.clone()];
    let mut of_windows = Vec::new();
    for window in 0..windows {
        let mut sums = Sums::new(config.codes());
        for t in 1..=WINDOW {
            let action = actions.next().unwrap_or_default();
            let picture = pollster::block_on(session.step(action))?.clone();
            sums.add_tokens(session.tokens().last().unwrap_or_default());
            let pair = [last, picture];
            sums.look.add(&pair, config.tokenizer.patch);
            [_, last] = pair;
            if shown.contains(&(window * WINDOW + t)) {
                strip.push(last.clone());
            }
        }
        of_windows.push(sums);
    }
    Ok((of_windows, strip))
}

/// The prompt, some early frames, and others evenly up to the end.
fn shown(frames: usize) -> Vec<usize> {
    let mut shown = vec![0, 1, 5, 10];
    shown.extend((1..=SHOWN - 3).map(|i| i * frames / (SHOWN - 3)));
    shown.sort_unstable();
    shown.dedup();
    shown
}

/// Jensen–Shannon divergence of two histograms, bits; 0 if one is empty.
fn divergence(p: &[u64], q: &[u64]) -> f64 {
    let total = |counts: &[u64]| counts.iter().sum::<u64>() as f64;
    let (all_p, all_q) = (total(p), total(q));
    if all_p == 0.0 || all_q == 0.0 {
        return 0.0;
    }
    let part = |x: f64, middle: f64| {
        if x > 0.0 {
            x * (x / middle).log2()
        } else {
            0.0
        }
    };
    let sum: f64 = p
        .iter()
        .zip(q)
        .map(|(&p, &q)| {
            let (p, q) = (p as f64 / all_p, q as f64 / all_q);
            let middle = f64::midpoint(p, q);
            part(p, middle) + part(q, middle)
        })
        .sum();
    sum / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergence_is_as_by_hand() {
        assert_eq!(divergence(&[3, 1], &[6, 2]), 0.0);
        assert_eq!(divergence(&[5, 0], &[0, 7]), 1.0);
        // Half of: 1 · log₂(1 / 0.75) + 0.5 · log₂(0.5 / 0.75) + 0.5 · log₂(0.5 / 0.25).
        let wanted = 0.5 * ((4.0f64 / 3.0).log2() + 0.5 * (2.0f64 / 3.0).log2() + 0.5);
        assert!((divergence(&[4, 0], &[1, 1]) - wanted).abs() < 1e-12);
        assert_eq!(divergence(&[0, 0], &[1, 1]), 0.0);
    }

    #[test]
    fn strips_begin_with_the_prompt_and_end_with_the_last_frame() {
        assert_eq!(
            shown(200),
            [0, 1, 5, 10, 25, 50, 75, 100, 125, 150, 175, 200]
        );
        let short = shown(40);
        assert_eq!((short[0], short[short.len() - 1]), (0, 40));
        assert!(short.is_sorted_by(|a, b| a < b));
    }
}
