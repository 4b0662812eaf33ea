//! Convolution and batch norm with torchvision's parameter names and layouts.

use burn::module::{Module, Param, RunningState};
use burn::tensor::module::{batch_norm, batch_norm_train, conv2d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Distribution, Tensor};

/// PyTorch's.
const EPSILON: f64 = 1e-5;
/// Share of a batch's statistics in the running ones, PyTorch's.
pub(super) const MOMENTUM: f64 = 0.1;

/// A convolution without bias, of a square kernel.
#[derive(Module, Debug)]
pub struct Conv {
    /// `[out, in, side, side]`.
    pub weight: Param<Tensor<4>>,
    stride: usize,
}

impl Conv {
    /// Weights from a normal distribution of variance `2 / (out · side²)`, as torchvision begins.
    pub fn new([inputs, outputs]: [usize; 2], side: usize, stride: usize, device: &Device) -> Self {
        let deviation = (2.0 / (outputs * side * side) as f64).sqrt();
        let shape = [outputs, inputs, side, side];
        Self {
            weight: Param::from_tensor(Tensor::random(
                shape,
                Distribution::Normal(0.0, deviation),
                device,
            )),
            stride,
        }
    }

    /// `[B, in, H, W]` → `[B, out, ⌈H / stride⌉, ⌈W / stride⌉]`, zeros around the border.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let padding = self.weight.dims()[2] / 2;
        let options = ConvOptions::new([self.stride; 2], [padding; 2], [1; 2], 1);
        conv2d(x, self.weight.val(), None, options)
    }
}

/// Batch norm over `[B, C, H, W]`.
#[derive(Module, Debug)]
pub struct BatchNorm {
    /// Gain, `[C]`.
    pub weight: Param<Tensor<1>>,
    /// Shift, `[C]`.
    pub bias: Param<Tensor<1>>,
    /// Mean of what training has seen, `[C]`.
    pub running_mean: RunningState<Tensor<1>>,
    /// Unbiased variance of what training has seen, `[C]`.
    pub running_var: RunningState<Tensor<1>>,
}

impl BatchNorm {
    /// Gain 1, shift 0, mean 0, variance 1.
    pub fn new(channels: usize, device: &Device) -> Self {
        Self {
            weight: Param::from_tensor(Tensor::ones([channels], device)),
            bias: Param::from_tensor(Tensor::zeros([channels], device)),
            running_mean: RunningState::new(Tensor::zeros([channels], device)),
            running_var: RunningState::new(Tensor::ones([channels], device)),
        }
    }

    /// By the running statistics, or, on a device with autodiff, by the batch's, which then go into
    /// the running ones.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        if !x.device().is_autodiff() {
            return batch_norm(
                x,
                self.weight.val(),
                self.bias.val(),
                self.running_mean.value(),
                self.running_var.value(),
                EPSILON,
            );
        }
        let [batch, _, height, width] = x.dims();
        let count = (batch * height * width) as f64;
        let seen = batch_norm_train(x, self.weight.val(), self.bias.val(), EPSILON);
        // PyTorch normalises by the biased variance and remembers the unbiased one.
        let unbiased = seen.variance * (count / (count - 1.0).max(1.0));
        update(&self.running_mean, seen.mean);
        update(&self.running_var, unbiased);
        seen.output
    }
}

fn update(state: &RunningState<Tensor<1>>, value: Tensor<1>) {
    let old = state.value_sync();
    state.update((old * (1.0 - MOMENTUM) + value.detach() * MOMENTUM).detach());
    // Twice, as the state is one update late otherwise.
    state.value_sync();
}
