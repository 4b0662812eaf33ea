//! Collects clips: `collect SOURCE OUT AMOUNT FIRST_LEVEL END_LEVEL [SEED] [PYTHON]`, SOURCE being
//! `coinrun` or `platformer` (AMOUNT: frames), `random` (steps in each level) or `expert` (attempts at
//! each level); `collect sheet STORE OUT.png` draws a contact sheet.

use std::error::Error;
use std::ops::ControlFlow;
use std::time::Instant;

use data::collect::{self, CollectSpec, Policy, Progress};
use data::{ClipStore, LevelRange, TrueActions};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |i: usize| {
        arguments
            .get(i)
            .map(String::as_str)
            .ok_or("too few arguments: see the head of this file")
    };
    if argument(0)? == "sheet" {
        return sheet(argument(1)?, argument(2)?);
    }
    let mut spec = CollectSpec::new(argument(1)?, argument(2)?.parse()?);
    let amount: u32 = argument(2)?.parse()?;
    spec.policy = match argument(0)? {
        "random" => Policy::Random {
            steps_per_level: amount,
        },
        "expert" => Policy::Expert { retries: amount },
        _ => Policy::default(),
    };
    if !matches!(spec.policy, Policy::Mixed(_)) {
        spec.frames = None;
    }
    spec.levels = LevelRange {
        start: argument(3)?.parse()?,
        end: argument(4)?.parse()?,
    };
    spec.seed = argument(5).map_or(Ok(0), str::parse)?;
    spec.python = argument(6).ok().map(Into::into);
    let begin = Instant::now();
    let mut on_progress = |p: Progress| {
        let speed = p.new_frames as f64 / begin.elapsed().as_secs_f64();
        let unit = p.unit.name();
        eprintln!(
            "{} of {} {unit}, {} frames, {speed:.0} a second",
            p.done, p.total, p.frames
        );
        ControlFlow::Continue(())
    };
    let collected = match argument(0)? {
        "coinrun" | "random" | "expert" => collect::coinrun(&spec, &mut on_progress)?,
        "platformer" => collect::platformer(&spec, &mut on_progress)?,
        other => return Err(format!("no source is called {other}").into()),
    };
    println!("{collected:?} in {:.1} s", begin.elapsed().as_secs_f64());
    Ok(())
}

/// 24 clips from all over the store, and how often each action was taken.
fn sheet(store: &str, out: &str) -> Result<(), Box<dyn Error>> {
    let (clips, actions) = (ClipStore::open(store)?, TrueActions::open(store)?);
    let mut counts = [0u64; 256];
    for clip in 0..actions.len() {
        actions
            .read(clip)?
            .iter()
            .for_each(|&a| counts[usize::from(a)] += 1);
    }
    for (action, count) in counts
        .iter()
        .enumerate()
        .filter(|(a, c)| **c > 0 && *a != 255)
    {
        println!(
            "action {action}: {:.1} %",
            *count as f64 * 100.0 / (clips.total_frames() - clips.len()) as f64
        );
    }
    let chosen: Vec<u64> = (0..24).map(|i| i * clips.len() / 24).collect();
    data::sheet::contact_sheet(&clips, &chosen, 16)?.save(out)?;
    Ok(())
}
