//! Where launches are tried: buffers that show what a kernel left out, or wrote where it shouldn't.

use std::collections::{BTreeMap, BTreeSet};

use crate::gpu::{Gpu, Launch, Pipelines, ReadBack};

/// What buffers hold that nobody wrote to: NaN as f32, far out of range as a number of anything.
pub const UNTOUCHED: u32 = 0x7fc0_5afe;
/// Numbers after the end of an output, which must stay untouched.
const GUARD: usize = 64;

/// The bits of numbers, as buffers hold them.
pub fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|x| x.to_bits()).collect()
}

/// The numbers of bits.
pub fn floats(words: &[u32]) -> Vec<f32> {
    words.iter().map(|&w| f32::from_bits(w)).collect()
}

/// A buffer that kernels write to.
#[derive(Debug)]
pub struct Output {
    /// With untouched numbers after its end.
    pub buffer: wgpu::Buffer,
    words: usize,
}

/// A device with the kernels compiled on it so far.
#[derive(Debug)]
pub struct Bench {
    gpu: Gpu,
    pipelines: Pipelines,
    kernels: BTreeMap<&'static str, BTreeSet<Vec<(&'static str, u32)>>>,
}

impl Bench {
    /// On this device.
    pub fn new(gpu: Gpu) -> Self {
        Self {
            gpu,
            pipelines: Pipelines::default(),
            kernels: BTreeMap::new(),
        }
    }

    /// The device.
    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// An output of `words` numbers that nobody wrote to.
    pub fn output(&self, words: usize) -> Output {
        self.output_of(&vec![UNTOUCHED; words])
    }

    /// An output that holds `words`.
    pub fn output_of(&self, words: &[u32]) -> Output {
        let mut all = words.to_vec();
        all.resize(words.len() + GUARD, UNTOUCHED);
        Output {
            buffer: self.gpu.storage_of("output", &all),
            words: words.len(),
        }
    }

    /// An input that holds `values`.
    pub fn input(&self, values: &[f32]) -> wgpu::Buffer {
        self.gpu.storage_of("input", values)
    }

    /// Runs `launches` in one submission; what is in `outputs` afterwards.
    ///
    /// # Errors
    /// What the device said, or which output was written to beyond its end.
    pub async fn run(
        &mut self,
        launches: &[Launch],
        outputs: &[&Output],
    ) -> Result<Vec<Vec<u32>>, String> {
        for launch in launches {
            let constants = self.kernels.entry(launch.kernel.name).or_default();
            constants.insert(launch.kernel.constants.clone());
        }
        let words = |error: crate::gpu::Error| error.to_string();
        let program = self
            .pipelines
            .program(&self.gpu, launches, &mut |_, _| {})
            .await
            .map_err(words)?;
        let sizes: Vec<usize> = outputs.iter().map(|o| o.words + GUARD).collect();
        let back = ReadBack::new(&self.gpu, 4 * sizes.iter().sum::<usize>() as u64);
        let mut encoder = self.gpu.encoder();
        program.record(&mut encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()));
        let mut at = 0;
        for (output, size) in outputs.iter().zip(&sizes) {
            let bytes = 4 * *size as u64;
            encoder.copy_buffer_to_buffer(&output.buffer, 0, back.buffer(), at, bytes);
            at += bytes;
        }
        self.gpu.submit(encoder);
        let bytes = back.request().bytes(&self.gpu).await.map_err(words)?;
        let mut rest = bytes
            .chunks_exact(4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let mut read = Vec::with_capacity(outputs.len());
        for (number, output) in outputs.iter().enumerate() {
            let kept: Vec<u32> = rest.by_ref().take(output.words).collect();
            let guard = rest.by_ref().take(GUARD);
            let touched = guard.into_iter().filter(|&word| word != UNTOUCHED).count();
            if touched > 0 {
                return Err(format!(
                    "output {number}: {touched} numbers beyond its end were written to"
                ));
            }
            read.push(kept);
        }
        Ok(read)
    }

    /// How many different kernels ran since this was last asked, by name.
    pub(super) fn take_kernels(&mut self) -> BTreeMap<&'static str, usize> {
        std::mem::take(&mut self.kernels)
            .into_iter()
            .map(|(name, constants)| (name, constants.len()))
            .collect()
    }
}
