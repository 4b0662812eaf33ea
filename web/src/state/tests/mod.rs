mod demo;
mod lines;
mod loading;
mod looks;
mod own;
mod play;
mod share;
mod studio;
mod trouble;

use super::*;
use crate::protocol::{Bench, Demo, DeviceReason, Frame, Task};
use crate::texts::Language;

fn world(gallery: usize) -> WorldSummary {
    WorldSummary {
        name: "test".into(),
        digest: Box::new([7; 32]),
        about: String::new(),
        licence: String::new(),
        height: 1,
        width: 1,
        fps: 10,
        window: 4,
        actions: vec!["left".into(), "right".into(), "still".into()],
        gallery: vec!["one".into(); gallery],
        sampling: Sampling {
            steps: 3,
            temperature: 0.2,
            order: Order::Random,
            seed: 0,
        },
    }
}

fn frame(index: usize, ms: Option<f64>) -> Event {
    let picture = Picture {
        width: 1,
        height: 1,
        rgba: vec![0; 4],
    };
    Event::Worker(FromWorker::Frame(Frame {
        picture,
        index,
        tokens: vec![index as u32],
        ms,
    }))
}

fn ready(world: WorldSummary, kind: DeviceKind) -> Event {
    let reason = match kind {
        DeviceKind::WebGpu => DeviceReason::Gpu,
        DeviceKind::Cpu => DeviceReason::Asked,
    };
    let device = DeviceReport {
        kind,
        reason,
        adapter: String::new(),
    };
    Event::Worker(FromWorker::Ready { world, device })
}

fn failed(task: Task, detail: &str) -> Event {
    let detail = detail.into();
    Event::Worker(FromWorker::Failed { task, detail })
}

fn died() -> Event {
    let detail = "device lost".into();
    Event::Worker(FromWorker::Died { detail })
}

/// A page and everything that it has sent.
struct Page {
    state: State,
    effects: Vec<Effect>,
}

impl Page {
    fn new() -> Self {
        let wishes = Wishes {
            device: None,
            world: None,
            seed: Some(9),
            chance: 4,
            bench: None,
            folder: "worlds/".into(),
            calm: true,
            prefs: Prefs::default(),
            sketch: None,
        };
        Self {
            state: State::new(wishes),
            effects: Vec::new(),
        }
    }

    /// The effects of `event`.
    fn on(&mut self, event: Event) -> Vec<Effect> {
        let (state, effects) = self.state.next(event);
        self.state = state;
        self.effects.extend(effects.clone());
        effects
    }

    fn loaded(gallery: usize) -> Self {
        let mut page = Self::new();
        page.on(Event::Worker(FromWorker::Booted));
        page.on(ready(world(gallery), DeviceKind::WebGpu));
        page
    }

    /// A visitor has taken over, and time stands still.
    fn playing() -> Self {
        let mut page = Self::loaded(2);
        page.on(frame(0, None));
        page.on(Event::TakeOver);
        assert!(!page.state.is_running());
        page
    }

    /// Plays `action` so many times.
    fn play(&mut self, action: usize, frames: usize) {
        for _ in 0..frames {
            let index = self.state.timeline.at() + 1;
            self.on(Event::Act(action));
            self.on(frame(index, Some(1.0)));
        }
    }
}

fn step(action: usize) -> Effect {
    Effect::Post(ToWorker::Step { action })
}

fn seek(frame: usize) -> Effect {
    Effect::Post(ToWorker::Seek { frame })
}

fn own_file() -> Event {
    Event::PickWorldFile("test".into(), vec![1])
}

fn named(name: &str) -> WorldSource {
    WorldSource::Named(name.into())
}

/// From what a play is started first of all.
fn prompt(sent: &[Effect]) -> &Prompt {
    match sent.first() {
        Some(Effect::Post(ToWorker::Start { prompt, .. })) => prompt,
        _ => panic!("{sent:?}"),
    }
}

/// Which world is asked for, and nothing else.
fn loads(sent: &[Effect]) -> &WorldSource {
    match sent {
        [Effect::Post(ToWorker::Load { world, .. })] => world,
        _ => panic!("{sent:?}"),
    }
}
