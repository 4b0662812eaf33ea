//! A kernel as burn's cubecl backend takes it.

use burn_cubecl::template::{KernelSource, SourceTemplate};
use cubecl::prelude::{CubeDim, ExecutionMode, KernelId};

use crate::shader::Kernel;

/// The shape of a workgroup.
pub(super) fn workgroup(kernel: &Kernel) -> CubeDim {
    CubeDim::new_1d(kernel.constant("LANES"))
}

impl KernelSource for Kernel {
    fn source(&self) -> SourceTemplate {
        // cubecl cuts tensors from shared pages, and wgpu forbids one buffer to be both read-only
        // and writable in a dispatch.
        let text = self.text();
        SourceTemplate::new(text.replace("var<storage, read>", "var<storage, read_write>"))
    }

    fn id(&self) -> KernelId {
        KernelId::new::<Self>()
            .info((self.name, self.constants.clone()))
            .cube_dim(workgroup(self).into())
            // Our loops end by themselves: naga needn't count their rounds.
            .mode(ExecutionMode::Unchecked)
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}
