//! Where prompts are made.

use super::*;
use crate::footage::Take;
use crate::protocol::prompts::{Answer, Ask, Clip, Footage, Reason};
use crate::sketch::{Point, Tool};
use crate::state::studio::{Act, Desk, Ground};

fn act(act: Act) -> Event {
    Event::Studio(act)
}

fn answer(answer: Answer) -> Event {
    Event::Worker(FromWorker::Studio(answer))
}

fn plain(width: usize, height: usize, colour: [u8; 3]) -> Picture {
    let [r, g, b] = colour;
    Picture {
        width,
        height,
        rgba: [r, g, b, 255].repeat(width * height),
    }
}

/// A footage of frames of these colours, 8 × 4 pixels each.
fn footage(colours: &[u8]) -> Footage {
    let frames = colours.len();
    Footage {
        clip: Clip::of(colours.iter().map(|&c| plain(8, 4, [c; 3]))),
        evenly: (0..frames).collect(),
        end: vec![frames - 1; frames.min(2)],
        seconds: 1.0,
    }
}

/// A world of 4 × 4 pixels that is played.
fn page() -> Page {
    let mut page = Page::new();
    page.on(Event::Worker(FromWorker::Booted));
    page.on(ready(sized(4), DeviceKind::Cpu));
    page.on(frame(0, None));
    page.on(Event::TakeOver);
    page
}

fn sized(size: usize) -> WorldSummary {
    WorldSummary {
        width: size,
        height: size,
        ..world(2)
    }
}

fn asks(sent: &[Effect]) -> Vec<&Ask> {
    let ask = |effect| match effect {
        &Effect::Post(ToWorker::Studio(ref ask)) => Some(ask),
        _ => None,
    };
    sent.iter().filter_map(ask).collect()
}

fn keeps(sent: &[Effect]) -> usize {
    let kept = |effect: &&Effect| matches!(effect, Effect::KeepSketch { .. });
    sent.iter().filter(kept).count()
}

/// The number and the clip of the one question what the world sees.
fn read(sent: &[Effect]) -> (u32, &Clip) {
    let reads: Vec<_> = asks(sent)
        .into_iter()
        .filter_map(|ask| match ask {
            Ask::Read { number, clip } => Some((*number, clip)),
            _ => None,
        })
        .collect();
    assert_eq!(reads.len(), 1, "{sent:?}");
    reads[0]
}

fn down(x: i32, y: i32) -> Event {
    act(Act::Down(Point { x, y }, false))
}

fn materials() -> Answer {
    Answer::Materials {
        palette: vec![[10, 20, 30], [200, 100, 0]],
        stamps: Clip::of([plain(2, 2, [1; 3]), plain(2, 2, [2; 3])]),
    }
}

fn started(sent: &[Effect]) -> &Clip {
    match prompt(sent) {
        Prompt::Frames(clip) => clip,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_sketch_is_drawn_and_played_and_the_world_waits_meanwhile() {
    let mut page = page();
    let sent = page.on(act(Act::Sketch(None)));
    assert!(asks(&sent).contains(&&Ask::Materials));
    assert_eq!(page.state.studio.desk, Some(Desk::Sketch));
    assert!(!page.state.can_play() && page.state.is_open());
    assert_eq!(page.on(Event::Act(0)), []);
    assert_eq!(page.on(Event::Press(Control::Action(0))), []);
    page.on(answer(materials()));
    page.on(act(Act::Tool(Tool::Fill)));
    page.on(down(0, 0));
    page.on(act(Act::Up));
    let sent = page.on(act(Act::Play));
    let clip = started(&sent);
    assert_eq!((clip.width, clip.height, clip.frames), (4, 4, 1));
    assert_eq!(clip.rgba[..4], [200, 100, 0, 255], "the palette's second");
    assert_eq!(page.state.studio.desk, None);
    page.on(frame(0, None));
    assert_eq!(page.state.origin, Some(Origin::Sketch));
    assert_eq!(page.on(Event::Act(1)), [step(1)]);
    // It is still there.
    page.on(frame(1, None));
    page.on(act(Act::Sketch(None)));
    page.on(act(Act::Undo));
    assert!(page.state.studio.sketch.as_ref().unwrap().can_redo());
}

#[test]
fn time_goes_on_when_the_desk_is_closed() {
    let mut page = page();
    page.on(Event::Pause);
    page.on(Event::Press(Control::Action(0)));
    assert!(page.state.pace().is_some());
    page.on(act(Act::Sketch(None)));
    assert_eq!(page.state.pace(), None);
    page.on(act(Act::Close));
    assert!(page.state.is_running());
    assert_eq!(page.state.pressed(), None, "nothing is held any more");
}

#[test]
fn one_question_is_under_way_and_the_newest_waits() {
    let mut page = page();
    let sent = page.on(act(Act::Sketch(None)));
    let (number, _) = read(&sent);
    for x in 0..3 {
        assert!(asks(&page.on(down(x, 0))).is_empty());
    }
    let seen = plain(4, 4, [9; 3]);
    let sent = page.on(answer(Answer::Read {
        number,
        picture: seen.clone(),
    }));
    assert_eq!(page.state.studio.seen().map(|p| &**p), Some(&seen));
    let (next, clip) = read(&sent);
    let drawn = clip
        .rgba
        .chunks(4)
        .filter(|p| *p != &clip.rgba[60..])
        .count();
    assert_eq!(drawn, 3, "all three pixels at once");
    // An answer to another question is none.
    assert_eq!(
        page.on(answer(Answer::Read {
            number,
            picture: plain(4, 4, [7; 3]),
        })),
        []
    );
    assert_eq!(page.state.studio.seen().map(|p| &**p), Some(&seen));
    page.on(answer(Answer::Read {
        number: next,
        picture: Picture::default(),
    }));
    assert!(page.state.studio.is_unread());
}

#[test]
fn an_answer_about_what_was_closed_is_not_shown() {
    let mut page = page();
    let sent = page.on(act(Act::Sketch(None)));
    let (number, _) = read(&sent);
    page.on(act(Act::Close));
    page.on(act(Act::Sketch(Some(Ground::Frame))));
    let sent = page.on(answer(Answer::Read {
        number,
        picture: plain(4, 4, [9; 3]),
    }));
    assert_eq!(page.state.studio.seen(), None);
    read(&sent);
}

#[test]
fn a_sketch_begins_on_what_is_chosen_and_that_can_be_undone() {
    let mut page = page();
    page.on(Event::Worker(FromWorker::Thumbnail {
        index: 1,
        picture: plain(4, 4, [50, 60, 70]),
    }));
    page.on(act(Act::Sketch(Some(Ground::Gallery(1)))));
    let colour = |page: &Page| page.state.studio.sketch.as_ref().unwrap().canvas().pixels()[5];
    assert_eq!(colour(&page), [50, 60, 70]);
    page.on(answer(materials()));
    assert_eq!(colour(&page), [50, 60, 70], "it is not untouched");
    page.on(act(Act::Sketch(Some(Ground::Plain))));
    assert_eq!(colour(&page), [10, 20, 30]);
    page.on(act(Act::Undo));
    assert_eq!(colour(&page), [50, 60, 70]);
    // One that isn't there changes nothing.
    page.on(act(Act::Sketch(Some(Ground::Gallery(9)))));
    assert_eq!(colour(&page), [50, 60, 70]);
}

#[test]
fn keys_draw_and_what_they_do_is_said() {
    let mut page = page();
    page.on(act(Act::Sketch(None)));
    page.on(answer(materials()));
    page.on(act(Act::Go(-9, 0)));
    assert_eq!(&*page.state.announcement, "Column 1, row 3: Black.");
    page.on(act(Act::Press));
    assert_eq!(&*page.state.announcement, "Drawn.");
    page.on(act(Act::Go(1, 0)));
    page.on(act(Act::Release));
    assert_eq!(&*page.state.announcement, "Column 2, row 3: Brown.");
    page.on(act(Act::Undo));
    assert_eq!(&*page.state.announcement, "Taken back.");
    page.on(act(Act::Undo));
    page.on(act(Act::Tool(Tool::Picker)));
    page.on(act(Act::Colour([0, 0, 255])));
    let sketch = page.state.studio.sketch.clone().unwrap();
    assert_eq!(sketch.tool, Tool::Brush, "a chosen colour is drawn with");
    page.on(act(Act::Stamp(1)));
    page.on(act(Act::Stamp(7)));
    let sketch = page.state.studio.sketch.clone().unwrap();
    assert_eq!(sketch.tool, Tool::Stamp);
    assert_eq!(sketch.stamp.as_ref().unwrap().pixels()[0], [2; 3]);
}

#[test]
fn a_picture_is_opened_cut_and_played() {
    let mut page = page();
    let sent = page.on(Event::PickPicture(vec![7]));
    assert_eq!(asks(&sent), [&Ask::Open(vec![7])]);
    assert!(page.state.studio.is_opening() && page.state.can_play());
    let sent = page.on(answer(Answer::Opened(footage(&[40]))));
    assert_eq!(page.state.studio.desk, Some(Desk::Crop));
    assert!(!page.state.studio.is_opening());
    let (number, clip) = read(&sent);
    assert_eq!((clip.width, clip.height, clip.frames), (4, 4, 1));
    page.on(answer(Answer::Read {
        number,
        picture: plain(4, 4, [41; 3]),
    }));
    read(&page.on(act(Act::Whole(true))));
    assert_eq!(page.on(act(Act::Whole(true))), [], "nothing has changed");
    let sent = page.on(act(Act::Play));
    assert_eq!(started(&sent).rgba, plain(4, 4, [40; 3]).rgba);
    page.on(frame(0, None));
    assert_eq!(page.state.origin, Some(Origin::Picture));
}

#[test]
fn what_moves_gives_several_frames() {
    let mut page = page();
    page.on(Event::PickPicture(vec![7]));
    page.on(answer(Answer::Opened(footage(&[10, 20, 30]))));
    let frames = |page: &Page| {
        let clip = page.state.studio.cutting.as_ref().unwrap().clip().clone();
        (0..clip.frames)
            .map(|n| clip.picture(n).unwrap().rgba[0])
            .collect::<Vec<_>>()
    };
    assert_eq!(frames(&page), [30, 30], "the end");
    page.on(act(Act::Take(Take::Evenly)));
    assert_eq!(frames(&page), [10, 20, 30]);
    page.on(act(Act::Take(Take::One)));
    assert_eq!(frames(&page), [10]);
    page.on(act(Act::Take(Take::Evenly)));
    assert_eq!(started(&page.on(act(Act::Play))).frames, 3);
}

#[test]
fn the_part_can_be_drawn_on() {
    let mut page = page();
    page.on(Event::PickPicture(vec![7]));
    page.on(answer(Answer::Opened(footage(&[40]))));
    page.on(act(Act::Sketch(Some(Ground::Part))));
    assert_eq!(page.state.studio.desk, Some(Desk::Sketch));
    let sketch = page.state.studio.sketch.clone().unwrap();
    assert_eq!(sketch.canvas().pixels()[0], [40; 3]);
    assert_eq!(page.state.studio.cutting, None);
}

#[test]
fn what_is_no_picture_is_told_and_the_play_goes_on() {
    let mut page = page();
    for reason in [
        Reason::Empty,
        Reason::Unknown,
        Reason::Damaged,
        Reason::TooLarge,
    ] {
        page.on(Event::PickPicture(vec![7]));
        page.on(answer(Answer::Unopened(reason)));
        let trouble = page.state.trouble.clone().unwrap();
        assert_eq!(trouble.remedy, Remedy::Dismiss);
        assert!(!trouble.detail.is_empty());
        assert!(page.state.can_play());
        page.on(Event::Dismiss);
    }
    assert_eq!(page.on(Event::Act(0)), [step(0)]);
}

#[test]
fn of_two_files_the_newest_is_opened() {
    let mut page = page();
    page.on(Event::PickPicture(vec![1]));
    page.on(Event::PickPicture(vec![2]));
    page.on(answer(Answer::Opened(footage(&[10]))));
    assert_eq!(page.state.studio.desk, None);
    page.on(answer(Answer::Opened(footage(&[20]))));
    assert_eq!(page.state.studio.desk, Some(Desk::Crop));
}

#[test]
fn a_video_is_looked_through_by_the_page() {
    let mut page = Page::new();
    let film = |url: &str| act(Act::Film(url.into()));
    let look = Effect::LookThrough {
        url: "blob:1".into(),
        window: 4,
        fps: 10,
    };
    assert_eq!(page.on(film("blob:1")), []);
    assert!(page.state.keeps_picture());
    page.on(Event::Worker(FromWorker::Booted));
    let sent = page.on(ready(sized(4), DeviceKind::Cpu));
    assert!(sent.contains(&look));
    assert!(!page.state.keeps_picture());
    page.on(frame(0, None));
    page.on(act(Act::Filmed(Err(Reason::NoVideo))));
    assert!(page.state.trouble.is_some());
    assert_eq!(page.on(film("blob:1")), [look]);
    page.on(act(Act::Filmed(Ok(footage(&[1, 2])))));
    assert_eq!(page.state.studio.desk, Some(Desk::Crop));
}

#[test]
fn nothing_that_was_made_is_lost_when_the_world_stops() {
    // The sketch stays.
    let mut page = page();
    page.on(act(Act::Sketch(None)));
    page.on(answer(materials()));
    page.on(down(1, 1));
    page.on(died());
    assert_eq!(page.state.studio.desk, None);
    page.on(Event::Remedy);
    page.on(Event::Worker(FromWorker::Booted));
    page.on(ready(sized(4), DeviceKind::Cpu));
    page.on(frame(0, None));
    let sent = page.on(act(Act::Sketch(None)));
    let sketch = page.state.studio.sketch.clone().unwrap();
    assert_eq!(sketch.canvas().pixels()[5], [200, 100, 0]);
    read(&sent);
    page.on(act(Act::Close));

    // A part waits for the next worker, and so does a file that was being opened.
    let prompts = [
        (true, Prompt::Frames(Clip::of([plain(4, 4, [40; 3])]))),
        (false, Prompt::Picture(vec![7])),
    ];
    for (answered, expected) in prompts {
        page.on(Event::PickPicture(vec![7]));
        if answered {
            page.on(answer(Answer::Opened(footage(&[40]))));
        }
        page.on(died());
        assert!(page.state.keeps_picture());
        assert_eq!(page.state.studio.desk, None);
        page.on(Event::Remedy);
        page.on(Event::Worker(FromWorker::Booted));
        let sent = page.on(ready(sized(4), DeviceKind::Cpu));
        assert_eq!(prompt(&sent), &expected);
        page.on(frame(0, None));
    }
}

#[test]
fn another_world_takes_the_sketch_in_its_own_size() {
    let mut page = page();
    page.on(act(Act::Sketch(None)));
    page.on(answer(materials()));
    page.on(down(0, 0));
    page.on(act(Act::Close));
    page.on(Event::PickWorld("other".into()));
    page.on(ready(sized(8), DeviceKind::Cpu));
    page.on(frame(0, None));
    let sent = page.on(act(Act::Sketch(None)));
    assert!(asks(&sent).contains(&&Ask::Materials), "this world's own");
    let sketch = page.state.studio.sketch.clone().unwrap();
    assert_eq!(sketch.canvas().width(), 8);
    assert_eq!(sketch.canvas().pixels()[9], [200, 100, 0]);
}

#[test]
fn a_sketch_is_kept_for_the_next_visit_and_goes_on_there() {
    let mut page = page();
    assert_eq!(keeps(&page.on(act(Act::Sketch(None)))), 0);
    page.on(answer(materials()));
    assert_eq!(
        keeps(&page.on(down(1, 1))),
        0,
        "not in the middle of a press"
    );
    assert_eq!(keeps(&page.on(act(Act::Up))), 1);
    assert_eq!(keeps(&page.on(act(Act::Size(3)))), 0);
    assert_eq!(keeps(&page.on(act(Act::Undo))), 1);
    page.on(down(2, 2));
    page.on(act(Act::Close));
    next_visit(&page);
}

fn next_visit(before: &Page) {
    let mut page = Page::new();
    page.state = State::new(Wishes {
        sketch: before.state.studio.sketch.clone(),
        ..page.state.wishes.clone()
    });
    page.on(Event::Worker(FromWorker::Booted));
    page.on(ready(sized(4), DeviceKind::Cpu));
    page.on(frame(0, None));
    page.on(act(Act::Sketch(None)));
    let now = page.state.studio.sketch.clone().unwrap();
    let then = before.state.studio.sketch.clone().unwrap();
    assert_eq!(now.canvas(), then.canvas());
}

#[test]
fn nothing_happens_where_nothing_is_open() {
    let mut page = page();
    for nothing in [
        Act::Play,
        Act::Close,
        Act::Undo,
        Act::Press,
        Act::Pan(1.0, 1.0),
        Act::Up,
    ] {
        assert_eq!(page.on(act(nothing)), []);
    }
    let mut page = Page::new();
    assert_eq!(page.on(act(Act::Sketch(None))), []);
    assert_eq!(page.state.studio.desk, None);
}
