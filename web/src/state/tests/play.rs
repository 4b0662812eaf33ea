//! Time, frames and requests.

use super::*;
use crate::moves::Direction;

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
fn a_control_that_is_held_plays_at_the_pace_of_the_video_until_it_is_let_go() {
    let mut page = Page::playing();
    let hold = Control::Action(1);
    assert_eq!(page.state.pace(), None);
    assert_eq!(page.on(Event::Press(hold)), [step(1)], "at once");
    let pace = page.state.pace().unwrap();
    assert_eq!((pace.period, pace.first), (100.0, 250.0), "not yet held");
    assert_eq!(page.on(Event::Tick(0.0)), [], "one frame is under way");
    page.on(frame(1, Some(40.0)));
    assert_eq!(page.on(Event::Tick(250.0)), [step(1)]);
    page.on(frame(2, Some(40.0)));
    page.on(Event::Lift(Control::Action(0)));
    assert_eq!(page.on(Event::Tick(350.0)), [step(1)]);
    page.on(Event::Lift(hold));
    page.on(frame(3, Some(140.0)));
    assert_eq!(page.on(Event::Tick(450.0)), []);
    assert_eq!(page.state.pace(), None);
    page.on(Event::Press(hold));
    let again = page.state.pace().unwrap();
    assert_ne!(again.number, pace.number, "to be waited for anew");
}

#[test]
fn after_sleep_the_play_goes_on_where_it_was_and_makes_up_for_nothing() {
    const HOUR: f64 = 3_600_000.0;
    let mut page = Page::playing();
    page.on(Event::Pilot(PilotKind::Random));
    assert_eq!(page.on(Event::Tick(0.0)).len(), 1);
    // The device sleeps while a frame is under way, and wakes with a tick before its answer.
    assert_eq!(page.on(Event::Tick(HOUR)), [], "one frame is under way");
    page.on(frame(1, Some(HOUR)));
    assert_eq!(page.on(Event::Tick(HOUR + 100.0)).len(), 1);
    page.on(frame(2, Some(40.0)));
    // The answer alone leads to nothing: no tick, no frame.
    assert_eq!(page.on(Event::Tick(HOUR + 200.0)).len(), 1);
    assert_eq!(page.state.timeline.len(), 2);
}

#[test]
fn while_time_runs_a_tap_is_played_once_and_then_the_world_settles() {
    let mut page = Page::playing();
    page.on(Event::Pause);
    assert!(page.state.is_running());
    assert_eq!(page.on(Event::Press(Control::Toward(Direction::Right))), []);
    page.on(Event::Lift(Control::Toward(Direction::Right)));
    assert_eq!(page.on(Event::Tick(0.0)), [step(1)]);
    let mut still = 0;
    for index in 1.. {
        page.on(frame(index, Some(1.0)));
        match &page.on(Event::Tick(100.0 * index as f64))[..] {
            [sent] if *sent == step(2) => still += 1,
            sent => panic!("{sent:?}"),
        }
        if page.state.pace().is_none() {
            break;
        }
    }
    assert_eq!(still, 20, "two seconds of ten frames");
    assert!(page.state.is_running());
    page.on(frame(21, Some(1.0)));
    page.on(Event::Press(Control::Action(0)));
    assert_eq!(page.state.pace().unwrap().first, 0.0);
}

#[test]
fn the_visitors_pace_is_kept_within_bounds() {
    let mut page = Page::playing();
    for (wish, fps) in [(None, 10), (Some(24), 24), (Some(1), 5), (Some(9999), 30)] {
        let prefs = Prefs {
            fps: wish,
            ..Prefs::default()
        };
        let sent = page.on(Event::Prefer(prefs.clone()));
        assert_eq!(sent, [Effect::Remember(prefs)]);
        assert_eq!(page.state.target_fps(), fps);
    }
}

#[test]
fn frames_a_second_are_those_that_were_seen() {
    let mut page = Page::playing();
    page.on(Event::Press(Control::Action(0)));
    page.on(frame(1, Some(1.0)));
    for index in 2..40 {
        page.on(Event::Tick(200.0 * index as f64));
        page.on(frame(index, Some(1.0)));
    }
    assert_eq!(page.state.fps().unwrap().round(), 5.0);
    page.on(Event::Lift(Control::Action(0)));
    assert_eq!(page.state.fps(), None, "nothing moves");
}

#[test]
fn one_frame_on_is_one_frame() {
    let mut page = Page::playing();
    page.play(0, 3);
    assert_eq!(
        page.on(Event::StepOnce),
        [step(2)],
        "still, where nothing is held"
    );
    page.on(frame(4, Some(1.0)));
    page.on(Event::Seek(1));
    page.on(frame(1, None));
    assert_eq!(
        page.on(Event::StepOnce),
        [seek(2)],
        "what is there already is only shown"
    );
}

#[test]
fn another_device_is_moved_to_and_the_play_goes_on() {
    let mut page = Page::playing();
    page.play(0, 3);
    let wish = Some(DeviceKind::Cpu);
    assert_eq!(
        page.on(Event::Device(wish)),
        [Effect::Post(ToWorker::Move { device: wish })]
    );
    assert_eq!(page.on(Event::Act(1)), []);
    let device = DeviceReport {
        kind: DeviceKind::Cpu,
        reason: DeviceReason::Asked,
        adapter: String::new(),
    };
    let sent = page.on(Event::Worker(FromWorker::Moved { device }));
    assert_eq!(sent, [step(1)]);
    assert_eq!(page.state.timeline.len(), 3);

    page.on(frame(4, Some(1.0)));
    page.on(Event::Device(Some(DeviceKind::WebGpu)));
    page.on(failed(Task::Move, "there is none"));
    assert_eq!(page.state.wished_device(), Some(DeviceKind::Cpu));
    assert!(page.state.can_play());
}

#[test]
fn going_back_and_restarting_stop_at_the_prompt() {
    let mut page = Page::playing();
    assert_eq!(page.on(Event::Back(1)), []);
    for index in 1..=3 {
        page.on(Event::Act(0));
        page.on(frame(index, Some(1.0)));
    }
    assert_eq!(page.on(Event::Back(1)), [seek(2)]);
    page.on(frame(2, None));
    assert_eq!(page.on(Event::Restart), [seek(0)]);
}

#[test]
fn restarting_during_a_step_comes_back_to_the_prompt() {
    let mut page = Page::playing();
    for back in [Event::Restart, Event::Back(1)] {
        page.on(Event::Act(0));
        page.on(back);
        assert_eq!(page.on(frame(1, Some(1.0))), [seek(0)]);
        page.on(frame(0, None));
    }
    page.on(Event::Act(0));
    page.on(frame(1, Some(1.0)));
    page.on(Event::Act(0));
    page.on(Event::Restart);
    assert_eq!(page.on(frame(2, Some(1.0))), [seek(0)]);
}

#[test]
fn a_key_is_let_go_when_keys_stop_to_play() {
    let mut page = Page::playing();
    page.on(Event::Press(Control::Action(1)));
    page.on(Event::Prefer(Prefs {
        keys: false,
        ..Prefs::default()
    }));
    page.on(frame(1, Some(1.0)));
    assert_eq!(page.on(Event::Tick(0.0)), []);
}
