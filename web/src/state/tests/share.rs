//! Links that are made and opened.

use super::*;
use crate::share::fragment::Wanted;
use crate::share::{Link, Stretch};
use crate::state::share::Event as Said;

fn opened(text: &str) -> Event {
    Event::Share(Said::Opened(text.into()))
}

fn text(page: &Page) -> String {
    page.state.link().unwrap().write().unwrap()
}

fn link(page: &Page) -> Link {
    page.state.link().unwrap().link.unwrap()
}

fn written(link: Link) -> String {
    let (link, world) = (Some(link), None);
    Wanted { link, world }.write().unwrap()
}

/// For the world of `world()`, or another one.
fn sample(world: &str, digest: u8, actions: &[u16]) -> Link {
    let sampling = Sampling {
        steps: 5,
        temperature: 0.9,
        order: Order::Confidence,
        seed: 77,
    };
    Link {
        world: world.into(),
        digest: [digest; 4],
        prompt: vec![vec![3, 1], vec![2, 0]],
        play: vec![Stretch {
            sampling,
            actions: actions.to_vec(),
        }],
    }
}

fn listed(names: &[&str]) -> Event {
    let entries = names.iter().map(|name| WorldEntry {
        name: (*name).into(),
        title: (*name).into(),
        bytes: None,
        demo: None,
    });
    Event::Worker(FromWorker::Worlds(entries.collect()))
}

fn starts_from_link(sent: &[Effect]) -> bool {
    sent.iter().any(|effect| {
        let Effect::Post(ToWorker::Start { prompt, sampling }) = effect else {
            return false;
        };
        let tokens = Prompt::Tokens(vec![vec![3, 1], vec![2, 0]]);
        *prompt == tokens && sampling.seed == 77 && sampling.steps == 5
    })
}

fn trouble(page: &Page) -> String {
    let trouble = page.state.trouble.as_ref().expect("a trouble");
    format!("{} {}", trouble.title, trouble.detail)
}

#[test]
fn the_link_holds_what_was_played_up_to_the_frame_on_the_screen() {
    let mut page = Page::playing();
    page.play(1, 3);
    page.play(0, 2);
    assert_eq!(link(&page).play[0].actions, [1, 1, 1, 0, 0]);
    assert_eq!(link(&page).prompt, [[0]]);
    page.on(Event::Seek(2));
    page.on(frame(2, None));
    assert_eq!(link(&page).play[0].actions, [1, 1]);
}

#[test]
fn each_frame_is_linked_with_the_settings_it_was_played_with() {
    let mut page = Page::playing();
    let first = page.state.sampling;
    page.play(1, 2);
    // While a frame is under way: that one was still asked for with the old ones.
    page.on(Event::Act(0));
    let hot = Sampling {
        temperature: 1.5,
        ..first
    };
    page.on(Event::Sample(hot));
    page.on(frame(3, None));
    page.play(2, 2);
    let play = link(&page).play;
    assert_eq!(play.len(), 2);
    assert_eq!(
        (play[0].sampling, &play[0].actions[..]),
        (first, &[1, 1, 0][..])
    );
    assert_eq!((play[1].sampling, &play[1].actions[..]), (hot, &[2, 2][..]));
    // A branch from before the change forgets it, and has its own.
    page.on(Event::Seek(1));
    page.on(frame(1, None));
    page.play(0, 1);
    let play = link(&page).play;
    assert_eq!(play.len(), 2);
    assert_eq!((play[1].sampling, &play[1].actions[..]), (hot, &[0][..]));
    // Back to the prompt, nothing is played.
    page.on(Event::Seek(0));
    page.on(frame(0, None));
    assert_eq!(link(&page).frames(), 0);
    assert_eq!(link(&page).play[0].sampling, hot);
}

#[test]
fn a_prompt_of_several_frames_is_linked_whole() {
    let mut page = Page::playing();
    page.on(Event::PickGallery(1));
    page.on(Event::Worker(FromWorker::Earlier(vec![vec![8], vec![9]])));
    page.on(frame(0, None));
    assert_eq!(link(&page).prompt, [[8], [9], [0]]);
    page.on(Event::PickGallery(1));
    page.on(frame(0, None));
    assert_eq!(link(&page).prompt, [[0]]);
}

#[test]
fn a_link_that_comes_with_the_page_is_where_it_starts() {
    let mut page = Page::new();
    page.on(opened(&written(sample("test", 7, &[1, 1, 2]))));
    let sent = page.on(Event::Worker(FromWorker::Booted));
    assert_eq!(*loads(&sent), named("test"));
    page.on(listed(&["test"]));
    let sent = page.on(ready(world(2), DeviceKind::Cpu));
    assert!(starts_from_link(&sent), "{sent:?}");
    assert!(!page.state.demo);
    page.on(frame(0, None));
    assert_eq!(page.state.origin, Some(Origin::Link));
    assert!(page.state.has_shared_play());
    // The visitor has asked for little motion: it begins when time runs.
    assert!(!page.state.is_running());
    page.on(Event::Pause);
    for (index, action) in [(1, 1), (2, 1), (3, 2)] {
        assert_eq!(page.on(Event::Tick(100.0 * index as f64)), [step(action)]);
        page.on(frame(index, None));
    }
    assert_eq!(page.on(Event::Tick(900.0)), []);
    assert!(!page.state.is_running(), "time stops at its end");
    assert_eq!(page.state.pilot, Pilot::Hand);
    assert_eq!(link(&page), sample_of(&page, &[1, 1, 2]));
}

/// The sample, with the prompt that the page of a test knows.
fn sample_of(page: &Page, actions: &[u16]) -> Link {
    Link {
        prompt: link(page).prompt,
        ..sample("test", 7, actions)
    }
}

#[test]
fn a_play_of_a_link_has_its_changes_of_settings() {
    let mut linked = sample("test", 7, &[1, 1]);
    let other = Sampling {
        seed: 5,
        ..linked.play[0].sampling
    };
    linked.play.push(Stretch {
        sampling: other,
        actions: vec![0],
    });
    let mut page = Page::playing();
    let sent = page.on(opened(&written(linked.clone())));
    assert!(starts_from_link(&sent), "{sent:?}");
    page.on(frame(0, None));
    assert_eq!(page.on(Event::StepOnce), [step(1)]);
    page.on(frame(1, None));
    assert_eq!(page.on(Event::StepOnce), [step(1)]);
    page.on(frame(2, None));
    let sent = page.on(Event::StepOnce);
    assert_eq!(sent, [Effect::Post(ToWorker::SetSampling(other)), step(0)]);
    page.on(frame(3, None));
    assert_eq!(link(&page).play, linked.play);
}

#[test]
fn a_hand_on_the_play_of_a_link_takes_over_and_can_give_it_back() {
    let mut page = Page::playing();
    page.on(opened(&written(sample("test", 7, &[1, 1, 2]))));
    page.on(frame(0, None));
    page.play(0, 1);
    assert_eq!(page.state.pilot, Pilot::Hand);
    page.on(Event::Pilot(PilotKind::Shared));
    assert_eq!(
        page.on(Event::Tick(1.0)),
        [step(1)],
        "the second of the link"
    );
}

#[test]
fn a_link_for_another_world_of_the_list_goes_there() {
    let mut page = Page::playing();
    page.on(listed(&["test", "other"]));
    let sent = page.on(opened(&written(sample("other", 9, &[]))));
    assert_eq!(*loads(&sent), named("other"));
    let mut other = world(2);
    (other.name, other.digest) = ("other".into(), Box::new([9; 32]));
    let sent = page.on(ready(other, DeviceKind::Cpu));
    assert!(starts_from_link(&sent), "{sent:?}");
    page.on(frame(0, None));
    assert_eq!(page.state.pilot, Pilot::Hand, "there is nothing to replay");
}

#[test]
fn a_link_for_a_missing_world_says_so_and_waits_for_its_file() {
    for open in [false, true] {
        let mut page = if open { Page::playing() } else { Page::new() };
        page.on(opened(&written(sample("lost", 9, &[1]))));
        if !open {
            let sent = page.on(Event::Worker(FromWorker::Booted));
            assert_eq!(*loads(&sent), named("lost"));
            page.on(listed(&["test"]));
            let sent = page.on(failed(Task::Load, "this page has no world called “lost”"));
            assert_eq!(*loads(&sent), WorldSource::First);
            page.on(ready(world(2), DeviceKind::Cpu));
            page.on(frame(0, None));
            assert!(page.state.demo);
        }
        assert!(trouble(&page).contains("“lost”"), "{}", trouble(&page));
        assert!(page.state.can_play(), "the gallery is there");
        page.on(Event::Dismiss);
        page.on(Event::PickWorldFile("lost".into(), vec![1]));
        let mut lost = world(2);
        (lost.name, lost.digest) = ("lost".into(), Box::new([9; 32]));
        let sent = page.on(ready(lost, DeviceKind::Cpu));
        assert!(starts_from_link(&sent), "{sent:?}");
    }
}

#[test]
fn a_link_finds_its_world_under_another_name() {
    let mut page = Page::new();
    page.on(opened(&written(sample("before", 7, &[1]))));
    page.on(Event::Worker(FromWorker::Booted));
    page.on(listed(&["test"]));
    page.on(failed(Task::Load, "this page has no world called “before”"));
    let sent = page.on(ready(world(2), DeviceKind::Cpu));
    assert!(starts_from_link(&sent), "{sent:?}");
    page.on(frame(0, None));
    assert_eq!(page.state.trouble, None);
}

#[test]
fn a_world_that_does_not_come_for_want_of_a_network_is_not_called_missing() {
    let mut page = Page::new();
    page.on(opened(&written(sample("test", 7, &[1]))));
    page.on(Event::Worker(FromWorker::Booted));
    page.on(listed(&["test"]));
    assert_eq!(page.on(failed(Task::Load, "no network")), []);
    assert_eq!(page.state.trouble.as_ref().unwrap().remedy, Remedy::Reload);
    let sent = page.on(Event::Remedy);
    assert_eq!(*loads(&sent), named("test"));
    let sent = page.on(ready(world(2), DeviceKind::Cpu));
    assert!(starts_from_link(&sent), "{sent:?}");
}

#[test]
fn a_link_for_another_version_of_a_world_is_not_played_in_this_one() {
    let mut page = Page::new();
    page.on(opened(&written(sample("test", 8, &[1]))));
    page.on(Event::Worker(FromWorker::Booted));
    page.on(listed(&["test"]));
    let sent = page.on(ready(world(2), DeviceKind::Cpu));
    assert!(!starts_from_link(&sent), "{sent:?}");
    page.on(frame(0, None));
    assert!(
        trouble(&page).contains("another version"),
        "{}",
        trouble(&page)
    );
}

#[test]
fn a_link_opened_on_the_way_to_another_device_waits_for_it() {
    for arrives in [true, false] {
        let mut page = Page::playing();
        page.on(Event::Device(Some(DeviceKind::Cpu)));
        page.on(Event::Worker(FromWorker::Progress {
            stage: Stage::Kernels,
            loaded: 1,
            total: Some(9),
            ms: 0.0,
        }));
        assert_eq!(page.on(opened(&written(sample("test", 7, &[1])))), []);
        let sent = if arrives {
            let device = DeviceReport {
                kind: DeviceKind::Cpu,
                reason: DeviceReason::Asked,
                adapter: String::new(),
            };
            page.on(Event::Worker(FromWorker::Moved { device }))
        } else {
            page.on(failed(Task::Move, "no adapter"))
        };
        assert!(starts_from_link(&sent), "{sent:?}");
    }
}

#[test]
fn a_damaged_link_says_so_and_leaves_the_page_as_it_was() {
    let good = written(sample("test", 7, &[1]));
    let damaged = good.replace("p=1.", "p=1.A");
    let newer = good.replace("p=1.", "p=2.");
    // An action that the world doesn't have.
    let foreign = written(sample("test", 7, &[1, 200]));
    for (text, said) in [
        (&damaged, "missing"),
        (&newer, "later"),
        (&foreign, "missing"),
    ] {
        let mut page = Page::playing();
        assert_eq!(page.on(opened(text)), []);
        assert!(trouble(&page).contains(said), "{}", trouble(&page));
        assert!(page.state.can_play());

        let mut page = Page::new();
        page.on(opened(text));
        page.on(Event::Worker(FromWorker::Booted));
        page.on(listed(&["test"]));
        page.on(ready(world(2), DeviceKind::Cpu));
        page.on(frame(0, None));
        assert!(trouble(&page).contains(said), "{}", trouble(&page));
        assert_eq!(page.state.origin, Some(Origin::Gallery(0)));
    }
}

#[test]
fn a_place_in_the_page_is_no_link() {
    let mut page = Page::playing();
    for text in ["", "#", "#settings"] {
        assert_eq!(page.on(opened(text)), []);
        assert_eq!(page.state.trouble, None);
    }
}

#[test]
fn a_link_opens_again_what_it_was_made_of() {
    let mut page = Page::playing();
    page.play(1, 2);
    page.play(2, 1);
    let (made, text) = (link(&page), text(&page));
    let mut other = Page::playing();
    other.on(opened(&text));
    other.on(frame(0, None));
    for index in 1..=3 {
        other.on(Event::StepOnce);
        other.on(frame(index, None));
    }
    assert_eq!(link(&other), made);
}
