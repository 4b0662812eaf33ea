//! `genie export`.

use std::path::PathBuf;

use anyhow::Result;
use model::maskgit::Order;
use model::world::{FileWeights, PlayDefaults};
use train::export::{Export, encoder_path, export};
use train::run::Run;

use crate::device::DeviceArgument;

#[derive(clap::Args)]
pub struct Arguments {
    /// The run's folder.
    #[arg(default_value = "runs/world")]
    run: PathBuf,
    /// The world file to write.
    #[arg(long, default_value = "world.safetensors")]
    out: PathBuf,
    /// A short name for the world; by default the run's.
    #[arg(long)]
    name: Option<String>,
    /// One line about the world.
    #[arg(long, default_value = "A world learned from video")]
    about: String,
    /// Clips that the prompts come from and the actions are named by; by default the run's own.
    #[arg(long)]
    gallery: Option<PathBuf>,
    /// Prompts in the gallery.
    #[arg(long, default_value_t = 12)]
    prompts: usize,
    /// MaskGIT steps a frame that play starts with.
    #[arg(long, default_value_t = PlayDefaults::default().steps)]
    steps: usize,
    /// Temperature that play starts with.
    #[arg(long, default_value_t = PlayDefaults::default().temperature)]
    temperature: f32,
    /// Order of unmasking that play starts with, confidence, random or halton.
    #[arg(long, default_value_t = PlayDefaults::default().order)]
    order: Order,
    /// How the file holds the weights: f16, or i8 (half of the size; see docs/play.md).
    #[arg(long, default_value = "f16")]
    weights: FileWeights,
    #[command(flatten)]
    device: DeviceArgument,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let run = Run::open(&arguments.run)?;
    let device = arguments.device.choose()?.device;
    let name = arguments.name.clone().unwrap_or_else(|| {
        let folder = arguments.run.file_name().unwrap_or_default();
        folder.to_string_lossy().into_owned()
    });
    let wish = Export {
        name,
        about: arguments.about.clone(),
        play: PlayDefaults {
            steps: arguments.steps,
            temperature: arguments.temperature,
            order: arguments.order,
        },
        weights: arguments.weights,
        prompts: arguments.prompts,
        gallery: arguments
            .gallery
            .clone()
            .unwrap_or(run.settings.data.clone()),
    };
    wish.play.sampling(0).check()?;
    let card = export(&run, &wish, &arguments.out, &device)?;
    println!(
        "{}: {} actions ({}), {} prompts; its action encoder, for evaluation: {}",
        arguments.out.display(),
        card.actions.len(),
        card.actions.join(", "),
        card.gallery.len(),
        encoder_path(&arguments.out).display()
    );
    Ok(())
}
