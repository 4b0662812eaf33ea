//! `genie curate train`.

use std::path::PathBuf;

use anyhow::Result;
use burn::tensor::Device;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use train::curate::{self, By, Card, Report, Settings, Start, Used};

use super::{Labelled, genie};
use crate::device::DeviceArgument;
use crate::misuse::misuse;
use crate::stop::Stop;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    labelled: Labelled,
    /// Published ResNet-18 weights to begin from: a .safetensors file with torchvision's names.
    #[arg(long)]
    weights: Option<PathBuf>,
    /// The classifier to write.
    #[arg(long, default_value = "classifier.safetensors")]
    out: PathBuf,
    /// Times to go through the clips.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    epochs: u16,
    /// Frames to look at in each clip.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    frames_per_clip: u16,
    /// Seed of everything random, and of which clips are held out.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: DeviceArgument,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.out.is_dir() {
        return Err(misuse(format!(
            "{} is a folder; --out names the classifier's file",
            arguments.out.display()
        )));
    }
    let labelled = &arguments.labelled;
    let store = labelled.store()?;
    let labels = labelled.read_labels(&store)?;
    let (examples, used) = curate::examples(&store, &labels)?;
    let chosen = arguments.device.choose()?;
    let stop = Stop::listen()?;
    // With --json, only the figures go to standard output.
    let say = |text: String| {
        if arguments.json {
            eprintln!("{text}");
        } else {
            println!("{text}");
        }
    };
    say(told(&used));
    let (start, note) = begin(arguments, &chosen.device)?;
    if let Some(note) = note {
        say(note);
    }
    say(format!("Training a ResNet-18 on {chosen}."));
    let settings = Settings {
        epochs: arguments.epochs.into(),
        frames_per_clip: arguments.frames_per_clip.into(),
        seed: arguments.seed,
        trained_on: format!(
            "{} by {}",
            labelled.store.display(),
            labels.path().display()
        ),
    };
    let bar = ProgressBar::new(1).with_style(ProgressStyle::with_template(
        "{wide_bar} step {pos} of {len}, {msg}, {eta} left",
    )?);
    let trained = curate::train(
        &store,
        &examples,
        &settings,
        start,
        &chosen.device,
        &mut |step| {
            bar.set_length(step.steps as u64);
            bar.set_position(step.step as u64);
            bar.set_message(format!(
                "loss {:.3}, {:.0} frames/s",
                step.loss, step.frames_per_second
            ));
            !stop.wanted()
        },
    )?;
    bar.finish_and_clear();
    let Some((classifier, report)) = trained else {
        say("Stopped; no classifier was written.".into());
        return Ok(());
    };
    classifier.save(&arguments.out)?;
    let card = &classifier.card;
    if arguments.json {
        let out = json!({ "labels": used, "report": report, "classifier": card });
        println!("{}", serde_json::to_string_pretty(&out)?);
    } else {
        println!("{}", table(card, &report));
    }
    say(format!(
        "Written to {}. Next: {} curate apply {} --classifier {} --out VIEW --threshold {:.2}",
        arguments.out.display(),
        genie(),
        labelled.store.display(),
        arguments.out.display(),
        card.threshold
    ));
    Ok(())
}

/// Where training begins, and what there is to say about it.
fn begin(arguments: &Arguments, device: &Device) -> Result<(Start, Option<String>)> {
    let chance = Start::from_chance(arguments.seed, device);
    let Some(path) = &arguments.weights else {
        return Ok((chance, None));
    };
    let (model, note) = curate::pretrained(path, &device.clone().autodiff())?;
    let file = path.file_name().unwrap_or(path.as_os_str());
    let file = file.to_string_lossy().into_owned();
    Ok((Start { model, file }, note))
}

/// What the labels hold, in words.
fn told(used: &Used) -> String {
    let mut text = format!(
        "{} good clips (grade 5) and {} bad ones (grade 1); {} graded 2 to 4 are left out.",
        used.good, used.bad, used.between
    );
    for (count, what) in [
        (
            used.duplicates,
            "labels of clips that are there twice are left out",
        ),
        (
            used.elsewhere,
            "labels are of clips that this store doesn't have",
        ),
    ] {
        if count > 0 {
            text += &format!(" {count} {what}.");
        }
    }
    text
}

/// The figures, for people.
fn table(card: &Card, report: &Report) -> String {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let by = match report.held_out_by {
        By::Source => "whole sources",
        By::Clip => "by clip: no manifest that names enough sources",
    };
    let table = report.confusion;
    let mut lines = vec![
        format!(
            "Learned from {} good and {} bad clips; measured on {} good and {} bad ones, held out ({by}).",
            card.trained[0], card.trained[1], card.held_out[0], card.held_out[1]
        ),
        String::new(),
        format!("accuracy            {}", percent(report.accuracy)),
        format!("balanced accuracy   {}", percent(report.balanced_accuracy)),
        format!(
            "at threshold 0.5    good: {} kept, {} dropped; bad: {} dropped, {} kept",
            table.good_kept, table.good_dropped, table.bad_dropped, table.bad_kept
        ),
        format!(
            "suggested threshold {:.2} (balanced accuracy {})",
            report.threshold,
            percent(report.balanced_accuracy_at_threshold)
        ),
        format!(
            "calibration error   {:.3} on {} clips, in 10 bins",
            report.calibration_error, report.calibration_clips
        ),
        match (report.temperature_tried, report.temperature == 1.0) {
            (false, _) => "temperature         1: too few held-out clips to fit one".to_owned(),
            (true, true) => {
                "temperature         1: none helps on the other half of the held-out clips"
                    .to_owned()
            }
            (true, false) => format!(
                "temperature         {:.2}, fitted on one half of the held-out clips, measured on the other (error without: {:.3})",
                report.temperature, report.calibration_error_before
            ),
        },
        String::new(),
        "score       clips   mean score   good".to_owned(),
    ];
    let bins = report.reliability.len();
    for (i, bin) in report.reliability.iter().enumerate() {
        let range = format!(
            "{:.1}–{:.1}",
            i as f64 / bins as f64,
            (i + 1) as f64 / bins as f64
        );
        lines.push(if bin.clips == 0 {
            format!("{range}     {:>5}", 0)
        } else {
            format!(
                "{range}     {:>5}   {:>10.3}   {:>4.2}",
                bin.clips, bin.score, bin.good
            )
        });
    }
    lines.join("\n")
}
