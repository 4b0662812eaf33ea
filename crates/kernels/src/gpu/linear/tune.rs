//! Which tile each layer gets: measured where there is a real graphics processor and a clock, else by
//! experience.

use std::collections::HashMap;

use super::super::device::{Class, Gpu};
use super::super::error::Result;
use super::super::program::Pipelines;
use super::{Epilogue, Linear, Shape, Tile};

/// Launches of one measurement: enough to outweigh a submission.
const LAUNCHES: usize = 24;
/// Measurements of each candidate; the least counts.
const ROUNDS: usize = 3;

/// The tiles chosen for one device.
#[derive(Debug)]
pub struct Tiles {
    class: Class,
    measured: HashMap<(Shape, usize), Tile>,
}

impl Tiles {
    /// Tiles by experience.
    pub fn by_class(class: Class) -> Self {
        Self {
            class,
            measured: HashMap::new(),
        }
    }

    /// Whether measuring is worth its time: a real graphics processor tells candidates apart in
    /// milliseconds, and compiles them as fast. In a browser the page must not wait.
    pub fn worth_measuring(class: Class) -> bool {
        class == Class::Hardware && cfg!(not(target_family = "wasm"))
    }

    /// The tile for `rows` rows of `layer`.
    pub fn tile(&self, layer: &Linear, rows: usize) -> Tile {
        let shape = layer.shape();
        let measured = self.measured.get(&(shape, rows));
        measured.map_or_else(|| Tile::by_class(self.class, shape, rows), |tile| *tile)
    }

    /// Measures every candidate on `rows` rows of `layer`, unless its shape was measured. `now` is a clock,
    /// seconds. `x` and `y` are any buffers large enough.
    ///
    /// # Errors
    /// As [`Pipelines::program`].
    pub async fn measure(
        &mut self,
        gpu: &Gpu,
        pipelines: &mut Pipelines,
        layer: &Linear,
        rows: usize,
        [x, y]: [&wgpu::Buffer; 2],
        now: &dyn Fn() -> f64,
    ) -> Result<()> {
        let shape = layer.shape();
        if self.measured.contains_key(&(shape, rows)) {
            return Ok(());
        }
        let mut best = (f64::INFINITY, Tile::by_class(self.class, shape, rows));
        for tile in Tile::CANDIDATES {
            let launch = layer.launch(gpu, tile, x, 0, rows, y, Epilogue::None);
            let program = pipelines.program(gpu, &[launch], &mut |_, _| {}).await?;
            for _ in 0..ROUNDS {
                gpu.finish().await?;
                let start = now();
                let mut encoder = gpu.encoder();
                {
                    let mut pass = encoder.begin_compute_pass(&Default::default());
                    for _ in 0..LAUNCHES {
                        program.record(&mut pass);
                    }
                }
                gpu.submit(encoder);
                gpu.finish().await?;
                let took = now() - start;
                if took < best.0 {
                    best = (took, tile);
                }
            }
        }
        self.measured.insert((shape, rows), best.1);
        Ok(())
    }
}
