use super::*;
use crate::protocol::{DeviceReason, Task};

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
            seed: 9,
            bench: None,
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
        page.on(ready(world(gallery), DeviceKind::WebGpu));
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
    page.on(failed(
        Task::Start,
        "the picture can't be read: it is not a picture",
    ));
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
    page.on(failed(Task::Load, "no network"));
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
    page.on(died());
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
    let sent = page.on(ready(world(2), DeviceKind::Cpu));
    assert_eq!(prompt(&sent), &Prompt::Tokens(vec![vec![1]]));
    let reason = &page.state.device.as_ref().unwrap().reason;
    assert_eq!(*reason, DeviceReason::Lost, "nobody asked for the CPU");
}

#[test]
fn a_dead_worker_says_nothing_more() {
    let frame_1 = frame(1, Some(1.0));
    for late in [failed(Task::Step, "device lost"), frame_1, died()] {
        let mut page = Page::playing();
        page.on(Event::Act(0));
        page.on(died());
        assert_eq!(page.on(late), []);
        assert_eq!(page.state.trouble.as_ref().unwrap().remedy, Remedy::Restart);
        page.on(Event::Dismiss);
        assert!(!page.state.is_alive());
        assert_eq!(page.on(Event::Remedy), [Effect::RestartWorker]);
    }
}

#[test]
fn a_lost_graphics_processor_is_told_and_the_play_goes_on() {
    let mut page = Page::playing();
    page.on(Event::Act(0));
    let device = DeviceReport {
        kind: DeviceKind::Cpu,
        reason: DeviceReason::Lost,
        adapter: String::new(),
    };
    page.on(Event::Worker(FromWorker::Moved { device }));
    assert!(
        page.state
            .announcement
            .contains("goes on, on the processor")
    );
    page.on(frame(1, Some(1.0)));
    assert_eq!(page.state.device.as_ref().unwrap().kind, DeviceKind::Cpu);
    assert!(page.state.trouble.is_none());
    assert_eq!(page.on(Event::Act(1)), [step(1)]);
}

#[test]
fn a_new_worker_has_no_world_until_it_has_loaded_one() {
    let mut page = Page::playing();
    page.on(died());
    page.on(Event::Remedy);
    page.on(Event::Worker(FromWorker::Booted));
    page.on(failed(Task::Load, "no network"));
    assert_eq!(page.state.trouble.as_ref().unwrap().remedy, Remedy::Reload);
    assert_eq!(page.on(Event::Act(0)), []);
    assert_eq!(loads(&page.on(Event::Remedy)), &named("test"));
    let sent = page.on(ready(world(2), DeviceKind::Cpu));
    assert_eq!(prompt(&sent), &Prompt::Tokens(vec![vec![0]]));
}

#[test]
fn an_engine_that_never_ran_is_not_held_against_the_graphics_processor() {
    let mut page = Page::new();
    page.on(Event::WorkerDied("the engine can't be fetched".into()));
    page.on(Event::Remedy);
    let sent = page.on(Event::Worker(FromWorker::Booted));
    assert!(
        matches!(
            &sent[..],
            [Effect::Post(ToWorker::Load { device: None, .. })]
        ),
        "{sent:?}"
    );
}

#[test]
fn losing_a_world_of_the_visitors_own_is_said() {
    let mut page = Page::playing();
    page.on(own_file());
    page.on(ready(world(1), DeviceKind::WebGpu));
    page.on(frame(0, None));
    page.on(died());
    page.on(Event::Remedy);
    // The name is the same, the world is not.
    let sent = page.on(Event::Worker(FromWorker::Booted));
    assert_eq!(loads(&sent), &WorldSource::First);
    let sent = page.on(ready(world(1), DeviceKind::Cpu));
    assert_eq!(prompt(&sent), &Prompt::Gallery(0));
    page.on(frame(0, None));
    let trouble = page.state.trouble.clone().unwrap();
    assert_eq!(trouble.title, texts::OWN_WORLD_LOST);
    assert_eq!(trouble.remedy, Remedy::Dismiss);
    assert!(page.state.announcement.contains(&trouble.title));
    page.on(Event::Dismiss);
    assert_eq!(page.state.trouble, None);
}

#[test]
fn a_world_file_brought_to_a_dead_page_revives_it() {
    let mut page = Page::playing();
    page.on(own_file());
    page.on(ready(world(1), DeviceKind::WebGpu));
    page.on(died());
    assert_eq!(page.on(own_file()), [Effect::RestartWorker]);
    let sent = page.on(Event::Worker(FromWorker::Booted));
    assert!(matches!(loads(&sent), WorldSource::File { .. }), "{sent:?}");
    page.on(ready(world(1), DeviceKind::Cpu));
    assert!(page.state.own);
    assert_eq!(page.state.trouble, None);
}

#[test]
fn a_world_file_that_comes_before_the_engine_is_the_one_that_is_loaded() {
    let mut page = Page::new();
    assert_eq!(page.on(own_file()), [], "nobody listens yet");
    let sent = page.on(Event::Worker(FromWorker::Booted));
    assert!(matches!(loads(&sent), WorldSource::File { .. }), "{sent:?}");
}

#[test]
fn a_picture_that_comes_while_loading_starts_the_world() {
    let picture = Prompt::Picture(vec![7]);
    let mut page = Page::new();
    assert_eq!(page.on(Event::PickPicture(vec![7])), []);
    assert!(page.state.keeps_picture());
    assert_eq!(&*page.state.announcement, texts::KEPT);
    page.on(Event::Worker(FromWorker::Booted));
    page.on(failed(Task::Load, "no network"));
    page.on(Event::Remedy);
    let sent = page.on(ready(world(2), DeviceKind::WebGpu));
    assert_eq!(prompt(&sent), &picture);
    assert!(!page.state.keeps_picture());
    page.on(frame(0, None));
    assert_eq!(page.state.origin, Some(Origin::Picture));

    // If the next world does not come, the one before takes it.
    page.on(Event::PickWorld("other".into()));
    page.on(Event::PickPicture(vec![7]));
    let sent = page.on(failed(Task::Load, "no network"));
    assert_eq!(prompt(&sent), &picture);
    page.on(frame(0, None));
    let trouble = page.state.trouble.as_ref().unwrap();
    assert_eq!(trouble.title, texts::failed(Task::Load));

    // If the worker dies, the next one gets it, were it only waiting for a step.
    page.on(Event::Act(0));
    page.on(Event::PickPicture(vec![7]));
    page.on(died());
    assert!(page.state.keeps_picture());
    page.on(Event::Remedy);
    page.on(Event::Worker(FromWorker::Booted));
    let sent = page.on(ready(world(2), DeviceKind::Cpu));
    assert_eq!(prompt(&sent), &picture);
}

#[test]
fn a_picture_for_the_world_to_come_waits_for_it() {
    let mut page = Page::playing();
    page.on(Event::Act(0));
    page.on(Event::PickWorld("other".into()));
    page.on(Event::PickPicture(vec![7]));
    let sent = page.on(frame(1, Some(1.0)));
    assert_eq!(loads(&sent), &named("other"));
    let sent = page.on(ready(world(2), DeviceKind::WebGpu));
    assert_eq!(prompt(&sent), &Prompt::Picture(vec![7]));
}

#[test]
fn a_bad_file_leaves_a_way_to_load_the_world() {
    let mut page = Page::new();
    page.on(Event::Worker(FromWorker::Booted));
    page.on(failed(Task::Load, "no network"));
    page.on(Event::BadFile("too large".into()));
    assert_eq!(page.state.trouble.as_ref().unwrap().remedy, Remedy::Reload);

    let mut page = Page::playing();
    page.on(Event::Act(0));
    page.on(Event::BadFile("too large".into()));
    page.on(frame(1, Some(1.0)));
    let trouble = page.state.trouble.clone();
    assert_eq!(
        trouble.expect("no frame makes a file good").remedy,
        Remedy::Dismiss
    );
}

#[test]
fn restarting_during_a_step_comes_back_to_the_prompt() {
    let mut page = Page::playing();
    for back in [Event::Restart, Event::Rewind(1)] {
        page.on(Event::Act(0));
        page.on(back);
        assert_eq!(
            page.on(frame(1, Some(1.0))),
            [Effect::Post(ToWorker::Rewind { frames: 1 })]
        );
        page.on(frame(0, None));
    }
    page.on(Event::Act(0));
    page.on(frame(1, Some(1.0)));
    page.on(Event::Act(0));
    page.on(Event::Restart);
    assert_eq!(
        page.on(frame(2, Some(1.0))),
        [Effect::Post(ToWorker::Rewind { frames: 2 })]
    );
}

#[test]
fn a_key_is_let_go_when_keys_stop_to_play() {
    let mut page = Page::playing();
    page.on(Event::Hold(1));
    page.on(Event::Keys(false));
    assert_eq!(page.on(frame(1, Some(1.0))), []);
}

#[test]
fn settings_reach_a_play_that_is_only_starting() {
    let mut page = Page::loaded(1);
    let sampling = Sampling {
        steps: 7,
        ..page.state.sampling
    };
    assert_eq!(
        page.on(Event::Sample(sampling)),
        [Effect::Post(ToWorker::SetSampling(sampling))]
    );
}

#[test]
fn settings_offer_what_the_world_asks_for() {
    let mut page = Page::new();
    let offered = |page: &Page| (page.state.most_steps(), page.state.most_temperature());
    assert_eq!(offered(&page), (25, 2.0));
    for (steps, temperature, most) in [
        (3, 0.2, (25, 2.0)),
        (40, 2.5, (40, 3.0)),
        (9_999, 1.0, (256, 2.0)),
    ] {
        let mut world = world(1);
        world.sampling.steps = steps;
        world.sampling.temperature = temperature;
        page.on(Event::Worker(FromWorker::Booted));
        page.on(ready(world, DeviceKind::Cpu));
        assert_eq!(offered(&page), most);
    }
}

#[test]
fn late_word_of_the_engine_does_not_bring_loading_back() {
    let progress = |stage| {
        Event::Worker(FromWorker::Progress {
            stage,
            loaded: 1,
            total: None,
        })
    };
    let mut page = Page::new();
    page.on(progress(Stage::Engine));
    assert_eq!(page.state.progress.unwrap().loaded, 1);
    page.on(Event::Worker(FromWorker::Booted));
    page.on(progress(Stage::Engine));
    assert_eq!(page.state.progress.unwrap().stage, Stage::List);
    page.on(progress(Stage::World));
    assert_eq!(page.state.progress.unwrap().stage, Stage::World);
    page.on(ready(world(1), DeviceKind::Cpu));
    page.on(progress(Stage::Engine));
    assert_eq!(page.state.progress, None);
}

#[test]
fn a_bench_is_asked_for_in_place_of_a_play() {
    let bench = Bench {
        steps: None,
        far: 25,
        frames: 3,
    };
    let mut page = Page::new();
    page.state = State::new(Wishes {
        bench: Some(bench),
        ..page.state.wishes.clone()
    });
    page.on(Event::Worker(FromWorker::Booted));
    assert_eq!(
        page.on(ready(world(2), DeviceKind::Cpu)),
        [Effect::Post(ToWorker::Bench(bench))]
    );
    let what = "frames".to_owned();
    page.on(Event::Worker(FromWorker::Measuring {
        what,
        done: 10,
        all: 27,
    }));
    let said = page.state.measurement.clone().unwrap();
    assert_eq!(said.progress, "Measuring frames: 10 of 27");
    assert!(!said.is_over() && page.state.waiting.is_some());
    page.on(Event::Worker(FromWorker::Measured {
        rows: vec![("steps".into(), "2".into())],
        json: r#"{"steps":2}"#.into(),
    }));
    let said = page.state.measurement.clone().unwrap();
    assert!(said.is_over() && page.state.waiting.is_none());
    assert_eq!(said.json, r#"{"steps":2}"#);
}
