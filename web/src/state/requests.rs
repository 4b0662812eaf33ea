//! Requests to the worker: one under way, and at most one more that waits for it, so that the world
//! never runs on after the visitor has let go of a key.

use std::rc::Rc;

use super::{Effect, Progress, State};
use crate::protocol::{Bench, DeviceKind, Look, Prompt, Stage, ToWorker, WorldSource};

/// Where the current play came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A picture of the gallery.
    Gallery(usize),
    /// A picture of the visitor's.
    Picture,
    /// A picture that the visitor has drawn.
    Sketch,
    /// The frame before the worker was started anew.
    Resumed,
    /// A prompt link.
    Link,
}

/// What is asked of the worker and will be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Load(WorldSource),
    Start(Prompt, Origin),
    Seek(usize),
    /// Back from wherever the play is by then.
    Back(usize),
    Return(u32),
    Step(usize),
    Move(Option<DeviceKind>),
    Bench(Bench),
    Look(Look),
}

impl Request {
    /// A waiting request gives way only to one that matters as much.
    fn weight(&self) -> u8 {
        match self {
            Self::Load(_) => 3,
            Self::Start(..) | Self::Bench(_) => 2,
            Self::Move(_) => 1,
            Self::Seek(_) | Self::Back(_) | Self::Return(_) | Self::Step(_) | Self::Look(_) => 0,
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
    Seek,
    /// For the end of a line that was left.
    Return(u32),
    /// For the next frame.
    Step(usize),
    /// For another device.
    Move,
    /// For the end of a bench.
    Bench,
    /// For a look at something; and of which age.
    Look(u32),
}

impl State {
    /// Sends `request` now, or once the worker has answered the one before.
    pub(super) fn ask(&mut self, request: Request, effects: &mut Vec<Effect>) {
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

    pub(super) fn send_queued(&mut self, effects: &mut Vec<Effect>) {
        if let Some(request) = self.queued.take() {
            self.send(Rc::unwrap_or_clone(request), effects);
        }
    }

    pub(super) fn send(&mut self, request: Request, effects: &mut Vec<Effect>) {
        let (waiting, message) = match request {
            Request::Load(world) => {
                self.progress = Some(Progress {
                    stage: Stage::List,
                    ..Progress::START
                });
                self.trouble = None;
                let own = matches!(
                    world,
                    WorldSource::File { .. } | WorldSource::Kept(_) | WorldSource::Address { .. }
                );
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
                self.share.earlier = Rc::default();
                (Waiting::Start(origin), ToWorker::Start { prompt, sampling })
            }
            Request::Seek(frame) => (Waiting::Seek, ToWorker::Seek { frame }),
            Request::Back(frames) => {
                let frame = self.timeline.at().saturating_sub(frames);
                (Waiting::Seek, ToWorker::Seek { frame })
            }
            Request::Return(line) => {
                // Gone meanwhile: nothing to wait for.
                if !self.lines.iter().any(|l| l.number == line) {
                    return;
                }
                self.keep_line(effects);
                (Waiting::Return(line), ToWorker::Return { line })
            }
            Request::Step(action) => {
                if self.timeline.ahead() >= super::lines::WORTH_KEEPING {
                    self.keep_line(effects);
                }
                self.share.sent = Some(self.sampling);
                (Waiting::Step(action), ToWorker::Step { action })
            }
            Request::Move(device) => (Waiting::Move, ToWorker::Move { device }),
            Request::Bench(bench) => (Waiting::Bench, ToWorker::Bench(bench)),
            Request::Look(look) => (Waiting::Look(self.look_age()), ToWorker::Look(look)),
        };
        self.waiting = Some(waiting);
        effects.push(Effect::Post(message));
    }
}
