//! A world's parameters as the device takes them.

use burn::module::Module;
use kernels::gpu::Gpu;
use kernels::gpu::embed::Tables;
use kernels::gpu::linear::{Linear, Precision};

use crate::error::Result;
use crate::params::{self, Named};

/// Parameters of one module, by name, on the host.
pub(super) struct Host(Named);

impl Host {
    pub(super) async fn read<M: Module>(module: &M) -> Result<Self> {
        Ok(Self(params::read(module, "").await?))
    }

    pub(super) fn values(&self, name: &str) -> Result<&[f32]> {
        params::values(&self.0, name)
    }

    /// The linear layer `name`, behind the layer norm `norm` if there is one.
    pub(super) fn linear(
        &self,
        gpu: &Gpu,
        name: &str,
        norm: Option<&str>,
        precision: Precision,
    ) -> Result<Linear> {
        let parameters = params::linear(&self.0, name, norm)?;
        Ok(Linear::new(gpu, &parameters, precision))
    }
}

/// The tables of an embedding: tokens, positions and what a whole frame adds.
pub(crate) fn tables(
    gpu: &Gpu,
    table: &[f32],
    position: &[f32],
    extra: &[f32],
    tokens: usize,
) -> Tables {
    let width = position.len() / tokens;
    Tables {
        table: gpu.storage_of("token table", table),
        codes: table.len() / width,
        position: gpu.storage_of("positions", position),
        extra: gpu.storage_of("frame table", extra),
        rows: extra.len() / width,
        tokens,
        width,
    }
}
