//! Muon (Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"): the
//! gradient's running mean with its singular values made nearly equal, by a Newton–Schulz iteration,
//! so that a step moves a matrix alike in all directions. Scaled as in "Muon is Scalable for LLM
//! Training" (arXiv 2502.16982): a step is as large as AdamW's usually is, and one learning rate
//! serves both.

use burn::tensor::Tensor;
use kernels::AdamW as Step;

/// Decay of the gradient's mean.
const MOMENTUM: f32 = 0.95;
/// Newton–Schulz iterations, and their polynomial `a X + b (XXᵀ) X + c (XXᵀ)² X`.
const ITERATIONS: usize = 5;
const POLYNOMIAL: [f32; 3] = [3.4445, -4.775, 2.0315];
/// Root mean square of AdamW's usual step, as a share of the learning rate.
const USUAL: f32 = 0.2;

/// Whether a parameter is a matrix inside a block, whose rows and columns are hidden features.
pub(super) fn takes(name: &str, shape: &[usize]) -> bool {
    shape.len() == 2 && name.contains("blocks.") && name.ends_with(".weight")
}

/// One step of the matrix called `name`, and the new mean of its gradients.
pub(super) fn step<const D: usize>(
    name: &str,
    value: Tensor<D>,
    gradient: Tensor<D>,
    mean: Option<Tensor<1>>,
    step: &Step,
) -> (Tensor<D>, Tensor<1>) {
    let shape = value.dims();
    let [rows, columns] = [shape[0], shape[1]];
    let gradient = gradient.reshape([rows, columns]);
    let mean = match mean {
        Some(mean) => mean.reshape([rows, columns]) * MOMENTUM + gradient.clone(),
        None => gradient.clone(),
    };
    let ahead = mean.clone() * MOMENTUM + gradient;
    // Queries, keys and values are three matrices side by side.
    let parts = if name.ends_with("qkv.weight") { 3 } else { 1 };
    let update = ahead
        .chunk(parts, 1)
        .into_iter()
        .map(|part| {
            let [rows, columns] = part.dims();
            orthogonal(part) * (USUAL * (rows.max(columns) as f32).sqrt())
        })
        .collect();
    let update = Tensor::cat(update, 1).reshape(shape);
    let value = value * (1.0 - step.rate * step.decay) - update * step.rate;
    (value, mean.reshape([rows * columns]))
}

/// The matrix with its singular values near 1.
fn orthogonal(x: Tensor<2>) -> Tensor<2> {
    let [rows, columns] = x.dims();
    let tall = rows > columns;
    let x = if tall { x.transpose() } else { x };
    let length = x.clone().square().sum().sqrt().reshape([1, 1]);
    let mut x = x / (length + 1e-7);
    let [a, b, c] = POLYNOMIAL;
    for _ in 0..ITERATIONS {
        let gram = x.clone().matmul(x.clone().transpose());
        let weights = gram.clone() * b + gram.clone().matmul(gram) * c;
        x = x.clone() * a + weights.matmul(x);
    }
    if tall { x.transpose() } else { x }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution};

    use super::*;

    #[test]
    fn singular_values_come_near_one() {
        let device = Device::flex();
        device.seed(1);
        for shape in [[24, 64], [64, 24], [32, 32]] {
            let x = Tensor::<2>::random(shape, Distribution::Normal(0.0, 3.0), &device);
            let y = orthogonal(x);
            let small = if shape[0] > shape[1] {
                y.transpose()
            } else {
                y
            };
            // Its Gram matrix is near the identity: the polynomial leaves values between 0.7 and 1.2.
            let gram = small.clone().matmul(small.clone().transpose());
            let n = gram.dims()[0];
            let apart = (gram - Tensor::eye(n, &device)).abs();
            assert!(apart.clone().max().into_scalar::<f32>() < 0.6, "{shape:?}");
            assert!(apart.mean().into_scalar::<f32>() < 0.1, "{shape:?}");
        }
    }

    #[test]
    fn only_matrices_of_blocks_are_taken() {
        assert!(takes("transformer.blocks.0.spatial.qkv.weight", &[8, 24]));
        assert!(!takes("transformer.blocks.0.spatial.qkv.bias", &[24]));
        assert!(!takes("head.weight", &[8, 24]));
    }
}
