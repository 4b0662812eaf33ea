//! What both paths of play, [`crate::cpu`] and [`crate::gpu`], say of a linear layer.

/// What is done with the product. The number is the kernels' constant EPILOGUE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epilogue {
    /// `y = x W + b`
    None = 0,
    /// `y = GELU(x W + b)`
    Gelu = 1,
    /// `y += x W + b`
    Residual = 2,
}

/// The parameters of a linear layer.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a> {
    /// `[in, out]`.
    pub weight: &'a [f32],
    /// `[out]`, not empty.
    pub bias: &'a [f32],
    /// Gain and shift of the layer norm before it, if there is one: `[in]` each.
    pub norm: Option<(&'a [f32], &'a [f32])>,
}
