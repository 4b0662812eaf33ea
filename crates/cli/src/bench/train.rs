//! `genie bench train`: see `docs/speed.md`.

use anyhow::Result;
use indicatif::ProgressBar;
use train::bench::{self, Report, Settings};

use crate::misuse::misuse;

#[derive(clap::Args)]
pub struct Arguments {
    /// Width of the network.
    #[arg(long, default_value_t = 128)]
    width: usize,
    /// ST blocks.
    #[arg(long, default_value_t = 8)]
    blocks: usize,
    /// Clips a step.
    #[arg(long, default_value_t = 4)]
    batch: usize,
    /// Frames of a clip.
    #[arg(long, default_value_t = 16)]
    frames: usize,
    /// Tokens of a frame.
    #[arg(long, default_value_t = 64)]
    tokens: usize,
    /// Dimensions of an attention head.
    #[arg(long, default_value_t = 32)]
    head_size: usize,
    /// Size of the vocabulary.
    #[arg(long, default_value_t = 64)]
    codes: usize,
    /// Steps to measure, after two to warm up.
    #[arg(long, default_value_t = 10)]
    repetitions: usize,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let settings = Settings {
        width: arguments.width,
        blocks: arguments.blocks,
        batch: arguments.batch,
        frames: arguments.frames,
        tokens: arguments.tokens,
        head_size: arguments.head_size,
        codes: arguments.codes,
        repetitions: arguments.repetitions,
    };
    settings.check().map_err(|e| misuse(e.to_string()))?;
    let bar = ProgressBar::new(1);
    let report = bench::run(&settings, &mut |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report);
    }
    Ok(())
}

fn print(report: &Report) {
    let Report {
        parameters,
        threads,
        gflop,
        median_seconds,
        gflops,
        best_gflops,
        peak_gflops,
        gflops_over_peak,
        seconds_by_part: parts,
        share_outside_products,
        ..
    } = report;
    println!("{parameters} parameters, {threads} threads, {gflop:.1} · 10⁹ operations a step");
    println!("a step           {:8.1} ms (median)", median_seconds * 1e3);
    println!("gflops           {gflops:8.1} (of the quickest step {best_gflops:.1})");
    println!("peak_gflops      {peak_gflops:8.1}, of which a step reaches {gflops_over_peak:.2}");
    for (name, seconds) in [
        ("products", parts.products),
        ("attention", parts.attention),
        ("norms, GELU, …", parts.elementwise),
        ("optimizer", parts.optimizer),
        ("rest", parts.rest),
    ] {
        println!("  {name:<15}{:8.1} ms", seconds * 1e3);
    }
    println!("outside products {:8.0} %", share_outside_products * 100.0);
}
