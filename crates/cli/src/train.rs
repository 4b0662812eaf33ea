//! `genie train`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use data::LevelRange;
use data::collect::{CollectSpec, platformer};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use model::{Config, presets};
use train::phase::{self, Budget, Intervals, Outcome};
use train::report::{Display, StepReport};
use train::run::{Run, Settings};

use crate::device::DeviceArgument;
use crate::misuse::misuse;
use crate::stop::Stop;

/// Frames of platformer video that a training without data makes.
const OWN_FRAMES: u64 = 100_000;
/// Share of the time that the tokenizer gets.
const TOKENIZER_SHARE: f64 = 0.4;

#[derive(clap::Args)]
pub struct Arguments {
    /// The run's folder: checkpoints, log, contact sheets.
    #[arg(long, default_value = "runs/world")]
    out: PathBuf,
    /// Clips to learn from; by default platformer video is made.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Sizes of the model; `genie presets` lists them.
    #[arg(long, default_value = "pocket")]
    preset: String,
    /// Sizes of the model from a JSON file instead.
    #[arg(long, conflicts_with = "preset")]
    config: Option<PathBuf>,
    /// Minutes of training, both phases together.
    #[arg(long, default_value_t = 120.0, conflicts_with = "steps")]
    minutes: f64,
    /// Steps of each phase, instead of minutes.
    #[arg(long)]
    steps: Option<u64>,
    /// Minutes of the tokenizer's phase; by default 40 % of all.
    #[arg(long, conflicts_with = "steps")]
    tokenizer_minutes: Option<f64>,
    /// Go on with the run in the folder.
    #[arg(long)]
    resume: bool,
    /// Seed of everything random.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Clips a step of the tokenizer.
    #[arg(long)]
    tokenizer_batch: Option<usize>,
    /// Clips a step of the dynamics model.
    #[arg(long)]
    batch: Option<usize>,
    /// Clips a step of the latent action model.
    #[arg(long)]
    action_batch: Option<usize>,
    /// Highest learning rate of all models.
    #[arg(long)]
    rate: Option<f64>,
    /// Seconds between checkpoints.
    #[arg(long, default_value_t = 120.0)]
    checkpoint_seconds: f64,
    /// Seconds between contact sheets.
    #[arg(long, default_value_t = 300.0)]
    sheet_seconds: f64,
    #[command(flatten)]
    device: DeviceArgument,
}

pub fn run(arguments: Arguments) -> Result<()> {
    let budgets = budgets(&arguments)?;
    let chosen = arguments.device.choose()?;
    let stop = Stop::listen()?;
    println!("Training on {chosen}.");
    let run = if arguments.resume {
        Run::open(&arguments.out)?
    } else {
        let settings = settings(&arguments, &stop)?;
        Run::create(&arguments.out, settings)?
    };
    println!("The run is in {}.", run.folder().display());
    let intervals = Intervals {
        checkpoint: arguments.checkpoint_seconds,
        sheet: arguments.sheet_seconds,
    };
    let mut display = Bar::new(stop)?;
    let outcome = phase::train(&run, &chosen.device, budgets, intervals, &mut display)?;
    display.bar.finish_and_clear();
    let folder = run.folder().display();
    match outcome {
        Outcome::Finished => {
            println!("Trained. Next: genie export {folder} --out world.safetensors")
        }
        Outcome::Stopped => println!("Saved. Go on with: genie train --out {folder} --resume"),
    }
    Ok(())
}

fn budgets(arguments: &Arguments) -> Result<[Budget; 2]> {
    if let Some(steps) = arguments.steps {
        if steps == 0 {
            return Err(misuse("--steps must be at least 1"));
        }
        return Ok([Budget::Steps(steps); 2]);
    }
    let all = arguments.minutes;
    let first = arguments.tokenizer_minutes.unwrap_or(all * TOKENIZER_SHARE);
    if !(all.is_finite() && first > 0.0 && first < all) {
        return Err(misuse(
            "--minutes must be above 0, and --tokenizer-minutes between 0 and that",
        ));
    }
    Ok([Budget::Minutes(first), Budget::Minutes(all - first)])
}

fn settings(arguments: &Arguments, stop: &Stop) -> Result<Settings> {
    let config = config(arguments)?;
    let data = match &arguments.data {
        Some(data) => data.clone(),
        None => own_video(&arguments.out, &config, stop)?,
    };
    let mut settings = Settings::for_config(config, data, arguments.seed);
    let (tokenizer, dynamics) = (&mut settings.tokenizer, &mut settings.dynamics);
    tokenizer.batch = arguments.tokenizer_batch.unwrap_or(tokenizer.batch);
    dynamics.batch = arguments.batch.unwrap_or(dynamics.batch);
    dynamics.action_batch = arguments.action_batch.unwrap_or(dynamics.action_batch);
    if let Some(rate) = arguments.rate {
        if !(rate > 0.0 && rate < 1.0) {
            return Err(misuse("--rate must be between 0 and 1"));
        }
        tokenizer.rate = rate;
        dynamics.rate = rate;
        dynamics.action_rate = rate;
    }
    if [tokenizer.batch, dynamics.batch, dynamics.action_batch].contains(&0) {
        return Err(misuse("a batch needs at least one clip"));
    }
    Ok(settings)
}

fn config(arguments: &Arguments) -> Result<Config> {
    let config = match &arguments.config {
        Some(path) => {
            let name = path.display();
            let text =
                std::fs::read(path).with_context(|| format!("can't read the sizes {name}"))?;
            serde_json::from_slice(&text)
                .with_context(|| format!("{name} doesn't describe a model"))?
        }
        None => presets::config(&arguments.preset).ok_or_else(|| {
            misuse(format!(
                "there is no preset `{}`; `genie presets` lists them",
                arguments.preset
            ))
        })?,
    };
    config.check()?;
    Ok(config)
}

/// Platformer video, kept beside the runs so that the next training finds it.
fn own_video(out: &Path, config: &Config, stop: &Stop) -> Result<PathBuf> {
    ensure!(
        (config.height, config.width) == (platformer::HEIGHT, platformer::WIDTH),
        "the platformer's frames are {}×{} pixels, this model's {}×{}: give it clips with --data",
        platformer::WIDTH,
        platformer::HEIGHT,
        config.width,
        config.height
    );
    let folder = out.parent().unwrap_or(Path::new("."));
    let path = folder.join("platformer.zarr");
    let mut spec = CollectSpec::new(&path, OWN_FRAMES);
    spec.levels = LevelRange {
        start: 0,
        end: 1_000_000,
    };
    println!(
        "No --data given: making {OWN_FRAMES} frames of platformer video in {}.",
        path.display()
    );
    crate::collect::with_bar(&spec, stop, platformer)?;
    Ok(path)
}

/// Shows one bar per phase.
struct Bar {
    bar: ProgressBar,
    stop: Stop,
    last_line: f64,
}

impl Bar {
    fn new(stop: Stop) -> Result<Self> {
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{msg}")?);
        Ok(Self {
            bar,
            stop,
            last_line: f64::NEG_INFINITY,
        })
    }
}

impl Display for Bar {
    fn step(&mut self, report: &StepReport) {
        let figures: Vec<String> = report
            .figures
            .iter()
            .map(|(name, value)| format!("{name} {value:.3}"))
            .collect();
        let left = report.seconds_left.map_or_else(String::new, |seconds| {
            format!(
                ", {} left",
                HumanDuration(Duration::from_secs_f64(seconds.max(0.0)))
            )
        });
        let line = format!(
            "{} step {}: {} | {:.0} frames/s{left}",
            report.phase,
            report.step,
            figures.join(", "),
            report.frames_per_second
        );
        // Without a terminal, a line now and then is what a log file wants.
        if self.bar.is_hidden() {
            if report.seconds - self.last_line >= 30.0 || report.seconds < self.last_line {
                self.last_line = report.seconds;
                println!("{line}");
            }
        } else {
            self.bar.set_message(line);
            self.bar.tick();
        }
    }

    fn note(&mut self, text: &str) {
        self.bar.suspend(|| println!("{text}"));
    }

    fn wants_to_stop(&self) -> bool {
        self.stop.wanted()
    }
}
