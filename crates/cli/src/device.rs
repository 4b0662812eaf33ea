//! The `--device` option.

use anyhow::Result;
use train::device::{Choice, Chosen, choose};

use crate::misuse::misuse;

#[derive(clap::Args)]
pub struct DeviceArgument {
    /// Where to compute: auto (a real GPU if there is one, else the CPU), wgpu, cuda or cpu.
    #[arg(long, default_value = "auto")]
    device: Choice,
}

impl DeviceArgument {
    pub fn choose(&self) -> Result<Chosen> {
        let chosen = choose(self.device);
        if self.device == Choice::Cuda && cfg!(not(feature = "cuda")) {
            return chosen.map_err(|error| misuse(error.to_string()));
        }
        chosen
    }
}
