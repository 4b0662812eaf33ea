//! The extension of burn's backend on random input, natively: `tests/wgsl.rs`. The page plays without
//! burn's wgpu.

use burn::tensor::{Device, Tensor, TensorData};

use super::Noise;
use crate::{Past, QkGains, path, plain};

/// Heads and head sizes that random cases take. They are constants of the attention kernels: each
/// pair is a shader of its own, which a software GPU compiles for seconds.
pub const HEADS: [(usize, usize); 4] = [(1, 8), (3, 24), (2, 64), (1, 104)];

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// [`crate::spatial_attention`]
    SpatialAttention,
    /// [`crate::temporal_attention`]
    TemporalAttention,
    /// [`crate::normalised_keys`]
    NormalisedKeys,
    /// [`crate::layer_norm`]
    LayerNorm,
    /// [`crate::gelu`]
    Gelu,
}

/// How the device's input lies in memory. Its values are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One element after the other.
    Contiguous,
    /// Frames and tokens swapped in memory.
    Permuted,
    /// A part of a larger tensor.
    Sliced,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 3] = [Self::Contiguous, Self::Permuted, Self::Sliced];
}

/// One comparison: an operation, its shape, and the seed of its values.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is compared.
    pub operation: Operation,
    /// B
    pub batch: usize,
    /// T
    pub frames: usize,
    /// N
    pub tokens: usize,
    /// h
    pub heads: usize,
    /// d, a multiple of 8. Layer norm and GELU are as wide as all heads together.
    pub head_size: usize,
    /// P: frames of the past, for temporal attention only.
    pub past: usize,
    /// How the input lies in memory.
    pub layout: Layout,
    /// Seed of the values.
    pub seed: u64,
}

impl Case {
    /// How far the kernels on `device` are from the twin on the CPU, as [`super::difference`] measures it.
    ///
    /// # Panics
    /// If `device` isn't one that takes the WGSL path.
    pub async fn difference(&self, device: &Device) -> f32 {
        let twins = self.twins();
        let width = self.width();
        // Fresh buffers are likely to be these, freed: a kernel that skips an element shows NaN.
        let shape = [self.batch, self.frames, self.tokens, width];
        drop([0, 1, 2].map(|_| Tensor::<4>::full(shape, f32::NAN, device)));
        let kernels = self.kernels(device).await;
        let mut worst = 0f32;
        for (kernel, twin) in kernels.into_iter().zip(twins) {
            assert_eq!(kernel.dims(), twin.dims(), "{self:?}");
            worst = worst.max(super::difference(&read(kernel).await, &read(twin).await));
        }
        worst
    }

    fn width(&self) -> usize {
        self.heads * self.head_size
    }

    /// What the twin makes of the input, on the CPU.
    fn twins(&self) -> Vec<Tensor<4>> {
        let device = Device::flex();
        let input = |index: u64| self.tensor(index, &device);
        match self.operation {
            Operation::SpatialAttention => {
                vec![plain::spatial_attention(
                    input(0),
                    &self.gains(&device),
                    self.heads,
                )]
            }
            Operation::TemporalAttention => {
                let past = (self.past > 0).then(|| Past {
                    keys: input(1),
                    values: input(2),
                });
                let gains = self.gains(&device);
                vec![plain::temporal_attention(
                    input(0),
                    &gains,
                    self.heads,
                    past.as_ref(),
                )]
            }
            Operation::NormalisedKeys => {
                let kept = plain::normalised_keys(input(0), &self.gains(&device), self.heads);
                vec![kept.keys, kept.values]
            }
            Operation::LayerNorm => {
                let gains = self.gains(&device);
                vec![plain::layer_norm(input(0), &gains.query, &gains.key)]
            }
            Operation::Gelu => vec![plain::gelu(input(0))],
        }
    }

    /// What the public function makes of the same input on `device`.
    async fn kernels(&self, device: &Device) -> Vec<Tensor<4>> {
        let x = self.laid_out(0, device).await;
        assert!(path::wgsl(&x), "{device:?} doesn't take the WGSL path");
        let gains = self.gains(device);
        match self.operation {
            Operation::SpatialAttention => vec![crate::spatial_attention(x, &gains, self.heads)],
            Operation::TemporalAttention => {
                let past = match self.past {
                    0 => None,
                    _ => Some(Past {
                        keys: self.laid_out(1, device).await,
                        values: self.laid_out(2, device).await,
                    }),
                };
                vec![crate::temporal_attention(
                    x,
                    &gains,
                    self.heads,
                    past.as_ref(),
                )]
            }
            Operation::NormalisedKeys => {
                let kept = crate::normalised_keys(x, &gains, self.heads);
                vec![kept.keys, kept.values]
            }
            Operation::LayerNorm => vec![crate::layer_norm(x, &gains.query, &gains.key)],
            Operation::Gelu => vec![crate::gelu(x)],
        }
    }

    /// Input 0 is `qkv` or `x`, 1 and 2 the past's keys and values.
    fn shape(&self, index: u64) -> [usize; 4] {
        let attends = !matches!(self.operation, Operation::LayerNorm | Operation::Gelu);
        match index {
            0 if attends => [self.batch, self.frames, self.tokens, 3 * self.width()],
            0 => [self.batch, self.frames, self.tokens, self.width()],
            _ => [self.batch, self.past, self.tokens, self.width()],
        }
    }

    fn tensor(&self, index: u64, device: &Device) -> Tensor<4> {
        let shape = self.shape(index);
        let mut noise = Noise::new(self.seed ^ (index + 1) << 32);
        let values = (0..shape.iter().product())
            .map(|_| 2.0 * noise.normal())
            .collect();
        Tensor::from_data(TensorData::new::<f32, _>(values, shape), device)
    }

    async fn laid_out(&self, index: u64, device: &Device) -> Tensor<4> {
        let x = self.tensor(index, &Device::flex());
        let to_device = async |x: Tensor<4>| {
            let shape = x.dims();
            Tensor::<4>::from_data(TensorData::new(read(x).await, shape), device)
        };
        match self.layout {
            Layout::Contiguous => to_device(x).await,
            Layout::Permuted => to_device(x.swap_dims(1, 2)).await.swap_dims(1, 2),
            Layout::Sliced => {
                let larger = Tensor::cat(vec![x.clone(), x], 0);
                to_device(larger).await.narrow(0, self.batch, self.batch)
            }
        }
    }

    /// Gains around 1: of QK-norm, as long as a head; for layer norm, gain and shift of its width.
    fn gains(&self, device: &Device) -> QkGains {
        let length = match self.operation {
            Operation::LayerNorm => self.width(),
            _ => self.head_size,
        };
        let mut noise = Noise::new(!self.seed);
        let mut gain = || {
            let values: Vec<f32> = (0..length).map(|_| 1.0 + 0.3 * noise.normal()).collect();
            Tensor::from_data(TensorData::new(values, [length]), device)
        };
        QkGains {
            query: gain(),
            key: gain(),
        }
    }
}

async fn read(tensor: Tensor<4>) -> Vec<f32> {
    let data = tensor.into_data_async().await.expect("a read-back");
    data.try_into_vec().expect("f32 values")
}
