//! `wgsl/linear.wgsl` and `wgsl/linear_shared.wgsl`: a linear layer with what comes before and after it.

mod tile;
mod tune;

pub use self::tile::Tile;
pub use self::tune::Tiles;
use super::device::Gpu;
use super::program::{Launch, Slice};
use crate::eight_bits;
pub use crate::play::{Epilogue, Parameters};
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
        let mut constants = vec![
            ("INPUTS", self.inputs as u32),
            ("OUTPUTS", self.outputs as u32),
            ("NORM", u32::from(self.gamma.is_some())),
            ("EPILOGUE", epilogue as u32),
            // Tells kernels of one text and other weights apart.
            ("BITS", self.precision.bits()),
        ];
        constants.extend(tile.constants());
        Launch {
            kernel: Kernel {
                name: tile.kernel(),
                files: match (self.precision, tile.is_shared()) {
                    (Precision::F32, false) => &[GRID, GELU, BINDINGS, F32, REGISTERS],
                    (Precision::F16, false) => &[GRID, GELU, BINDINGS, F16, REGISTERS],
                    (Precision::I8, false) => &[GRID, GELU, BINDINGS, I8, REGISTERS],
                    (Precision::F32, true) => &[GRID, GELU, BINDINGS, F32, SHARED],
                    (Precision::F16, true) => &[GRID, GELU, BINDINGS, F16, SHARED],
                    (Precision::I8, true) => &[GRID, GELU, BINDINGS, I8, SHARED],
                },
                constants,
                shared_bytes: tile.shared_bytes(),
            },
            buffers: [x, &self.weights, &self.columns, gamma, y, &uniform]
                .map(Slice::from)
                .to_vec(),
            workgroups: tile.workgroups(rows, self.outputs),
        }
    }

    /// What decides which tile is best for it, but for its rows.
    pub fn shape(&self) -> Shape {
        Shape {
            inputs: self.inputs,
            outputs: self.outputs,
            norm: self.gamma.is_some(),
        }
    }
}

/// What decides which tile is best for a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Inputs.
    pub inputs: usize,
    /// Outputs, filled up to a multiple of four.
    pub outputs: usize,
    /// Whether a layer norm comes first.
    pub norm: bool,
}

const GRID: &str = include_str!("../../../../../wgsl/shared/grid.wgsl");
const GELU: &str = include_str!("../../../../../wgsl/shared/gelu.wgsl");
const BINDINGS: &str = include_str!("../../../../../wgsl/shared/linear.wgsl");
const F32: &str = include_str!("../../../../../wgsl/shared/weight_f32.wgsl");
const F16: &str = include_str!("../../../../../wgsl/shared/weight_f16.wgsl");
const I8: &str = include_str!("../../../../../wgsl/shared/weight_i8.wgsl");
const REGISTERS: &str = include_str!("../../../../../wgsl/linear.wgsl");
const SHARED: &str = include_str!("../../../../../wgsl/linear_shared.wgsl");

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
            let (steps, scales) = eight_bits::round(weight, outputs);
            weight.copy_from_slice(&eight_bits::values(&steps, &scales));
            (gpu.storage_of("weights, i8", &steps), scales)
        }
    }
}
