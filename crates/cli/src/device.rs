//! The `--device` option.

use anyhow::Result;
use train::device::{Choice, Chosen, choose};

#[derive(clap::Args)]
pub struct DeviceArgument {
    /// Where to compute: auto (a real GPU if there is one, else the CPU), wgpu, cuda or cpu.
    #[arg(long, default_value = "auto")]
    device: Choice,
}

impl DeviceArgument {
    pub fn choose(&self) -> Result<Chosen> {
        choose(self.device)
    }
}
