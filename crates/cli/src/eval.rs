//! `genie eval`.

use std::path::PathBuf;

use anyhow::Result;
use data::{ClipStore, TrueActions};
use indicatif::ProgressBar;
use model::maskgit::Order;
use train::evaluate::{Settings, evaluate};
use train::export::load_encoder;

use crate::device::DeviceArgument;
use crate::world;

#[derive(clap::Args)]
pub struct Arguments {
    /// The world file; its action encoder lies beside it.
    world: PathBuf,
    /// Held-out clips.
    #[arg(long)]
    data: PathBuf,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Clips to look at.
    #[arg(long, default_value_t = 128, value_parser = at_least_one)]
    clips: usize,
    /// Clips to play as well.
    #[arg(long, default_value_t = 64, value_parser = at_least_one)]
    rollouts: usize,
    /// MaskGIT steps a frame.
    #[arg(long, default_value_t = 25)]
    steps: usize,
    /// Temperature.
    #[arg(long, default_value_t = 1.0)]
    temperature: f32,
    /// Order of unmasking, confidence, random or halton; by default the world's.
    #[arg(long)]
    order: Option<Order>,
    /// Seed of played frames.
    #[arg(long, default_value_t = 0)]
    seed: u32,
    #[command(flatten)]
    device: DeviceArgument,
}

/// A number from 1 up.
pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("`{text}` is no number from 1 up")),
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let chosen = arguments.device.choose()?;
    let world = world::to_evaluate(&arguments.world, &chosen)?;
    let device = chosen.device;
    let encoder = load_encoder(&arguments.world, &world, &device)?;
    let store = ClipStore::open(&arguments.data)?;
    let truth = TrueActions::open(&arguments.data)?;
    let mut sampling = world.card.play.sampling(arguments.seed);
    sampling.steps = arguments.steps;
    sampling.temperature = arguments.temperature;
    sampling.order = arguments.order.unwrap_or(sampling.order);
    sampling.check()?;
    let settings = Settings {
        clips: arguments.clips,
        rollouts: arguments.rollouts,
        sampling,
    };
    let bar = ProgressBar::new(1);
    let result = evaluate(
        &world,
        &encoder,
        &store,
        &truth,
        &settings,
        &mut |done, of| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        },
    )?;
    bar.finish_and_clear();
    let json = serde_json::to_value(&result)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&json)?);
    } else if let Some(figures) = json.as_object() {
        for (name, value) in figures {
            println!("{name:<24} {value}");
        }
    }
    Ok(())
}
