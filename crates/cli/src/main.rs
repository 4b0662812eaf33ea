//! `genie`: train a world from video, and play it. One file per subcommand, no logic of its own.

mod ablate;
mod actions;
mod bench;
mod collect;
mod curate;
mod device;
mod eval;
mod export;
mod import;
mod memory;
mod misuse;
mod picture_format;
mod play;
mod presets;
mod regenerate;
mod sampler;
mod stop;
mod store;
mod sweep;
mod train;
mod world;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Pocket Genie: learn a playable world from video alone, then play it.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train a world: the video tokenizer, then latent actions, then dynamics.
    Train(train::Arguments),
    /// Collect video from the platformer or from CoinRun.
    Collect(collect::Arguments),
    /// Import video files, animations and pictures as clips.
    Import(import::Arguments),
    /// Choose the videos and the clips that a world should learn from.
    Curate(curate::Arguments),
    /// Write a trained run as a world file.
    Export(export::Arguments),
    /// Play a world from a picture, into an animation or a sheet.
    Play(play::Arguments),
    /// Evaluate a world on held-out video.
    Eval(eval::Arguments),
    /// Play a true video again from its first frame and the actions inferred from it.
    Regenerate(regenerate::Arguments),
    /// Name a world's actions, by true actions or by motion.
    Actions(actions::Arguments),
    /// Evaluate a world's play under many settings of its sampler.
    Sweep(sweep::Arguments),
    /// Compare variants of the model, as the paper's ablations do, at a small scale.
    Ablate(ablate::Arguments),
    /// Measure how fast this machine plays.
    #[command(subcommand)]
    Bench(bench::Command),
    /// Look at clip stores, check them, split them.
    #[command(subcommand)]
    Data(store::Command),
    /// List the model sizes there are.
    Presets,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Train(arguments) => train::run(arguments),
        Command::Collect(arguments) => collect::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Curate(arguments) => curate::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Play(arguments) => play::run(&arguments),
        Command::Eval(arguments) => eval::run(&arguments),
        Command::Regenerate(arguments) => regenerate::run(&arguments),
        Command::Actions(arguments) => actions::run(&arguments),
        Command::Sweep(arguments) => sweep::run(&arguments),
        Command::Ablate(arguments) => ablate::run(&arguments),
        Command::Bench(command) => bench::run(&command),
        Command::Data(command) => store::run(&command),
        Command::Presets => presets::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("genie: {error:#}");
            ExitCode::from(if misuse::is(&error) { 2 } else { 1 })
        }
    }
}
