//! `genie collect`.

use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use data::LevelRange;
use data::collect::{CollectSpec, Collected, Mode, OnProgress, Policy, Theme, coinrun, platformer};
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

#[derive(Clone, Copy, ValueEnum)]
enum Player {
    /// Gets along but does everything: video to learn from.
    Mixed,
    /// CoinRun: any action at any time, as in the paper; plays each level for --steps-per-level steps.
    Random,
    /// CoinRun: reaches the coin of each level once, by going back to saved states.
    Expert,
}

/// Of the mixed policy, unless told otherwise.
const FRAMES: u64 = 100_000;

#[derive(clap::Args)]
pub struct Arguments {
    /// Where the video comes from.
    #[arg(long, value_enum, default_value = "platformer")]
    env: Environment,
    /// The store to make, or to go on with.
    #[arg(long)]
    out: PathBuf,
    /// Who plays: mixed, unless --steps-per-level says random.
    #[arg(long, value_enum)]
    policy: Option<Player>,
    /// Frames in all, of the mixed policy: 100,000 unless told otherwise.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    frames: Option<u64>,
    /// Level seeds, first..last (the last one not included).
    #[arg(long, default_value = "0..10000", value_parser = levels)]
    levels: LevelRange,
    /// Steps in each level, of the random policy: 1000, as in the paper, unless told otherwise.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    steps_per_level: Option<u32>,
    /// Attempts at a level before the expert gives it up: 128 unless told otherwise.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    retries: Option<u32>,
    /// Refuse levels that this store has: that of the training, when collecting what to test on.
    #[arg(long, value_name = "STORE")]
    apart_from: Option<PathBuf>,
    /// Frames in a clip.
    #[arg(long, default_value_t = 32)]
    clip_frames: u32,
    /// Seed of every choice.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// CoinRun's difficulty.
    #[arg(long, value_enum, default_value = "hard")]
    mode: Difficulty,
    /// Looks of the platformer's levels, separated by commas, such as meadow,snow; all by default.
    #[arg(long, value_delimiter = ',', value_parser = theme)]
    themes: Vec<Theme>,
    /// A Python that has tools/coinrun/requirements.txt already.
    #[arg(long)]
    python: Option<PathBuf>,
}

fn theme(text: &str) -> Result<Theme, String> {
    Theme::from_name(text.trim()).ok_or_else(|| {
        let names: Vec<&str> = Theme::ALL.iter().map(|theme| theme.name()).collect();
        format!("the looks are {}", names.join(", "))
    })
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

/// The policy, and the number of frames where it needs one.
fn policy(arguments: &Arguments) -> Result<(Policy, Option<u64>)> {
    let Arguments {
        frames,
        steps_per_level,
        retries,
        ..
    } = *arguments;
    let player = match (arguments.policy, steps_per_level) {
        (Some(player), _) => player,
        (None, Some(_)) => Player::Random,
        (None, None) => Player::Mixed,
    };
    if steps_per_level.is_some() && !matches!(player, Player::Random) {
        return Err(misuse("--steps-per-level goes with --policy random"));
    }
    if retries.is_some() && !matches!(player, Player::Expert) {
        return Err(misuse("--retries goes with --policy expert"));
    }
    if frames.is_some() && !matches!(player, Player::Mixed) {
        return Err(misuse(
            "--frames goes with --policy mixed. The others play each level of --levels once, which says how many there are",
        ));
    }
    Ok(match player {
        Player::Mixed => (Policy::default(), Some(frames.unwrap_or(FRAMES))),
        Player::Random => {
            let steps_per_level = steps_per_level.unwrap_or(Policy::STEPS_PER_LEVEL);
            (Policy::Random { steps_per_level }, None)
        }
        Player::Expert => {
            let retries = retries.unwrap_or(Policy::RETRIES);
            (Policy::Expert { retries }, None)
        }
    })
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let mut spec = CollectSpec::new(&arguments.out, FRAMES);
    (spec.policy, spec.frames) = policy(arguments)?;
    spec.levels = arguments.levels;
    spec.apart_from = arguments.apart_from.clone();
    spec.frames_per_clip = arguments.clip_frames;
    spec.seed = arguments.seed;
    spec.mode = match arguments.mode {
        Difficulty::Easy => Mode::Easy,
        Difficulty::Hard => Mode::Hard,
    };
    if !arguments.themes.is_empty() && !matches!(arguments.env, Environment::Platformer) {
        return Err(misuse("--themes goes with --env platformer"));
    }
    spec.themes = arguments.themes.clone();
    spec.python = arguments.python.clone();
    let stop = Stop::listen()?;
    let collected = match arguments.env {
        Environment::Platformer => with_bar(&spec, &stop, platformer)?,
        Environment::Coinrun => with_bar(&spec, &stop, coinrun)?,
    };
    println!("{}: {} frames", arguments.out.display(), collected.frames);
    if let Some(won) = collected.won {
        println!("{won} of {} levels won", spec.levels.count());
    }
    Ok(())
}

/// Collects with a progress bar until done or stopped; what is collected stays.
pub fn with_bar(
    spec: &CollectSpec,
    stop: &Stop,
    collect: fn(&CollectSpec, OnProgress<'_>) -> data::Result<Collected>,
) -> Result<Collected> {
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{wide_bar} {human_pos} of {human_len} {msg}, {eta} left",
    )?);
    let collected = collect(spec, &mut |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(progress.unit.name());
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
