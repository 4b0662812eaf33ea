//! What the page knows, and how it changes: one pure function of a state and an event.
//!
//! At most one request is with the worker, and at most one more waits for it, so that the world
//! never runs on after the visitor has let go of a key.

use std::rc::Rc;

use crate::protocol::{
    DeviceKind, DeviceReport, Frame, FromWorker, Picture, Prompt, Sampling, Stage, Task, ToWorker,
    WorldEntry, WorldSource, WorldSummary,
};
use crate::texts;

/// What the page's address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// `?device=webgpu` or `?device=cpu`.
    pub device: Option<DeviceKind>,
    /// `?world=`.
    pub world: Option<String>,
    /// `?seed=`, or one drawn by chance.
    pub seed: u32,
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

/// What can be done about a trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Nothing is needed: the page goes on as before.
    Dismiss,
    /// Load the world again.
    Reload,
    /// Start a new worker.
    Restart,
}

/// Something that did not work, in words for a visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What.
    pub title: String,
    /// Why.
    pub detail: String,
    /// And now?
    pub remedy: Remedy,
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
    Step(usize),
}

impl Request {
    /// A waiting request gives way only to one that matters as much.
    fn weight(&self) -> u8 {
        match self {
            Self::Load(_) => 2,
            Self::Start(..) => 1,
            Self::Rewind(_) | Self::Step(_) => 0,
        }
    }
}

/// The request that is with the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// For a world.
    Load,
    /// For the first frame.
    Start(Origin),
    /// For an earlier frame.
    Rewind,
    /// For the next frame.
    Step(usize),
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
    /// The world that can be played.
    pub world: Option<Rc<WorldSummary>>,
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
    /// The request that is with the worker.
    pub waiting: Option<Waiting>,
    /// Whether keys play: those who speak to their computer turn single keys off.
    pub keys: bool,
    queued: Option<Request>,
    held: Option<Hold>,
    holds: u32,
    /// Tokens to go on from once a new worker has the world.
    resume: Option<Vec<u32>>,
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
        Self {
            wishes,
            worlds: Rc::default(),
            progress: Some(Progress::START),
            world: None,
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
            waiting: None,
            keys: true,
            queued: None,
            held: None,
            holds: 0,
            resume: None,
        }
    }

    /// Whether actions lead anywhere now.
    pub fn can_play(&self) -> bool {
        self.frame.is_some() && self.is_open()
    }

    /// Whether a prompt can be chosen now.
    pub fn is_open(&self) -> bool {
        self.world.is_some() && self.progress.is_none() && self.is_alive()
    }

    /// Whether the worker lives.
    pub fn is_alive(&self) -> bool {
        self.trouble
            .as_ref()
            .is_none_or(|t| t.remedy != Remedy::Restart)
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
            Event::PickPicture(bytes) if self.is_open() => {
                self.ask(
                    Request::Start(Prompt::Picture(bytes), Origin::Picture),
                    effects,
                );
            }
            Event::PickWorld(name) if self.is_alive() => {
                self.wishes.world = Some(name.clone());
                self.ask(Request::Load(WorldSource::Named(name)), effects);
            }
            Event::PickWorldFile(name, bytes) if self.is_alive() => {
                self.ask(Request::Load(WorldSource::File { name, bytes }), effects);
            }
            Event::BadFile(why) if self.is_alive() => {
                self.complain(texts::BAD_FILE, &why, Remedy::Dismiss);
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
            Event::Rewind(frames) if self.can_play() => {
                if self.frame.as_ref().is_some_and(|f| f.index > 0) {
                    self.ask(Request::Rewind(frames), effects);
                }
            }
            Event::Restart if self.can_play() => {
                let played = self.frame.as_ref().map_or(0, |f| f.index);
                self.ask(Request::Rewind(played.max(1)), effects);
            }
            Event::Sample(sampling) => {
                self.sampling = sampling;
                if self.can_play() {
                    effects.push(Effect::Post(ToWorker::SetSampling(sampling)));
                }
            }
            Event::Keys(on) => self.keys = on,
            Event::Dismiss => {
                if self
                    .trouble
                    .as_ref()
                    .is_some_and(|t| t.remedy == Remedy::Dismiss)
                {
                    self.trouble = None;
                }
            }
            Event::Remedy => self.remedy(effects),
            // The rest came at a time when it means nothing; the controls are disabled then.
            _ => {}
        }
    }

    fn hear(&mut self, message: FromWorker, effects: &mut Vec<Effect>) {
        match message {
            FromWorker::Booted => {
                let source = match &self.wishes.world {
                    Some(name) => WorldSource::Named(name.clone()),
                    None => WorldSource::First,
                };
                self.waiting = None;
                self.ask(Request::Load(source), effects);
            }
            FromWorker::Progress {
                stage,
                loaded,
                total,
            } => {
                if self.progress.is_none_or(|p| p.stage != stage) {
                    self.announce(texts::stage(stage));
                }
                self.progress = Some(Progress {
                    stage,
                    loaded,
                    total,
                });
            }
            FromWorker::Worlds(worlds) => self.worlds = Rc::new(worlds),
            FromWorker::Ready { world, device } => self.open(world, device, effects),
            FromWorker::Thumbnail { index, picture } => {
                if let Some(place) = Rc::make_mut(&mut self.thumbnails).get_mut(index) {
                    *place = Some(Rc::new(picture));
                }
            }
            FromWorker::Frame(frame) => self.show(frame, effects),
            FromWorker::Failed { task, detail } => self.fail(task, &detail, effects),
            FromWorker::Died { detail } => self.bury(&detail),
        }
    }

    fn open(&mut self, world: WorldSummary, device: DeviceReport, effects: &mut Vec<Effect>) {
        self.waiting = None;
        self.progress = None;
        self.trouble = None;
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
        let first = match self.resume.take() {
            Some(tokens) => Some(Request::Start(
                Prompt::Tokens(vec![tokens]),
                Origin::Resumed,
            )),
            None if world.gallery.is_empty() => None,
            None => Some(Request::Start(Prompt::Gallery(0), Origin::Gallery(0))),
        };
        self.world = Some(Rc::new(world));
        self.device = Some(Rc::new(device));
        if self.queued.is_some() {
            self.send_queued(effects);
        } else if let Some(first) = first {
            self.ask(first, effects);
        }
        // After the first frame: the visitor waits for that one.
        effects.push(Effect::Post(ToWorker::Thumbnails));
    }

    fn show(&mut self, frame: Frame, effects: &mut Vec<Effect>) {
        let answered = self.waiting.take();
        match answered {
            Some(Waiting::Start(origin)) => {
                self.origin = Some(origin);
                self.announce(texts::STARTED);
            }
            Some(Waiting::Rewind) => self.announce(&texts::rewound(frame.index)),
            _ => {}
        }
        if let Some(ms) = frame.ms {
            self.ms = Some(self.ms.map_or(ms, |old| 0.7 * old + 0.3 * ms));
        }
        let taken = frame.ms.unwrap_or(0.0);
        self.frame = Some(Rc::new(frame));
        self.trouble = None;
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

    fn fail(&mut self, task: Task, detail: &str, effects: &mut Vec<Effect>) {
        let remedy = match task {
            Task::Load if self.world.is_none() => Remedy::Reload,
            _ => Remedy::Dismiss,
        };
        if task == Task::Load {
            self.progress = None;
        }
        // These two are not requests: nobody waits for their answer.
        if !matches!(task, Task::Settings | Task::Thumbnails) {
            self.waiting = None;
            self.held = None;
        }
        self.complain(texts::failed(task), detail, remedy);
        if self.waiting.is_none() {
            self.send_queued(effects);
        }
    }

    fn bury(&mut self, detail: &str) {
        // The first report is the cause, later ones are consequences.
        if self.is_alive() {
            self.waiting = None;
            self.queued = None;
            self.held = None;
            self.progress = None;
            self.complain(texts::WORKER_DIED, detail, Remedy::Restart);
        }
    }

    fn remedy(&mut self, effects: &mut Vec<Effect>) {
        match self.trouble.take().map(|t| t.remedy) {
            None | Some(Remedy::Dismiss) => {}
            Some(Remedy::Reload) => self.hear(FromWorker::Booted, effects),
            Some(Remedy::Restart) => {
                // A graphics processor that failed once is not tried again.
                let on_gpu = self
                    .device
                    .as_ref()
                    .is_none_or(|d| d.kind == DeviceKind::WebGpu);
                if on_gpu {
                    self.wishes.device = Some(DeviceKind::Cpu);
                }
                let listed = |name: &String| self.worlds.iter().any(|w| w.name == *name);
                let name = self.world.as_ref().map(|w| w.name.clone());
                if let Some(name) = name.filter(listed) {
                    self.wishes.world = Some(name);
                    self.resume = self.frame.as_ref().map(|f| f.tokens.clone());
                }
                self.progress = Some(Progress::START);
                effects.push(Effect::RestartWorker);
            }
        }
    }

    fn step(&mut self, action: usize, effects: &mut Vec<Effect>) {
        let actions = self.world.as_ref().map_or(0, |w| w.actions.len());
        if self.can_play() && action < actions {
            self.ask(Request::Step(action), effects);
        }
    }

    /// Sends `request` now, or once the worker has answered the one before.
    fn ask(&mut self, request: Request, effects: &mut Vec<Effect>) {
        if self.waiting.is_none() {
            self.send(request, effects);
        } else if self
            .queued
            .as_ref()
            .is_none_or(|q| q.weight() <= request.weight())
        {
            self.queued = Some(request);
        }
    }

    fn send_queued(&mut self, effects: &mut Vec<Effect>) {
        if let Some(request) = self.queued.take() {
            self.send(request, effects);
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
                let (device, folder) = (self.wishes.device, self.wishes.folder.clone());
                (
                    Waiting::Load,
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
            Request::Step(action) => (Waiting::Step(action), ToWorker::Step { action }),
        };
        self.waiting = Some(waiting);
        effects.push(Effect::Post(message));
    }

    fn complain(&mut self, title: &str, detail: &str, remedy: Remedy) {
        let detail = texts::sentence(detail);
        self.announce(&format!("{title} {detail}"));
        self.trouble = Some(Trouble {
            title: title.to_owned(),
            detail,
            remedy,
        });
    }

    fn announce(&mut self, text: &str) {
        self.announcement = text.into();
    }
}

#[cfg(test)]
mod tests;
