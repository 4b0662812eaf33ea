//! `genie collect`.

use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use data::LevelRange;
use data::collect::{CollectSpec, Mode, OnProgress, coinrun, platformer};
use indicatif::{ProgressBar, ProgressStyle};

use crate::misuse::misuse;
use crate::stop::Stop;

#[derive(Clone, Copy, ValueEnum)]
enum Environment {
    /// The embedded platformer.
    Platformer,
    /// CoinRun; makes its own Python environment on first use.
    Coinrun,
}

#[derive(Clone, Copy, ValueEnum)]
enum Difficulty {
    Easy,
    Hard,
}

#[derive(clap::Args)]
pub struct Arguments {
    /// Where the video comes from.
    #[arg(long, value_enum, default_value = "platformer")]
    env: Environment,
    /// The store to make, or to go on with.
    #[arg(long)]
    out: PathBuf,
    /// Frames in all.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    frames: u64,
    /// Level seeds to draw from, first..last (the last one not included).
    #[arg(long, default_value = "0..10000", value_parser = levels)]
    levels: LevelRange,
    /// Frames in a clip.
    #[arg(long, default_value_t = 32)]
    clip_frames: u32,
    /// Seed of every choice.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// CoinRun's difficulty.
    #[arg(long, value_enum, default_value = "hard")]
    mode: Difficulty,
    /// A Python that has tools/coinrun/requirements.txt already.
    #[arg(long)]
    python: Option<PathBuf>,
}

fn levels(text: &str) -> Result<LevelRange, String> {
    let parse = |part: &str| part.trim().parse::<u64>().ok();
    match text.split_once("..").map(|(a, b)| (parse(a), parse(b))) {
        Some((Some(start), Some(end))) if start < end => Ok(LevelRange { start, end }),
        _ => Err(format!(
            "`{text}` is no range of levels; write for example 0..10000"
        )),
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut spec = CollectSpec::new(&arguments.out, arguments.frames);
    spec.levels = arguments.levels;
    spec.frames_per_clip = arguments.clip_frames;
    spec.seed = arguments.seed;
    spec.mode = match arguments.mode {
        Difficulty::Easy => Mode::Easy,
        Difficulty::Hard => Mode::Hard,
    };
    spec.python = arguments.python.clone();
    let stop = Stop::listen()?;
    let frames = match arguments.env {
        Environment::Platformer => with_bar(&spec, &stop, platformer)?,
        Environment::Coinrun => with_bar(&spec, &stop, coinrun)?,
    };
    println!("{}: {frames} frames", arguments.out.display());
    Ok(())
}

/// Collects with a progress bar until done or stopped; what is collected stays. Returns the frames
/// in the store.
pub fn with_bar(
    spec: &CollectSpec,
    stop: &Stop,
    collect: fn(&CollectSpec, OnProgress<'_>) -> data::Result<u64>,
) -> Result<u64> {
    let bar = ProgressBar::new(spec.frames).with_style(ProgressStyle::with_template(
        "{wide_bar} {human_pos} of {human_len} frames, {eta} left",
    )?);
    let collected = collect(spec, &mut |progress| {
        bar.set_length(progress.target);
        bar.set_position(progress.frames);
        if stop.wanted() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    bar.finish_and_clear();
    match collected {
        // What can't be collected was asked for on the command line.
        Err(data::Error::Invalid(what)) => Err(misuse(what)),
        other => Ok(other?),
    }
}
