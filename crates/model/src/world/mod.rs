//! A world: what is needed to play, in one `.safetensors` file.
//!
//! Tokenizer, dynamics and action codebook as f16 (or f32; matrices also in eight bits), with everything else in the file's
//! metadata under `pocket-genie`: the configuration, the licence note, the actions' names and the
//! prompt gallery.

mod eight_bits;
mod read;
mod rename;
mod write;

use std::sync::{Arc, OnceLock};

use burn::tensor::Tensor;
use kernels::gpu::Gpu;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::cpu;
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::gpu::{Engine, Progress, Storage};
use crate::maskgit::{Order, Sampling};
use crate::tokenizer::Tokenizer;

pub use read::describe;
pub use rename::rename_actions;
pub use write::{FileWeights, to_bytes};

/// The version of the file format that this crate writes; it reads no later one.
pub const FORMAT: u32 = 1;
/// The metadata entry that marks a world file.
pub(crate) const METADATA_KEY: &str = "pocket-genie";

/// What a world file says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// File format, [`FORMAT`].
    pub format: u32,
    /// A short name, such as `coinrun`.
    pub name: String,
    /// One line for people.
    pub about: String,
    /// Licence and credits of the video that it learned from.
    pub licence: String,
    /// Sizes.
    pub config: Config,
    /// Names of the latent actions, `[A]`.
    pub actions: Vec<String>,
    /// Prompts to start from.
    pub gallery: Vec<Prompt>,
    /// Settings that play this world best.
    pub play: PlayDefaults,
}

/// A prompt: one frame, as tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// For people.
    pub name: String,
    /// Codes of the frame, `[N]`.
    pub tokens: Vec<u32>,
}

/// Settings that play a world best.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlayDefaults {
    /// MaskGIT steps a frame.
    pub steps: usize,
    /// Temperature of the codes.
    pub temperature: f32,
    /// Which positions are settled first.
    pub order: Order,
}

/// What played best per pass, of what `docs/sampling.md` compares.
impl Default for PlayDefaults {
    fn default() -> Self {
        Self {
            steps: 2,
            temperature: 0.25,
            order: Order::Halton,
        }
    }
}

impl PlayDefaults {
    /// These settings with a seed.
    pub fn sampling(&self, seed: u32) -> Sampling {
        Sampling {
            steps: self.steps,
            temperature: self.temperature,
            choice_temperature: 1.0,
            order: self.order,
            seed,
        }
    }
}

/// A world ready to play, on one device.
#[derive(Clone, Debug)]
pub struct World {
    /// What the file says.
    pub card: Card,
    /// Frames to tokens and back.
    pub tokenizer: Tokenizer,
    /// Tokens and an action to tokens.
    pub dynamics: Dynamics,
    /// The latent actions, unit vectors `[A, C]`.
    pub actions: Tensor<2>,
    /// The same on a graphics processor, if sessions are to play there.
    pub engine: Option<Arc<Engine>>,
    /// The same packed for the CPU, once a session plays there.
    packed: Arc<OnceLock<Arc<cpu::Engine>>>,
}

impl World {
    /// A world of models on a device.
    pub fn new(card: Card, tokenizer: Tokenizer, dynamics: Dynamics, actions: Tensor<2>) -> Self {
        Self {
            card,
            tokenizer,
            dynamics,
            actions,
            engine: None,
            packed: Arc::default(),
        }
    }

    /// The world packed for the CPU, if that is where its tensors are. Packed when first asked for, and shared
    /// by all clones.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) if its tensors can't be read.
    pub(crate) async fn on_cpu(&self) -> Result<Option<Arc<cpu::Engine>>> {
        if !kernels::on_cpu(&self.actions.device()) {
            return Ok(None);
        }
        if self.packed.get().is_none() {
            // Whoever else did it in the meantime did the same.
            let _ = self.packed.set(Arc::new(cpu::Engine::new(self).await?));
        }
        Ok(self.packed.get().cloned())
    }

    /// Brings the world to a graphics processor: sessions play there from now on. `progress` hears of each
    /// kernel that is compiled.
    ///
    /// # Errors
    /// [`Error::Device`](crate::Error::Device) if the world doesn't fit the device or its kernels;
    /// [`Error::Lost`](crate::Error::Lost).
    pub async fn on_gpu(
        mut self,
        gpu: Gpu,
        storage: Storage,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self> {
        let engine = Engine::new(&self, gpu, storage, progress).await?;
        self.engine = Some(Arc::new(engine));
        Ok(self)
    }
}
