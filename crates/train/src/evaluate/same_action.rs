//! The same action five times from several pictures (the paper's Figures 13 and 17): a latent action must mean
//! the same wherever it is pressed.

use anyhow::Result;
use model::World;
use model::maskgit::Sampling;
use model::picture::Frame;

use super::clips::{Clip, spread};
use super::rollout::start;
use super::workers;

/// Presses of each action.
pub const PRESSES: usize = 5;

/// From the first frame of each of up to `rows` clips, evenly spread: that frame, then for each latent action
/// the frame after it was pressed [`PRESSES`] times.
pub(super) fn sheet(
    world: &World,
    clips: &[Clip],
    rows: usize,
    sampling: &Sampling,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Vec<Vec<Frame>>> {
    let picked = spread(clips.len() as u64, rows);
    let row = |world: &World, row: usize| -> Result<Vec<Frame>> {
        let session = start(world, &clips[picked[row] as usize].tokens[..1], *sampling)?;
        let mut frames = vec![session.picture().clone()];
        for action in 0..world.card.config.actions() {
            let mut branch = session.clone();
            for _ in 0..PRESSES {
                pollster::block_on(branch.step(action))?;
            }
            frames.push(branch.picture().clone());
        }
        Ok(frames)
    };
    workers::each(world, picked.len(), &row, &mut |done| {
        progress(done, picked.len());
    })
}
