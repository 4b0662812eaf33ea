//! Linear layers and layer norm: parameters here, arithmetic in the `kernels` crate.

use burn::module::{Module, Param};
use burn::tensor::{Device, Distribution, Tensor};
use kernels::{Affine, Norm};

/// `y = x W + b`.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[in, out]`.
    pub weight: Param<Tensor<2>>,
    /// `[out]`.
    pub bias: Param<Tensor<1>>,
}

impl Linear {
    /// Weights from a normal distribution of deviation `gain / √in`, biases 0.
    pub fn new(inputs: usize, outputs: usize, gain: f64, device: &Device) -> Self {
        let deviation = gain / (inputs as f64).sqrt();
        Self {
            weight: normal([inputs, outputs], deviation, device),
            bias: Param::from_tensor(Tensor::zeros([outputs], device)),
        }
    }

    /// `[B, T, N, in]` → `[B, T, N, out]`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        kernels::linear(x, &self.weight.val(), &self.bias.val())
    }

    /// Its parameters as the kernels take them.
    pub(crate) fn values(&self) -> Affine {
        Affine {
            weight: self.weight.val(),
            bias: self.bias.val(),
        }
    }
}

/// Layer norm over the last dimension.
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// Gain, `[D]`.
    pub gamma: Param<Tensor<1>>,
    /// Shift, `[D]`.
    pub beta: Param<Tensor<1>>,
}

impl LayerNorm {
    /// Gain 1, shift 0.
    pub fn new(width: usize, device: &Device) -> Self {
        Self {
            gamma: Param::from_tensor(Tensor::ones([width], device)),
            beta: Param::from_tensor(Tensor::zeros([width], device)),
        }
    }

    /// `[B, T, N, D]` → the same shape.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        kernels::layer_norm(x, &self.gamma.val(), &self.beta.val())
    }

    /// Its parameters as the kernels take them.
    pub(crate) fn values(&self) -> Norm {
        Norm {
            gamma: self.gamma.val(),
            beta: self.beta.val(),
        }
    }
}

/// A parameter from a normal distribution around 0.
pub(crate) fn normal<const R: usize>(
    shape: [usize; R],
    deviation: f64,
    device: &Device,
) -> Param<Tensor<R>> {
    Param::from_tensor(Tensor::random(
        shape,
        Distribution::Normal(0.0, deviation),
        device,
    ))
}
