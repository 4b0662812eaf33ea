//! `wgsl/linear.wgsl` and `wgsl/linear_shared.wgsl` against [`plain::linear`], [`plain::layer_norm`] and [`plain::gelu`].

use super::{tensor, values};
use crate::check::{Bench, Case, Noise, bits, difference, floats};
use crate::gpu::linear::{Epilogue, Linear as Layer, Parameters, Precision, Tile};
use crate::plain;

/// Which of the two kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Everything in registers.
    Registers,
    /// With shared memory.
    Shared,
}

/// One shape of a linear layer.
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    precision: Precision,
    tile: Tile,
    norm: bool,
    epilogue: Epilogue,
    inputs: usize,
    outputs: usize,
    rows: usize,
    first: usize,
}

impl Case for Linear {
    const NAME: &'static str = "linear";
    const SHARE: u64 = 4;
    type Variant = (Method, Precision);

    fn random(
        (method, precision): Self::Variant,
        constants: &mut Noise,
        sizes: &mut Noise,
    ) -> Self {
        Self {
            precision,
            tile: match method {
                Method::Registers => Tile::registers(
                    constants.up_to(8) as u32,
                    constants.up_to(4) as u32,
                    constants.one_of(&[4, 8, 32, 256]),
                ),
                Method::Shared => Tile::shared(
                    constants.up_to(4) as u32,
                    constants.up_to(2) as u32,
                    constants.one_of(&[2, 4, 8, 16]),
                    constants.one_of(&[1, 2, 4]),
                ),
            },
            norm: constants.below(2) == 0,
            epilogue: constants.one_of(&[Epilogue::None, Epilogue::Gelu, Epilogue::Residual]),
            inputs: 4 * constants.up_to(40),
            outputs: constants.up_to(150),
            rows: sizes.up_to(130),
            // The first row is another than 0 for the head, which reads the last of two frames.
            first: sizes.below(2) * sizes.up_to(9),
        }
    }

    fn papers((method, precision): Self::Variant) -> Vec<Self> {
        let tile = match method {
            Method::Registers => Tile::registers(8, 4, 8),
            Method::Shared => Tile::shared(4, 1, 16, 4),
        };
        let qkv = Self {
            precision,
            tile,
            norm: true,
            epilogue: Epilogue::None,
            inputs: 512,
            outputs: 3 * 512,
            rows: 920,
            first: 0,
        };
        let down = Self {
            norm: false,
            epilogue: Epilogue::Residual,
            inputs: 4 * 1024,
            outputs: 1024,
            rows: 90,
            ..qkv
        };
        let head = Self {
            inputs: 1024,
            outputs: 1024,
            rows: 100,
            first: 100,
            ..qkv
        };
        vec![qkv, down, head]
    }

    async fn difference(&self, bench: &mut Bench, mut noise: Noise) -> Result<f32, String> {
        let Self {
            inputs,
            outputs,
            rows,
            first,
            ..
        } = *self;
        let mut x = Vec::with_capacity(rows * inputs);
        for _ in 0..rows {
            // Rows of several means and deviations, as a residual stream has them.
            let (mean, deviation) = (2.0 * noise.normal(), 0.1 + 2.0 * noise.unit());
            x.extend(noise.normals(inputs, mean, deviation));
        }
        let weight = noise.normals(inputs * outputs, 0.0, 1.0 / (inputs as f32).sqrt());
        let bias = noise.normals(outputs, 0.0, 1.0);
        let gamma = noise.normals(inputs, 1.0, 0.3);
        let beta = noise.normals(inputs, 0.0, 0.3);
        let gpu = bench.gpu().clone();
        let parameters = Parameters {
            weight: &weight,
            bias: &bias,
            norm: self.norm.then_some((&gamma, &beta)),
        };
        let layer = Layer::new(&gpu, &parameters, self.precision);
        // Outputs are filled up to whole vectors.
        let padded = layer.outputs();
        let there_before = noise.normals(rows * padded, 0.0, 1.0);

        // Rows before the first and after the last are of no concern to the layer.
        let mut all = vec![f32::NAN; (first + rows + 3) * inputs];
        all[first * inputs..(first + rows) * inputs].copy_from_slice(&x);
        let from = bench.input(&all);
        let y = match self.epilogue {
            Epilogue::Residual => bench.output_of(&bits(&there_before)),
            Epilogue::None | Epilogue::Gelu => bench.output(rows * padded),
        };
        let launch = layer.launch(
            &gpu,
            self.tile,
            &from,
            first,
            rows,
            &y.buffer,
            self.epilogue,
        );
        let read = bench.run(&[launch], &[&y]).await?;

        let mut twin = tensor(&x, [1, 1, rows, inputs]);
        if self.norm {
            twin = plain::layer_norm(twin, &tensor(&gamma, [inputs]), &tensor(&beta, [inputs]));
        }
        let seen = rounded(&weight, outputs, self.precision);
        let weight = tensor(&filled_up(&seen, outputs, padded), [inputs, padded]);
        let bias = tensor(&filled_up(&bias, outputs, padded), [padded]);
        twin = plain::linear(twin, &weight, &bias);
        match self.epilogue {
            Epilogue::None => {}
            Epilogue::Gelu => twin = plain::gelu(twin),
            Epilogue::Residual => twin = twin + tensor(&there_before, [1, 1, rows, padded]),
        }
        Ok(difference(&floats(&read[0]), &values(twin).await?))
    }
}

/// Rows of `columns` with zeros at their ends.
fn filled_up(values: &[f32], columns: usize, padded: usize) -> Vec<f32> {
    let mut all = Vec::with_capacity(values.len() / columns * padded);
    for row in values.chunks_exact(columns) {
        all.extend_from_slice(row);
        all.resize(all.len() + padded - columns, 0.0);
    }
    all
}

/// What a precision leaves of weights `[in, out]`.
fn rounded(weight: &[f32], outputs: usize, precision: Precision) -> Vec<f32> {
    match precision {
        Precision::F32 => weight.to_vec(),
        Precision::F16 => weight
            .iter()
            .map(|&w| half::f16::from_f32(w).to_f32())
            .collect(),
        Precision::I8 => {
            let largest = |column: usize| {
                let column = weight.iter().skip(column).step_by(outputs);
                column.fold(0f32, |most, w| most.max(w.abs()))
            };
            let scales: Vec<f32> = (0..outputs).map(largest).collect();
            let scale = |i: usize| scales[i % outputs];
            weight
                .iter()
                .enumerate()
                .map(|(i, w)| scale(i) * ((w / scale(i) * 127.0).round() / 127.0))
                .collect()
        }
    }
}
