//! Loading a world, and opening it.

use std::rc::Rc;

use super::{Effect, Offline, Origin, Pilot, PilotKind, Request, State, Timeline, Waiting};
use crate::moves::Moves;
use crate::protocol::{DeviceReport, Prompt, Sampling, Stage, ToWorker, WorldSource, WorldSummary};

/// What a world without a recorded play of its own does until a visitor takes over.
const SCRIPT: &str =
    "jump right 12, right 12, jump right 10, right 10, jump 6, left 8, jump right 12, right 8";

/// How far loading is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// With what it is busy.
    pub stage: Stage,
    /// Bytes so far.
    pub loaded: u64,
    /// Bytes in all, if known.
    pub total: Option<u64>,
    /// Milliseconds that these have taken.
    pub ms: f64,
}

impl Progress {
    pub(super) const START: Self = Self {
        stage: Stage::Engine,
        loaded: 0,
        total: None,
        ms: 0.0,
    };

    /// The share that is done, if known.
    pub fn share(&self) -> Option<f64> {
        let total = self.total.filter(|&t| t > 0)?;
        Some((self.loaded as f64 / total as f64).min(1.0))
    }

    /// Bytes a second, once there is enough to tell.
    pub fn speed(&self) -> Option<f64> {
        (self.ms >= 200.0 && self.loaded > 0).then(|| self.loaded as f64 / self.ms * 1000.0)
    }
}

impl State {
    pub(super) fn progress_to(&mut self, progress: Progress) {
        let stage = progress.stage;
        if !self.expects(stage) {
            return;
        }
        if self.progress.is_none_or(|p| p.stage != stage) {
            self.announce(self.texts().stage(stage));
        }
        self.progress = Some(progress);
    }

    /// Whether word of `stage` is news: the worker counts its own bytes on the side, maybe late.
    fn expects(&self, stage: Stage) -> bool {
        match self.waiting {
            Some(Waiting::Engine) => stage == Stage::Engine,
            Some(Waiting::Load { .. }) => stage != Stage::Engine,
            Some(Waiting::Move) => stage == Stage::Kernels,
            _ => false,
        }
    }

    /// Loads what the visitor brought meanwhile, or wishes for, or the first world there is.
    pub(super) fn load_first(&mut self, effects: &mut Vec<Effect>) {
        self.waiting = None;
        if matches!(self.queued.as_deref(), Some(Request::Load(_))) {
            self.send_queued(effects);
        } else {
            let wish = self.wishes.world.clone().map(WorldSource::Named);
            let source = self.kept_before().or(wish).unwrap_or(WorldSource::First);
            self.send(Request::Load(source), effects);
        }
    }

    pub(super) fn open(
        &mut self,
        world: WorldSummary,
        device: DeviceReport,
        effects: &mut Vec<Effect>,
    ) {
        self.own = self.waiting.take() == Some(Waiting::Load { own: true });
        self.loaded = true;
        self.progress = None;
        self.input.lift_all();
        self.frame = None;
        self.timeline = Timeline::default();
        self.lines = Rc::default();
        self.drop_export(effects);
        self.drop_shared_play();
        self.branching = None;
        self.origin = None;
        self.ms = None;
        self.thumbnails = Rc::new(vec![None; world.gallery.len()]);
        self.moves = Rc::new(Moves::of(&world.actions));
        self.looks.enter(&self.moves);
        self.sampling = Sampling {
            seed: self.sampling.seed,
            ..world.sampling
        };
        self.announce(&self.texts().ready(&world, device.kind));
        self.mourn(&world);
        let world = Rc::new(world);
        self.world = Some(world.clone());
        self.rehearse();
        if self.queued.is_some() {
            self.send_queued(effects);
        } else if let Some(bench) = self.wishes.bench {
            self.ask(Request::Bench(bench), effects);
        } else if let Some(first) = self.first_play(&world) {
            self.ask(first, effects);
        }
        self.look_for_link(effects);
        self.device = Some(Rc::new(self.explain(device)));
        if self.measurement.is_none() {
            // After the first frame: the visitor waits for that one.
            effects.push(Effect::Post(ToWorker::Thumbnails));
            self.meet_world(effects);
            if self.offline == Offline::Unknown {
                let world = (!self.own).then(|| world.name.clone());
                effects.push(Effect::KeepPage(world));
            }
        }
    }

    /// Reads the recorded play of the world that has just been loaded.
    fn rehearse(&mut self) {
        let words = self.demo_entry().map(|demo| demo.moves.clone());
        self.script = Rc::new(self.moves.script(words.as_deref().unwrap_or(SCRIPT)));
    }

    /// From what a world is played that has just been loaded.
    fn first_play(&mut self, world: &WorldSummary) -> Option<Request> {
        let resumption = self.resumption(world);
        if let Some(request) = self.linked() {
            return Some(request);
        }
        if let Some(request) = self.kept.take().map(Rc::unwrap_or_clone).or(resumption) {
            self.take_over();
            return Some(request);
        }
        if world.gallery.is_empty() {
            return None;
        }
        if self.has_been_touched() {
            return Some(Request::Start(Prompt::Gallery(0), Origin::Gallery(0)));
        }
        self.demo = true;
        self.pilot = Pilot::new(PilotKind::Recorded, self.sampling.seed);
        if let (None, Some(demo)) = (self.wishes.seed, self.demo_entry()) {
            self.sampling.seed = demo.seed;
        }
        let first = self.demo_pictures().next()?;
        Some(Request::Start(
            Prompt::Gallery(first),
            Origin::Gallery(first),
        ))
    }
}
