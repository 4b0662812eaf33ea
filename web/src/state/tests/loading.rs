//! Loading, and opening.

use super::*;

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
            Effect::KeepPage(Some(_)) => "keep",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(posted, ["load", "start", "thumbnails", "keep"]);
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
    assert_eq!(&*page.state.announcement, page.state.texts().kept);
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
    assert_eq!(trouble.title, page.state.texts().failed(Task::Load));

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
            ms: 5.0,
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
