//! A true video again, from its first frames and the actions inferred from it (the paper, §2.2).

use anyhow::{Result, ensure};
use model::maskgit::Sampling;
use model::picture::Frame;
use model::session::tokenize;
use model::{LatentActionModel, World};

use super::clips::infer;
use super::quality::{psnr, ssim};
use super::rollout::start;

/// A true video and what the world makes of it.
#[derive(Clone, Debug)]
pub struct Regenerated {
    /// The true frames.
    pub truth: Vec<Frame>,
    /// As many: the prompt as the tokenizer shows it, then played ones.
    pub played: Vec<Frame>,
    /// Frames of the prompt.
    pub prompt: usize,
    /// The latent action played on the way to each frame after the prompt.
    pub actions: Vec<usize>,
    /// PSNR of each frame after the prompt, dB.
    pub psnr: Vec<f64>,
    /// SSIM of each; empty for frames of less than 11×11 pixels.
    pub ssim: Vec<f64>,
}

/// Plays `truth` again from its first `prompt` frames, with the actions inferred from it. `progress(done, of)`
/// counts frames.
///
/// # Errors
/// If there are no frames after the prompt, a frame is of another size than the world's, or the device fails.
pub fn regenerate(
    world: &World,
    encoder: &LatentActionModel,
    truth: Vec<Frame>,
    prompt: usize,
    sampling: Sampling,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Regenerated> {
    let config = &world.card.config;
    ensure!(
        (1..=config.frames).contains(&prompt),
        "a prompt of {prompt} frames; this world starts from 1 to {}",
        config.frames
    );
    ensure!(
        truth.len() > prompt,
        "the video has {} frames; after a prompt of {prompt} there is nothing to play",
        truth.len()
    );
    let tokens = pollster::block_on(tokenize(world, &truth[..prompt]))?;
    let inferred = infer(encoder, &truth, config, &world.actions.device())?;
    let actions = inferred[prompt - 1..].to_vec();
    let mut session = start(world, &tokens, sampling)?;
    let mut played: Vec<Frame> = session.recent_pictures().cloned().collect();
    let of = actions.len();
    for (done, &action) in actions.iter().enumerate() {
        played.push(pollster::block_on(session.step(action))?.clone());
        progress(done + 1, of);
    }
    let pairs = || played.iter().zip(&truth).skip(prompt);
    Ok(Regenerated {
        psnr: pairs().map(|(a, b)| psnr(a, b)).collect(),
        ssim: pairs().filter_map(|(a, b)| ssim(a, b)).collect(),
        truth,
        played,
        prompt,
        actions,
    })
}
