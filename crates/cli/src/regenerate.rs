//! `genie regenerate`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use data::import::read_frames;
use data::{ClipStore, Error};
use model::Config;
use model::picture::Frame;
use serde_json::json;
use train::evaluate::{Regenerated, frames_of, regenerate};
use train::export::load_encoder;
use train::picture_files::{animation, sheet_of};
use train::sheet::beside;

use crate::device::DeviceArgument;
use crate::eval::{at_least_one, bar};
use crate::misuse::misuse;
use crate::picture_format::{Format, format};
use crate::sampler::SamplerArguments;
use crate::world;

#[derive(clap::Args)]
pub struct Arguments {
    /// The world file; its action encoder lies beside it.
    world: PathBuf,
    /// The true video: a store, a video file, an animation, or a folder of numbered pictures.
    video: PathBuf,
    /// Which clip of a store, counted from 0.
    #[arg(long)]
    clip: Option<u64>,
    /// Most frames to take, the prompt included; by default a store's whole clip, and 100 of a video.
    #[arg(long, value_parser = at_least_one)]
    frames: Option<usize>,
    /// Frames given to the world.
    #[arg(long, default_value_t = 1, value_parser = at_least_one)]
    prompt_frames: usize,
    /// Where to write the true video beside the played one: an animation (.gif) or a sheet (.png).
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print actions and figures as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sampler: SamplerArguments,
    #[command(flatten)]
    device: DeviceArgument,
}

/// Frames taken of a video that says nothing of how many are wanted.
const FRAMES: usize = 100;

pub fn run(arguments: &Arguments) -> Result<()> {
    let format = arguments.out.as_deref().map(format).transpose()?;
    let chosen = arguments.device.choose()?;
    let world = world::to_evaluate(&arguments.world, &chosen)?;
    let encoder = load_encoder(&arguments.world, &world, &chosen.device)?;
    let sampling = arguments.sampler.over(&world.card.play)?;
    let truth = truth(arguments, &world.card.config)?;
    if truth.len() <= arguments.prompt_frames {
        return Err(misuse(format!(
            "{} gives {} frames; after a prompt of {} there is nothing to play",
            arguments.video.display(),
            truth.len(),
            arguments.prompt_frames
        )));
    }
    let bar = bar();
    bar.set_message("plays");
    let made = regenerate(
        &world,
        &encoder,
        truth,
        arguments.prompt_frames,
        sampling,
        &mut |done, of| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        },
    )?;
    bar.finish_and_clear();
    if let (Some(path), Some(format)) = (&arguments.out, format) {
        let bytes = match format {
            Format::Animation => {
                let pairs = made.truth.iter().zip(&made.played);
                let frames: Vec<Frame> = pairs.map(|(a, b)| beside(a, b)).collect();
                animation(&frames, world.card.config.fps)?
            }
            Format::Sheet => sheet_of(&[&made.truth, &made.played])?,
        };
        train::checkpoint::write_atomically(path, &bytes)?;
        eprintln!(
            "{} frames, true beside played, in {}",
            made.truth.len(),
            path.display()
        );
    }
    print(&made, &world.card.actions, arguments.json)
}

/// The frames of the clip or the video.
fn truth(arguments: &Arguments, config: &Config) -> Result<Vec<Frame>> {
    let video = &arguments.video;
    match ClipStore::open(video) {
        Ok(store) => {
            train::store::check_frames(config, &store)?;
            let clip = arguments.clip.unwrap_or(0);
            if clip >= store.len() {
                return Err(misuse(format!(
                    "{} has {} clips, so there is no clip {clip} (the first is 0)",
                    video.display(),
                    store.len()
                )));
            }
            let mut frames = frames_of(&store.read_clip(clip)?, config);
            frames.truncate(arguments.frames.unwrap_or(usize::MAX));
            Ok(frames)
        }
        // What is no store may be a video; a store that can't be read is not.
        Err(Error::NotAStore { .. }) if !ClipStore::is_address(video) && is_there(video)? => {
            if let Some(clip) = arguments.clip {
                return Err(misuse(format!(
                    "{} is no store, so there is no clip {clip} in it",
                    video.display()
                )));
            }
            let size = (config.width as u16, config.height as u16);
            let most = arguments.frames.unwrap_or(FRAMES);
            let bytes = read_frames(video, size, config.fps as f64, most)?;
            Ok(frames_of(&bytes, config))
        }
        Err(error) => Err(error.into()),
    }
}

fn is_there(path: &Path) -> Result<bool> {
    if path.exists() {
        return Ok(true);
    }
    Err(misuse(format!("{} does not exist", path.display())))
}

fn print(made: &Regenerated, names: &[String], as_json: bool) -> Result<()> {
    let mean = |values: &[f64]| {
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    if as_json {
        let json = json!({
            "prompt_frames": made.prompt,
            "frames": made.psnr.len(),
            "actions": made.actions,
            "psnr_of_frames": made.psnr,
            "ssim_of_frames": made.ssim,
            "psnr": mean(&made.psnr),
            "ssim": mean(&made.ssim),
        });
        println!("{}", serde_json::to_string_pretty(&json)?);
        return Ok(());
    }
    println!("frame  action                PSNR, dB   SSIM");
    for (i, (&action, psnr)) in made.actions.iter().zip(&made.psnr).enumerate() {
        let ssim = made.ssim.get(i).map_or("-".into(), |s| format!("{s:.3}"));
        println!(
            "{:>5}  {action}: {:<18} {psnr:>8.2}  {ssim:>5}",
            made.prompt + i,
            names[action]
        );
    }
    let or_dash =
        |value: Option<f64>, digits: usize| value.map_or("-".into(), |v| format!("{v:.digits$}"));
    println!(
        "mean of {} played frames: PSNR {} dB, SSIM {}",
        made.psnr.len(),
        or_dash(mean(&made.psnr), 2),
        or_dash(mean(&made.ssim), 3)
    );
    Ok(())
}
