//! `wgsl/linear.wgsl`: a linear layer with what comes before and after it.

use super::device::{Class, Gpu};
use super::program::{Launch, Slice};
use crate::shader::Kernel;

const LAYER_NORM_NOTE: &str = "a norm has as many values as the layer has inputs";

/// How weights are kept on the device. Arithmetic is in f32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// As they are.
    #[default]
    F32,
    /// Rounded to f16: half of the memory and of its traffic. World files hold no more.
    F16,
    /// Rounded to 255 steps, with one scale for each output: a quarter.
    I8,
}

/// What is done with the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epilogue {
    /// `y = x W + b`
    None = 0,
    /// `y = GELU(x W + b)`
    Gelu = 1,
    /// `y += x W + b`
    Residual = 2,
}

/// A linear layer on the device, perhaps behind a layer norm.
#[derive(Clone, Debug)]
pub struct Linear {
    weights: wgpu::Buffer,
    /// Biases, column sums, scales: `[3, outputs]`.
    columns: wgpu::Buffer,
    gamma: Option<wgpu::Buffer>,
    inputs: usize,
    outputs: usize,
    precision: Precision,
}

/// The parameters of a linear layer, as the host has them.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a> {
    /// `[in, out]`.
    pub weight: &'a [f32],
    /// `[out]`.
    pub bias: &'a [f32],
    /// Gain and shift of the layer norm before it, `[in]` each.
    pub norm: Option<(&'a [f32], &'a [f32])>,
}

impl Linear {
    /// Brings a layer to the device. Outputs are filled up to a multiple of four with zeros; inputs must
    /// be a multiple of four.
    pub fn new(gpu: &Gpu, parameters: &Parameters<'_>, precision: Precision) -> Self {
        let real = parameters.bias.len();
        let inputs = parameters.weight.len() / real;
        assert!(inputs.is_multiple_of(4), "{inputs} inputs");
        let outputs = real.next_multiple_of(4);
        let mut weight = vec![0f32; inputs * outputs];
        for (to, from) in weight
            .chunks_exact_mut(outputs)
            .zip(parameters.weight.chunks_exact(real))
        {
            to[..real].copy_from_slice(from);
        }
        let (weights, scales) = store(gpu, &mut weight, outputs, precision);
        // `weight` is now what the kernel will see, rounding included.
        let mut bias = vec![0f32; outputs];
        bias[..real].copy_from_slice(parameters.bias);
        let mut sums = vec![0f64; outputs];
        let mut shifted: Vec<f64> = bias.iter().map(|&b| f64::from(b)).collect();
        if let Some((gamma, beta)) = parameters.norm {
            assert!(
                gamma.len() == inputs && beta.len() == inputs,
                "{LAYER_NORM_NOTE}"
            );
            for (row, (&gamma, &beta)) in weight.chunks_exact(outputs).zip(gamma.iter().zip(beta)) {
                for (c, &w) in row.iter().enumerate() {
                    sums[c] += f64::from(gamma) * f64::from(w);
                    shifted[c] += f64::from(beta) * f64::from(w);
                }
            }
        }
        let columns: Vec<f32> = shifted
            .iter()
            .chain(&sums)
            .map(|&x| x as f32)
            .chain(scales)
            .collect();
        Self {
            weights,
            columns: gpu.storage_of("columns", &columns),
            gamma: parameters
                .norm
                .map(|(gamma, _)| gpu.storage_of("gamma", gamma)),
            inputs,
            outputs,
            precision,
        }
    }

    /// Outputs, filled up to a multiple of four.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Bytes that it takes on the device.
    pub fn bytes(&self) -> u64 {
        let gamma = self.gamma.as_ref().map_or(0, wgpu::Buffer::size);
        self.weights.size() + self.columns.size() + gamma
    }

    /// `rows` rows of `x` from the row numbered `first`, through the layer, into the first rows of `y`.
    #[expect(clippy::too_many_arguments, reason = "each is a different thing")]
    pub fn launch(
        &self,
        gpu: &Gpu,
        tile: Tile,
        x: &wgpu::Buffer,
        first: usize,
        rows: usize,
        y: &wgpu::Buffer,
        epilogue: Epilogue,
    ) -> Launch {
        let uniform = gpu.uniform_of("linear sizes", &[first as u32, rows as u32]);
        let gamma = self.gamma.as_ref().unwrap_or(&self.columns);
        let tiles =
            rows.div_ceil(tile.rows as usize) * (self.outputs / 4).div_ceil(tile.columns as usize);
        Launch {
            kernel: Kernel {
                name: "linear",
                files: match self.precision {
                    Precision::F32 => &[
                        GRID,
                        GELU,
                        include_str!("../../../../wgsl/shared/weight_f32.wgsl"),
                        BINDINGS,
                        LINEAR,
                    ],
                    Precision::F16 => &[
                        GRID,
                        GELU,
                        include_str!("../../../../wgsl/shared/weight_f16.wgsl"),
                        BINDINGS,
                        LINEAR,
                    ],
                    Precision::I8 => &[
                        GRID,
                        GELU,
                        include_str!("../../../../wgsl/shared/weight_i8.wgsl"),
                        BINDINGS,
                        LINEAR,
                    ],
                },
                constants: vec![
                    ("INPUTS", self.inputs as u32),
                    ("OUTPUTS", self.outputs as u32),
                    ("NORM", u32::from(self.gamma.is_some())),
                    ("EPILOGUE", epilogue as u32),
                    ("TILE_ROWS", tile.rows),
                    ("TILE_COLUMNS", tile.columns),
                    ("LANES", tile.lanes),
                    ("BITS", self.precision.bits()),
                ],
                shared_bytes: 0,
            },
            buffers: [x, &self.weights, &self.columns, gamma, y, &uniform]
                .map(Slice::from)
                .to_vec(),
            workgroups: tiles.div_ceil(tile.lanes as usize),
        }
    }
}

const GRID: &str = include_str!("../../../../wgsl/shared/grid.wgsl");
const GELU: &str = include_str!("../../../../wgsl/shared/gelu.wgsl");
const BINDINGS: &str = include_str!("../../../../wgsl/shared/linear.wgsl");
const LINEAR: &str = include_str!("../../../../wgsl/linear.wgsl");

/// How much one invocation does, and how many make a workgroup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Rows.
    pub rows: u32,
    /// Vectors of four columns.
    pub columns: u32,
    /// Invocations of a workgroup.
    pub lanes: u32,
}

impl Tile {
    /// The tile for `rows` rows of `layer` on adapters of this class.
    pub fn choose(class: Class, layer: &Linear, rows: usize) -> Self {
        let _ = (layer, rows);
        match class {
            Class::Software => Self {
                rows: 8,
                columns: 2,
                lanes: 32,
            },
            Class::Hardware => Self {
                rows: 4,
                columns: 1,
                lanes: 64,
            },
        }
    }
}

impl Precision {
    /// Bits of a weight.
    pub fn bits(self) -> u32 {
        match self {
            Self::F32 => 32,
            Self::F16 => 16,
            Self::I8 => 8,
        }
    }
}

/// Brings weights to the device; leaves in `weight` what the kernel will see, and returns the scales of
/// the columns (none unless I8).
fn store(
    gpu: &Gpu,
    weight: &mut [f32],
    outputs: usize,
    precision: Precision,
) -> (wgpu::Buffer, Vec<f32>) {
    match precision {
        Precision::F32 => (gpu.storage_of("weights", weight), Vec::new()),
        Precision::F16 => {
            let halves: Vec<half::f16> = weight.iter().map(|&w| half::f16::from_f32(w)).collect();
            for (w, half) in weight.iter_mut().zip(&halves) {
                *w = half.to_f32();
            }
            let bits: Vec<u16> = halves.iter().map(|h| h.to_bits()).collect();
            (gpu.storage_of("weights, f16", &bits), Vec::new())
        }
        Precision::I8 => {
            let mut scales = vec![0f32; outputs];
            for row in weight.chunks_exact(outputs) {
                for (scale, w) in scales.iter_mut().zip(row) {
                    *scale = scale.max(w.abs());
                }
            }
            let mut steps = Vec::with_capacity(weight.len());
            for row in weight.chunks_exact_mut(outputs) {
                for (w, &scale) in row.iter_mut().zip(&scales) {
                    let step = if scale > 0.0 {
                        (*w / scale * 127.0).round()
                    } else {
                        0.0
                    };
                    steps.push(step as i8);
                    *w = scale * (step / 127.0);
                }
            }
            (gpu.storage_of("weights, i8", &steps), scales)
        }
    }
}
