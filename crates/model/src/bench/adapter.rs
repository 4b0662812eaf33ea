//! What a graphics processor can do at best: a large product by our own kernel, and a copy.

use kernels::gpu::linear::{Epilogue, Linear, Parameters, Precision, Tile};
use kernels::gpu::{Class, Gpu, Pipelines};

use super::Probe;
use super::timing::each;
use crate::error::Result;

/// Bytes of a copy: more than caches hold.
const COPY: u64 = 64 << 20;
/// Measurements of a tile.
const TRIES: usize = 3;

/// The best product, in 10⁹ operations a second, and the rate of a copy from buffer to buffer, in 10⁹
/// bytes read and written a second.
pub(super) async fn peaks(gpu: &Gpu, probe: &Probe<'_>) -> Result<(f64, f64)> {
    // As large as takes some ten milliseconds.
    let size = match gpu.class() {
        Class::Hardware => 2048,
        Class::Software => 512,
    };
    Ok((product(gpu, probe, size).await?, copy(gpu, probe).await?))
}

async fn product(gpu: &Gpu, probe: &Probe<'_>, size: usize) -> Result<f64> {
    let values: Vec<f32> = (0..size * size).map(|i| (i % 17) as f32 / 64.0).collect();
    let parameters = Parameters {
        weight: &values,
        bias: &vec![0.0; size],
        norm: None,
    };
    let layer = Linear::new(gpu, &parameters, Precision::F32);
    let x = gpu.storage_of("factor", &values);
    let y = gpu.storage("product", 4 * values.len() as u64);
    let mut tiles = Tile::CANDIDATES.to_vec();
    let chosen = Tile::by_class(gpu.class(), layer.shape(), size);
    if !tiles.contains(&chosen) {
        tiles.push(chosen);
    }
    let mut pipelines = Pipelines::default();
    let mut best = f64::INFINITY;
    for tile in tiles {
        let launch = layer.launch(gpu, tile, &x, 0, size, &y, Epilogue::None);
        let program = pipelines.program(gpu, &[launch], &mut |_, _| {}).await?;
        let ms = each(probe, TRIES, async |times| {
            let mut encoder = gpu.encoder();
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                for _ in 0..times {
                    program.record(&mut pass);
                }
            }
            gpu.submit(encoder);
            Ok(gpu.finish().await?)
        })
        .await?;
        best = best.min(ms);
    }
    Ok(2.0 * (size as f64).powi(3) / 1e6 / best)
}

async fn copy(gpu: &Gpu, probe: &Probe<'_>) -> Result<f64> {
    let (from, to) = (gpu.storage("from", COPY), gpu.storage("to", COPY));
    let ms = each(probe, TRIES, async |times| {
        let mut encoder = gpu.encoder();
        for _ in 0..times {
            encoder.copy_buffer_to_buffer(&from, 0, &to, 0, COPY);
        }
        gpu.submit(encoder);
        Ok(gpu.finish().await?)
    })
    .await?;
    Ok(2.0 * COPY as f64 / 1e6 / ms)
}
