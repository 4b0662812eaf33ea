//! `genie data bench`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use data::inspect::measure_loading;
use data::{ClipStore, DEFAULT_CACHE_BYTES};
use indicatif::{HumanBytes, HumanCount};
use serde_json::json;

use crate::memory;

#[derive(clap::Args)]
pub struct Arguments {
    /// The store, or a view of one.
    store: PathBuf,
    /// Frames of a window.
    #[arg(long, default_value_t = 16)]
    window: usize,
    /// Windows of a batch.
    #[arg(long, default_value_t = 16)]
    batch: usize,
    /// Batches to take.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..))]
    batches: u64,
    /// MiB of decoded clips kept in memory.
    #[arg(long, default_value_t = DEFAULT_CACHE_BYTES >> 20)]
    cache_mib: usize,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let store = Arc::new(ClipStore::open(&arguments.store)?);
    let loading = measure_loading(
        store,
        arguments.window,
        arguments.batch,
        arguments.batches,
        arguments.cache_mib.saturating_mul(1 << 20),
    )?;
    let peak = memory::peak();
    if arguments.json {
        let mut value = serde_json::to_value(&loading)?;
        value["peak_memory_bytes"] = json!(peak);
        println!("{}", serde_json::to_string_pretty(&value)?);
        return Ok(());
    }
    println!(
        "{} frames a second on one core; {} decoded in all, {} of it kept at most",
        HumanCount(loading.frames_per_second as u64),
        HumanBytes(loading.decoded_bytes),
        HumanBytes(loading.cache_bytes)
    );
    if let Some(peak) = peak {
        println!("most memory this program had: {}", HumanBytes(peak));
    }
    Ok(())
}
