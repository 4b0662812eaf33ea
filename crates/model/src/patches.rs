//! Frames to patches and back.

use burn::tensor::Tensor;

/// `[B, T, H, W, 3]` → `[B, T, N, 3P²]`: patches in row-major order, inside a patch
/// `(row, column, channel)`.
pub fn to_patches(frames: Tensor<5>, patch: usize) -> Tensor<4> {
    let [b, t, h, w, c] = frames.dims();
    let (rows, columns) = (h / patch, w / patch);
    frames
        .reshape([b * t, rows, patch, columns, patch * c])
        .swap_dims(2, 3)
        .reshape([b, t, rows * columns, patch * patch * c])
}

/// `[B, T, N, 3P²]` → `[B, T, H, W, 3]`.
pub fn from_patches(patches: Tensor<4>, patch: usize, height: usize, width: usize) -> Tensor<5> {
    let [b, t, _, size] = patches.dims();
    let channels = size / (patch * patch);
    let (rows, columns) = (height / patch, width / patch);
    patches
        .reshape([b * t, rows, columns, patch, patch * channels])
        .swap_dims(2, 3)
        .reshape([b, t, height, width, channels])
}
