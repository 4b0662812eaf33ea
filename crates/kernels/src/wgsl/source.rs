//! A kernel's source: files from the `wgsl/` folder, after a head of constants.

use burn_cubecl::template::{KernelSource, SourceTemplate};
use cubecl::prelude::{CubeDim, ExecutionMode, KernelId};

/// The most invocations of a workgroup, and the most bytes they share, that WebGPU promises.
const MAX_LANES: u32 = 256;
const MAX_SHARED_BYTES: u32 = 16 * 1024;

/// A kernel with its constants. Two kernels of one name and equal constants are compiled once.
#[derive(Clone, Debug)]
pub(super) struct Kernel {
    /// Distinguishes kernels: the name of its file.
    pub name: &'static str,
    /// Text of its files, shared maths first.
    pub files: &'static [&'static str],
    /// What its files leave open, by name. `LANES` must be among them.
    pub constants: Vec<(&'static str, u32)>,
    /// Shared memory of a workgroup, as the head of its file says.
    pub shared_bytes: u32,
}

impl Kernel {
    /// The value of a constant.
    pub fn constant(&self, name: &str) -> u32 {
        self.constants
            .iter()
            .find(|(constant, _)| *constant == name)
            .map_or_else(
                || panic!("kernel {} has no {name}", self.name),
                |(_, value)| *value,
            )
    }

    /// Whether a workgroup stays within what every WebGPU device offers.
    pub fn keeps_the_contract(&self) -> bool {
        (1..=MAX_LANES).contains(&self.constant("LANES")) && self.shared_bytes <= MAX_SHARED_BYTES
    }

    /// The shape of a workgroup.
    pub fn workgroup(&self) -> CubeDim {
        CubeDim::new_1d(self.constant("LANES"))
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.constants {
            text.push_str(&format!("const {name}: u32 = {value}u;\n"));
        }
        for file in self.files {
            text.push_str(file);
        }
        // Natively cubecl cuts tensors from shared pages, and wgpu forbids one buffer to be both
        // read-only and writable in a dispatch. In a browser every tensor has its own buffer.
        if cfg!(not(target_family = "wasm")) {
            text = text.replace("var<storage, read>", "var<storage, read_write>");
        }
        text
    }
}

impl KernelSource for Kernel {
    fn source(&self) -> SourceTemplate {
        SourceTemplate::new(self.text())
    }

    fn id(&self) -> KernelId {
        KernelId::new::<Self>()
            .info((self.name, self.constants.clone()))
            .cube_dim(self.workgroup().into())
            // Our loops end by themselves: naga needn't count their rounds.
            .mode(ExecutionMode::Unchecked)
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}
