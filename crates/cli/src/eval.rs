//! `genie eval`.

use std::path::PathBuf;

use anyhow::Result;
use data::{ClipStore, TrueActions};
use indicatif::{ProgressBar, ProgressStyle};
use model::maskgit::{Order, Sampling};
use model::world::PlayDefaults;
use serde_json::Value;
use train::evaluate::{About, Settings, evaluate, write_page};
use train::export::load_encoder;
use train::fvd::{self, I3d};

use crate::device::DeviceArgument;
use crate::misuse::misuse;
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
    /// A folder to write a page into, with plots, sheets, and true beside played video.
    #[arg(long, value_name = "FOLDER")]
    report: Option<PathBuf>,
    /// Clips to look at.
    #[arg(long, default_value_t = 128, value_parser = at_least_one)]
    clips: usize,
    /// Clips to play as well.
    #[arg(long, default_value_t = 64, value_parser = at_least_one)]
    rollouts: usize,
    /// Seeds to play them with: figures say how they differ.
    #[arg(long, default_value_t = 3, value_parser = at_least_one)]
    seeds: usize,
    /// Frames of the long plays that drift is measured on; 0 for none.
    #[arg(long, default_value_t = 200)]
    drift_frames: usize,
    /// How many long plays there are.
    #[arg(long, default_value_t = 10, value_parser = at_least_one)]
    drift_videos: usize,
    /// MaskGIT steps a frame.
    #[arg(long, default_value_t = 25)]
    steps: usize,
    /// Temperature.
    #[arg(long, default_value_t = 1.0)]
    temperature: f32,
    /// Order of unmasking, confidence, random or halton; by default the world's.
    #[arg(long)]
    order: Option<Order>,
    /// First seed of played frames.
    #[arg(long, default_value_t = 0)]
    seed: u32,
    /// Compute FVD too, with these weights of I3D (.safetensors; docs/fvd.md).
    #[arg(long, value_name = "WEIGHTS")]
    fvd: Option<PathBuf>,
    /// Clips of the FVD.
    #[arg(long, default_value_t = 256, requires = "fvd", value_parser = at_least_one)]
    fvd_clips: usize,
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

/// A bar that says what is being done.
pub fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<20} {wide_bar} {pos}/{len} {eta:>4}");
    ProgressBar::new(1).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// How evaluations sample: as asked for, and in the world's own order unless that is.
fn sampling(arguments: &Arguments, play: &PlayDefaults) -> Result<Sampling> {
    let world = play.sampling(arguments.seed);
    let sampling = Sampling {
        steps: arguments.steps,
        temperature: arguments.temperature,
        order: arguments.order.unwrap_or(world.order),
        ..world
    };
    sampling.check()?;
    Ok(sampling)
}

pub fn run(arguments: &Arguments) -> Result<()> {
    // Said now, not after minutes of play.
    if let Some(folder) = arguments.report.as_deref().filter(|f| f.is_file()) {
        return Err(misuse(format!(
            "{} is a file; --report takes a folder",
            folder.display()
        )));
    }
    let chosen = arguments.device.choose()?;
    let world = world::to_evaluate(&arguments.world, &chosen)?;
    let encoder = load_encoder(&arguments.world, &world, &chosen.device)?;
    let store = ClipStore::open(&arguments.data)?;
    let truth = TrueActions::open(&arguments.data)?;
    let sampling = sampling(arguments, &world.card.play)?;
    // Before anything long: a wrong file is told at once.
    let network = arguments.fvd.as_deref();
    let network = network
        .map(|path| I3d::load(path, &chosen.device))
        .transpose()?;
    let settings = Settings {
        clips: arguments.clips,
        rollouts: arguments.rollouts,
        seeds: arguments.seeds,
        drift_videos: arguments.drift_videos,
        drift_frames: arguments.drift_frames,
        sheets: arguments.report.is_some(),
        sampling,
    };
    let bar = bar();
    let result = evaluate(
        &world,
        &encoder,
        &store,
        &truth,
        &settings,
        &mut |progress| {
            if bar.message() != progress.stage {
                bar.set_message(progress.stage);
                bar.reset();
            }
            bar.set_length(progress.of as u64);
            bar.set_position(progress.done as u64);
        },
    )?;
    let fvd = match network {
        Some(network) => {
            let settings = fvd::Settings {
                clips: arguments.fvd_clips,
                sampling,
            };
            bar.set_message("FVD");
            let mut progress = |done: usize, of: usize| {
                bar.set_length(of as u64);
                bar.set_position(done as u64);
            };
            let distance =
                fvd::of_world(&world, &encoder, &store, &settings, &network, &mut progress)?;
            Some(distance)
        }
        None => None,
    };
    bar.finish_and_clear();
    if let Some(folder) = &arguments.report {
        let about = About {
            card: &world.card,
            data: &arguments.data.display().to_string(),
            sampling: &sampling,
        };
        write_page(folder, &about, &result)?;
        eprintln!("the report: {}", folder.join("index.html").display());
    }
    let mut json = serde_json::to_value(&result.figures)?;
    if let (Some(all), Some(distance)) = (json.as_object_mut(), fvd)
        && let Value::Object(more) = serde_json::to_value(distance)?
    {
        all.extend(more);
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&json)?);
    } else if let Some(figures) = json.as_object() {
        for (name, value) in figures {
            show(name, value);
        }
    }
    Ok(())
}

/// A figure on a line; what is more than a number, on several.
fn show(name: &str, value: &Value) {
    match value {
        Value::Object(parts) => {
            println!("{name}:");
            for (part, value) in parts {
                show(&format!("  {part}"), value);
            }
        }
        Value::Array(rows) if rows.iter().any(|r| r.is_object() || r.is_array()) => {
            println!("{name}:");
            for (number, row) in rows.iter().enumerate() {
                show(&format!("    {number}"), &inline(row));
            }
        }
        Value::Array(_) => show(name, &inline(value)),
        Value::Number(number) if number.is_f64() => {
            println!("{name:<32} {:.4}", number.as_f64().unwrap_or_default());
        }
        Value::String(text) => println!("{name:<32} {text}"),
        _ => println!("{name:<32} {value}"),
    }
}

/// A list, or an object of numbers, as text.
fn inline(value: &Value) -> Value {
    let text = |value: &Value| match value {
        Value::Number(n) if n.is_f64() => format!("{:.3}", n.as_f64().unwrap_or_default()),
        Value::String(text) => text.clone(),
        _ => value.to_string(),
    };
    let parts: Vec<String> = match value {
        Value::Array(values) => values.iter().map(text).collect(),
        Value::Object(parts) => parts
            .iter()
            .map(|(name, value)| format!("{name} {}", text(value)))
            .collect(),
        _ => return value.clone(),
    };
    parts.join(", ").into()
}
