//! Where actions lead, and how a frame comes about: looks that change nothing.

use super::*;
use crate::protocol::{Look, Seen, Shares, Snapshot};
use crate::state::{LookEvent, UNFOLDED_STEPS};

fn look(look: Look) -> Effect {
    Effect::Post(ToWorker::Look(look))
}

fn ahead(action: usize, frames: usize) -> Effect {
    look(Look::Ahead { action, frames })
}

fn on(event: LookEvent) -> Event {
    Event::Look(event)
}

fn seen(action: usize) -> Event {
    Event::Worker(FromWorker::Seen(Seen::Ahead {
        action,
        picture: Picture::default(),
        tokens: vec![100 + action as u32],
    }))
}

fn unfolded() -> Event {
    Event::Worker(FromWorker::Seen(Seen::Unfold {
        action: 1,
        steps: vec![Snapshot {
            tokens: vec![5],
            masked: vec![false],
            picture: Picture::default(),
        }],
    }))
}

fn attention() -> Event {
    let blocks = vec![Shares::of(&[1.0])];
    Event::Worker(FromWorker::Seen(Seen::Attention { blocks }))
}

fn there(page: &Page) -> Vec<bool> {
    let futures = page.state.looks.futures.seen();
    futures.iter().map(Option::is_some).collect()
}

#[test]
fn futures_come_one_by_one_and_time_stops_for_them() {
    let mut page = Page::playing();
    page.on(Event::Pause);
    assert!(page.state.is_running());
    assert_eq!(page.on(on(LookEvent::Futures(true))), [ahead(0, 4)]);
    assert!(!page.state.is_running());
    assert_eq!(page.on(seen(0)), [ahead(1, 4)]);
    assert_eq!(page.on(seen(1)), [ahead(2, 4)]);
    assert_eq!(there(&page), [true, true, false]);
    assert_eq!(page.on(seen(2)), []);
    assert_eq!(there(&page), [true; 3]);
    assert!(page.state.announcement.contains('3'));
    assert_eq!(
        page.state.frame.as_ref().unwrap().index,
        0,
        "nothing was played"
    );
    assert_eq!(page.on(on(LookEvent::Futures(false))), []);
    assert!(!page.state.looks.futures.is_open());
}

#[test]
fn what_a_visitor_does_comes_before_the_next_look() {
    let mut page = Page::playing();
    page.on(on(LookEvent::Futures(true)));
    assert_eq!(page.on(Event::Act(2)), [], "a look is under way");
    assert_eq!(page.on(seen(0)), [step(2)]);
    // The frame is another one: all of them anew.
    assert_eq!(page.on(frame(1, Some(1.0))), [ahead(0, 4)]);
    assert_eq!(there(&page), [false; 3]);
}

#[test]
fn a_chosen_future_is_played_for_as_many_frames_as_it_was_looked_ahead() {
    let mut page = Page::playing();
    page.on(on(LookEvent::Futures(true)));
    page.on(seen(0));
    page.on(seen(1));
    page.on(seen(2));
    assert_eq!(page.on(on(LookEvent::Choose(1))), [step(1)]);
    for index in 1..4 {
        assert_eq!(page.on(frame(index, Some(1.0))), [step(1)], "{index}");
    }
    assert_eq!(page.on(frame(4, Some(1.0))), [ahead(0, 4)], "and looks on");
    assert_eq!(page.state.timeline.actions(), [1; 4]);
    assert_eq!(
        page.on(on(LookEvent::Choose(7))),
        [],
        "there is no such action"
    );
}

#[test]
fn a_visitor_who_does_something_else_ends_a_chosen_future() {
    let mut page = Page::playing();
    page.on(on(LookEvent::Futures(true)));
    page.on(seen(0));
    page.on(on(LookEvent::Choose(1)));
    page.on(Event::Act(0));
    // Chosen while a look was under way: both wait, the newer one wins.
    assert_eq!(page.on(seen(1)), [step(0)]);
    assert_eq!(page.on(frame(1, Some(1.0))), [ahead(0, 4)]);
}

#[test]
fn other_settings_or_another_hold_make_old_looks_worthless() {
    let mut page = Page::playing();
    page.on(on(LookEvent::Futures(true)));
    page.on(seen(0));
    let sampling = Sampling {
        seed: 77,
        ..page.state.sampling
    };
    page.on(Event::Sample(sampling));
    assert_eq!(there(&page), [false; 3]);
    // The answer that was under way is of the old seed.
    assert_eq!(page.on(seen(1)), [ahead(0, 4)]);
    assert_eq!(there(&page), [false; 3]);
    page.on(seen(0));
    page.on(on(LookEvent::Hold(1)));
    assert_eq!(page.on(seen(1)), [ahead(0, 1)]);
    page.on(on(LookEvent::Hold(3)));
    assert_eq!(
        page.state.looks.futures.held(),
        1,
        "not one that is offered"
    );
}

#[test]
fn while_time_runs_or_a_control_is_held_nothing_is_looked_at() {
    let mut page = Page::playing();
    page.on(on(LookEvent::Futures(true)));
    page.on(Event::Press(Control::Action(0)));
    assert_eq!(page.on(seen(0)), [step(0)]);
    assert_eq!(page.on(frame(1, Some(1.0))), []);
    assert_eq!(page.on(Event::Tick(300.0)), [step(0)]);
    page.on(Event::Lift(Control::Action(0)));
    assert_eq!(page.on(frame(2, Some(1.0))), [ahead(0, 4)]);
    page.on(Event::Pause);
    assert_eq!(page.on(seen(0)), []);
    assert_eq!(page.on(Event::Pause), [ahead(1, 4)]);
}

#[test]
fn a_look_that_fails_is_told_and_not_tried_again() {
    let mut page = Page::playing();
    page.on(on(LookEvent::Futures(true)));
    assert_eq!(page.on(failed(Task::Look, "no memory")), []);
    assert!(!page.state.looks.futures.is_open());
    assert!(page.state.trouble.is_some() && page.state.can_play());
    page.on(on(LookEvent::How(true)));
    assert_eq!(page.on(failed(Task::Look, "no memory")), []);
    assert_eq!(page.on(Event::Dismiss), []);
    page.on(on(LookEvent::How(false)));
    assert_eq!(page.on(Event::Act(0)), [step(0)]);
}

#[test]
fn the_page_that_explains_stops_the_play_and_lets_it_go_on_afterwards() {
    let mut page = Page::playing();
    page.on(Event::Pilot(PilotKind::Random));
    assert!(page.state.pace().is_some());
    let unfold = |action, steps| look(Look::Unfold { action, steps });
    assert_eq!(
        page.on(on(LookEvent::How(true))),
        [unfold(1, None)],
        "to the right"
    );
    assert_eq!(page.state.pace(), None);
    assert_eq!(page.on(Event::Tick(0.0)), []);
    assert_eq!(page.on(Event::Act(0)), []);
    assert_eq!(page.on(unfolded()), [look(Look::Attention)]);
    assert_eq!(page.on(attention()), []);
    let how = &page.state.looks.how;
    assert!(how.unfolded().is_some() && how.blocks().is_some());
    let steps = Some(UNFOLDED_STEPS[1]);
    assert_eq!(page.on(on(LookEvent::Unfold(0, steps))), [unfold(0, steps)]);
    page.on(on(LookEvent::How(false)));
    page.on(unfolded());
    assert!(
        page.state.looks.how.unfolded().is_none(),
        "nobody looks any more"
    );
    assert!(page.state.pace().is_some());
}

#[test]
fn opened_before_there_is_a_world_it_waits_for_the_first_frame() {
    let mut page = Page::new();
    assert_eq!(page.on(on(LookEvent::How(true))), []);
    page.on(Event::Worker(FromWorker::Booted));
    page.on(ready(world(2), DeviceKind::Cpu));
    let sent = page.on(frame(0, None));
    let wanted = Look::Unfold {
        action: 1,
        steps: None,
    };
    assert_eq!(sent, [look(wanted)]);
    assert!(page.state.demo, "nobody has taken over");
}

#[test]
fn after_the_worker_died_looks_begin_anew() {
    let mut page = Page::playing();
    page.on(on(LookEvent::Futures(true)));
    page.on(died());
    assert_eq!(page.on(seen(0)), []);
    page.on(Event::Remedy);
    page.on(Event::Worker(FromWorker::Booted));
    page.on(ready(world(2), DeviceKind::Cpu));
    assert_eq!(page.on(frame(0, None)), [], "they are closed");
    assert!(!page.state.looks.futures.is_open());
}
