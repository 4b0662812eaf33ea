//! Which device to train, evaluate or play on.

use std::fmt;
use std::str::FromStr;

use anyhow::{Result, bail};
use burn::tensor::{Device, DeviceKind};

/// What the user asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// A real GPU through wgpu if there is one, else the CPU.
    #[default]
    Auto,
    /// wgpu, whatever adapter it finds, software ones included.
    Wgpu,
    /// CUDA, if built in.
    Cuda,
    /// The CPU.
    Cpu,
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "wgpu" => Ok(Self::Wgpu),
            "cuda" => Ok(Self::Cuda),
            "cpu" => Ok(Self::Cpu),
            _ => Err(format!(
                "`{text}` is no device; there are auto, wgpu, cuda and cpu"
            )),
        }
    }
}

/// A device and why it was chosen.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The device.
    pub device: Device,
    /// For people: what it is and why.
    pub about: String,
    /// Whether it is a graphics processor through wgpu, which sessions can play on by themselves.
    pub wgpu: bool,
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.about.fmt(f)
    }
}

/// Turns a choice into a device.
///
/// # Errors
/// If the choice is not built in, or no adapter is there.
pub fn choose(choice: Choice) -> Result<Chosen> {
    match choice {
        Choice::Cpu => Ok(cpu("as asked")),
        Choice::Auto => Ok(match adapters().iter().find(|a| a.real) {
            Some(adapter) => wgpu_device(adapter),
            None => cpu("no GPU found"),
        }),
        Choice::Wgpu => {
            let adapters = adapters();
            match adapters.iter().find(|a| a.real).or(adapters.first()) {
                Some(adapter) => Ok(wgpu_device(adapter)),
                None => bail!(
                    "wgpu finds no graphics adapter. Install a Vulkan driver (on Debian: mesa-vulkan-drivers), or use --device cpu"
                ),
            }
        }
        #[cfg(feature = "cuda")]
        Choice::Cuda => Ok(Chosen {
            device: Device::cuda(0),
            about: "CUDA device 0, as asked".into(),
            wgpu: false,
        }),
        #[cfg(not(feature = "cuda"))]
        Choice::Cuda => bail!(
            "this build has no CUDA. Build it with `cargo run --release --features cuda -- …` on a machine with the CUDA toolkit, or use --device wgpu"
        ),
    }
}

fn cpu(why: &str) -> Chosen {
    Chosen {
        device: Device::flex(),
        about: format!("the CPU ({why})"),
        wgpu: false,
    }
}

fn wgpu_device(adapter: &Adapter) -> Chosen {
    Chosen {
        device: Device::wgpu(DeviceKind::DefaultDevice),
        about: format!(
            "{} through wgpu{}",
            adapter.name,
            if adapter.real {
                ""
            } else {
                " (software: slow)"
            }
        ),
        wgpu: true,
    }
}

struct Adapter {
    name: String,
    /// Not a software rasteriser.
    real: bool,
}

fn adapters() -> Vec<Adapter> {
    let instance = wgpu::Instance::default();
    pollster::block_on(instance.enumerate_adapters(wgpu::Backends::PRIMARY))
        .into_iter()
        .map(|adapter| {
            let info = adapter.get_info();
            Adapter {
                real: info.device_type != wgpu::DeviceType::Cpu,
                name: info.name,
            }
        })
        .collect()
}
