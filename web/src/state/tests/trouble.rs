//! What does not work.

use super::*;

#[test]
fn a_failure_leaves_the_play_as_it_was() {
    let mut page = Page::playing();
    page.on(Event::PickGallery(1));
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
fn after_the_worker_died_play_goes_on_from_the_last_frame_on_the_cpu() {
    let mut page = Page::playing();
    page.on(Event::Worker(FromWorker::Worlds(vec![WorldEntry {
        name: "test".into(),
        title: "Test".into(),
        bytes: None,
        demo: None,
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
    assert_eq!(trouble.title, page.state.texts().own_world_lost);
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
