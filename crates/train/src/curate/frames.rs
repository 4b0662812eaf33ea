//! From clips' bytes to what the network sees.

use anyhow::{Result, ensure};
use burn::tensor::{Device, Tensor, TensorData};
use data::ClipStore;

/// ImageNet's mean and deviation of red, green and blue, which published weights were trained with.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

/// The network halves a frame five times; below this nothing is left to halve.
const SMALLEST: usize = 32;
/// The paper's rows. Of frames with twice as many or more, squares of pixels are averaged until fewer
/// than twice these are left: time goes with the pixels, and what makes a clip bad is seen from afar.
const ROWS: usize = 90;

/// The size of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Shape {
    /// The size of a store's frames.
    ///
    /// # Errors
    /// If they are smaller than 32×32.
    pub fn of(store: &ClipStore) -> Result<Self> {
        let shape = Self {
            height: store.height(),
            width: store.width(),
        };
        ensure!(
            shape.height >= SMALLEST && shape.width >= SMALLEST,
            "{} holds frames of {}×{} pixels; curation needs at least {SMALLEST}×{SMALLEST}",
            store.path().display(),
            shape.width,
            shape.height
        );
        Ok(shape)
    }

    /// Side of the squares of pixels that are averaged into one.
    fn square(self) -> usize {
        (self.height.min(self.width) / ROWS).max(1)
    }

    /// The size that the network sees.
    fn seen(self) -> Self {
        Self {
            height: self.height / self.square(),
            width: self.width / self.square(),
        }
    }
}

/// Positions of up to `count` frames, each in the middle of its equal part of the clip.
pub(super) fn spread(frames: usize, count: usize) -> Vec<usize> {
    let count = count.clamp(1, frames);
    (0..count)
        .map(|i| (2 * i + 1) * frames / (2 * count))
        .collect()
}

/// Frames on their way to the network.
pub(super) struct Batch {
    shape: Shape,
    count: usize,
    /// `[B, 3, h, w]`.
    values: Vec<f32>,
}

impl Batch {
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            shape,
            count: 0,
            values: Vec::new(),
        }
    }

    /// Adds frame `t` of `clip`, its left and right exchanged if `mirrored`.
    pub(super) fn add(&mut self, clip: &[u8], t: usize, mirrored: bool) {
        let (Shape { height, width }, seen) = (self.shape, self.shape.seen());
        let side = self.shape.square();
        let frame = &clip[t * height * width * 3..][..height * width * 3];
        let scale = 1.0 / (255.0 * (side * side) as f32);
        for channel in 0..3 {
            for y in 0..seen.height {
                for x in 0..seen.width {
                    let x = if mirrored { seen.width - 1 - x } else { x };
                    let mut sum = 0;
                    for row in y * side..(y + 1) * side {
                        for column in x * side..(x + 1) * side {
                            sum += u32::from(frame[(row * width + column) * 3 + channel]);
                        }
                    }
                    let value = sum as f32 * scale;
                    self.values
                        .push((value - MEAN[channel]) / DEVIATION[channel]);
                }
            }
        }
        self.count += 1;
    }

    pub(super) fn to_tensor(&self, device: &Device) -> Tensor<4> {
        let seen = self.shape.seen();
        let shape = [self.count, 3, seen.height, seen.width];
        Tensor::from_data(TensorData::new(self.values.clone(), shape), device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_spread_evenly() {
        assert_eq!(spread(160, 4), [20, 60, 100, 140]);
        assert_eq!(spread(2, 4), [0, 1]);
        assert_eq!(spread(5, 1), [2]);
        assert_eq!(spread(3, 3), [0, 1, 2]);
    }

    #[test]
    fn bytes_are_normalised_mirrored_and_averaged() {
        let shape = |height, width| Shape { height, width };
        // One row of two pixels would be too small for the network, but not for the arithmetic.
        let mut batch = Batch::new(shape(1, 2));
        let clip = [0, 0, 0, 0, 0, 0, 255, 0, 51, 0, 255, 102];
        batch.add(&clip, 1, false);
        batch.add(&clip, 1, true);
        let n = |value: f32, channel: usize| (value - MEAN[channel]) / DEVIATION[channel];
        let straight = [
            n(1.0, 0),
            n(0.0, 0),
            n(0.0, 1),
            n(1.0, 1),
            n(0.2, 2),
            n(0.4, 2),
        ];
        let mirrored = [
            n(0.0, 0),
            n(1.0, 0),
            n(1.0, 1),
            n(0.0, 1),
            n(0.4, 2),
            n(0.2, 2),
        ];
        for (value, expected) in batch.values.iter().zip(straight.iter().chain(&mirrored)) {
            assert!((value - expected).abs() < 1e-6, "{:?}", batch.values);
        }
        assert_eq!(batch.to_tensor(&Device::flex()).dims(), [2, 3, 1, 2]);

        assert_eq!(shape(90, 160).seen(), shape(90, 160));
        assert_eq!(shape(360, 640).seen(), shape(90, 160));
        assert_eq!(shape(64, 64).seen(), shape(64, 64));
        // 181 rows: squares of 2, the last row left out.
        let large = shape(181, 181);
        assert_eq!(large.seen(), shape(90, 90));
        let mut batch = Batch::new(large);
        let clip: Vec<u8> = (0..181 * 181)
            .flat_map(|i| [(i % 181) as u8, 0, 255])
            .collect();
        batch.add(&clip, 0, false);
        assert!((batch.values[1] - n(2.5 / 255.0, 0)).abs() < 1e-6);
        assert!((batch.values[2 * 8100 + 7] - n(1.0, 2)).abs() < 1e-6);
    }
}
