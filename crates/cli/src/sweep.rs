//! `genie sweep`.

use std::io::{Write, stdout};
use std::path::PathBuf;

use anyhow::Result;
use data::ClipStore;
use indicatif::ProgressBar;
use model::maskgit::{Order, Sampling};
use train::evaluate::{Point, sweep};
use train::export::load_encoder;

use crate::device::DeviceArgument;
use crate::eval::at_least_one;
use crate::world;

#[derive(clap::Args)]
pub struct Arguments {
    /// The world file; its action encoder lies beside it.
    world: PathBuf,
    /// Held-out clips.
    #[arg(long)]
    data: PathBuf,
    /// Print a line of JSON for each setting.
    #[arg(long)]
    json: bool,
    /// Clips to play under each setting.
    #[arg(long, default_value_t = 64, value_parser = at_least_one)]
    rollouts: usize,
    /// MaskGIT steps a frame, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,25")]
    steps: Vec<usize>,
    /// Orders of unmasking, separated by commas.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "confidence,random,halton"
    )]
    order: Vec<Order>,
    /// Temperatures, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "0.25,0.5,1")]
    temperature: Vec<f32>,
    /// Seed of played frames.
    #[arg(long, default_value_t = 0)]
    seed: u32,
    #[command(flatten)]
    device: DeviceArgument,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let chosen = arguments.device.choose()?;
    let world = world::to_evaluate(&arguments.world, &chosen)?;
    let device = chosen.device;
    let encoder = load_encoder(&arguments.world, &world, &device)?;
    let store = ClipStore::open(&arguments.data)?;
    let play = world.card.play.sampling(arguments.seed);
    let mut settings = Vec::new();
    // Fewest steps first: the quick ones are there at once.
    for &steps in &arguments.steps {
        for &order in &arguments.order {
            settings.extend(arguments.temperature.iter().map(|&temperature| Sampling {
                steps,
                order,
                temperature,
                ..play
            }));
        }
    }
    if !arguments.json {
        println!(
            "steps  order       temperature  rollout PSNR, dB   delta PSNR, dB  change  seams  skill x, y"
        );
    }
    let bar = ProgressBar::new(1);
    sweep(
        &world,
        &encoder,
        &store,
        arguments.rollouts,
        &settings,
        &mut |point| {
            let line = if arguments.json {
                serde_json::to_string(point)?
            } else {
                row(point)
            };
            bar.suspend(|| writeln!(stdout(), "{line}").and_then(|()| stdout().flush()))?;
            Ok(())
        },
        &mut |done, of| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        },
    )?;
    bar.finish_and_clear();
    Ok(())
}

fn row(point: &Point) -> String {
    let or_dash = |figure: Option<f64>| figure.map_or("-".into(), |x| format!("{x:.2}"));
    let with_error = |mean: f64, error| format!("{mean:.2} ± {}", or_dash(error));
    format!(
        "{:>5}  {:<10}  {:>11}  {:>16}  {:>15}  {:>6}  {:>5}  {:>5} {:>5}",
        point.steps,
        point.order,
        point.temperature,
        with_error(point.rollout_psnr_10, point.rollout_psnr_10_error),
        with_error(point.delta_psnr_t4, point.delta_psnr_t4_error),
        or_dash(point.played_change),
        or_dash(point.played_seams),
        or_dash(point.played_motion_skill_x),
        or_dash(point.played_motion_skill_y),
    )
}
