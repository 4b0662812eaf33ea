//! What a frame of play costs, in parts, and how that compares with what the device can do: the same code
//! behind `genie bench play` and the page's `?bench`. `docs/speed.md` explains every figure.
//!
//! Figures of time are medians. This module has neither a clock nor a view of the process's memory: the
//! caller passes both.

mod adapter;
mod count;
mod cpu;
mod frames;
mod gpu;
mod report;
mod timing;

use serde_json::json;

use crate::error::{Error, Result};
use crate::gpu::{Class, Section};
use crate::maskgit::{self, Sampling};
use crate::world::World;

pub use self::count::Work;
pub use self::report::Report;
pub use self::timing::Probe;

/// The first frame that is measured: any window is full, or nearly so, and everything is warm.
pub const NEAR: usize = 20;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// Name of the device, for people.
    pub device: &'a str,
    /// Name of the world, for people.
    pub world: &'a str,
    /// MaskGIT steps a frame; none for the world's own.
    pub steps: Option<usize>,
    /// The late frame to compare frame 20 with: at least `20 + frames`.
    pub far: usize,
    /// How many frames are measured from each of the two on, 1 or more. Parts of a frame are measured at
    /// most 10 times, what is slow at most 3 times.
    pub frames: usize,
    /// Whether burn's generic operations are measured too: they may take long.
    pub generic: bool,
}

/// How far a bench is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being measured.
    pub what: &'static str,
    /// Frames played, of those to be played; both 0 where nothing is counted.
    pub done: usize,
    /// Of so many.
    pub all: usize,
}

impl Settings<'_> {
    /// Says which setting is out of its range, if any.
    ///
    /// # Errors
    /// [`Error::Setting`].
    pub fn check(&self) -> Result<()> {
        if self.frames == 0 {
            return Err(Error::Setting(
                "no frame to measure; 1 or more are possible".into(),
            ));
        }
        let least = NEAR.saturating_add(self.frames);
        if self.far < least {
            return Err(Error::Setting(format!(
                "a far frame of {}; {} frames are measured from frame {NEAR} on, so it is {least} at least",
                self.far, self.frames
            )));
        }
        Ok(())
    }

    fn sampling(&self, world: &World) -> Result<Sampling> {
        let mut sampling = world.card.play.sampling(0);
        sampling.steps = self.steps.unwrap_or(sampling.steps);
        sampling.check()?;
        Ok(sampling)
    }

    fn parts(&self) -> usize {
        self.frames.min(10)
    }

    fn slow(&self) -> usize {
        self.frames.min(3)
    }
}

/// Plays `world` and measures it where it is: on its engine's graphics processor, else where its tensors
/// are. `progress` hears of each part, and now and then of the frames played.
///
/// # Errors
/// [`Error::Setting`]; [`Error::Device`], [`Error::Lost`].
pub async fn play(
    world: &World,
    settings: &Settings<'_>,
    probe: &Probe<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report> {
    settings.check()?;
    let config = &world.card.config;
    let sampling = settings.sampling(world)?;
    // Positions may run out before the steps do.
    let steps = maskgit::schedule(sampling.steps, config.tokens_per_frame()).count();

    let mut report = Report::default();
    report.set("device", settings.device);
    report.set("device_class", class(world));
    report.set("world", settings.world);
    report.set("steps", steps);
    report.set("frames_measured", settings.frames);

    frames::measure(world, settings, sampling, probe, progress, &mut report).await?;
    let mut part = |what| {
        progress(Progress {
            what,
            done: 0,
            all: 0,
        });
    };
    part("parts of a frame");
    match &world.engine {
        Some(engine) => gpu::parts(engine, settings, sampling, probe, &mut report).await?,
        None => cpu::parts(world, settings, sampling, probe, &mut report).await?,
    }
    if settings.generic && world.engine.is_none() {
        part("burn's generic operations");
        generic(world, world, settings, probe, &mut report).await?;
    }
    part("the device's peaks");
    let (product, copy) = match &world.engine {
        Some(engine) => adapter::peaks(engine.gpu(), probe).await?,
        None => cpu::peaks(world, probe).await?,
    };
    report.set("peak_gflops", product);
    report.set("copy_gb_per_s", copy);
    relate(world, steps, &mut report);
    Ok(report)
}

/// Adds to `report` what a pass costs by burn's generic operations, where the tensors of `tensors` are: with
/// no kernel and no loop of ours. `world` is the same as it is played, and measured by turns with it.
/// [`play`] does this itself for a world that is played by its tensors.
///
/// # Errors
/// [`Error::Setting`]; [`Error::Device`], [`Error::Lost`].
pub async fn generic(
    world: &World,
    tensors: &World,
    settings: &Settings<'_>,
    probe: &Probe<'_>,
    report: &mut Report,
) -> Result<()> {
    let sampling = settings.sampling(world)?;
    let generic = cpu::Pass::new(tensors, sampling);
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    // The first of each isn't counted: much is compiled then.
    for turn in 0..=settings.slow() {
        let before = probe.now();
        generic.run_plainly().await?;
        let between = probe.now();
        match &world.engine {
            Some(engine) => {
                let window = engine.full_window();
                let request = window.request(&sampling);
                engine.run(Section::Later, 1, &request).await?;
            }
            None => generic.run().await?,
        }
        let after = probe.now();
        if turn > 0 {
            theirs.push(between - before);
            ours.push(after - between);
        }
    }
    let ms = timing::median(&mut theirs);
    report.set("ms_per_pass_generic", ms);
    report.set("generic_over_ours", ms / timing::median(&mut ours));
    Ok(())
}

/// What is counted rather than measured, and both against each other.
fn relate(world: &World, steps: usize, report: &mut Report) {
    let config = &world.card.config;
    let storage = world.engine.as_ref().map(|engine| engine.storage());
    let pass = count::pass(config, storage);
    let frame = count::frame(config, storage, steps);
    report.set("gflop_per_pass", pass.flops / 1e9);
    report.set("gflop_per_frame", frame.flops / 1e9);
    report.set("bytes_moved_per_pass", pass.bytes as u64);
    report.set("bytes_moved_per_frame", frame.bytes as u64);
    let number = |report: &Report, name| report.number(name).unwrap_or(f64::NAN);
    let seconds = number(report, "ms_per_pass") / 1e3;
    let (gflops, gb) = (pass.flops / 1e9 / seconds, pass.bytes / 1e9 / seconds);
    report.set("gflops", gflops);
    report.set("gflops_over_peak", gflops / number(report, "peak_gflops"));
    report.set("gb_per_s", gb);
    report.set("gb_per_s_over_copy", gb / number(report, "copy_gb_per_s"));
}

fn class(world: &World) -> serde_json::Value {
    match world.engine.as_ref().map(|engine| engine.gpu().class()) {
        Some(Class::Hardware) => json!("graphics processor"),
        Some(Class::Software) => json!("graphics processor imitated in software"),
        None => json!("cpu"),
    }
}

/// The first picture of the gallery; of a world without one, any.
fn first_frame(world: &World) -> Vec<u32> {
    let tokens = world.card.config.tokens_per_frame();
    let first = world.card.gallery.first();
    first.map_or_else(|| vec![0; tokens], |prompt| prompt.tokens.clone())
}
