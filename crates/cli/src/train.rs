//! `genie train`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use burn::tensor::Device;
use data::collect::{CollectSpec, platformer};
use data::{ClipStore, DEFAULT_CACHE_BYTES, LevelRange};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use model::{Config, presets};
use train::budget::{Budget, Budgets};
use train::phase::{self, Options, Outcome};
use train::report::{Display, StepReport};
use train::run::{self, Run};
use train::settings::{self, Settings};
use train::start::{self, Learning};
use train::store;

use crate::device::DeviceArgument;
use crate::misuse::misuse;
use crate::stop::Stop;

/// Frames of platformer video that a training without data makes.
const OWN_FRAMES: u64 = 100_000;
/// Minutes of training unless told otherwise.
const MINUTES: f64 = 120.0;
/// About a hundred years.
const MOST_MINUTES: f64 = 5e7;
/// Shares of the time that the tokenizer and the latent actions get.
const TOKENIZER_SHARE: f64 = 0.35;
const ACTION_SHARE: f64 = 0.25;

#[derive(Clone, Copy, clap::ValueEnum)]
enum Quantizer {
    /// The paper's: 1024 learned codes of 32 dimensions, dead ones revived.
    Vq,
    /// Finite scalar quantisation: 4 levels in each of 5 dimensions, 1024 codes too.
    Fsq,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Part {
    Tokenizer,
    /// They begin anew if no encoder lies beside the world.
    Actions,
}

#[derive(clap::Args)]
pub struct Arguments {
    /// The run's folder: checkpoints, log, contact sheets.
    #[arg(long, default_value = "runs/world")]
    out: PathBuf,
    /// Clips to learn from; by default platformer video is made.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Clips of other levels or videos: the dynamics are played on them now and then, and those that
    /// play best are exported.
    #[arg(long, value_name = "STORE")]
    held_out: Option<PathBuf>,
    /// Sizes of the model; `genie presets` lists them.
    #[arg(long, default_value = "pocket")]
    preset: String,
    /// Sizes of the model from a JSON file instead.
    #[arg(long, conflicts_with = "preset")]
    config: Option<PathBuf>,
    /// How the tokenizer's latents become codes; by default as the preset has it.
    #[arg(long, value_enum)]
    quantizer: Option<Quantizer>,
    /// A world to go on from: its tokenizer and latent actions stay, its dynamics learn from --data.
    #[arg(long, value_name = "WORLD", conflicts_with_all = ["preset", "config", "quantizer", "resume"])]
    from: Option<PathBuf>,
    /// Which models of --from learn besides the dynamics, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', requires = "from")]
    also: Vec<Part>,
    /// Minutes of training, all phases together; 120 unless told otherwise.
    #[arg(long, conflicts_with = "steps")]
    minutes: Option<f64>,
    /// Steps of each phase, instead of minutes.
    #[arg(long)]
    steps: Option<u64>,
    /// Minutes of the tokenizer's phase; by default 35 % of all.
    #[arg(long, conflicts_with = "steps")]
    tokenizer_minutes: Option<f64>,
    /// Minutes of the latent actions' phase; by default 25 % of all.
    #[arg(long, conflicts_with = "steps")]
    action_minutes: Option<f64>,
    /// Go on with the run in the folder. Its bounds and its learning rate may be changed.
    #[arg(
        long,
        conflicts_with_all = ["data", "held_out", "preset", "config", "quantizer", "seed", "tokenizer_batch", "batch", "action_batch"]
    )]
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
    /// Any other setting of run.json, such as dynamics.masking.corruption=0.1; may be repeated.
    #[arg(long = "set", value_name = "SETTING=VALUE", conflicts_with = "resume")]
    set: Vec<String>,
    /// Seconds between checkpoints.
    #[arg(long, default_value_t = 120.0)]
    checkpoint_seconds: f64,
    /// Seconds between contact sheets.
    #[arg(long, default_value_t = 300.0)]
    sheet_seconds: f64,
    /// Seconds between plays of held-out clips.
    #[arg(long, default_value_t = 600.0)]
    validation_seconds: f64,
    /// MiB of decoded clips kept in memory; a larger store is read again from disk.
    #[arg(long, default_value_t = DEFAULT_CACHE_BYTES >> 20)]
    cache_mib: usize,
    #[command(flatten)]
    device: DeviceArgument,
}

pub fn run(arguments: Arguments) -> Result<()> {
    let budgets = budgets(&arguments)?;
    if !arguments.resume && Run::exists(&arguments.out) {
        return Err(misuse(run::taken(&arguments.out)));
    }
    let chosen = arguments.device.choose()?;
    let stop = Stop::listen()?;
    println!("Training on {chosen}.");
    let run = if arguments.resume {
        resumed(&arguments, budgets)?
    } else {
        let settings = settings(&arguments, budgets, &stop, &chosen.device)?;
        let run = Run::create(&arguments.out, settings)?;
        if let Some(world) = &arguments.from {
            start::from_world(&run, world, learning(&arguments.also), &chosen.device)?;
        }
        run
    };
    println!("The run is in {}.", run.folder().display());
    let options = Options {
        checkpoint: arguments.checkpoint_seconds,
        sheet: arguments.sheet_seconds,
        validation: arguments.validation_seconds,
        cache_bytes: arguments.cache_mib.saturating_mul(1 << 20),
    };
    let mut display = Bar::new(stop)?;
    let outcome = phase::train(&run, &chosen.device, options, &mut display)?;
    display.finish();
    let folder = run.folder().display();
    // As the user called it.
    let genie = match std::env::var_os("CARGO") {
        Some(_) => "cargo run --release --",
        None => "genie",
    };
    match outcome {
        Outcome::Finished => {
            println!("Trained. Next: {genie} export {folder} --out world.safetensors")
        }
        Outcome::Stopped => {
            println!("Saved. Go on with: {genie} train --out {folder} --resume")
        }
    }
    Ok(())
}

fn learning(parts: &[Part]) -> Learning {
    Learning {
        tokenizer: parts.contains(&Part::Tokenizer),
        actions: parts.contains(&Part::Actions),
    }
}

/// The bounds that the command line gives, if it gives any.
fn budgets(arguments: &Arguments) -> Result<Option<Budgets>> {
    if let Some(steps) = arguments.steps {
        if steps == 0 {
            return Err(misuse("--steps must be at least 1"));
        }
        return Ok(Some(Budgets {
            tokenizer: Budget::Steps(steps),
            actions: Budget::Steps(steps),
            dynamics: Budget::Steps(steps),
        }));
    }
    let (tokenizer, actions) = (arguments.tokenizer_minutes, arguments.action_minutes);
    if arguments.minutes.is_none() && tokenizer.is_none() && actions.is_none() {
        return Ok(None);
    }
    if tokenizer.is_some_and(|m| m <= 0.0) || actions.is_some_and(|m| m <= 0.0) {
        return Err(misuse("a phase needs more than 0 minutes"));
    }
    let all = arguments.minutes.unwrap_or(MINUTES);
    if arguments.from.is_some() {
        // What stays takes no time.
        let bound = |minutes: Option<f64>, learns, part| match (minutes, learns) {
            (Some(_), false) => Err(misuse(format!(
                "of --from, no minutes go to the {part} unless they learn too: add --also {part}"
            ))),
            (None, false) => Ok(Some(0.0)),
            (minutes, true) => Ok(minutes),
        };
        let learning = learning(&arguments.also);
        let tokenizer = bound(tokenizer, learning.tokenizer, "tokenizer")?;
        let actions = bound(actions, learning.actions, "actions")?;
        return minutes(all, tokenizer, actions).map(Some);
    }
    minutes(all, tokenizer, actions).map(Some)
}

/// Budgets of `all` minutes together, as the phases usually share them.
pub fn minutes(all: f64, tokenizer: Option<f64>, actions: Option<f64>) -> Result<Budgets> {
    let tokenizer = tokenizer.unwrap_or(all * TOKENIZER_SHARE);
    let actions = actions.unwrap_or(all * ACTION_SHARE);
    let dynamics = all - tokenizer - actions;
    // Not `<=`: no number is none of these.
    if !(all <= MOST_MINUTES && dynamics > 0.0) {
        return Err(misuse(
            "--minutes must be above 0 (and not above 50,000,000), and above --tokenizer-minutes and --action-minutes together",
        ));
    }
    Ok(Budgets {
        tokenizer: Budget::Minutes(tokenizer),
        actions: Budget::Minutes(actions),
        dynamics: Budget::Minutes(dynamics),
    })
}

/// The run in the folder, with what the command line changes of it.
fn resumed(arguments: &Arguments, budgets: Option<Budgets>) -> Result<Run> {
    if !Run::exists(&arguments.out) {
        return Err(misuse(run::missing(&arguments.out)));
    }
    let mut run = Run::open(&arguments.out)?;
    let mut settings = run.settings.clone();
    settings.budgets = budgets.unwrap_or(settings.budgets);
    change_rate(arguments, &mut settings)?;
    if settings != run.settings {
        run.set_settings(settings)?;
    }
    Ok(run)
}

fn settings(
    arguments: &Arguments,
    budgets: Option<Budgets>,
    stop: &Stop,
    device: &Device,
) -> Result<Settings> {
    let config = match &arguments.from {
        Some(world) => start::read_world(world, device)?.card.config,
        None => config(arguments)?,
    };
    let data = match &arguments.data {
        Some(data) => data.clone(),
        None => own_video(&arguments.out, &config, stop)?,
    };
    let budgets = match budgets {
        Some(budgets) => budgets,
        None => minutes(MINUTES, None, None)?,
    };
    let mut settings = Settings::new(config, &ClipStore::open(data)?, budgets, arguments.seed)?;
    if let Some(path) = &arguments.held_out {
        let clips = ClipStore::open(path)?;
        store::check(&settings.config, &clips)?;
        settings.held_out = Some(settings::place(&clips)?);
    }
    let Settings {
        tokenizer,
        actions,
        dynamics,
        ..
    } = &mut settings;
    tokenizer.batch = arguments.tokenizer_batch.unwrap_or(tokenizer.batch);
    actions.batch = arguments.action_batch.unwrap_or(actions.batch);
    dynamics.batch = arguments.batch.unwrap_or(dynamics.batch);
    change_rate(arguments, &mut settings)?;
    let settings = changed(settings, &arguments.set)?;
    settings.config.check_world()?;
    Ok(settings)
}

/// `settings` with changes of the form `SETTING=VALUE`, checked.
pub fn changed(mut settings: Settings, changes: &[String]) -> Result<Settings> {
    for change in changes {
        let Some((path, value)) = change.split_once('=') else {
            return Err(misuse(format!("--set takes SETTING=VALUE, not `{change}`")));
        };
        settings = settings
            .with(path.trim(), value.trim())
            .map_err(|error| misuse(format!("{error:#}")))?;
    }
    settings.config.check()?;
    settings
        .check()
        .map_err(|error| misuse(format!("{error:#}")))?;
    Ok(settings)
}

fn change_rate(arguments: &Arguments, settings: &mut Settings) -> Result<()> {
    let Some(rate) = arguments.rate else {
        return Ok(());
    };
    if !(rate > 0.0 && rate < 1.0) {
        return Err(misuse("--rate must be between 0 and 1"));
    }
    settings.tokenizer.rate = rate;
    settings.dynamics.rate = rate;
    settings.actions.rate = rate;
    Ok(())
}

fn config(arguments: &Arguments) -> Result<Config> {
    let mut config = match &arguments.config {
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
    match arguments.quantizer {
        Some(Quantizer::Vq) => config.tokenizer.quantizer = presets::vq(),
        Some(Quantizer::Fsq) => config.tokenizer.quantizer = presets::fsq(),
        None => {}
    }
    config.check()?;
    Ok(config)
}

/// Platformer video, kept beside the runs so that the next training finds it.
fn own_video(out: &Path, config: &Config, stop: &Stop) -> Result<PathBuf> {
    if (config.height, config.width) != (platformer::HEIGHT, platformer::WIDTH) {
        return Err(misuse(format!(
            "the platformer's frames are {}×{} pixels, this model's {}×{}: give it clips with --data",
            platformer::WIDTH,
            platformer::HEIGHT,
            config.width,
            config.height
        )));
    }
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
    let frames = crate::collect::with_bar(&spec, stop, platformer)?.frames;
    if frames < OWN_FRAMES {
        bail!(
            "stopped with {frames} frames made; they are kept. The same command goes on with them"
        );
    }
    Ok(path)
}

/// Shows one bar per phase.
pub struct Bar {
    bar: ProgressBar,
    stop: Stop,
    last_line: f64,
}

impl Bar {
    pub fn new(stop: Stop) -> Result<Self> {
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{msg}")?);
        Ok(Self {
            bar,
            stop,
            last_line: f64::NEG_INFINITY,
        })
    }

    /// Takes it off the screen.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Display for Bar {
    fn step(&mut self, report: &StepReport) {
        let figures: Vec<String> = report
            .figures
            .iter()
            .map(|(name, value)| format!("{name} {value:.3}"))
            .collect();
        let left = report
            .seconds_left
            .and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok())
            .map_or_else(String::new, |left| {
                format!(", {} left", HumanDuration(left))
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
