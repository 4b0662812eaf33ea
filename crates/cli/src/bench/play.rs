//! `genie bench play`: see `docs/speed.md`.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use model::World;
use model::bench::{self, Probe, Progress, Settings};
use train::device::Chosen;

use crate::device::DeviceArgument;
use crate::{memory, world};

#[derive(clap::Args)]
pub struct Arguments {
    /// The world file.
    world: PathBuf,
    /// MaskGIT steps a frame; by default the world's.
    #[arg(long)]
    steps: Option<usize>,
    /// The late frame to compare frame 20 with.
    #[arg(long, default_value_t = 1000)]
    far: usize,
    /// Frames to measure from each of the two on.
    #[arg(long, default_value_t = 20)]
    frames: usize,
    /// Leave out the pass by burn's generic operations, which takes seconds on a slow graphics processor.
    #[arg(long)]
    no_generic: bool,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: DeviceArgument,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let chosen = arguments.device.choose()?;
    let world = world::to_play(&arguments.world, &chosen)?;
    let name = world.card.name.clone();
    let device = device(&world, &chosen);
    let settings = Settings {
        device: &device,
        world: &name,
        steps: arguments.steps,
        far: arguments.far,
        frames: arguments.frames,
        generic: !arguments.no_generic,
    };
    settings.check()?;

    let start = Instant::now();
    let probe = Probe {
        now: &|| start.elapsed().as_secs_f64() * 1e3,
        memory: &memory::resident,
    };
    let bar = ProgressBar::new(1);
    bar.set_style(ProgressStyle::with_template(
        "{msg} {wide_bar} {pos}/{len}",
    )?);
    let tell = &mut |Progress { what, done, all }| {
        bar.set_message(what);
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let report = pollster::block_on(async {
        let mut report = bench::play(&world, &settings, &probe, tell).await?;
        if settings.generic && world.engine.is_some() {
            bar.set_message("burn's generic operations");
            let tensors = world::in_tensors(&arguments.world, &chosen)?;
            bench::generic(&world, &tensors, &settings, &probe, &mut report).await?;
        }
        anyhow::Ok(report)
    })?;
    bar.finish_and_clear();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        for (name, value) in report.rows() {
            println!("{name:<44} {value}");
        }
    }
    Ok(())
}

/// The name of what plays the world.
fn device(world: &World, chosen: &Chosen) -> String {
    match &world.engine {
        Some(engine) => engine.gpu().name().to_owned(),
        None if chosen.wgpu => chosen.about.clone(),
        None => processor().unwrap_or_else(|| "CPU".into()),
    }
}

/// The processor's name, where the system says.
fn processor() -> Option<String> {
    let about = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = about.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
