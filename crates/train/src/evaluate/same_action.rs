//! The same action five times from several pictures (the paper's Figures 13 and 17): a latent action must mean
//! the same wherever it is pressed.

use anyhow::Result;
use model::World;
use model::maskgit::Sampling;
use model::picture::Frame;

use super::clips::Clip;
use super::rollout::start;

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
    let picked = super::clips::spread(clips.len() as u64, rows);
    let mut sheet = Vec::new();
    for (row, &number) in picked.iter().enumerate() {
        let session = start(world, &clips[number as usize].tokens[..1], *sampling)?;
        let mut frames = vec![session.picture().clone()];
        for action in 0..world.card.config.actions() {
            let mut branch = session.clone();
            for _ in 0..PRESSES {
                pollster::block_on(branch.step(action))?;
            }
            frames.push(branch.picture().clone());
        }
        sheet.push(frames);
        progress(row + 1, picked.len());
    }
    Ok(sheet)
}
