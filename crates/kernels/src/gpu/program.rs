//! Programs: lists of launches whose kernels are compiled and whose buffers are bound once, so that a
//! frame costs the host only their recording.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::device::Gpu;
use super::error::Result;
use crate::shader::{Access, Kernel};

/// The most workgroups WebGPU promises along one axis of a dispatch.
const MAX_WORKGROUPS: u32 = 65_535;

/// A part of a buffer, bytes. Offsets of bindings are multiples of 256.
#[derive(Clone, Debug)]
pub struct Slice {
    buffer: wgpu::Buffer,
    offset: u64,
    bytes: Option<u64>,
}

impl From<&wgpu::Buffer> for Slice {
    fn from(buffer: &wgpu::Buffer) -> Self {
        Self {
            buffer: buffer.clone(),
            offset: 0,
            bytes: None,
        }
    }
}

impl Slice {
    /// `bytes` of `buffer` from `offset`.
    pub fn of(buffer: &wgpu::Buffer, offset: u64, bytes: u64) -> Self {
        Self {
            buffer: buffer.clone(),
            offset,
            bytes: Some(bytes),
        }
    }
}

/// One launch, planned.
#[derive(Clone, Debug)]
pub struct Launch {
    /// What runs.
    pub kernel: Kernel,
    /// Its buffers, in order of binding.
    pub buffers: Vec<Slice>,
    /// Workgroups.
    pub workgroups: usize,
}

/// One launch, ready to be recorded.
#[derive(Debug)]
struct Ready {
    name: &'static str,
    pipeline: Arc<wgpu::ComputePipeline>,
    group: wgpu::BindGroup,
    grid: (u32, u32),
}

/// Launches that are ready to be recorded, in order.
#[derive(Debug, Default)]
pub struct Program(Vec<Ready>);

impl Program {
    /// Records all launches into `pass`.
    pub fn record(&self, pass: &mut wgpu::ComputePass<'_>) {
        for launch in &self.0 {
            pass.set_pipeline(&launch.pipeline);
            pass.set_bind_group(0, &launch.group, &[]);
            pass.dispatch_workgroups(launch.grid.0, launch.grid.1, 1);
        }
    }

    /// How many launches, by the kernel's name.
    pub fn launches(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for launch in &self.0 {
            *counts.entry(launch.name).or_default() += 1;
        }
        counts
    }
}

/// A compiled kernel and the layout of its buffers.
#[derive(Debug)]
struct Compiled {
    pipeline: Arc<wgpu::ComputePipeline>,
    layout: wgpu::BindGroupLayout,
}

/// What tells kernels apart: name and constants.
type Key = (&'static str, Vec<(&'static str, u32)>);

/// Compiled kernels, each once.
#[derive(Debug, Default)]
pub struct Pipelines {
    compiled: HashMap<Key, Compiled>,
}

impl Pipelines {
    /// Compiles what `launches` need and binds their buffers. `progress` hears how many of how many
    /// kernels are there, before each and at the end.
    ///
    /// # Errors
    /// [`super::Error`], naming the kernel.
    pub async fn program(
        &mut self,
        gpu: &Gpu,
        launches: &[Launch],
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Program> {
        let missing = self.missing(launches);
        for (done, kernel) in missing.iter().enumerate() {
            progress(done, missing.len());
            let compiled = gpu
                .watched(&format!("kernel {}", kernel.name), || compile(gpu, kernel))
                .await?;
            self.compiled.insert(key(kernel), compiled);
        }
        progress(missing.len(), missing.len());
        let ready = gpu
            .watched("the buffers' bindings", || {
                launches
                    .iter()
                    .map(|launch| self.bind(gpu, launch))
                    .collect()
            })
            .await?;
        Ok(Program(ready))
    }

    /// Kernels of `launches` that aren't compiled, each once.
    fn missing<'a>(&self, launches: &'a [Launch]) -> Vec<&'a Kernel> {
        let mut seen = HashMap::new();
        let mut missing = Vec::new();
        for launch in launches {
            let key = key(&launch.kernel);
            if !self.compiled.contains_key(&key) && seen.insert(key, ()).is_none() {
                missing.push(&launch.kernel);
            }
        }
        missing
    }

    fn bind(&self, gpu: &Gpu, launch: &Launch) -> Ready {
        let compiled = &self.compiled[&key(&launch.kernel)];
        let entries: Vec<_> = launch
            .buffers
            .iter()
            .zip(0..)
            .map(|(slice, binding)| wgpu::BindGroupEntry {
                binding,
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer: &slice.buffer,
                    offset: slice.offset,
                    size: slice.bytes.and_then(wgpu::BufferSize::new),
                }),
            })
            .collect();
        let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(launch.kernel.name),
            layout: &compiled.layout,
            entries: &entries,
        });
        Ready {
            name: launch.kernel.name,
            pipeline: Arc::clone(&compiled.pipeline),
            group,
            grid: grid(launch.workgroups),
        }
    }
}

fn key(kernel: &Kernel) -> Key {
    (kernel.name, kernel.constants.clone())
}

fn compile(gpu: &Gpu, kernel: &Kernel) -> Compiled {
    assert!(kernel.keeps_the_contract(), "{kernel:?}");
    let module = gpu
        .device
        .create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(kernel.name),
            source: wgpu::ShaderSource::Wgsl(kernel.text().into()),
        });
    let entries: Vec<_> = kernel
        .bindings()
        .into_iter()
        .zip(0..)
        .map(|(access, binding)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: match access {
                    Access::Uniform => wgpu::BufferBindingType::Uniform,
                    Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
                    Access::Write => wgpu::BufferBindingType::Storage { read_only: false },
                },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        })
        .collect();
    let layout = gpu
        .device
        .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some(kernel.name),
            entries: &entries,
        });
    let pipeline_layout = gpu
        .device
        .create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(kernel.name),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
    let pipeline = gpu
        .device
        .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(kernel.name),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                // No kernel relies on it.
                zero_initialize_workgroup_memory: false,
                ..Default::default()
            },
            cache: None,
        });
    Compiled {
        pipeline: Arc::new(pipeline),
        layout,
    }
}

/// At least `workgroups` workgroups, over x and y: see `wgsl/shared/grid.wgsl`.
fn grid(workgroups: usize) -> (u32, u32) {
    let workgroups = u32::try_from(workgroups).expect("a launch has at most 2^32 workgroups");
    let y = workgroups.div_ceil(MAX_WORKGROUPS).max(1);
    (workgroups.div_ceil(y), y)
}
