//! `genie ablate`.

use std::path::PathBuf;

use anyhow::Result;
use data::ClipStore;
use model::presets;
use train::ablate::{self, Plan, Record, Results, Study};
use train::budget::{Budget, Budgets};
use train::fvd::I3d;
use train::phase::Outcome;
use train::settings;

use crate::device::DeviceArgument;
use crate::eval::at_least_one;
use crate::misuse::misuse;
use crate::stop::Stop;
use crate::train::{Bar, minutes};

#[derive(clap::Args)]
pub struct Arguments {
    /// Clips to learn from.
    #[arg(long)]
    data: PathBuf,
    /// Held-out clips; by default a tenth of --data, by level or by source.
    #[arg(long)]
    test: Option<PathBuf>,
    /// The folder of runs, results and the report. What is finished there isn't done again.
    #[arg(long)]
    out: PathBuf,
    /// Which comparisons, separated by commas: lam (the paper's Table 2), tokenizer (Table 3), scale
    /// (Figure 9).
    #[arg(long, value_delimiter = ',', default_value = "lam,tokenizer,scale")]
    only: Vec<Study>,
    /// Steps of each phase of each variant.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    steps: u64,
    /// Minutes of each variant instead, all phases together: the same time for all, not the same steps.
    #[arg(long, conflicts_with = "steps")]
    minutes: Option<f64>,
    /// Trainings of each variant, under different seeds.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// Sizes of the model from which variants differ; `genie presets` lists them.
    #[arg(long, default_value = "pocket")]
    preset: String,
    /// Any setting of a run's run.json, such as tokenizer.batch=2; may be repeated.
    #[arg(long = "set", value_name = "SETTING=VALUE")]
    set: Vec<String>,
    /// Held-out clips to look at.
    #[arg(long, default_value_t = 128, value_parser = at_least_one)]
    clips: usize,
    /// Of them also played.
    #[arg(long, default_value_t = 64, value_parser = at_least_one)]
    rollouts: usize,
    /// Compute FVD too, with these weights of I3D (.safetensors; docs/fvd.md).
    #[arg(long, value_name = "WEIGHTS")]
    fvd: Option<PathBuf>,
    #[command(flatten)]
    device: DeviceArgument,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let device = arguments.device.choose()?.device;
    let network = arguments.fvd.as_deref();
    let network = network.map(|path| I3d::load(path, &device)).transpose()?;
    let settings = settings(arguments)?;
    let plan = Plan {
        studies: &arguments.only,
        seeds: arguments.seeds,
        network: network.as_ref(),
    };
    let mut display = Bar::new(Stop::listen()?)?;
    let each = &mut |record: &Record| {
        if let Ok(line) = serde_json::to_string(&Brief::of(record)) {
            println!("{line}");
        }
    };
    let outcome = ablate::run(
        &arguments.out,
        &settings,
        &plan,
        &device,
        &mut display,
        each,
    )?;
    display.finish();
    let results = Results::open(&arguments.out.join("results.jsonl"))?;
    println!("\n{}", ablate::tables(&settings, &results));
    let out = arguments.out.display();
    match outcome {
        Outcome::Finished => println!("The report is {out}/report.md."),
        Outcome::Stopped => println!("Saved. The same command goes on from here."),
    }
    Ok(())
}

/// A result without its curve.
#[derive(serde::Serialize)]
struct Brief(Record);

impl Brief {
    fn of(record: &Record) -> Self {
        let mut record = record.clone();
        if let Record::Scale { point, .. } = &mut record {
            point.curve.clear();
        }
        Self(record)
    }
}

fn settings(arguments: &Arguments) -> Result<ablate::Settings> {
    let config = presets::config(&arguments.preset).ok_or_else(|| {
        misuse(format!(
            "there is no preset `{}`; `genie presets` lists them",
            arguments.preset
        ))
    })?;
    let budgets = match arguments.minutes {
        Some(all) => minutes(all, None, None)?,
        None => Budgets {
            tokenizer: Budget::Steps(arguments.steps),
            actions: Budget::Steps(arguments.steps),
            dynamics: Budget::Steps(arguments.steps),
        },
    };
    let [data, test] = ablate::parts(&arguments.out, &arguments.data, arguments.test.as_deref())?;
    let mut base = settings::Settings::new(config, &ClipStore::open(data)?, budgets, 0)?;
    if arguments.minutes.is_none() {
        // A short training would spend all of its time warming up.
        let most = (arguments.steps / 10).max(1);
        for warm_up in [
            &mut base.tokenizer.warm_up,
            &mut base.actions.warm_up,
            &mut base.dynamics.warm_up,
        ] {
            *warm_up = most.min(*warm_up);
        }
    }
    base = crate::train::changed(base, &arguments.set)?;
    base.config.check_world()?;
    Ok(ablate::Settings {
        base,
        test,
        clips: arguments.clips,
        rollouts: arguments.rollouts,
        fvd: arguments.fvd.is_some(),
    })
}
