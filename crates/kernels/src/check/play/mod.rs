//! The kernels of play ([`crate::gpu`]) whose twins are in [`crate::plain`].

mod cached;
mod linear;
mod spatial;

use burn::tensor::{Device, Tensor, TensorData};

pub use cached::CachedAttention;
pub use linear::{Linear, Method};
pub use spatial::SpatialAttention;

use crate::QkGains;
use crate::gpu::Gpu;
use crate::gpu::attention::Gains;

/// A tensor on the CPU, for the twins.
fn tensor<const D: usize>(values: &[f32], shape: [usize; D]) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
}

/// The values of a twin's tensor.
async fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, String> {
    let data = tensor.into_data_async().await.map_err(|e| e.to_string())?;
    data.try_into_vec().map_err(|e| format!("{e:?}"))
}

/// Gains of QK-norm around 1, on the device and on the CPU.
fn gains(gpu: &Gpu, noise: &mut super::Noise, d: usize) -> (Gains, QkGains) {
    let [query, key] = [(); 2].map(|()| noise.normals(d, 1.0, 0.3));
    let there = Gains {
        query: gpu.storage_of("query gain", &query),
        key: gpu.storage_of("key gain", &key),
    };
    let here = QkGains {
        query: tensor(&query, [d]),
        key: tensor(&key, [d]),
    };
    (there, here)
}
