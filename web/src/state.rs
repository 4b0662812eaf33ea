//! What the page knows, and how it changes: one pure function of a state and an event.
//!
//! At most one request is with the worker, and at most one more waits for it, so that the world
//! never runs on after the visitor has let go of a key.

mod bench;
mod trouble;

use std::rc::Rc;

pub use self::bench::Measurement;
use self::trouble::Legacy;
pub use self::trouble::{Remedy, Trouble};
use crate::protocol::{
    Bench, DeviceKind, DeviceReport, Frame, FromWorker, Picture, Prompt, Sampling, Stage, ToWorker,
    WorldEntry, WorldSource, WorldSummary,
};
use crate::texts;

/// MaskGIT steps that the page offers for any world.
const STEPS: usize = 25;
/// The most MaskGIT steps that a worker takes.
const MOST_STEPS: usize = 256;
/// Temperature that the page offers for any world.
const TEMPERATURE: f32 = 2.0;

/// What the page's address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// `?device=webgpu` or `?device=cpu`.
    pub device: Option<DeviceKind>,
    /// `?world=`.
    pub world: Option<String>,
    /// `?seed=`, or one drawn by chance.
    pub seed: u32,
    /// `?bench`: the page measures the world and doesn't play it.
    pub bench: Option<Bench>,
    /// Address of the folder `worlds/`.
    pub folder: String,
}

/// How far loading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// With what it is busy.
    pub stage: Stage,
    /// Bytes so far.
    pub loaded: u64,
    /// Bytes in all, if known.
    pub total: Option<u64>,
}

impl Progress {
    const START: Self = Self {
        stage: Stage::Engine,
        loaded: 0,
        total: None,
    };

    /// The share that is done, if known.
    pub fn share(&self) -> Option<f64> {
        let total = self.total.filter(|&t| t > 0)?;
        Some((self.loaded as f64 / total as f64).min(1.0))
    }
}

/// Where the current play came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A picture of the gallery.
    Gallery(usize),
    /// A picture of the visitor's.
    Picture,
    /// The frame before the worker was started anew.
    Resumed,
}

/// What is asked of the worker and will be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Request {
    Load(WorldSource),
    Start(Prompt, Origin),
    Rewind(usize),
    /// Back to the prompt, however far that is by then.
    Restart,
    Step(usize),
    Bench(Bench),
}

impl Request {
    /// A waiting request gives way only to one that matters as much.
    fn weight(&self) -> u8 {
        match self {
            Self::Load(_) => 2,
            Self::Start(..) | Self::Bench(_) => 1,
            Self::Rewind(_) | Self::Restart | Self::Step(_) => 0,
        }
    }
}

/// What the page waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// For the worker itself: what is posted before it listens may be lost.
    Engine,
    /// For a world.
    Load {
        /// Whether it is a file of the visitor's.
        own: bool,
    },
    /// For the first frame.
    Start(Origin),
    /// For an earlier frame.
    Rewind,
    /// For the next frame.
    Step(usize),
    /// For the end of a bench.
    Bench,
}

/// An action that is being held down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hold {
    action: usize,
    /// Tells a hold from an earlier one, whose timer may still be running.
    number: u32,
    /// Whether it has led to a second step.
    repeated: bool,
}

/// A key is held, and not only pressed, after so many milliseconds.
const HOLD_AFTER_MS: f64 = 250.0;

/// All that the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    wishes: Wishes,
    /// The worlds there are.
    pub worlds: Rc<Vec<WorldEntry>>,
    /// How far loading is, while loading.
    pub progress: Option<Progress>,
    /// The newest world.
    pub world: Option<Rc<WorldSummary>>,
    /// Whether it is a file of the visitor's.
    pub own: bool,
    /// What it is played on.
    pub device: Option<Rc<DeviceReport>>,
    /// Small pictures of its gallery, as far as they are there.
    pub thumbnails: Rc<Vec<Option<Rc<Picture>>>>,
    /// The newest frame.
    pub frame: Option<Rc<Frame>>,
    /// Where the current play came from.
    pub origin: Option<Origin>,
    /// How the next frames are sampled.
    pub sampling: Sampling,
    /// Milliseconds per frame, smoothed.
    pub ms: Option<f64>,
    /// What did not work.
    pub trouble: Option<Trouble>,
    /// What a screen reader says next.
    pub announcement: Rc<str>,
    /// What the page waits for.
    pub waiting: Option<Waiting>,
    /// How far a bench is, if the page's address asks for one.
    pub measurement: Option<Rc<Measurement>>,
    /// Whether keys play: those who speak to their computer turn single keys off.
    pub keys: bool,
    /// Whether the worker holds `world`: a new worker does not.
    loaded: bool,
    /// A start from a picture of the visitor's that came while there was no world to play it in.
    /// Shared, as are requests in the queue, because a state is copied at every event, and files
    /// are large.
    kept: Option<Rc<Request>>,
    queued: Option<Rc<Request>>,
    held: Option<Hold>,
    holds: u32,
    legacy: Legacy,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The worker said something.
    Worker(FromWorker),
    /// The worker failed in a way that it could not report.
    WorkerDied(String),
    /// A picture of the gallery was chosen.
    PickGallery(usize),
    /// A picture of the visitor's, as the bytes of its file.
    PickPicture(Vec<u8>),
    /// Another world of the list.
    PickWorld(String),
    /// A world file of the visitor's: name and bytes.
    PickWorldFile(String, Vec<u8>),
    /// A file that could not be read, and why.
    BadFile(String),
    /// An action, once.
    Act(usize),
    /// An action, until it is let go.
    Hold(usize),
    /// The held action, or any if none is named, was let go.
    Release(Option<usize>),
    /// Time for the next step of a held action.
    Tick(u32),
    /// Back by so many frames.
    Rewind(usize),
    /// Back to the prompt.
    Restart,
    /// Other settings.
    Sample(Sampling),
    /// Whether keys play.
    Keys(bool),
    /// The trouble has been read.
    Dismiss,
    /// Its remedy, please.
    Remedy,
}

/// What an event leads to outside of the state.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Tell the worker.
    Post(ToWorker),
    /// End the worker and start another.
    RestartWorker,
    /// Bring [`Event::Tick`] with this number after so many milliseconds.
    TickAfter(u32, f64),
}

impl State {
    /// The page before anything has been loaded.
    pub fn new(wishes: Wishes) -> Self {
        let seed = wishes.seed;
        let measurement = wishes.bench.map(|_| Rc::default());
        Self {
            wishes,
            worlds: Rc::default(),
            progress: Some(Progress::START),
            world: None,
            own: false,
            device: None,
            thumbnails: Rc::default(),
            frame: None,
            origin: None,
            sampling: Sampling {
                steps: 4,
                temperature: 0.5,
                seed,
            },
            ms: None,
            trouble: None,
            announcement: texts::stage(Stage::Engine).into(),
            waiting: Some(Waiting::Engine),
            measurement,
            keys: true,
            loaded: false,
            kept: None,
            queued: None,
            held: None,
            holds: 0,
            legacy: Legacy::default(),
        }
    }

    /// Whether actions lead anywhere now.
    pub fn can_play(&self) -> bool {
        self.frame.is_some() && self.is_open()
    }

    /// Whether a prompt can be chosen now.
    pub fn is_open(&self) -> bool {
        self.loaded && self.progress.is_none() && self.is_alive()
    }

    /// Whether the worker lives.
    pub fn is_alive(&self) -> bool {
        self.trouble
            .as_ref()
            .is_none_or(|t| t.remedy != Remedy::Restart)
    }

    /// Whether a picture of the visitor's waits for a world.
    pub fn keeps_picture(&self) -> bool {
        self.kept.is_some()
    }

    /// The most MaskGIT steps to offer: at least as many as the world asks for.
    pub fn most_steps(&self) -> usize {
        let steps = self.world.as_ref().map_or(0, |w| w.sampling.steps);
        steps.clamp(STEPS, MOST_STEPS)
    }

    /// The highest temperature to offer: at least that which the world asks for.
    pub fn most_temperature(&self) -> f32 {
        let temperature = self.world.as_ref().map_or(0.0, |w| w.sampling.temperature);
        temperature.ceil().max(TEMPERATURE)
    }

    /// The action to show as pressed.
    pub fn pressed(&self) -> Option<usize> {
        let waiting = match self.waiting {
            Some(Waiting::Step(action)) => Some(action),
            _ => None,
        };
        self.held.map(|h| h.action).or(waiting)
    }

    /// The state after `event`, and what to do outside of it.
    #[must_use]
    pub fn next(&self, event: Event) -> (Self, Vec<Effect>) {
        let mut state = self.clone();
        let mut effects = Vec::new();
        state.apply(event, &mut effects);
        (state, effects)
    }

    fn apply(&mut self, event: Event, effects: &mut Vec<Effect>) {
        match event {
            Event::Worker(message) => self.hear(message, effects),
            Event::WorkerDied(detail) => self.bury(&detail),
            Event::PickGallery(i) if self.is_open() => {
                self.ask(
                    Request::Start(Prompt::Gallery(i), Origin::Gallery(i)),
                    effects,
                );
            }
            Event::PickPicture(bytes) => {
                let start = Request::Start(Prompt::Picture(bytes), Origin::Picture);
                let leaving = matches!(self.queued.as_deref(), Some(Request::Load(_)));
                if self.is_open() && !leaving {
                    self.ask(start, effects);
                } else {
                    self.kept = Some(Rc::new(start));
                    self.announce(texts::KEPT);
                }
            }
            Event::PickWorld(name) if self.is_alive() => {
                self.wishes.world = Some(name.clone());
                self.ask(Request::Load(WorldSource::Named(name)), effects);
            }
            Event::PickWorldFile(name, bytes) => {
                // Whoever brings another world wants to go on.
                if !self.is_alive() {
                    self.restart(effects);
                }
                self.ask(Request::Load(WorldSource::File { name, bytes }), effects);
            }
            Event::BadFile(why) if self.is_alive() => {
                self.complain(texts::BAD_FILE, &why, self.dismissal(), false);
            }
            Event::Act(action) => self.step(action, effects),
            Event::Hold(action) if self.can_play() => {
                self.holds += 1;
                self.held = Some(Hold {
                    action,
                    number: self.holds,
                    repeated: false,
                });
                self.step(action, effects);
            }
            Event::Release(action) => {
                self.held = self.held.filter(|h| action.is_some_and(|a| a != h.action));
            }
            Event::Tick(number) => {
                if let Some(hold) = self.held.as_mut().filter(|h| h.number == number)
                    && self.waiting.is_none()
                {
                    hold.repeated = true;
                    let action = hold.action;
                    self.step(action, effects);
                }
            }
            Event::Rewind(frames) if self.can_play() && self.leaves_prompt() => {
                self.ask(Request::Rewind(frames), effects);
            }
            Event::Restart if self.can_play() => self.ask(Request::Restart, effects),
            Event::Sample(sampling) => {
                self.sampling = sampling;
                if self.loaded {
                    effects.push(Effect::Post(ToWorker::SetSampling(sampling)));
                }
            }
            Event::Keys(on) => {
                self.keys = on;
                // Nobody listens any more for a held key to be let go.
                self.held = None;
            }
            Event::Dismiss => {
                let trouble = self.trouble.take();
                self.trouble = trouble.filter(|t| t.remedy != Remedy::Dismiss);
            }
            Event::Remedy => self.remedy(effects),
            // The rest came at a time when it means nothing; the controls are disabled then.
            _ => {}
        }
    }

    fn hear(&mut self, message: FromWorker, effects: &mut Vec<Effect>) {
        // What a dead worker still says is a consequence of its death.
        if !self.is_alive() && message != FromWorker::Booted {
            return;
        }
        match message {
            FromWorker::Booted => self.load_first(effects),
            FromWorker::Progress {
                stage,
                loaded,
                total,
            } if self.expects(stage) => {
                if self.progress.is_none_or(|p| p.stage != stage) {
                    self.announce(texts::stage(stage));
                }
                self.progress = Some(Progress {
                    stage,
                    loaded,
                    total,
                });
            }
            FromWorker::Progress { .. } => {}
            FromWorker::Worlds(worlds) => self.worlds = Rc::new(worlds),
            FromWorker::Ready { world, device } => self.open(world, device, effects),
            FromWorker::Thumbnail { index, picture } => {
                if let Some(place) = Rc::make_mut(&mut self.thumbnails).get_mut(index) {
                    *place = Some(Rc::new(picture));
                }
            }
            FromWorker::Moved { device } => {
                self.announce(&texts::moved(&device));
                self.device = Some(Rc::new(device));
            }
            FromWorker::Frame(frame) => self.show(frame, effects),
            FromWorker::Measuring { what, done, all } => self.measure_on(what, done, all),
            FromWorker::Measured { rows, json } => self.measured(rows, json, effects),
            FromWorker::Failed { task, detail } => self.fail(task, &detail, effects),
            FromWorker::Died { detail } => self.bury(&detail),
        }
    }

    /// Whether word of `stage` is news: the worker counts its own bytes on the side, maybe late.
    fn expects(&self, stage: Stage) -> bool {
        match self.waiting {
            Some(Waiting::Engine) => stage == Stage::Engine,
            Some(Waiting::Load { .. }) => stage != Stage::Engine,
            _ => false,
        }
    }

    /// Loads what the visitor brought meanwhile, or wishes for, or the first world there is.
    fn load_first(&mut self, effects: &mut Vec<Effect>) {
        self.waiting = None;
        if matches!(self.queued.as_deref(), Some(Request::Load(_))) {
            self.send_queued(effects);
        } else {
            let wish = self.wishes.world.clone();
            let source = wish.map_or(WorldSource::First, WorldSource::Named);
            self.send(Request::Load(source), effects);
        }
    }

    fn open(&mut self, world: WorldSummary, device: DeviceReport, effects: &mut Vec<Effect>) {
        self.own = self.waiting.take() == Some(Waiting::Load { own: true });
        self.loaded = true;
        self.progress = None;
        self.held = None;
        self.frame = None;
        self.origin = None;
        self.ms = None;
        self.thumbnails = Rc::new(vec![None; world.gallery.len()]);
        self.sampling = Sampling {
            seed: self.sampling.seed,
            ..world.sampling
        };
        self.announce(&texts::ready(&world, &device));
        self.mourn(&world);
        if self.queued.is_some() {
            self.send_queued(effects);
        } else if let Some(bench) = self.wishes.bench {
            self.ask(Request::Bench(bench), effects);
        } else if let Some(first) = self.first_play(&world) {
            self.ask(first, effects);
        }
        self.world = Some(Rc::new(world));
        self.device = Some(Rc::new(self.explain(device)));
        if self.measurement.is_none() {
            // After the first frame: the visitor waits for that one.
            effects.push(Effect::Post(ToWorker::Thumbnails));
        }
    }

    /// From what a world is played that has just been loaded.
    fn first_play(&mut self, world: &WorldSummary) -> Option<Request> {
        let resumption = self.resumption(world);
        let kept = self.kept.take().map(Rc::unwrap_or_clone);
        let gallery = || Request::Start(Prompt::Gallery(0), Origin::Gallery(0));
        kept.or(resumption)
            .or_else(|| (!world.gallery.is_empty()).then(gallery))
    }

    fn show(&mut self, frame: Frame, effects: &mut Vec<Effect>) {
        self.trouble = self.trouble.take().filter(|t| !t.passing);
        let answered = self.waiting.take();
        match answered {
            Some(Waiting::Start(origin)) => {
                self.origin = Some(origin);
                // A trouble that is still on show has just been announced.
                if self.trouble.is_none() {
                    self.announce(texts::STARTED);
                }
            }
            Some(Waiting::Rewind) => self.announce(&texts::rewound(frame.index)),
            _ => {}
        }
        if let Some(ms) = frame.ms {
            self.ms = Some(self.ms.map_or(ms, |old| 0.7 * old + 0.3 * ms));
        }
        let taken = frame.ms.unwrap_or(0.0);
        self.frame = Some(Rc::new(frame));
        self.send_queued(effects);
        if let Some(hold) = self.held.filter(|_| self.waiting.is_none()) {
            // Not faster than the video that the world learned from.
            let fps = self.world.as_ref().map_or(10, |w| w.fps.max(1));
            let pause = 1000.0 / fps as f64;
            let pause = if hold.repeated {
                pause
            } else {
                pause.max(HOLD_AFTER_MS)
            };
            let pause = (pause - taken).max(0.0);
            effects.push(Effect::TickAfter(hold.number, pause));
        }
    }

    fn step(&mut self, action: usize, effects: &mut Vec<Effect>) {
        let actions = self.world.as_ref().map_or(0, |w| w.actions.len());
        if self.can_play() && action < actions {
            self.ask(Request::Step(action), effects);
        }
    }

    /// Whether there is, or is about to be, a frame to go back from.
    fn leaves_prompt(&self) -> bool {
        let played = self.frame.as_ref().is_some_and(|f| f.index > 0);
        played || matches!(self.waiting, Some(Waiting::Step(_)))
    }

    /// Sends `request` now, or once the worker has answered the one before.
    fn ask(&mut self, request: Request, effects: &mut Vec<Effect>) {
        if self.waiting.is_none() {
            self.send(request, effects);
        } else if self
            .queued
            .as_deref()
            .is_none_or(|q| q.weight() <= request.weight())
        {
            self.queued = Some(Rc::new(request));
        }
    }

    fn send_queued(&mut self, effects: &mut Vec<Effect>) {
        if let Some(request) = self.queued.take() {
            self.send(Rc::unwrap_or_clone(request), effects);
        }
    }

    fn send(&mut self, request: Request, effects: &mut Vec<Effect>) {
        let (waiting, message) = match request {
            Request::Load(world) => {
                self.progress = Some(Progress {
                    stage: Stage::List,
                    ..Progress::START
                });
                self.trouble = None;
                let own = matches!(world, WorldSource::File { .. });
                let (device, folder) = (self.wishes.device, self.wishes.folder.clone());
                (
                    Waiting::Load { own },
                    ToWorker::Load {
                        world,
                        device,
                        folder,
                    },
                )
            }
            Request::Start(prompt, origin) => {
                let sampling = self.sampling;
                (Waiting::Start(origin), ToWorker::Start { prompt, sampling })
            }
            Request::Rewind(frames) => (Waiting::Rewind, ToWorker::Rewind { frames }),
            Request::Restart => {
                let frames = self.frame.as_ref().map_or(1, |f| f.index.max(1));
                (Waiting::Rewind, ToWorker::Rewind { frames })
            }
            Request::Bench(bench) => (Waiting::Bench, ToWorker::Bench(bench)),
            Request::Step(action) => (Waiting::Step(action), ToWorker::Step { action }),
        };
        self.waiting = Some(waiting);
        effects.push(Effect::Post(message));
    }

    fn announce(&mut self, text: &str) {
        self.announcement = text.into();
    }
}

#[cfg(test)]
mod tests;
