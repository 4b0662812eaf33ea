//! The paper's ablations at a small scale: what each variant of the model is worth, everything else
//! being equal. docs/ablations.md says what is compared and how far the figures carry.
//!
//! ```text
//! FOLDER/ablate.json       settings; a later call must match them
//!        train, test       views of the store, unless held-out clips were given
//!        runs/NAME-SEED/   a training run per variant, as `genie train` makes them
//!        results.jsonl     a line per finished variant
//!        report.md, *.svg  tables and a plot
//! ```
//!
//! A variant that is finished is not trained again; one that was stopped goes on from its checkpoint.

mod fit;
mod held_out;
mod measure;
mod plot;
mod records;
mod report;
mod rollout;
mod scale;
mod variants;

use std::fs;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, Result, bail, ensure};
use burn::tensor::Device;
use data::ClipStore;
use data::split::{Together, split};
use data::view;
use model::config::TransformerConfig;
use serde::{Deserialize, Serialize};

use crate::budget::Budget;
use crate::checkpoint::{self, write_atomically};
use crate::fvd::I3d;
use crate::phase::{self, Options, Outcome, State};
use crate::report::Display;
use crate::run::{self, Run};
use crate::settings;
use crate::store;

pub use fit::PowerLaw;
use held_out::HeldOut;
pub use measure::Figures;
pub use records::{Record, Results};
pub use report::tables;
pub use scale::{Point, Size};
pub use variants::{Study, Variant};

/// Share of the clips to test on, where none are given.
const TEST_SHARE: f64 = 0.1;

/// Everything that fixes what is compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The shipped architecture's training, from which each variant differs in one thing.
    pub base: settings::Settings,
    /// Held-out clips.
    pub test: PathBuf,
    /// Held-out clips to look at.
    pub clips: usize,
    /// Of them also played.
    pub rollouts: usize,
    /// Whether figures hold an FVD.
    pub fvd: bool,
}

/// What this call is to do.
pub struct Plan<'a> {
    /// Comparisons to make.
    pub studies: &'a [Study],
    /// Repetitions under other seeds.
    pub seeds: u64,
    /// For the FVD, if the settings ask for one.
    pub network: Option<&'a I3d>,
}

const SETTINGS: &str = "ablate.json";

/// The folder's store for training and its store for tests: `data` and `test`, or views of `data` by
/// level (by source where levels aren't known), made on first use.
///
/// # Errors
/// If `data` can't be split or the views can't be written.
pub fn parts(folder: &Path, data: &Path, test: Option<&Path>) -> Result<[PathBuf; 2]> {
    let named =
        |path: &Path| absolute(path).with_context(|| format!("can't find {}", path.display()));
    if let Some(test) = test {
        return Ok([named(data)?, named(test)?]);
    }
    let views = [folder.join("train"), folder.join("test")];
    if !(views.iter().all(|view| view.exists())) {
        let store = ClipStore::open(data)?;
        let by = |together| split(&store, TEST_SHARE, together, 0);
        let parts = by(Together::Level).or_else(|_| by(Together::Source))?;
        fs::create_dir_all(folder)
            .with_context(|| format!("can't make the folder {}", folder.display()))?;
        for (path, clips) in views.iter().zip([parts.train, parts.test]) {
            if path.exists() {
                fs::remove_dir_all(path)
                    .with_context(|| format!("can't replace {}", path.display()))?;
            }
            let why = serde_json::json!({ "split": "ablate", "share": TEST_SHARE });
            view::write(path, &store, &clips, &why)?;
        }
    }
    let [train, test] = views;
    Ok([named(&train)?, named(&test)?])
}

/// Trains and measures what `plan` asks for and `folder` doesn't have yet, and writes the report. Each
/// result goes to `each` as soon as it is there.
///
/// # Errors
/// If the folder holds an ablation with other settings, the data can't be read, or a training fails.
pub fn run(
    folder: &Path,
    settings: &Settings,
    plan: &Plan<'_>,
    device: &Device,
    display: &mut dyn Display,
    each: &mut dyn FnMut(&Record),
) -> Result<Outcome> {
    ensure!(
        settings.fvd == plan.network.is_some(),
        "an FVD needs the weights of I3D"
    );
    settle(folder, settings)?;
    kernels::keep_memory();
    let test = ClipStore::open(&settings.test)?;
    store::check(&settings.base.config, &test)?;
    let mut work = Work {
        folder,
        settings,
        device,
        test: &test,
        network: plan.network,
        results: Results::open(&folder.join("results.jsonl"))?,
        each,
    };
    for seed in 0..plan.seeds {
        for &variant in variants::of(plan.studies) {
            if work.variant(variant, seed, display)? == Outcome::Stopped {
                return Ok(Outcome::Stopped);
            }
        }
        if plan.studies.contains(&Study::Scale) && work.scale(seed, display)? == Outcome::Stopped {
            return Ok(Outcome::Stopped);
        }
    }
    report::write(folder, settings, &work.results)?;
    Ok(Outcome::Finished)
}

/// Writes the settings of a new folder, or compares them with those of an old one.
fn settle(folder: &Path, settings: &Settings) -> Result<()> {
    let file = folder.join(SETTINGS);
    if file.exists() {
        let known = open(folder)?;
        if known != *settings {
            bail!(
                "{} holds an ablation with other settings (ablate.json): its results can't be compared with these. Choose another folder with --out",
                folder.display()
            );
        }
        return Ok(());
    }
    fs::create_dir_all(folder)
        .with_context(|| format!("can't make the folder {}", folder.display()))?;
    write_atomically(&file, &serde_json::to_vec_pretty(settings)?)
}

/// The settings of the ablation in `folder`.
///
/// # Errors
/// If there is none.
pub fn open(folder: &Path) -> Result<Settings> {
    let file = folder.join(SETTINGS);
    let text = fs::read(&file)
        .with_context(|| format!("{} holds no ablation (no {SETTINGS})", folder.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is damaged", file.display()))
}

struct Work<'a> {
    folder: &'a Path,
    settings: &'a Settings,
    device: &'a Device,
    test: &'a ClipStore,
    network: Option<&'a I3d>,
    results: Results,
    each: &'a mut dyn FnMut(&Record),
}

impl Work<'_> {
    /// Trains and measures one variant, unless that is done.
    fn variant(
        &mut self,
        variant: Variant,
        seed: u64,
        display: &mut dyn Display,
    ) -> Result<Outcome> {
        if self.results.has_variant(variant, seed) {
            return Ok(Outcome::Finished);
        }
        display.note(&format!("{variant}, seed {seed}."));
        let Some(run) = self.trained(variant, seed, display)? else {
            return Ok(Outcome::Stopped);
        };
        let figures = measure::run(&run, self.test, self.settings, self.network, self.device)?;
        self.add(Record::Variant {
            variant,
            seed,
            figures,
        })?;
        Ok(Outcome::Finished)
    }

    /// The finished training of a variant; none if it was stopped.
    fn trained(
        &self,
        variant: Variant,
        seed: u64,
        display: &mut dyn Display,
    ) -> Result<Option<Run>> {
        let mut settings = variant.settings(&self.settings.base, seed);
        let name = format!("{variant}-{seed}");
        if !variant.shares_tokenizer() {
            return self.train(self.run(&name, settings)?, display);
        }
        let Some(base) = self.trained(Variant::Base, seed, display)? else {
            return Ok(None);
        };
        let file = |run: &Run| run.checkpoint(run::TOKENIZER);
        settings.budgets.tokenizer = spent(&base, run::TOKENIZER)?;
        let run = self.run(&name, settings)?;
        copy(&file(&base), &file(&run))?;
        self.train(run, display)
    }

    /// The run of this name, new or as it was left.
    fn run(&self, name: &str, settings: settings::Settings) -> Result<Run> {
        let folder = self.folder.join("runs").join(name);
        if Run::exists(&folder) {
            Run::open(&folder)
        } else {
            Run::create(&folder, settings)
        }
    }

    /// `run` when it is finished; none if it was stopped.
    fn train(&self, run: Run, display: &mut dyn Display) -> Result<Option<Run>> {
        // It must not go on, should a phase have ended a little before its time.
        let last = run.checkpoint(run::DYNAMICS);
        if last.exists() && checkpoint::load::<State>(&last)?.1.finished {
            return Ok(Some(run));
        }
        let options = Options {
            // Sheets are made by play, which knows no other architecture.
            sheet: f64::INFINITY,
            ..Options::default()
        };
        let outcome = phase::train(&run, self.device, options, display)?;
        Ok((outcome == Outcome::Finished).then_some(run))
    }

    /// Trains dynamics models of several sizes and batches on the codes and actions of the base.
    fn scale(&mut self, seed: u64, display: &mut dyn Display) -> Result<Outcome> {
        let missing: Vec<Size> = scale::sizes(&self.settings.base)
            .into_iter()
            .filter(|size| !self.results.has_size(size, seed))
            .collect();
        if missing.is_empty() {
            return Ok(Outcome::Finished);
        }
        let Some(base) = self.trained(Variant::Base, seed, display)? else {
            return Ok(Outcome::Stopped);
        };
        let held_out = HeldOut::new(&base, self.test, self.settings.clips, self.device)?;
        for size in missing {
            display.note(&format!("Dynamics of {size}, seed {seed}."));
            let mut settings = scale::settings(&base.settings, &size);
            let run = if settings == base.settings {
                base.clone()
            } else {
                settings.budgets.tokenizer = spent(&base, run::TOKENIZER)?;
                settings.budgets.actions = spent(&base, run::ACTIONS)?;
                let TransformerConfig { blocks, width, .. } = size.transformer;
                let name = format!("dynamics-{blocks}x{width}-{}-{seed}", size.batch);
                let run = self.run(&name, settings)?;
                for file in [
                    |run: &Run| run.checkpoint(run::TOKENIZER),
                    |run: &Run| run.checkpoint(run::ACTIONS),
                ] {
                    copy(&file(&base), &file(&run))?;
                }
                // What the base has encoded already; it may have been killed before it was kept.
                if base.encoded().exists() {
                    copy(&base.encoded(), &run.encoded())?;
                }
                match self.train(run, display)? {
                    Some(run) => run,
                    None => return Ok(Outcome::Stopped),
                }
            };
            let point = scale::measure(&run, &size, &held_out, self.device)?;
            self.add(Record::Scale { seed, point })?;
        }
        Ok(Outcome::Finished)
    }

    fn add(&mut self, record: Record) -> Result<()> {
        (self.each)(&record);
        self.results.add(record)?;
        report::write(self.folder, self.settings, &self.results)
    }
}

/// What a finished phase has had, as a budget: a copy of its checkpoint asks for no more.
fn spent(run: &Run, phase: &str) -> Result<Budget> {
    let (_, state) = checkpoint::load::<State>(&run.checkpoint(phase))?;
    Ok(Budget::Steps(state.step))
}

/// Copies a file, unless the copy is there already; never half of it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Ok(());
    }
    let bytes = fs::read(from).with_context(|| format!("can't read {}", from.display()))?;
    write_atomically(to, &bytes)
}

#[cfg(test)]
pub(crate) mod tests;
