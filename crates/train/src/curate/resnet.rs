//! ResNet-18 (He et al., arXiv 1512.03385) with torchvision's layout and names, so that its weights
//! load.

use burn::module::{Module, Param};
use burn::tensor::activation::relu;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Device, Distribution, Tensor};

use super::layers::{BatchNorm, Conv};

/// Channels of the four stages.
const STAGES: [usize; 4] = [64, 128, 256, 512];

/// Two convolutions around a shortcut.
#[derive(Module, Debug)]
pub struct Block {
    conv1: Conv,
    bn1: BatchNorm,
    conv2: Conv,
    bn2: BatchNorm,
    /// Where the shortcut changes the shape.
    downsample: Option<(Conv, BatchNorm)>,
}

impl Block {
    fn new(inputs: usize, outputs: usize, stride: usize, device: &Device) -> Self {
        Self {
            conv1: Conv::new([inputs, outputs], 3, stride, device),
            bn1: BatchNorm::new(outputs, device),
            conv2: Conv::new([outputs, outputs], 3, 1, device),
            bn2: BatchNorm::new(outputs, device),
            downsample: (stride != 1 || inputs != outputs).then(|| {
                let conv = Conv::new([inputs, outputs], 1, stride, device);
                (conv, BatchNorm::new(outputs, device))
            }),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let y = relu(self.bn1.forward(self.conv1.forward(x.clone())));
        let y = self.bn2.forward(self.conv2.forward(y));
        let shortcut = match &self.downsample {
            Some((conv, norm)) => norm.forward(conv.forward(x)),
            None => x,
        };
        relu(y + shortcut)
    }
}

/// The last layer: features to logits.
#[derive(Module, Debug)]
pub struct Head {
    /// `[out, in]`, PyTorch's way around.
    pub weight: Param<Tensor<2>>,
    /// `[out]`.
    pub bias: Param<Tensor<1>>,
}

/// ResNet-18 with one output, the logit of "good".
#[derive(Module, Debug)]
pub struct ResNet {
    conv1: Conv,
    bn1: BatchNorm,
    layer1: Vec<Block>,
    layer2: Vec<Block>,
    layer3: Vec<Block>,
    layer4: Vec<Block>,
    fc: Head,
}

impl ResNet {
    /// A network that has learned nothing.
    pub fn new(device: &Device) -> Self {
        let [a, b, c, d] = STAGES;
        let stage = |inputs, outputs, stride| {
            vec![
                Block::new(inputs, outputs, stride, device),
                Block::new(outputs, outputs, 1, device),
            ]
        };
        let spread = 1.0 / (d as f64).sqrt();
        let uniform = Distribution::Uniform(-spread, spread);
        Self {
            conv1: Conv::new([3, a], 7, 2, device),
            bn1: BatchNorm::new(a, device),
            layer1: stage(a, a, 1),
            layer2: stage(a, b, 2),
            layer3: stage(b, c, 2),
            layer4: stage(c, d, 2),
            fc: Head {
                weight: Param::from_tensor(Tensor::random([1, d], uniform, device)),
                bias: Param::from_tensor(Tensor::zeros([1], device)),
            },
        }
    }

    /// Normalised frames `[B, 3, H, W]`, 32×32 or larger, → logits `[B]`.
    pub fn forward(&self, x: Tensor<4>) -> Tensor<1> {
        let batch = x.dims()[0];
        let x = self.stages(x).pop().expect("there are stages");
        let channels = x.dims()[1];
        let x = x.mean_dim(3).mean_dim(2).reshape([batch, channels]);
        let weight = self.fc.weight.val().transpose();
        (x.matmul(weight) + self.fc.bias.val().unsqueeze()).reshape([batch])
    }

    /// What the stem and each of the four stages give.
    fn stages(&self, x: Tensor<4>) -> Vec<Tensor<4>> {
        let x = relu(self.bn1.forward(self.conv1.forward(x)));
        let pool = MaxPoolOptions::new([3, 3])
            .with_stride([2, 2])
            .with_padding([1, 1]);
        let mut seen = vec![max_pool2d(x, pool)];
        for blocks in [&self.layer1, &self.layer2, &self.layer3, &self.layer4] {
            let mut x = seen.last().expect("the stem is there").clone();
            for block in blocks {
                x = block.forward(x);
            }
            seen.push(x);
        }
        seen
    }
}

#[cfg(test)]
pub(super) mod tests;
