//! `genie curate apply`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use data::view;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use train::curate::{self, Applied, BARS, Classifier, Rule};

use super::open;
use crate::device::DeviceArgument;
use crate::misuse::misuse;
use crate::stop::Stop;

/// Width of the histogram's longest bar.
const LONGEST: usize = 40;

#[derive(clap::Args)]
pub struct Arguments {
    /// The clips. Nothing of it is changed or deleted.
    store: PathBuf,
    /// A classifier of `genie curate train`.
    #[arg(long)]
    classifier: PathBuf,
    /// The view to write: the clips that are kept.
    #[arg(long)]
    out: PathBuf,
    /// A clip is kept if its probability of being good, as if good and bad were equally common, is at
    /// least this.
    #[arg(long, default_value_t = 0.5)]
    threshold: f64,
    /// But never if the probability of the likelier class is below this: such clips are unsure.
    #[arg(long, default_value_t = 0.0)]
    min_confidence: f64,
    /// Print the counts as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: DeviceArgument,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let rule = Rule::new(arguments.threshold, arguments.min_confidence)
        .map_err(|error| misuse(error.to_string()))?;
    let out = arguments.out.display();
    // Before the long part.
    if arguments.out.exists() {
        return Err(misuse(format!(
            "{out} is there already. Choose another --out"
        )));
    }
    let store = open(&arguments.store)?;
    let device = arguments.device.choose()?.device;
    let classifier = Classifier::load(&arguments.classifier, &device)?;
    let stop = Stop::listen()?;
    let bar = ProgressBar::new(store.len()).with_style(ProgressStyle::with_template(
        "{wide_bar} {human_pos} of {human_len} clips, {per_sec}, {eta} left",
    )?);
    let clips: Vec<u64> = (0..store.len()).collect();
    let scores = classifier.score(&store, &clips, &device, &mut |done| {
        bar.set_position(done as u64);
        !stop.wanted()
    })?;
    bar.finish_and_clear();
    let Some(scores) = scores else {
        println!("Stopped; no view was written.");
        return Ok(());
    };
    let applied = curate::apply(&rule, &scores);
    if applied.chosen.is_empty() {
        bail!(
            "none of the {} clips passes, so no view was written. Their scores:\n{}\nA lower --threshold keeps more (this classifier suggests {:.2})",
            applied.clips,
            histogram(&applied),
            classifier.card.threshold
        );
    }
    let why = json!({
        "curation": "learned",
        "classifier": arguments.classifier.display().to_string(),
        "trained_on": classifier.card.trained_on,
        "rule": rule,
        "counts": applied,
    });
    view::write(&arguments.out, &store, &applied.chosen, &why)?;
    if arguments.json {
        let told = json!({
            "counts": applied,
            "rule": rule,
            "suggested_threshold": classifier.card.threshold,
            "view": arguments.out.display().to_string(),
        });
        println!("{}", serde_json::to_string_pretty(&told)?);
    } else {
        println!(
            "{} of {} clips are kept; {} are bad, of {} the classifier isn't sure.\n{}\n{out} shows the kept ones (the classifier suggests --threshold {:.2}).",
            applied.kept,
            applied.clips,
            applied.bad,
            applied.unsure,
            histogram(&applied),
            classifier.card.threshold
        );
    }
    Ok(())
}

/// Clips by score, a bar each.
fn histogram(applied: &Applied) -> String {
    let most = applied.histogram.into_iter().max().unwrap_or(0).max(1);
    let bars = applied.histogram.iter().enumerate().map(|(i, &count)| {
        let edge = |i: usize| i as f64 / BARS as f64;
        // A few clips among many are seen too.
        let length = (count * LONGEST).div_ceil(most);
        let bar = format!(
            "{:.1}–{:.1} {:>7} {}",
            edge(i),
            edge(i + 1),
            count,
            "█".repeat(length)
        );
        bar.trim_end().to_owned()
    });
    bars.collect::<Vec<_>>().join("\n")
}
