//! Three-dimensional convolution and pooling with TensorFlow's "SAME" padding, over
//! `[B, C, T, H, W]`.

use burn::module::{Module, Param};
use burn::tensor::activation::relu;
use burn::tensor::module::{conv3d, max_pool2d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions, PadMode};
use burn::tensor::{Device, Tensor};

/// Sonnet's, with which the published weights were trained.
const EPSILON: f64 = 1e-3;

/// A convolution's kernel, in PyTorch's layout.
#[derive(Module, Debug)]
pub struct Kernel {
    /// `[out, in, time, height, width]`.
    pub weight: Param<Tensor<5>>,
}

/// Batch norm as it was learned; it learns no more.
#[derive(Module, Debug)]
pub struct Norm {
    /// Gain, `[C]`.
    pub weight: Param<Tensor<1>>,
    /// Shift, `[C]`.
    pub bias: Param<Tensor<1>>,
    /// `[C]`.
    pub running_mean: Param<Tensor<1>>,
    /// `[C]`.
    pub running_var: Param<Tensor<1>>,
}

/// Convolution without bias, batch norm, ReLU.
#[derive(Module, Debug)]
pub struct Unit {
    conv3d: Kernel,
    bn: Norm,
    stride: usize,
}

impl Unit {
    /// A unit of zeros, with a cubic kernel of `side`.
    pub fn new([inputs, outputs]: [usize; 2], side: usize, stride: usize, device: &Device) -> Self {
        let zeros = || Param::from_tensor(Tensor::zeros([outputs], device));
        Self {
            conv3d: Kernel {
                weight: Param::from_tensor(Tensor::zeros(
                    [outputs, inputs, side, side, side],
                    device,
                )),
            },
            bn: Norm {
                weight: zeros(),
                bias: zeros(),
                running_mean: zeros(),
                running_var: zeros(),
            },
            stride,
        }
    }

    /// `[B, in, T, H, W]` → `[B, out, ⌈T / stride⌉, ⌈H / stride⌉, ⌈W / stride⌉]`.
    pub fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        // Batch norm is a gain and a shift: both go into the convolution, one pass less over its output.
        let gain = self.bn.weight.val() / (self.bn.running_var.val() + EPSILON).sqrt();
        let shift = self.bn.bias.val() - self.bn.running_mean.val() * gain.clone();
        let weight = self.conv3d.weight.val();
        let [outputs, _, side, ..] = weight.dims();
        let weight = weight * gain.reshape([outputs, 1, 1, 1, 1]);
        let x = pad_same(x, [side; 3], [self.stride; 3]);
        let options = ConvOptions::new([self.stride; 3], [0; 3], [1; 3], 1);
        relu(conv3d(x, weight, Some(shift), options))
    }
}

/// The greatest value in windows of `kernel = [time, side, side]`, `stride` apart. `x` must not be
/// negative, as after a ReLU: the border's zeros then never win over a value.
pub fn max_pool(x: Tensor<5>, kernel: [usize; 2], stride: [usize; 2]) -> Tensor<5> {
    let [(time, side), (time_stride, side_stride)] =
        [kernel, stride].map(|[time, side]| (time, side));
    let x = pad_same(
        x,
        [time, side, side],
        [time_stride, side_stride, side_stride],
    );
    // First over each picture, then over time: a maximum doesn't mind.
    let [b, c, t, h, w] = x.dims();
    let options = MaxPoolOptions::new([side; 2]).with_stride([side_stride; 2]);
    let x = max_pool2d(x.reshape([b * c, t, h, w]), options);
    let [_, _, h, w] = x.dims();
    let options = MaxPoolOptions::new([time, 1]).with_stride([time_stride, 1]);
    let x = max_pool2d(x.reshape([b, c, t, h * w]), options);
    let t = x.dims()[2];
    x.reshape([b, c, t, h, w])
}

/// Zeros around `x`, so that windows of `kernel`, `stride` apart, start at every `stride`-th place:
/// `⌈size / stride⌉` of them. An odd zero goes after the values, as TensorFlow has it.
fn pad_same(x: Tensor<5>, kernel: [usize; 3], stride: [usize; 3]) -> Tensor<5> {
    let [_, _, t, h, w] = x.dims();
    let sizes = [t, h, w];
    let pairs: [(usize, usize); 3] = std::array::from_fn(|i| {
        let windows = sizes[i].div_ceil(stride[i]);
        let all = ((windows - 1) * stride[i] + kernel[i]).saturating_sub(sizes[i]);
        (all / 2, all - all / 2)
    });
    if pairs == [(0, 0); 3] {
        x
    } else {
        x.pad(pairs, PadMode::Constant(0.0))
    }
}
