//! Imports video: `import OUT PATH…`, with the usual settings; `SIZE=512x288`, `CLIP_FRAMES=32`,
//! `SCENE_THRESHOLD=0.6` and `JOBS=1` in the environment change some of them. Prints the report, and the frames a second.

use std::error::Error;
use std::ops::ControlFlow;
use std::time::Instant;

use data::import::{ImportSpec, Selection, import};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let out = arguments
        .next()
        .ok_or("too few arguments: see the head of this file")?;
    let mut spec = ImportSpec::new(arguments.map(Into::into).collect(), out);
    if let Ok(size) = std::env::var("SIZE") {
        let (width, height) = size.split_once('x').ok_or("SIZE is WIDTHxHEIGHT")?;
        (spec.width, spec.height) = (width.parse()?, height.parse()?);
    }
    if let Ok(frames) = std::env::var("CLIP_FRAMES") {
        spec.clip_frames = frames.parse()?;
    }
    if let Ok(threshold) = std::env::var("SCENE_THRESHOLD") {
        spec.scene_threshold = threshold.parse()?;
    }
    if let Ok(jobs) = std::env::var("JOBS") {
        spec.jobs = jobs.parse()?;
    }
    let begin = Instant::now();
    let report = import(&spec, &|_| Selection::keep(), &mut |progress| {
        if let Some(line) = progress.finished {
            eprintln!("{line}");
        }
        ControlFlow::Continue(())
    })?;
    print!("{report}");
    let seconds = begin.elapsed().as_secs_f64();
    let frames = report.sum(|file| file.frames);
    println!(
        "{seconds:.2} s, {:.0} frames a second",
        frames as f64 / seconds
    );
    Ok(())
}
