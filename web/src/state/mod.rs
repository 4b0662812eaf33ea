//! What the page knows, and how it changes: one pure function of a state and an event.
//!
//! | concern | file |
//! |---|---|
//! | what the address asks for, what the visitor prefers | `wishes` |
//! | loading a world, and opening it | `loading` |
//! | requests to the worker: one under way, at most one more waiting | `requests` |
//! | time, frames, whose hand plays | `play`, `pilot` |
//! | what is held down | `input` |
//! | the frames so far, and the lines that branched off | `timeline`, `lines` |
//! | looks ahead and into the model | `looks` |
//! | what does not work | `trouble` |
//! | drawing a prompt, cutting a picture | `studio` |
//! | `?bench` | `bench` |
//! | prompt links | `share` |
//! | files of a play | `export` |
//! | worlds by address, and those kept on this device | `own` |

mod bench;
pub mod export;
mod input;
mod lines;
mod loading;
mod looks;
pub mod own;
mod pilot;
mod play;
mod requests;
pub mod share;
pub mod studio;
mod timeline;
mod trouble;
mod wishes;

use std::rc::Rc;

pub use self::bench::Measurement;
use self::export::{Clip, Export, Saved};
pub use self::input::Control;
use self::input::Input;
pub use self::lines::Line;
pub use self::loading::Progress;
use self::looks::Looks;
pub use self::looks::{Event as LookEvent, Future, Futures, HOLDS, How, STEPS as UNFOLDED_STEPS};
use self::own::OwnWorlds;
pub use self::pilot::{Pilot, PilotKind};
use self::play::{Clock, Rate};
pub use self::play::{Pace, Shown};
use self::requests::Request;
pub use self::requests::{Origin, Waiting};
use self::share::Share;
use self::studio::Studio;
pub use self::timeline::{SLOTS, Timeline};
use self::trouble::Legacy;
pub use self::trouble::{Remedy, Trouble};
pub use self::wishes::{FASTEST, Prefs, SLOWEST, Wishes};
use crate::moves::Moves;
use crate::protocol::{
    DeviceKind, DeviceReport, FromWorker, Order, Picture, Prompt, Sampling, Stage, ToWorker,
    WorldEntry, WorldSource, WorldSummary,
};
use crate::share::fragment::Address;
use crate::sketch::Canvas;
use crate::texts::Texts;

/// MaskGIT steps that the page offers for any world.
const STEPS: usize = 25;
/// The most MaskGIT steps that a worker takes.
const MOST_STEPS: usize = 256;
/// Temperature that the page offers for any world.
const TEMPERATURE: f32 = 2.0;

/// Whether the page works without a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offline {
    /// Not known yet.
    #[default]
    Unknown,
    /// All of it is kept.
    Ready,
    /// The browser has no room for it.
    Full,
    /// The browser doesn't let it be kept.
    Unavailable,
}

/// All that the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    wishes: Wishes,
    /// What the visitor prefers, here and at the next visit.
    pub prefs: Prefs,
    /// Whether the page works without a network.
    pub offline: Offline,
    /// The worlds there are.
    pub worlds: Rc<Vec<WorldEntry>>,
    /// How far loading is, while loading.
    pub progress: Option<Progress>,
    /// The newest world.
    pub world: Option<Rc<WorldSummary>>,
    /// What the names of its actions say.
    pub moves: Rc<Moves>,
    /// Whether it is a file of the visitor's.
    pub own: bool,
    /// What it is played on.
    pub device: Option<Rc<DeviceReport>>,
    /// Small pictures of its gallery, as far as they are there.
    pub thumbnails: Rc<Vec<Option<Rc<Picture>>>>,
    /// The frame on the screen.
    pub frame: Option<Rc<Shown>>,
    /// The frames so far, and where among them the one on the screen is.
    pub timeline: Timeline,
    /// Other lines that were left and can be returned to.
    pub lines: Rc<Vec<Line>>,
    /// Where the current play came from.
    pub origin: Option<Origin>,
    /// How the next frames are sampled.
    pub sampling: Sampling,
    /// Milliseconds the worker takes for a frame, smoothed.
    pub ms: Option<f64>,
    /// Who plays.
    pub pilot: Pilot,
    /// Whether the page plays by itself, and nobody has taken over yet.
    pub demo: bool,
    /// What did not work.
    pub trouble: Option<Trouble>,
    /// What a screen reader says next.
    pub announcement: Rc<str>,
    /// What the page waits for.
    pub waiting: Option<Waiting>,
    /// Files of the play.
    pub export: Export,
    /// Worlds of the visitor's.
    pub own_worlds: OwnWorlds,
    /// How far a bench is, if the page's address asks for one.
    pub measurement: Option<Rc<Measurement>>,
    /// Where prompts are made.
    pub studio: Studio,
    share: Share,
    /// What is looked at beside the frame on the screen.
    pub looks: Looks,
    clock: Clock,
    rate: Rate,
    input: Input,
    /// What an autopilot that follows a list plays.
    script: Rc<Vec<usize>>,
    /// Whether the worker holds `world`: a new worker does not.
    loaded: bool,
    /// A start from a picture of the visitor's that came while there was no world to play it in.
    /// Shared, as are requests in the queue, because a state is copied at every event, and files
    /// are large.
    kept: Option<Rc<Request>>,
    queued: Option<Rc<Request>>,
    /// The line kept for the request under way, to be forgotten if that fails.
    branching: Option<u32>,
    /// Numbers given to lines.
    numbers: u32,
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
    /// The visitor wants to play.
    TakeOver,
    /// An action, once.
    Act(usize),
    /// A control, until it is let go.
    Press(Control),
    /// A control was let go.
    Lift(Control),
    /// All of them were.
    LiftAll,
    /// Time for the next frame: milliseconds on the browser's clock.
    Tick(f64),
    /// Stop time if it runs, else let it run.
    Pause,
    /// One frame on, and stop.
    StepOnce,
    /// Look at a frame.
    Seek(usize),
    /// Back by so many frames.
    Back(usize),
    /// Back to the prompt.
    Restart,
    /// Go on at the end of a line that was left.
    Return(u32),
    /// Someone else plays.
    Pilot(PilotKind),
    /// Other settings.
    Sample(Sampling),
    /// Another device; none for the page's own choice.
    Device(Option<DeviceKind>),
    /// Other preferences.
    Prefer(Prefs),
    /// Whether the page works without a network.
    Offline(Offline),
    /// Something where prompts are made.
    Studio(studio::Act),
    /// Something about links.
    Share(share::Event),
    /// Something about files of the play.
    Export(export::Event),
    /// Something about worlds of the visitor's.
    Own(own::Event),
    /// Something is to be looked at.
    Look(LookEvent),
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
    /// Keep these for the next visit.
    Remember(Prefs),
    /// Keep the page for visits without a network, and this world of its list.
    KeepPage(Option<String>),
    /// Keep the sketch for the next visit.
    KeepSketch {
        /// What has been drawn.
        canvas: Rc<Canvas>,
        /// What it has been drawn on.
        ground: Rc<Canvas>,
    },
    /// Look through a video, and tell what was found as [`studio::Act::Filmed`].
    LookThrough {
        /// Its address in the browser.
        url: String,
        /// Frames that the world can start from.
        window: usize,
        /// Frames a second of the world's own video.
        fps: usize,
    },
    /// Give the visitor a file.
    Save(Rc<Saved>),
    /// Make a film of these, and give it to the visitor.
    Film(Rc<Clip>),
    /// Never mind the film.
    StopFilm,
    /// Ask the server there how large the file is.
    Measure(Address),
}

impl State {
    /// The page before anything has been loaded.
    pub fn new(wishes: Wishes) -> Self {
        let seed = wishes.seed.unwrap_or(wishes.chance);
        let measurement = wishes.bench.map(|_| Rc::default());
        let prefs = wishes.prefs.clone();
        let studio = Studio::new(wishes.sketch.clone());
        let running = !wishes.calm;
        Self {
            announcement: prefs.language.texts().stage(Stage::Engine).into(),
            wishes,
            prefs,
            offline: Offline::default(),
            worlds: Rc::default(),
            progress: Some(Progress::START),
            world: None,
            moves: Rc::default(),
            own: false,
            device: None,
            thumbnails: Rc::default(),
            frame: None,
            timeline: Timeline::default(),
            lines: Rc::default(),
            origin: None,
            sampling: Sampling {
                steps: 4,
                temperature: 0.5,
                order: Order::default(),
                seed,
            },
            ms: None,
            pilot: Pilot::Hand,
            demo: false,
            trouble: None,
            waiting: Some(Waiting::Engine),
            export: Export::default(),
            own_worlds: OwnWorlds::default(),
            measurement,
            studio,
            share: Share::default(),
            looks: Looks::default(),
            clock: Clock::new(running),
            rate: Rate::default(),
            input: Input::default(),
            script: Rc::default(),
            loaded: false,
            kept: None,
            queued: None,
            branching: None,
            numbers: 0,
            legacy: Legacy::default(),
        }
    }

    /// The words of the visitor's language.
    pub fn texts(&self) -> &'static Texts {
        self.prefs.language.texts()
    }

    /// Whether actions lead anywhere now. The world waits while a prompt is made.
    pub fn can_play(&self) -> bool {
        let elsewhere = self.studio.desk.is_some() || self.looks.how.is_open();
        self.frame.is_some() && self.is_open() && !elsewhere
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
        self.kept.is_some() || self.studio.keeps_film()
    }

    /// The device that the visitor, or the address, asks for.
    pub fn wished_device(&self) -> Option<DeviceKind> {
        self.wishes.device
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

    /// The state after `event`, and what to do outside of it.
    #[must_use]
    pub fn next(&self, event: Event) -> (Self, Vec<Effect>) {
        let mut state = self.clone();
        let mut effects = Vec::new();
        state.apply(event, &mut effects);
        state.look_on(&mut effects);
        (state, effects)
    }

    fn apply(&mut self, event: Event, effects: &mut Vec<Effect>) {
        match event {
            Event::Worker(message) => self.hear(message, effects),
            Event::WorkerDied(detail) => self.bury(&detail),
            Event::PickGallery(i) if self.is_open() => {
                self.take_over();
                self.ask(
                    Request::Start(Prompt::Gallery(i), Origin::Gallery(i)),
                    effects,
                );
            }
            Event::PickPicture(bytes) => self.open_picture(bytes, effects),
            Event::PickWorld(name) if self.is_alive() => {
                self.take_over();
                self.wishes.world = Some(name.clone());
                self.forget_link();
                self.ask(Request::Load(WorldSource::Named(name)), effects);
            }
            Event::PickWorldFile(name, bytes) => {
                self.take_over();
                // Whoever brings another world wants to go on.
                if !self.is_alive() {
                    self.restart(effects);
                }
                self.ask(Request::Load(WorldSource::File { name, bytes }), effects);
            }
            Event::BadFile(why) if self.is_alive() => {
                self.complain(self.texts().bad_file, &why, self.dismissal(), false);
            }
            Event::TakeOver if self.can_play() => {
                self.take_over();
                self.announce(self.texts().taken_over);
                self.let_run(!self.wishes.calm);
            }
            Event::Act(action) if self.can_play() => {
                self.take_over();
                self.step(action, effects);
            }
            Event::Press(control) if self.can_play() => self.press(control, effects),
            Event::Lift(control) => self.input.lift(control),
            Event::LiftAll => self.input.lift_all(),
            Event::Tick(now) => self.tick(now, effects),
            Event::Pause if self.can_play() => self.let_run(!self.is_running()),
            Event::StepOnce if self.can_play() => self.step_once(effects),
            Event::Seek(frame) if self.can_play() => {
                self.stop_to_look();
                let frame = frame.min(self.timeline.len());
                self.ask(Request::Seek(frame), effects);
            }
            Event::Back(frames) if self.can_play() && self.leaves_prompt() => {
                self.stop_to_look();
                self.ask(Request::Back(frames), effects);
            }
            Event::Restart if self.can_play() => {
                self.take_over();
                self.ask(Request::Seek(0), effects);
            }
            Event::Return(line) if self.can_play() => {
                self.stop_to_look();
                self.ask(Request::Return(line), effects);
            }
            Event::Pilot(kind) if self.can_play() => self.hand_over(kind),
            Event::Sample(sampling) => {
                if sampling.seed != self.sampling.seed {
                    self.announce(&self.texts().reseeded(sampling.seed));
                }
                self.sampling = sampling;
                self.looks.forget();
                if self.loaded {
                    effects.push(Effect::Post(ToWorker::SetSampling(sampling)));
                }
            }
            Event::Device(device) => {
                self.wishes.device = device;
                if self.is_open() {
                    self.ask(Request::Move(device), effects);
                }
            }
            Event::Prefer(prefs) => {
                self.prefs = prefs.clone();
                // Nobody may listen any more for a held key to be let go.
                self.input.lift_all();
                effects.push(Effect::Remember(prefs));
            }
            Event::Offline(offline) => self.offline = offline,
            Event::Studio(act) => self.act(act, effects),
            Event::Share(event) => self.share(event, effects),
            Event::Export(event) => self.export(event, effects),
            Event::Own(event) => self.own(event, effects),
            Event::Look(event) => self.look_beside(event, effects),
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
                ms,
            } => self.progress_to(Progress {
                stage,
                loaded,
                total,
                ms,
            }),
            FromWorker::Worlds(worlds) => self.worlds = Rc::new(worlds),
            FromWorker::Ready { world, device } => self.open(world, device, effects),
            FromWorker::Thumbnail { index, picture } => {
                if let Some(place) = Rc::make_mut(&mut self.thumbnails).get_mut(index) {
                    *place = Some(Rc::new(picture));
                }
            }
            FromWorker::Moved { device } => self.moved(device, effects),
            FromWorker::Earlier(frames) => self.share.earlier = Rc::new(frames),
            FromWorker::Frame(frame) => self.show(frame, effects),
            FromWorker::Studio(answer) => self.help(answer, effects),
            FromWorker::Exporting { done, all } => self.exporting(done, all),
            FromWorker::Exported {
                kind,
                size,
                frames,
                bytes,
            } => self.exported(kind, size, frames, bytes, effects),
            FromWorker::Kept(worlds) => self.has_kept(worlds, effects),
            FromWorker::Seen(seen) => self.seen_beside(seen, effects),
            FromWorker::Measuring { what, done, all } => self.measure_on(&what, done, all),
            FromWorker::Measured { rows, json } => self.measured(rows, json, effects),
            FromWorker::Failed { task, detail } => self.fail(task, &detail, effects),
            FromWorker::Died { detail } => self.bury(&detail),
        }
    }

    fn announce(&mut self, text: &str) {
        self.announcement = text.into();
    }
}

#[cfg(test)]
mod tests;
