//! `genie data info`.

use std::path::PathBuf;

use anyhow::Result;
use data::ClipStore;
use data::inspect::Info;
use indicatif::{HumanBytes, HumanCount};

/// Sources named one by one; a store may have thousands.
const NAMED: usize = 20;

#[derive(clap::Args)]
pub struct Arguments {
    /// The store, or a view of one.
    store: PathBuf,
    /// Print it as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let store = ClipStore::open(&arguments.store)?;
    let info = Info::of(&store)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&info)?);
        return Ok(());
    }
    let spec = &info.spec;
    println!(
        "{}: {} clips of {} frames, {}×{} pixels, {} frames a second{}",
        arguments.store.display(),
        HumanCount(info.clips),
        spec.frames_per_clip,
        spec.width,
        spec.height,
        spec.fps,
        if info.view { ", a view" } else { "" }
    );
    println!(
        "{} frames, {:.1} minutes; {} kept, {} decoded ({:.0} bytes a frame)",
        HumanCount(info.frames),
        info.seconds / 60.0,
        HumanBytes(info.stored_bytes),
        HumanBytes(info.decoded_bytes),
        info.stored_bytes as f64 / info.frames.max(1) as f64
    );
    println!("source: {} {}", spec.source, spec.mode);
    if !spec.policy.is_empty() {
        println!("policy: {}", spec.policy);
    }
    if let Some(levels) = spec.levels {
        println!("level seeds: {}..{}", levels.start, levels.end);
    }
    if info.clips_with_level > 0 {
        println!(
            "levels: {} different ones, known of {} clips",
            info.levels, info.clips_with_level
        );
    }
    for (licence, clips) in &info.licences {
        println!("licence of {clips} clips: {licence}");
    }
    for (source, clips) in info.sources.iter().take(NAMED) {
        println!("{clips} clips of {source}");
    }
    if info.sources.len() > NAMED {
        println!(
            "and {} more sources (--json names all)",
            info.sources.len() - NAMED
        );
    }
    if !info.manifest {
        println!("no manifest: the store was written by an older version");
    }
    Ok(())
}
