//! I3D (Carreira and Zisserman, arXiv 1705.07750): Inception-v1 inflated to three dimensions, the RGB
//! stream. Table and figure 3 of that paper; tensors are named as in piergiaj/pytorch-i3d, in small
//! letters.

use std::path::Path;

use anyhow::{Result, ensure};
use burn::module::{Module, Param};
use burn::tensor::module::interpolate;
use burn::tensor::ops::{InterpolateMode, InterpolateOptions};
use burn::tensor::{Device, Tensor};
use model::picture::to_tensor;

use super::layers::{Unit, max_pool};
use crate::weights::Network;

/// Classes of Kinetics-400: features of a clip.
pub const FEATURES: usize = 400;
/// The fewest frames of a clip: fewer leave nothing to average over after three halvings of time.
pub const FEWEST_FRAMES: usize = 9;
/// Frames are resized to squares of this side, on which the network was trained.
const SIDE: usize = 224;

const I3D: Network = Network {
    name: "I3D",
    names: "those of pytorch-i3d, such as Mixed_3b.b1a.conv3d.weight",
    convert: "with tools/fvd/convert.py",
    largest: 1 << 30,
};

/// Four ways side by side.
#[derive(Module, Debug)]
struct Inception {
    b0: Unit,
    b1a: Unit,
    b1b: Unit,
    b2a: Unit,
    b2b: Unit,
    b3b: Unit,
}

impl Inception {
    /// `widths`: what each of the six units gives.
    fn new(inputs: usize, widths: [usize; 6], device: &Device) -> Self {
        let [b0, b1a, b1b, b2a, b2b, b3b] = widths;
        let unit = |inputs, outputs, side| Unit::new([inputs, outputs], side, 1, device);
        Self {
            b0: unit(inputs, b0, 1),
            b1a: unit(inputs, b1a, 1),
            b1b: unit(b1a, b1b, 3),
            b2a: unit(inputs, b2a, 1),
            b2b: unit(b2a, b2b, 3),
            b3b: unit(inputs, b3b, 1),
        }
    }

    fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        let ways = vec![
            self.b0.forward(x.clone()),
            self.b1b.forward(self.b1a.forward(x.clone())),
            self.b2b.forward(self.b2a.forward(x.clone())),
            self.b3b.forward(max_pool(x, [3, 3], [1, 1])),
        ];
        Tensor::cat(ways, 1)
    }
}

/// The last layer: a convolution of a single place, with a bias and nothing after it.
#[derive(Module, Debug)]
struct Logits {
    conv3d: Head,
}

#[derive(Module, Debug)]
struct Head {
    /// `[400, 1024, 1, 1, 1]`.
    weight: Param<Tensor<5>>,
    /// `[400]`.
    bias: Param<Tensor<1>>,
}

/// The network. It has learned nothing here: its weights come from a file.
#[derive(Module, Debug)]
pub struct I3d {
    conv3d_1a_7x7: Unit,
    conv3d_2b_1x1: Unit,
    conv3d_2c_3x3: Unit,
    mixed_3b: Inception,
    mixed_3c: Inception,
    mixed_4b: Inception,
    mixed_4c: Inception,
    mixed_4d: Inception,
    mixed_4e: Inception,
    mixed_4f: Inception,
    mixed_5b: Inception,
    mixed_5c: Inception,
    logits: Logits,
}

impl I3d {
    fn new(device: &Device) -> Self {
        let mixed = |inputs, widths| Inception::new(inputs, widths, device);
        Self {
            conv3d_1a_7x7: Unit::new([3, 64], 7, 2, device),
            conv3d_2b_1x1: Unit::new([64, 64], 1, 1, device),
            conv3d_2c_3x3: Unit::new([64, 192], 3, 1, device),
            mixed_3b: mixed(192, [64, 96, 128, 16, 32, 32]),
            mixed_3c: mixed(256, [128, 128, 192, 32, 96, 64]),
            mixed_4b: mixed(480, [192, 96, 208, 16, 48, 64]),
            mixed_4c: mixed(512, [160, 112, 224, 24, 64, 64]),
            mixed_4d: mixed(512, [128, 128, 256, 24, 64, 64]),
            mixed_4e: mixed(512, [112, 144, 288, 32, 64, 64]),
            mixed_4f: mixed(528, [256, 160, 320, 32, 128, 128]),
            mixed_5b: mixed(832, [256, 160, 320, 32, 128, 128]),
            mixed_5c: mixed(832, [384, 192, 384, 48, 128, 128]),
            logits: Logits {
                conv3d: Head {
                    weight: Param::from_tensor(Tensor::zeros([FEATURES, 1024, 1, 1, 1], device)),
                    bias: Param::from_tensor(Tensor::zeros([FEATURES], device)),
                },
            },
        }
    }

    /// The network with the weights of the `.safetensors` file at `path`, on `device`.
    ///
    /// # Errors
    /// Names the file, and the first tensor that is missing, has another shape, or isn't I3D's.
    pub fn load(path: &Path, device: &Device) -> Result<Self> {
        let tensors = I3D.read(path)?.tensors;
        // The published names have capitals, fields of Rust don't.
        let tensors = tensors
            .into_iter()
            .map(|(name, values)| (name.to_lowercase(), values))
            .collect();
        I3D.fill(Self::new(device), &tensors, path)
    }

    /// Features of clips: bytes `[B, T, H, W, 3]` → logits `[B, 400]`.
    ///
    /// # Errors
    /// If a clip has fewer than [`FEWEST_FRAMES`] frames, or the device fails.
    pub fn features(&self, bytes: &[u8], shape: [usize; 5]) -> Result<Vec<f32>> {
        let [b, t, h, w, c] = shape;
        ensure!(
            t >= FEWEST_FRAMES,
            "I3D needs clips of {FEWEST_FRAMES} frames or more, these have {t}"
        );
        let device = self.logits.conv3d.bias.val().device();
        let frames = to_tensor(bytes, shape, &device).reshape([b * t, h, w, c]);
        let options = InterpolateOptions::new(InterpolateMode::Bilinear)
            .with_align_corners(false)
            .with_output_size([SIDE; 2]);
        let frames = interpolate(frames.permute([0, 3, 1, 2]), options);
        let clips = frames.reshape([b, t, c, SIDE, SIDE]).swap_dims(1, 2);
        let logits = self.forward(clips * 2.0 - 1.0);
        Ok(logits.to_data().convert::<f32>().try_to_vec()?)
    }

    /// Clips `[B, 3, T, H, W]` in [-1, 1] → logits `[B, 400]`, averaged over time.
    fn forward(&self, x: Tensor<5>) -> Tensor<2> {
        let x = self.stages(x).pop().expect("there are stages");
        let [b, c, t, ..] = x.dims();
        // The pictures are 7×7 by now where the clips were 224×224: the average pool of 2×7×7 takes all
        // of each, and any two neighbours in time. What comes after it is linear.
        let x = x.mean_dim(4).mean_dim(3).reshape([b, c, t]);
        let pairs = (x.clone().narrow(2, 0, t - 1) + x.narrow(2, 1, t - 1)) * 0.5;
        let x = pairs.mean_dim(2).reshape([b, c]);
        let head = &self.logits.conv3d;
        let weight = head.weight.val().reshape([FEATURES, c]).transpose();
        x.matmul(weight) + head.bias.val().unsqueeze()
    }

    /// What each stage between two poolings gives.
    fn stages(&self, x: Tensor<5>) -> Vec<Tensor<5>> {
        let x = self.conv3d_1a_7x7.forward(x);
        let first = max_pool(x, [1, 3], [1, 2]);
        let x = self.conv3d_2b_1x1.forward(first.clone());
        let second = max_pool(self.conv3d_2c_3x3.forward(x), [1, 3], [1, 2]);
        let third = through([&self.mixed_3b, &self.mixed_3c], second.clone());
        let fourth = through(
            [
                &self.mixed_4b,
                &self.mixed_4c,
                &self.mixed_4d,
                &self.mixed_4e,
                &self.mixed_4f,
            ],
            max_pool(third.clone(), [3, 3], [2, 2]),
        );
        let fifth = through(
            [&self.mixed_5b, &self.mixed_5c],
            max_pool(fourth.clone(), [2, 2], [2, 2]),
        );
        vec![first, second, third, fourth, fifth]
    }
}

fn through<const N: usize>(blocks: [&Inception; N], x: Tensor<5>) -> Tensor<5> {
    blocks.into_iter().fold(x, |x, block| block.forward(x))
}

#[cfg(test)]
pub(super) mod tests;
