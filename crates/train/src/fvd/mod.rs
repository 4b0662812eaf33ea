//! Fréchet Video Distance (Unterthiner et al., arXiv 1812.01717): how far apart two sets of clips are,
//! seen through a network that tells actions in videos apart. docs/fvd.md has the conventions.
//!
//! ```text
//! true clips ───► I3d::features ─► Gaussian ─┐
//! played clips ─► I3d::features ─► Gaussian ─┴─► distance
//! ```

mod frechet;
mod i3d;
mod layers;
mod played;

use anyhow::{Result, ensure};

pub use frechet::Gaussian;
pub use i3d::{FEATURES, FEWEST_FRAMES, I3d};
pub use played::{Fvd, Settings, of_world};

/// Clips that go through the network at once: enough to keep it busy, few enough to fit.
const AT_ONCE: usize = 4;

/// Some clips.
#[derive(Clone, Copy, Debug)]
pub struct Clips<'a> {
    /// RGB, `[B, T, H, W, 3]`.
    pub bytes: &'a [u8],
    /// `[B, T, H, W, 3]`.
    pub shape: [usize; 5],
}

/// The FVD of `made` clips from `truth`, two or more of each; 0 for the same clips.
/// `progress(done, of)` counts the clips that have gone through the network.
///
/// # Errors
/// If there are too few clips, or they have fewer than [`FEWEST_FRAMES`] frames, or the device fails.
pub fn distance(
    network: &I3d,
    truth: Clips<'_>,
    made: Clips<'_>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<f64> {
    let total = truth.shape[0] + made.shape[0];
    let mut done = 0;
    let mut gaussian = |clips: Clips<'_>| {
        let rows = features(network, clips, &mut |count| {
            done += count;
            progress(done, total);
        })?;
        Gaussian::of(&rows, FEATURES)
    };
    let (truth, made) = (gaussian(truth)?, gaussian(made)?);
    truth.distance(&made)
}

/// `[B, 400]`.
fn features(network: &I3d, clips: Clips<'_>, each: &mut dyn FnMut(usize)) -> Result<Vec<f32>> {
    let [_, t, h, w, c] = clips.shape;
    ensure!(
        c == 3 && clips.bytes.len() == clips.shape.iter().product::<usize>(),
        "{} bytes are no clips of {:?}",
        clips.bytes.len(),
        clips.shape
    );
    let mut rows = Vec::new();
    for bytes in clips.bytes.chunks(AT_ONCE * t * h * w * c) {
        let count = bytes.len() / (t * h * w * c);
        rows.extend(network.features(bytes, [count, t, h, w, c])?);
        each(count);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::i3d::tests::network;
    use super::*;
    use crate::formula::values;

    #[test]
    fn a_set_is_at_no_distance_from_itself_and_at_some_from_noise() {
        let network = network(&Device::flex());
        let shape = [2, FEWEST_FRAMES, 8, 8, 3];
        let length = shape.iter().product();
        let bytes = |name: &str| -> Vec<u8> {
            values(name, length)
                .map(|u| (128.0 + 100.0 * u) as u8)
                .collect()
        };
        let (truth, noise) = (bytes("video"), bytes("noise"));
        let clips = |bytes| Clips { bytes, shape };
        let rows = features(&network, clips(&truth), &mut |_| {}).unwrap();
        let truth_alone = Gaussian::of(&rows, FEATURES).unwrap();
        let mut seen = Vec::new();
        let far = distance(&network, clips(&truth), clips(&noise), &mut |done, of| {
            seen.push((done, of));
        });
        let (far, itself) = (far.unwrap(), truth_alone.distance(&truth_alone).unwrap());
        assert!(far > 1e-3 && itself.abs() < 1e-6 * far, "{itself}, {far}");
        assert_eq!(seen, [(2, 4), (4, 4)]);
    }

    #[test]
    fn bytes_that_are_no_clips_are_refused() {
        let network = network(&Device::flex());
        let clips = Clips {
            bytes: &[0; 100],
            shape: [2, 9, 8, 8, 3],
        };
        let said = distance(&network, clips, clips, &mut |_, _| {}).unwrap_err();
        assert!(said.to_string().contains("100 bytes"), "{said}");
    }
}
