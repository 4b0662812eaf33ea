//! What does not work, and how the page gets over it.

use std::mem;
use std::rc::Rc;

use super::{Effect, Origin, Progress, Request, State, Waiting};
use crate::protocol::{
    DeviceKind, DeviceReason, DeviceReport, Prompt, Stage, Task, WorldSource, WorldSummary,
};
use crate::texts;

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
    /// Whether the next frame shows that it is over.
    pub passing: bool,
}

/// What is known of the worker before, for the one that takes its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Legacy {
    /// The world that was being played, by name and whether it was the visitor's, and its newest frame.
    play: Option<(String, bool, Vec<u32>)>,
    /// Under which key that is kept, if it was the visitor's.
    kept: Option<String>,
    /// Whether it had a world file of the visitor's, whose bytes are gone with it.
    own_world: bool,
    /// Whether it may have died of its graphics processor.
    gpu: bool,
}

impl State {
    pub(super) fn fail(&mut self, task: Task, detail: &str, effects: &mut Vec<Effect>) {
        if matches!(task, Task::Load | Task::Move) {
            self.progress = None;
        }
        if task == Task::Export {
            self.export.making = None;
        }
        let missing = task == Task::Load && self.misses_world_of_link();
        // These are not requests: nobody waits for their answer.
        if !matches!(task, Task::Settings | Task::Thumbnails | Task::Export) {
            self.waiting = None;
            self.input.lift_all();
            self.branched(false, effects);
            // What fails once fails at the next tick, too.
            if !missing {
                self.pause();
            }
        }
        self.looks.let_go();
        if task == Task::Look {
            self.looks.give_up();
        }
        if task == Task::Move {
            self.wishes.device = self.device.as_ref().map(|d| d.kind);
        }
        if missing {
            self.go_on_without_world_of_link(effects);
            return;
        }
        let passing = matches!(
            task,
            Task::Start | Task::Step | Task::Seek | Task::Return | Task::Look
        );
        self.complain(self.texts().failed(task), detail, self.dismissal(), passing);
        if self.waiting.is_none() {
            self.send_queued(effects);
        }
        if task == Task::Move {
            self.look_for_link(effects);
        }
        // Kept for a world that did not come: the one before is still there.
        if self.waiting.is_none()
            && self.is_open()
            && let Some(start) = self.kept.take()
        {
            self.send(Rc::unwrap_or_clone(start), effects);
        }
    }

    pub(super) fn bury(&mut self, detail: &str) {
        // The first report is the cause, later ones are consequences.
        if !self.is_alive() {
            return;
        }
        let waiting = self.waiting.take();
        // A worker that never ran can't have lost anything.
        if waiting != Some(Waiting::Engine) {
            self.bequeath(waiting);
        }
        self.loaded = false;
        self.input.lift_all();
        self.looks.let_go();
        self.lines = Rc::default();
        self.branching = None;
        self.progress = None;
        // What the visitor brought along waits for the next worker.
        let queued = self.queued.take();
        match queued.as_deref() {
            Some(Request::Start(Prompt::Picture(_) | Prompt::Frames(_), _)) => self.kept = queued,
            Some(Request::Load(WorldSource::File { .. })) => self.queued = queued,
            Some(Request::Load(WorldSource::Kept(_) | WorldSource::Address { .. })) => {
                self.queued = queued;
            }
            _ => {}
        }
        self.leave_studio();
        self.complain(self.texts().worker_died, detail, Remedy::Restart, false);
    }

    /// Writes down what the worker that has just died leaves to the next one.
    fn bequeath(&mut self, waiting: Option<Waiting>) {
        // A graphics processor that failed once is not tried again.
        let on_gpu = self
            .device
            .as_ref()
            .is_none_or(|d| d.kind == DeviceKind::WebGpu);
        if on_gpu && self.wishes.device != Some(DeviceKind::Cpu) {
            self.wishes.device = Some(DeviceKind::Cpu);
            self.legacy.gpu = true;
        }
        self.legacy.own_world |= waiting == Some(Waiting::Load { own: true });
        // On the way to another world of the list, that one is still wished for.
        let leaving = waiting == Some(Waiting::Load { own: false });
        match &self.world {
            Some(_) if !self.loaded || leaving => {}
            Some(world) => {
                let kept = self.playing_kept().filter(|_| self.own);
                if self.own && kept.is_none() {
                    self.legacy.own_world = true;
                    return;
                }
                if !self.own {
                    self.wishes.world = Some(world.name.clone());
                }
                self.legacy.kept = kept;
                let tokens = self.frame.as_ref().map(|f| f.tokens.clone());
                self.legacy.play = tokens.map(|tokens| (world.name.clone(), self.own, tokens));
            }
            None => {}
        }
    }

    pub(super) fn remedy(&mut self, effects: &mut Vec<Effect>) {
        match self.trouble.take().map(|t| t.remedy) {
            None | Some(Remedy::Dismiss) => {}
            Some(Remedy::Reload) => self.load_first(effects),
            Some(Remedy::Restart) => self.restart(effects),
        }
    }

    pub(super) fn restart(&mut self, effects: &mut Vec<Effect>) {
        self.trouble = None;
        self.waiting = Some(Waiting::Engine);
        self.progress = Some(Progress::START);
        self.announce(self.texts().stage(Stage::Engine));
        effects.push(Effect::RestartWorker);
    }

    /// Says why it is the processor that plays, if the graphics processor was given up.
    pub(super) fn explain(&self, device: DeviceReport) -> DeviceReport {
        let reason = match device.kind {
            DeviceKind::Cpu if self.legacy.gpu => DeviceReason::Lost,
            _ => device.reason,
        };
        DeviceReport { reason, ..device }
    }

    /// Says so if `world` is there in place of the visitor's own, which can't be had back.
    pub(super) fn mourn(&mut self, world: &WorldSummary) {
        if mem::take(&mut self.legacy.own_world) && !self.own {
            let entry = self.worlds.iter().find(|w| w.name == world.name);
            let texts = self.texts();
            let detail = texts.own_world_replaced(entry.map_or(&world.name, |w| &w.title));
            self.complain(texts.own_world_lost, &detail, Remedy::Dismiss, false);
        }
    }

    /// The visitor's own world that was being played, if it is kept on this device.
    pub(super) fn kept_before(&mut self) -> Option<WorldSource> {
        self.legacy.kept.take().map(WorldSource::Kept)
    }

    /// The frame at which the worker before stopped, if it was one of `world`.
    pub(super) fn resumption(&mut self, world: &WorldSummary) -> Option<Request> {
        let (name, own, tokens) = self.legacy.play.take()?;
        let again = own == self.own && name == world.name;
        again.then(|| Request::Start(Prompt::Tokens(vec![tokens]), Origin::Resumed))
    }

    /// What dismissing a trouble needs: without a world, and none on the way, a second try.
    pub(super) fn dismissal(&self) -> Remedy {
        if self.loaded || self.waiting.is_some() {
            Remedy::Dismiss
        } else {
            Remedy::Reload
        }
    }

    pub(super) fn complain(&mut self, title: &str, detail: &str, remedy: Remedy, passing: bool) {
        let detail = texts::sentence(detail);
        self.announce(&format!("{title} {detail}"));
        self.trouble = Some(Trouble {
            title: title.to_owned(),
            detail,
            remedy,
            passing,
        });
    }
}
