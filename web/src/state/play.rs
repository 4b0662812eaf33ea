//! Time, and the frames that it brings.

use std::rc::Rc;

use super::{
    Control, Effect, FASTEST, Origin, Pilot, PilotKind, Request, SLOWEST, State, Timeline, Waiting,
};
use crate::protocol::{DeviceReport, Frame, Picture, Prompt};

/// A control is held, and not only pressed, after so many milliseconds.
const HOLD_AFTER_MS: f64 = 250.0;
/// For so many seconds the world goes on after a visitor has let go, so that what jumps lands.
const SETTLES_IN: usize = 2;
/// Two frames that lie further apart, in milliseconds, had a pause between them.
const PAUSE_MS: f64 = 1500.0;

/// A frame on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What it looks like.
    pub picture: Rc<Picture>,
    /// Frames played since the prompt; 0 is the prompt itself.
    pub index: usize,
    /// Its tokens.
    pub tokens: Vec<u32>,
}

/// When ticks are wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// From one to the next, milliseconds.
    pub period: f64,
    /// Until the first, milliseconds.
    pub first: f64,
    /// Differs where the first is to be waited for anew.
    pub number: u32,
}

/// Whether time runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    running: bool,
    /// Frames for which nothing has been pressed.
    idle: usize,
    /// Whether a visitor has done anything yet.
    touched: bool,
}

impl Clock {
    pub fn new(running: bool) -> Self {
        Self {
            running,
            idle: usize::MAX,
            touched: false,
        }
    }
}

/// Frames a second, as seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rate {
    last: Option<f64>,
    period: Option<f64>,
}

impl Rate {
    fn note(&mut self, now: f64) {
        let since = self.last.map(|last| now - last);
        self.last = Some(now);
        self.period = match (since, self.period) {
            (Some(since), _) if since > PAUSE_MS => None,
            (Some(since), Some(period)) => Some(0.9 * period + 0.1 * since),
            (since, _) => since,
        };
    }
}

impl State {
    /// Whether time runs, and not only while a control is held.
    pub fn is_running(&self) -> bool {
        self.clock.running
    }

    pub(super) fn has_been_touched(&self) -> bool {
        self.clock.touched
    }

    /// Frames a second that are aimed at.
    pub fn target_fps(&self) -> usize {
        let world = self.world.as_ref().map_or(10, |w| w.fps);
        self.prefs.fps.unwrap_or(world).clamp(SLOWEST, FASTEST)
    }

    /// Frames a second, as seen, while the world moves.
    pub fn fps(&self) -> Option<f64> {
        let period = self.rate.period.filter(|_| self.pace().is_some());
        period.map(|ms| 1000.0 / ms)
    }

    /// The action to show as pressed.
    pub fn pressed(&self) -> Option<usize> {
        let waiting = match self.waiting {
            Some(Waiting::Step(action)) => Some(action),
            _ => None,
        };
        let newest = || {
            let playing = self.pilot != Pilot::Hand && self.is_running();
            self.timeline.actions().last().filter(|_| playing)
        };
        let held = self.input.held(&self.moves);
        held.or(waiting).or_else(|| newest().map(|&a| a.into()))
    }

    /// When the next frames are due, if any are.
    pub fn pace(&self) -> Option<Pace> {
        if !self.can_play() {
            return None;
        }
        let period = 1000.0 / self.target_fps() as f64;
        if self.is_running() {
            let by_hand = self.pilot == Pilot::Hand && self.input.is_idle(&self.moves);
            (!by_hand || self.settles()).then_some(Pace {
                period,
                first: 0.0,
                number: 0,
            })
        } else {
            self.input.held(&self.moves).map(|_| Pace {
                period,
                first: period.max(HOLD_AFTER_MS),
                number: self.input.presses(),
            })
        }
    }

    /// Whether what jumps has yet to land.
    fn settles(&self) -> bool {
        self.moves.still().is_some() && self.clock.idle < SETTLES_IN * self.target_fps()
    }

    /// The visitor plays from now on.
    pub(super) fn take_over(&mut self) {
        self.pilot = Pilot::Hand;
        self.demo = false;
        self.looks.let_go();
        self.clock.touched = true;
        self.clock.idle = 0;
    }

    /// Someone else does.
    pub(super) fn hand_over(&mut self, kind: PilotKind) {
        self.take_over();
        self.pilot = Pilot::new(kind, self.sampling.seed);
        self.clock.running = true;
        self.announce(self.texts().pilot(kind));
    }

    pub(super) fn let_run(&mut self, running: bool) {
        self.clock.running = running;
        let texts = self.texts();
        self.announce(if running { texts.running } else { texts.paused });
    }

    /// Time stops, and nothing is said of it.
    pub(super) fn pause(&mut self) {
        self.clock.running = false;
    }

    /// Time stops, so that what is looked at stays.
    pub(super) fn stop_to_look(&mut self) {
        self.take_over();
        self.input.lift_all();
        self.clock.running = false;
    }

    pub(super) fn press(&mut self, control: Control, effects: &mut Vec<Effect>) {
        let Some(action) = self.input.press(control, &self.moves) else {
            return;
        };
        self.take_over();
        if !self.is_running() {
            // At once: nothing else would play it if it is let go soon.
            self.input.take(&self.moves);
            self.step(action, effects);
        }
    }

    pub(super) fn step(&mut self, action: usize, effects: &mut Vec<Effect>) {
        if action < self.moves.len() {
            self.ask(Request::Step(action), effects);
        }
    }

    pub(super) fn step_once(&mut self, effects: &mut Vec<Effect>) {
        self.clock.running = false;
        if self.timeline.ahead() > 0 {
            self.take_over();
            self.ask(Request::Seek(self.timeline.at() + 1), effects);
            return;
        }
        let held = self.input.held(&self.moves);
        let flown = self.next_flown(effects);
        let newest = self.timeline.actions().last().map(|&a| a.into());
        let action = held
            .or(flown)
            .or(self.moves.still())
            .or(newest)
            .unwrap_or(0);
        self.step(action, effects);
    }

    pub(super) fn tick(&mut self, now: f64, effects: &mut Vec<Effect>) {
        // A frame that is late takes the place of the next one; they never pile up.
        if self.waiting.is_some() || !self.can_play() {
            return;
        }
        let action = match self.input.take(&self.moves) {
            Some(action) => {
                self.clock.idle = 0;
                Some(action)
            }
            None if !self.is_running() => None,
            None if self.pilot == Pilot::Hand => {
                let settling = self.settles();
                self.clock.idle = self.clock.idle.saturating_add(1);
                self.moves.still().filter(|_| settling)
            }
            None => self.flown(effects),
        };
        if let Some(action) = action {
            self.rate.note(now);
            self.step(action, effects);
        }
    }

    /// The pilot's next action. At the end of a list the demo goes on to its next picture.
    fn flown(&mut self, effects: &mut Vec<Effect>) -> Option<usize> {
        if self.script.is_empty() && self.pilot.kind() == PilotKind::Recorded {
            // No name of this world's actions says where it leads.
            self.pilot = Pilot::new(PilotKind::Random, self.sampling.seed);
        }
        if self.pilot == Pilot::Shared {
            return self.replayed(effects);
        }
        let actions = self.moves.len();
        if let Some(action) = self.pilot.fly(actions, &self.script) {
            return Some(action);
        }
        self.pilot = Pilot::new(PilotKind::Recorded, self.sampling.seed);
        if !self.demo {
            return self.pilot.fly(actions, &self.script);
        }
        let pictures: Vec<usize> = self.demo_pictures().collect();
        let now = pictures
            .iter()
            .position(|&p| self.origin == Some(Origin::Gallery(p)));
        let next = pictures[now.map_or(0, |n| (n + 1) % pictures.len())];
        let start = Request::Start(Prompt::Gallery(next), Origin::Gallery(next));
        self.ask(start, effects);
        None
    }

    /// Whether there is, or is about to be, a frame to go back from.
    pub(super) fn leaves_prompt(&self) -> bool {
        self.timeline.at() > 0 || matches!(self.waiting, Some(Waiting::Step(_)))
    }

    /// Starts from a prompt of the visitor's, or keeps it for the world to come.
    pub(super) fn bring(&mut self, start: Request, effects: &mut Vec<Effect>) {
        let leaving = matches!(self.queued.as_deref(), Some(Request::Load(_)));
        if self.is_open() && !leaving {
            self.take_over();
            self.ask(start, effects);
        } else {
            self.kept = Some(Rc::new(start));
            self.announce(self.texts().kept);
        }
    }

    pub(super) fn show(&mut self, frame: Frame, effects: &mut Vec<Effect>) {
        self.trouble = self.trouble.take().filter(|t| !t.passing);
        if let Some(ms) = frame.ms {
            self.ms = Some(self.ms.map_or(ms, |old| 0.7 * old + 0.3 * ms));
        }
        let shown = Rc::new(Shown {
            picture: Rc::new(frame.picture),
            index: frame.index,
            tokens: frame.tokens,
        });
        let texts = self.texts();
        match self.waiting.take() {
            Some(Waiting::Start(origin)) => {
                self.origin = Some(origin);
                self.timeline = Timeline::start(&shown);
                self.timeline.has_earlier(self.share.earlier.clone());
                self.lines = Rc::default();
                self.clock.idle = usize::MAX;
                // A trouble that is still on show has just been announced.
                if self.trouble.is_none() {
                    self.announce(if self.demo {
                        texts.invitation
                    } else {
                        texts.started
                    });
                }
            }
            Some(Waiting::Step(action)) => {
                let sampling = self.share.sent.unwrap_or(self.sampling);
                self.timeline.played_with(sampling);
                self.timeline.push(action, &shown);
            }
            Some(Waiting::Return(line)) => {
                self.return_to(line, &shown);
                self.announce(&texts.at_frame(shown.index));
            }
            Some(Waiting::Seek) => {
                self.timeline.seek(shown.index);
                self.announce(&texts.at_frame(shown.index));
            }
            _ => {}
        }
        self.branched(true, effects);
        self.frame = Some(shown);
        self.looks.forget();
        self.send_queued(effects);
    }

    /// The world is on another device.
    pub(super) fn moved(&mut self, device: DeviceReport, effects: &mut Vec<Effect>) {
        let texts = self.texts();
        let asked = self.waiting == Some(Waiting::Move);
        self.announce(&if asked {
            texts.moved(device.kind)
        } else {
            texts.lost(device.kind)
        });
        self.device = Some(Rc::new(device));
        self.ms = None;
        if asked {
            self.waiting = None;
            self.progress = None;
            self.send_queued(effects);
            // One may have been opened meanwhile.
            self.look_for_link(effects);
        }
    }
}
