//! A world that plays by itself.

use super::*;

fn entry(gallery: Vec<usize>, moves: &str) -> Event {
    Event::Worker(FromWorker::Worlds(vec![WorldEntry {
        name: "test".into(),
        title: "Test".into(),
        bytes: None,
        demo: Some(Demo {
            gallery,
            seed: 77,
            moves: moves.into(),
        }),
    }]))
}

/// A page whose visitor minds no motion and named no seed.
fn page(demo: Event) -> Page {
    let mut page = Page::new();
    page.state = State::new(Wishes {
        calm: false,
        seed: None,
        ..page.state.wishes.clone()
    });
    page.on(Event::Worker(FromWorker::Booted));
    page.on(demo);
    page
}

/// The next action that is played by itself.
fn tick(page: &mut Page) -> Option<usize> {
    let next = page.state.timeline.at() + 1;
    match page.on(Event::Tick(0.0))[..] {
        [Effect::Post(ToWorker::Step { action })] => {
            page.on(frame(next, Some(1.0)));
            Some(action)
        }
        _ => None,
    }
}

#[test]
fn the_recorded_list_is_played_from_one_picture_after_the_other() {
    let mut page = page(entry(vec![2, 0, 9], "right 2, left"));
    let sent = page.on(ready(world(3), DeviceKind::Cpu));
    assert_eq!(prompt(&sent), &Prompt::Gallery(2));
    assert_eq!(page.state.sampling.seed, 77);
    page.on(frame(0, None));
    for next in [0, 2, 0] {
        assert!(page.state.demo && page.state.pace().is_some());
        let played: Vec<_> = (0..3).map(|_| tick(&mut page)).collect();
        assert_eq!(played, [Some(1), Some(1), Some(0)]);
        let sent = page.on(Event::Tick(0.0));
        assert_eq!(prompt(&sent), &Prompt::Gallery(next));
        page.on(frame(0, None));
    }
}

#[test]
fn the_first_press_takes_over_and_acts() {
    for touch in [
        Event::Press(Control::Action(1)),
        Event::Act(1),
        Event::TakeOver,
        Event::Seek(0),
        Event::PickGallery(1),
    ] {
        let mut page = page(entry(vec![], "right 9"));
        page.on(ready(world(3), DeviceKind::Cpu));
        page.on(frame(0, None));
        tick(&mut page);
        page.on(touch.clone());
        assert!(!page.state.demo, "{touch:?}");
        assert_eq!(page.state.pilot, Pilot::Hand);
    }
}

#[test]
fn who_asked_for_calm_sees_a_world_that_stands_still() {
    let mut page = Page::loaded(2);
    page.on(frame(0, None));
    assert!(page.state.demo && !page.state.is_running());
    assert_eq!(page.state.pace(), None);
    assert_eq!(tick(&mut page), None);
    page.on(Event::Pause);
    assert!(
        page.state.demo && page.state.pace().is_some(),
        "it may be let run"
    );
}

#[test]
fn a_world_whose_actions_have_no_names_is_played_by_chance() {
    let mut page = page(entry(vec![], "right 9"));
    let mut nameless = world(1);
    nameless.actions = vec!["1".into(), "2".into()];
    page.on(ready(nameless, DeviceKind::Cpu));
    page.on(frame(0, None));
    let played: Vec<_> = (0..60).filter_map(|_| tick(&mut page)).collect();
    assert!(played.contains(&0) && played.contains(&1));
}

#[test]
fn another_world_is_not_played_by_itself_once_a_visitor_has_taken_over() {
    let mut page = page(entry(vec![], "right 9"));
    page.on(ready(world(3), DeviceKind::Cpu));
    page.on(frame(0, None));
    page.on(Event::PickWorld("test".into()));
    page.on(ready(world(3), DeviceKind::Cpu));
    page.on(frame(0, None));
    assert!(!page.state.demo);
    assert_eq!(tick(&mut page), None);
}

#[test]
fn an_autopilot_goes_round_its_list_until_a_hand_takes_over() {
    let mut page = Page::playing();
    page.on(entry(vec![], "right 2, left"));
    page.on(Event::PickWorld("test".into()));
    page.on(ready(world(3), DeviceKind::Cpu));
    page.on(frame(0, None));
    page.on(Event::Pilot(PilotKind::Recorded));
    let played: Vec<_> = (0..6).filter_map(|_| tick(&mut page)).collect();
    assert_eq!(played, [1, 1, 0, 1, 1, 0]);
    page.on(Event::Press(Control::Action(2)));
    assert_eq!(page.state.pilot, Pilot::Hand);
    assert_eq!(tick(&mut page), Some(2));
}

#[test]
fn a_visitors_language_is_the_reducers() {
    let mut page = Page::playing();
    page.on(Event::Prefer(Prefs {
        language: Language::De,
        ..Prefs::default()
    }));
    page.on(Event::Pause);
    assert_eq!(&*page.state.announcement, Language::De.texts().running);
}
