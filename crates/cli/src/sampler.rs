//! The options of how frames are sampled, where the world's own settings are the default.

use anyhow::Result;
use model::maskgit::{Order, Sampling};
use model::world::PlayDefaults;

#[derive(clap::Args)]
pub struct SamplerArguments {
    /// The same seed and actions play the same frames.
    #[arg(long, default_value_t = 0)]
    seed: u32,
    /// MaskGIT steps a frame; by default the world's.
    #[arg(long)]
    steps: Option<usize>,
    /// Temperature; by default the world's.
    #[arg(long)]
    temperature: Option<f32>,
    /// Order of unmasking, confidence, random or halton; by default the world's.
    #[arg(long)]
    order: Option<Order>,
}

impl SamplerArguments {
    /// The world's settings with what the command line changes of them.
    pub fn over(&self, world: &PlayDefaults) -> Result<Sampling> {
        let world = world.sampling(self.seed);
        let sampling = Sampling {
            steps: self.steps.unwrap_or(world.steps),
            temperature: self.temperature.unwrap_or(world.temperature),
            order: self.order.unwrap_or(world.order),
            ..world
        };
        sampling.check()?;
        Ok(sampling)
    }
}
