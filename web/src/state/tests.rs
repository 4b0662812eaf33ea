use super::*;
use crate::protocol::DeviceReason;

fn world(gallery: usize) -> WorldSummary {
    WorldSummary {
        name: "test".into(),
        about: String::new(),
        licence: String::new(),
        height: 1,
        width: 1,
        fps: 10,
        actions: vec!["a".into(), "b".into()],
        gallery: vec!["one".into(); gallery],
        sampling: Sampling {
            steps: 3,
            temperature: 0.2,
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
            seed: 9,
            folder: "worlds/".into(),
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
        let device = DeviceReport {
            kind: DeviceKind::WebGpu,
            reason: DeviceReason::Gpu,
            adapter: String::new(),
        };
        page.on(Event::Worker(FromWorker::Ready {
            world: world(gallery),
            device,
        }));
        page
    }

    fn playing() -> Self {
        let mut page = Self::loaded(2);
        page.on(frame(0, None));
        page
    }
}

fn step(action: usize) -> Effect {
    Effect::Post(ToWorker::Step { action })
}

#[test]
fn a_page_loads_and_starts_by_itself() {
    let page = Page::playing();
    let posted: Vec<_> = page
        .effects
        .iter()
        .map(|e| match e {
            Effect::Post(ToWorker::Load {
                world: WorldSource::First,
                ..
            }) => "load",
            Effect::Post(ToWorker::Start {
                prompt: Prompt::Gallery(0),
                sampling,
            }) => {
                assert_eq!((sampling.steps, sampling.seed), (3, 9));
                "start"
            }
            Effect::Post(ToWorker::Thumbnails) => "thumbnails",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(posted, ["load", "start", "thumbnails"]);
    assert_eq!(page.state.origin, Some(Origin::Gallery(0)));
    assert!(page.state.can_play());
}

#[test]
fn a_world_without_a_gallery_waits_for_a_picture() {
    let mut page = Page::loaded(0);
    assert!(page.state.is_open() && !page.state.can_play());
    assert_eq!(page.on(Event::Act(0)), []);
    assert_eq!(page.on(Event::PickPicture(vec![1])).len(), 1);
}

#[test]
fn at_most_one_step_waits_and_it_is_the_newest() {
    let mut page = Page::playing();
    assert_eq!(page.on(Event::Act(0)), [step(0)]);
    assert_eq!(page.on(Event::Act(0)), []);
    assert_eq!(page.on(Event::Act(1)), []);
    assert_eq!(page.on(frame(1, Some(5.0))), [step(1)]);
    assert_eq!(page.on(frame(2, Some(5.0))), []);
    assert_eq!(page.on(Event::Act(7)), [], "there is no such action");
}

#[test]
fn a_chosen_picture_is_not_lost_to_a_later_key() {
    let mut page = Page::playing();
    page.on(Event::Act(0));
    page.on(Event::PickGallery(1));
    page.on(Event::Act(1));
    let sent = page.on(frame(1, Some(5.0)));
    assert!(
        matches!(
            &sent[..],
            [Effect::Post(ToWorker::Start {
                prompt: Prompt::Gallery(1),
                ..
            })]
        ),
        "{sent:?}"
    );
}

#[test]
fn a_held_action_goes_on_at_the_pace_of_the_video_until_it_is_let_go() {
    let mut page = Page::playing();
    assert_eq!(page.on(Event::Hold(1)), [step(1)]);
    assert_eq!(
        page.on(frame(1, Some(40.0))),
        [Effect::TickAfter(1, 210.0)],
        "not yet held"
    );
    assert_eq!(page.on(Event::Tick(1)), [step(1)]);
    assert_eq!(page.on(frame(2, Some(40.0))), [Effect::TickAfter(1, 60.0)]);
    assert_eq!(page.on(Event::Tick(1)), [step(1)]);
    page.on(Event::Release(Some(0)));
    assert_eq!(page.on(frame(3, Some(140.0))), [Effect::TickAfter(1, 0.0)]);
    page.on(Event::Release(Some(1)));
    assert_eq!(page.on(Event::Tick(1)), []);
    page.on(Event::Hold(0));
    assert_eq!(
        page.on(Event::Tick(1)),
        [],
        "an old timer must not drive a new hold"
    );
}

#[test]
fn rewinding_and_restarting_stop_at_the_prompt() {
    let mut page = Page::playing();
    assert_eq!(page.on(Event::Rewind(1)), []);
    for index in 1..=3 {
        page.on(Event::Act(0));
        page.on(frame(index, Some(1.0)));
    }
    assert_eq!(
        page.on(Event::Rewind(1)),
        [Effect::Post(ToWorker::Rewind { frames: 1 })]
    );
    page.on(frame(2, None));
    assert_eq!(
        page.on(Event::Restart),
        [Effect::Post(ToWorker::Rewind { frames: 2 })]
    );
}

#[test]
fn a_failure_leaves_the_play_as_it_was() {
    let mut page = Page::playing();
    page.on(Event::PickPicture(vec![0]));
    let detail = "the picture can't be read: it is not a picture".to_owned();
    page.on(Event::Worker(FromWorker::Failed {
        task: Task::Start,
        detail,
    }));
    let trouble = page.state.trouble.clone().unwrap();
    assert_eq!(trouble.remedy, Remedy::Dismiss);
    assert_eq!(
        trouble.detail,
        "The picture can't be read: it is not a picture."
    );
    assert_eq!(page.state.origin, Some(Origin::Gallery(0)));
    assert_eq!(page.on(Event::Act(0)), [step(0)]);
    page.on(frame(1, Some(1.0)));
    assert_eq!(page.state.trouble, None);
}

#[test]
fn a_world_that_does_not_load_can_be_tried_again() {
    let mut page = Page::new();
    page.on(Event::Worker(FromWorker::Booted));
    let failed = FromWorker::Failed {
        task: Task::Load,
        detail: "no network".into(),
    };
    page.on(Event::Worker(failed));
    assert_eq!(page.state.trouble.as_ref().unwrap().remedy, Remedy::Reload);
    assert_eq!(page.state.progress, None);
    assert!(matches!(
        page.on(Event::Remedy)[..],
        [Effect::Post(ToWorker::Load { .. })]
    ));
    assert_eq!(page.state.trouble, None);
}

#[test]
fn after_the_worker_died_play_goes_on_from_the_last_frame_on_the_cpu() {
    let mut page = Page::playing();
    page.on(Event::Worker(FromWorker::Worlds(vec![WorldEntry {
        name: "test".into(),
        title: "Test".into(),
        bytes: None,
    }])));
    page.on(Event::Act(0));
    page.on(frame(1, Some(1.0)));
    page.on(Event::Worker(FromWorker::Died {
        detail: "device lost".into(),
    }));
    page.on(Event::WorkerDied("unreachable".into()));
    assert_eq!(page.state.trouble.as_ref().unwrap().detail, "Device lost.");
    assert_eq!(page.on(Event::Act(0)), []);
    assert_eq!(page.on(Event::Remedy), [Effect::RestartWorker]);
    let sent = page.on(Event::Worker(FromWorker::Booted));
    assert!(
        matches!(
            &sent[..],
            [Effect::Post(ToWorker::Load {
                device: Some(DeviceKind::Cpu),
                ..
            })]
        ),
        "{sent:?}"
    );
    let device = DeviceReport {
        kind: DeviceKind::Cpu,
        reason: DeviceReason::Asked,
        adapter: String::new(),
    };
    let sent = page.on(Event::Worker(FromWorker::Ready {
        world: world(2),
        device,
    }));
    let Effect::Post(ToWorker::Start { prompt, .. }) = &sent[0] else {
        panic!("{sent:?}")
    };
    assert_eq!(*prompt, Prompt::Tokens(vec![vec![1]]));
}
