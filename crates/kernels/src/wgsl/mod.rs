//! The operations as hand-written WGSL kernels, for wgpu devices outside of training.
//!
//! Sources lie in the `wgsl/` folder at the root, one file a kernel; each says what it computes,
//! what it takes and how much shared memory it needs. The contract of every kernel: at most 256
//! invocations and 16 KiB of shared memory a workgroup, at most 8 storage buffers, no subgroup
//! operations, f32, nothing assumed zero (not even a fresh buffer), every index inside.
//!
//! * [`source`]: joins a kernel's files and its constants;
//! * [`launch`]: buffers, sizes and grid of one launch;
//! * one module a kernel (or two): its constants, chosen for the shape, and its launch.
//!
//! What changes a kernel's code (heads, head size) is a constant in its source, compiled once per
//! value. What changes from call to call (frames, tokens, past) goes through a small uniform buffer,
//! which cubecl keeps and shares between equal launches.

mod keys;
mod launch;
mod pointwise;
mod source;
mod spatial;
mod temporal;

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;
use burn_cubecl::CubeBackend;

use crate::parameters::{Past, QkGains};

/// Largest head size of the attention kernels; head sizes must be multiples of 8.
pub const MAX_HEAD_SIZE: usize = 128;

/// Whether the attention kernels take this head size.
pub fn supports_head_size(d: usize) -> bool {
    d > 0 && d <= MAX_HEAD_SIZE && d.is_multiple_of(8)
}

/// The kernels, as an extension of burn's cubecl backend. Only for wgpu devices: elsewhere a launch
/// fails, since nothing else compiles WGSL. Shapes as in the crate's public functions.
#[backend_extension(Cube)]
pub trait WgslOps: Backend {
    /// See [`crate::spatial_attention`].
    fn wgsl_spatial_attention(
        qkv: FloatTensor<Self>,
        query_gain: FloatTensor<Self>,
        key_gain: FloatTensor<Self>,
        heads: usize,
    ) -> FloatTensor<Self>;

    /// See [`crate::temporal_attention`]. Without a past (`past == 0`) the tensors of the past
    /// aren't read, but must be there: any will do.
    fn wgsl_temporal_attention(
        qkv: FloatTensor<Self>,
        query_gain: FloatTensor<Self>,
        key_gain: FloatTensor<Self>,
        past_keys: FloatTensor<Self>,
        past_values: FloatTensor<Self>,
        heads: usize,
        past: usize,
    ) -> FloatTensor<Self>;

    /// See [`crate::normalised_keys`]: keys, then values.
    fn wgsl_normalised_keys(
        qkv: FloatTensor<Self>,
        key_gain: FloatTensor<Self>,
        heads: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    /// See [`crate::layer_norm`].
    fn wgsl_layer_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    /// See [`crate::gelu`].
    fn wgsl_gelu(x: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl WgslOps for CubeBackend {
    fn wgsl_spatial_attention(
        qkv: FloatTensor<Self>,
        query_gain: FloatTensor<Self>,
        key_gain: FloatTensor<Self>,
        heads: usize,
    ) -> FloatTensor<Self> {
        spatial::attend(qkv, query_gain, key_gain, heads)
    }

    fn wgsl_temporal_attention(
        qkv: FloatTensor<Self>,
        query_gain: FloatTensor<Self>,
        key_gain: FloatTensor<Self>,
        past_keys: FloatTensor<Self>,
        past_values: FloatTensor<Self>,
        heads: usize,
        past: usize,
    ) -> FloatTensor<Self> {
        temporal::attend(
            qkv,
            [query_gain, key_gain],
            [past_keys, past_values],
            heads,
            past,
        )
    }

    fn wgsl_normalised_keys(
        qkv: FloatTensor<Self>,
        key_gain: FloatTensor<Self>,
        heads: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        keys::normalise(qkv, key_gain, heads)
    }

    fn wgsl_layer_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        pointwise::layer_norm(x, gamma, beta)
    }

    fn wgsl_gelu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        pointwise::gelu(x)
    }
}

/// See [`crate::spatial_attention`].
pub fn spatial_attention(qkv: Tensor<4>, gains: &QkGains, heads: usize) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as WgslOps>::wgsl_spatial_attention(
        qkv.into_dispatch(),
        gains.query.clone().into_dispatch(),
        gains.key.clone().into_dispatch(),
        heads,
    ))
}

/// See [`crate::temporal_attention`].
pub fn temporal_attention(
    qkv: Tensor<4>,
    gains: &QkGains,
    heads: usize,
    past: Option<&Past>,
) -> Tensor<4> {
    let (past_keys, past_values, frames) = match past {
        Some(past) => (past.keys.clone(), past.values.clone(), past.keys.dims()[1]),
        None => (qkv.clone(), qkv.clone(), 0),
    };
    Tensor::from_dispatch(<Dispatch as WgslOps>::wgsl_temporal_attention(
        qkv.into_dispatch(),
        gains.query.clone().into_dispatch(),
        gains.key.clone().into_dispatch(),
        past_keys.into_dispatch(),
        past_values.into_dispatch(),
        heads,
        frames,
    ))
}

/// See [`crate::normalised_keys`].
pub fn normalised_keys(qkv: Tensor<4>, gains: &QkGains, heads: usize) -> Past {
    let (keys, values) = <Dispatch as WgslOps>::wgsl_normalised_keys(
        qkv.into_dispatch(),
        gains.key.clone().into_dispatch(),
        heads,
    );
    Past {
        keys: Tensor::from_dispatch(keys),
        values: Tensor::from_dispatch(values),
    }
}

/// See [`crate::layer_norm`].
pub fn layer_norm(x: Tensor<4>, gamma: &Tensor<1>, beta: &Tensor<1>) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as WgslOps>::wgsl_layer_norm(
        x.into_dispatch(),
        gamma.clone().into_dispatch(),
        beta.clone().into_dispatch(),
    ))
}

/// See [`crate::gelu`].
pub fn gelu(x: Tensor<4>) -> Tensor<4> {
    Tensor::from_dispatch(<Dispatch as WgslOps>::wgsl_gelu(x.into_dispatch()))
}
