//! Going to any frame, and branching off there.

use super::*;

fn post(message: ToWorker) -> Effect {
    Effect::Post(message)
}

#[test]
fn looking_at_a_frame_stops_time_and_loses_nothing() {
    let mut page = Page::playing();
    page.play(0, 20);
    page.on(Event::Pause);
    assert_eq!(page.on(Event::Seek(5)), [seek(5)]);
    assert!(!page.state.is_running());
    page.on(frame(5, None));
    assert_eq!(
        (page.state.timeline.at(), page.state.timeline.len()),
        (5, 20)
    );
    assert_eq!(page.on(Event::Seek(999)), [seek(20)]);
}

#[test]
fn a_branch_keeps_the_line_it_leaves_and_can_return_to_it() {
    let mut page = Page::playing();
    page.play(0, 20);
    page.on(Event::Seek(5));
    page.on(frame(5, None));
    let sent = page.on(Event::Act(1));
    assert_eq!(sent, [post(ToWorker::Keep { line: 1 }), step(1)]);
    page.on(frame(6, Some(1.0)));
    assert_eq!(page.state.timeline.actions(), [0, 0, 0, 0, 0, 1]);
    assert_eq!(page.state.lines[0].timeline.len(), 20);

    let sent = page.on(Event::Return(1));
    let both = [ToWorker::Keep { line: 2 }, ToWorker::Return { line: 1 }].map(post);
    assert_eq!(sent, both);
    page.on(frame(20, None));
    assert_eq!(page.state.timeline.actions(), [0; 20]);
    assert_eq!(page.state.timeline.at(), 20);
    let left: Vec<u32> = page.state.lines.iter().map(|line| line.number).collect();
    assert_eq!(left, [2]);
    assert_eq!(page.on(Event::Return(1)), [], "it is the one being played");
}

#[test]
fn a_few_frames_are_not_worth_keeping() {
    let mut page = Page::playing();
    page.play(0, 20);
    page.on(Event::Back(2));
    page.on(frame(18, None));
    assert_eq!(page.on(Event::Act(1)), [step(1)]);
}

#[test]
fn the_oldest_line_gives_way_and_one_kept_in_vain_is_forgotten() {
    let mut page = Page::playing();
    for _ in 0..5 {
        page.play(0, 20 - page.state.timeline.at());
        page.on(Event::Seek(2));
        page.on(frame(2, None));
        page.on(Event::Act(1));
        page.on(frame(3, Some(1.0)));
    }
    let numbers =
        |page: &Page| -> Vec<u32> { page.state.lines.iter().map(|line| line.number).collect() };
    assert_eq!(numbers(&page), [2, 3, 4, 5]);
    assert!(page.effects.contains(&post(ToWorker::Forget { line: 1 })));

    page.play(0, 10);
    page.on(Event::Seek(2));
    page.on(frame(2, None));
    page.on(Event::Act(1));
    let sent = page.on(failed(Task::Step, "no memory"));
    assert_eq!(sent, [post(ToWorker::Forget { line: 6 })]);
    assert_eq!(numbers(&page), [2, 3, 4, 5]);
    assert_eq!(page.state.timeline.len(), 13, "the line is as it was");
}

#[test]
fn another_play_has_no_lines() {
    let mut page = Page::playing();
    page.play(0, 20);
    page.on(Event::Seek(2));
    page.on(frame(2, None));
    page.play(1, 1);
    assert_eq!(page.state.lines.len(), 1);
    page.on(Event::PickGallery(1));
    page.on(frame(0, None));
    assert_eq!(page.state.lines.len(), 0);
    assert!(page.state.timeline.is_empty());
}
