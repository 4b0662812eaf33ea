//! `genie import`.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};
use clap::ValueEnum;
use data::import::{Crop, Fit, ImportSpec, Outcome, Progress, Report, Selection, Stopped, import};
use data::rules::{Metadata, Rules, Tally};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use model::presets;

use crate::misuse::misuse;
use crate::stop::Stop;

#[derive(Clone, Copy, ValueEnum)]
enum HowToFit {
    /// Fill the frame, and cut off what sticks out.
    Cover,
    /// Show the whole picture, with black bars.
    Contain,
    /// Fill the frame by changing the proportions.
    Stretch,
}

#[derive(clap::Args)]
pub struct Arguments {
    /// Video files, folders with all that is in them, or folders of numbered pictures.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The store to make, or to add to.
    #[arg(long, default_value = "video.zarr")]
    out: PathBuf,
    /// The model that the clips are for: its frame and rate are taken. `genie presets` lists them.
    #[arg(long, default_value = "pocket")]
    preset: String,
    /// Pixels of a frame, columns x rows, instead of the preset's.
    #[arg(long, value_parser = size)]
    size: Option<(u16, u16)>,
    /// Frames a second, instead of the preset's.
    #[arg(long)]
    fps: Option<f64>,
    /// What to do where a video's proportions are not the frame's.
    #[arg(long, value_enum, default_value = "cover")]
    fit: HowToFit,
    /// The part of each picture that is used: x,y,width,height in its pixels.
    #[arg(long, value_parser = crop)]
    crop: Option<Crop>,
    /// Seconds in a clip.
    #[arg(long, default_value_t = 16.0)]
    clip_seconds: f64,
    /// Who made the video and what may be done with it, in words; the clips carry it.
    #[arg(long, default_value = "unknown")]
    licence: String,
    /// Pictures a second in folders of numbered pictures; by default the clips' rate.
    #[arg(long)]
    picture_fps: Option<f64>,
    /// How different two frames must be to make a scene change: 0 always, above 1 hardly ever.
    #[arg(long, default_value_t = 0.4)]
    scene_threshold: f32,
    /// A clip is dropped as frozen when nothing moves in more than this share of its frames.
    #[arg(long, default_value_t = 0.8)]
    max_still: f64,
    /// Keep clips that the store holds nearly the same already.
    #[arg(long)]
    keep_duplicates: bool,
    /// Files decoded at once; by default as many as there are cores.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    jobs: Option<u32>,
    /// Stop at the first file that fails or is damaged.
    #[arg(long)]
    strict: bool,
    /// What is known about the videos: a JSON object a line, as yt-dlp writes them. Only videos that
    /// the keyword rules keep are imported, and their clips carry title and licence.
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// The words to go by, a TOML file; by default those for 2D platformers.
    #[arg(long, value_name = "FILE", requires = "metadata")]
    rules: Option<PathBuf>,
    /// Write what became of each file there, as JSON lines.
    #[arg(long)]
    report: Option<PathBuf>,
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let parse = |part: &str| part.trim().parse().ok().filter(|&n: &u16| n > 0);
    match text
        .split_once(['x', '×'])
        .map(|(a, b)| (parse(a), parse(b)))
    {
        Some((Some(width), Some(height))) => Ok((width, height)),
        _ => Err(format!("`{text}` is no size; write for example 160x90")),
    }
}

fn crop(text: &str) -> Result<Crop, String> {
    let numbers: Option<Vec<u32>> = text.split(',').map(|n| n.trim().parse().ok()).collect();
    match numbers.as_deref() {
        Some(&[x, y, width, height]) if width > 0 && height > 0 => Ok(Crop {
            x,
            y,
            width,
            height,
        }),
        _ => Err(format!(
            "`{text}` is no part of a picture; write x,y,width,height, for example 0,40,640,360"
        )),
    }
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let spec = spec(arguments)?;
    let sieve = Sieve::new(arguments)?;
    let stop = Stop::listen()?;
    let report = with_bar(&spec, sieve.as_ref(), &stop)?;
    if let Some(path) = &arguments.report {
        report.write(path)?;
    }
    print!("{report}");
    if let Some(sieve) = sieve {
        print!("\n{}", sieve.tally.into_inner());
    }
    match report.stopped {
        Some(Stopped::Asked) => {
            println!("Stopped. The same command goes on; files that are done are not read again.");
            return Ok(());
        }
        Some(Stopped::Strict) => bail!(
            "stopped at the file named last, since --strict was given; the same command goes on with it"
        ),
        None => {}
    }
    let (failed, damaged) = (report.count(Outcome::Failed), report.damaged());
    if failed + damaged > 0 {
        bail!(
            "{failed} files failed and {damaged} are damaged, see their lines above; all else is in {}",
            spec.out.display()
        );
    }
    println!("{}: {} clips", spec.out.display(), report.store_clips);
    Ok(())
}

fn spec(arguments: &Arguments) -> Result<ImportSpec> {
    let Some(config) = presets::config(&arguments.preset) else {
        return Err(misuse(format!(
            "there is no preset `{}`; `genie presets` lists them",
            arguments.preset
        )));
    };
    let mut spec = ImportSpec::new(arguments.paths.clone(), &arguments.out);
    (spec.width, spec.height) = match arguments.size {
        Some(size) => size,
        None => (u16::try_from(config.width)?, u16::try_from(config.height)?),
    };
    spec.fps = arguments.fps.unwrap_or(config.fps as f64);
    let frames = arguments.clip_seconds * spec.fps;
    if !(spec.fps > 0.0 && (2.0..=1e6).contains(&frames.round())) {
        return Err(misuse(format!(
            "clips of {} seconds at {} frames a second have {frames:.0} frames; at least 2 are needed",
            arguments.clip_seconds, spec.fps
        )));
    }
    spec.clip_frames = frames.round() as u32;
    spec.fit = match arguments.fit {
        HowToFit::Cover => Fit::Cover,
        HowToFit::Contain => Fit::Contain,
        HowToFit::Stretch => Fit::Stretch,
    };
    spec.crop = arguments.crop;
    spec.licence = arguments.licence.clone();
    spec.picture_fps = arguments.picture_fps;
    spec.scene_threshold = arguments.scene_threshold;
    spec.max_still = arguments.max_still;
    spec.keep_duplicates = arguments.keep_duplicates;
    spec.jobs = arguments.jobs.map_or(spec.jobs, |jobs| jobs as usize);
    spec.strict = arguments.strict;
    Ok(spec)
}

/// Keyword rules, and what they did.
struct Sieve {
    metadata: Metadata,
    rules: Rules,
    tally: RefCell<Tally>,
}

impl Sieve {
    fn new(arguments: &Arguments) -> Result<Option<Self>> {
        let Some(path) = &arguments.metadata else {
            return Ok(None);
        };
        let metadata = Metadata::load(path)?;
        for duplicate in metadata.duplicates() {
            eprintln!("genie: {}: {duplicate}", path.display());
        }
        let rules = match &arguments.rules {
            Some(path) => Rules::load(path)?,
            None => Rules::platformers(),
        };
        let tally = RefCell::new(Tally::new(&rules));
        Ok(Some(Self {
            metadata,
            rules,
            tally,
        }))
    }

    fn judge(&self, path: &Path) -> Selection {
        let Some(video) = self.metadata.of(path) else {
            return Selection::Drop {
                reason: "the metadata has no line for it".into(),
            };
        };
        let verdict = self.rules.judge(video);
        self.tally.borrow_mut().add(&verdict);
        if verdict.kept() {
            Selection::Keep {
                licence: Some(video.license.clone()).filter(|licence| !licence.is_empty()),
                title: Some(video.title.clone()),
            }
        } else {
            Selection::Drop {
                reason: verdict.to_string().replacen("dropped: ", "", 1),
            }
        }
    }
}

/// Imports with a progress bar until done or stopped.
fn with_bar(spec: &ImportSpec, sieve: Option<&Sieve>, stop: &Stop) -> Result<Report> {
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{wide_bar} {pos} of {len} files, {msg}",
    )?);
    let begin = Instant::now();
    let select = |path: &Path| sieve.map_or_else(Selection::keep, |sieve| sieve.judge(path));
    let imported = import(spec, &select, &mut |progress: Progress<'_>| {
        if let Some(line) = progress.finished
            && line.outcome != Outcome::ImportedBefore
        {
            bar.suspend(|| println!("{line}"));
        }
        bar.set_length(progress.files as u64);
        bar.set_position(progress.files_done as u64);
        bar.set_message(format!(
            "{} frames ({:.0}/s), {} clips",
            HumanCount(progress.frames),
            progress.frames as f64 / begin.elapsed().as_secs_f64().max(0.001),
            HumanCount(progress.clips)
        ));
        if stop.wanted() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    bar.finish_and_clear();
    match imported {
        // What can't be imported was asked for on the command line.
        Err(data::Error::Invalid(what)) => Err(misuse(what)),
        other => Ok(other?),
    }
}
