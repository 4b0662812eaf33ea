//! Worlds of the visitor's, and files of a play.

use super::*;
use crate::protocol::{ExportKind, KeptWorld};
use crate::share::fragment::Address;
use crate::state::export::{Event as File, Making};
use crate::state::own::{Event as Said, LARGEST, Measure};
use crate::state::share;

const ADDRESS: &str = "https://example.org/w/lost.safetensors";

fn address() -> Address {
    Address::new(ADDRESS).unwrap()
}

fn own(said: Said) -> Event {
    Event::Own(said)
}

fn kept(key: &str, digest: u8) -> KeptWorld {
    KeptWorld {
        key: key.into(),
        name: "lost".into(),
        bytes: 12,
        digest: [digest; 32],
    }
}

fn keeps(worlds: Vec<KeptWorld>) -> Event {
    Event::Worker(FromWorker::Kept(worlds))
}

#[test]
fn nothing_is_fetched_from_elsewhere_before_the_visitor_agrees() {
    let mut page = Page::playing();
    let sent = page.on(own(Said::Typed(ADDRESS.into())));
    assert_eq!(sent, [Effect::Measure(address())]);
    assert_eq!(page.on(own(Said::Agree)), [], "the size is not known yet");
    page.on(own(Said::Typed(ADDRESS.into())));
    page.on(own(Said::Measured(address(), Measure::Bytes(7_000_000))));
    let said = &page.state.announcement;
    assert!(
        said.contains("example.org") && said.contains("7.0 MB"),
        "{said}"
    );
    let sent = page.on(own(Said::Agree));
    let size = Some(7_000_000);
    let address = ADDRESS.to_owned();
    assert_eq!(*loads(&sent), WorldSource::Address { address, size });
    page.on(ready(world(1), DeviceKind::Cpu));
    assert!(page.state.own);
}

#[test]
fn who_declines_plays_on() {
    let mut page = Page::playing();
    page.on(own(Said::Typed(ADDRESS.into())));
    page.on(own(Said::Measured(address(), Measure::Unknown)));
    assert_eq!(page.on(own(Said::Decline)), []);
    assert_eq!(page.state.own_worlds.consent, None);
    assert!(page.state.can_play());
}

#[test]
fn what_can_not_be_fetched_is_not_offered() {
    for size in [
        Measure::Asking,
        Measure::Bytes(LARGEST + 1),
        Measure::Refused(404),
        Measure::Unreachable,
    ] {
        let mut page = Page::playing();
        page.on(own(Said::Typed(ADDRESS.into())));
        page.on(own(Said::Measured(address(), size)));
        assert_eq!(page.on(own(Said::Agree)), [], "{size:?}");
    }
    let mut page = Page::playing();
    for typed in ["", "http://example.org/w", "example.org"] {
        assert_eq!(page.on(own(Said::Typed(typed.into()))), []);
        assert!(page.state.own_worlds.mistyped && page.state.own_worlds.consent.is_none());
    }
    // Word of another address than the one that is asked for.
    page.on(own(Said::Typed(ADDRESS.into())));
    let other = Address::new("https://example.org/other").unwrap();
    page.on(own(Said::Measured(other, Measure::Unknown)));
    assert_eq!(page.state.own_worlds.consent.unwrap().size, Measure::Asking);
}

#[test]
fn a_world_that_is_kept_needs_no_consent() {
    let mut page = Page::playing();
    page.on(keeps(vec![kept(ADDRESS, 9)]));
    let sent = page.on(own(Said::Typed(ADDRESS.into())));
    assert_eq!(*loads(&sent), WorldSource::Kept(ADDRESS.into()));
    // Linked to before the page knew that it is kept.
    let mut page = Page::new();
    let linked = format!("#world={ADDRESS}");
    page.on(Event::Share(share::Event::Opened(linked)));
    assert!(page.state.own_worlds.consent.is_some());
    page.on(keeps(vec![kept(ADDRESS, 9)]));
    assert_eq!(page.state.own_worlds.consent, None);
    let sent = page.on(Event::Worker(FromWorker::Booted));
    assert_eq!(*loads(&sent), WorldSource::Kept(ADDRESS.into()));
}

#[test]
fn a_link_can_bring_its_world_along() {
    let mut page = Page::playing();
    page.on(keeps(vec![kept(ADDRESS, 7)]));
    page.on(own(Said::Play(ADDRESS.into())));
    page.on(ready(world(1), DeviceKind::Cpu));
    page.on(frame(0, None));
    page.play(1, 2);
    let text = page.state.link().unwrap().write().unwrap();
    assert!(text.contains("&world=https://example.org"), "{text}");

    let mut other = Page::new();
    other.on(Event::Share(share::Event::Opened(text)));
    other.on(Event::Worker(FromWorker::Booted));
    let mut shipped = world(1);
    shipped.digest = Box::new([1; 32]);
    other.on(ready(shipped, DeviceKind::Cpu));
    other.on(frame(0, None));
    assert_eq!(other.state.trouble, None, "it waits for the visitor's word");
    other.on(own(Said::Measured(address(), Measure::Bytes(9))));
    other.on(own(Said::Agree));
    let sent = other.on(ready(world(1), DeviceKind::Cpu));
    assert!(matches!(prompt(&sent), Prompt::Tokens(_)), "{sent:?}");
}

#[test]
fn a_link_for_a_kept_world_starts_there_even_if_the_page_has_the_same_one() {
    let mut page = Page::playing();
    page.on(keeps(vec![kept(ADDRESS, 7)]));
    page.on(own(Said::Play(ADDRESS.into())));
    page.on(ready(world(1), DeviceKind::Cpu));
    page.on(frame(0, None));
    page.play(1, 2);
    let text = page.state.link().unwrap().write().unwrap();
    // The worker says what is kept only after it has been asked for the first world.
    let mut other = Page::new();
    other.on(Event::Share(share::Event::Opened(text)));
    other.on(Event::Worker(FromWorker::Booted));
    other.on(keeps(vec![kept(ADDRESS, 7)]));
    let sent = other.on(ready(world(1), DeviceKind::Cpu));
    let to = WorldSource::Kept(ADDRESS.into());
    assert!(
        matches!(&sent[..], [Effect::Post(ToWorker::Load { world, .. }), ..] if *world == to),
        "{sent:?}"
    );
    assert!(
        !sent
            .iter()
            .any(|e| matches!(e, Effect::Post(ToWorker::Start { .. })))
    );
    let sent = other.on(ready(world(1), DeviceKind::Cpu));
    assert!(matches!(prompt(&sent), Prompt::Tokens(_)), "{sent:?}");
    other.on(frame(0, None));
    assert!(other.state.has_shared_play());
}

#[test]
fn files_of_the_visitor_are_linked_without_an_address() {
    let mut page = Page::playing();
    page.on(keeps(vec![kept("https://kept.invalid/07", 7)]));
    page.on(own_file());
    page.on(ready(world(1), DeviceKind::Cpu));
    page.on(frame(0, None));
    assert_eq!(page.state.link().unwrap().world, None);
}

#[test]
fn a_world_that_is_kept_outlives_the_worker() {
    let key = "https://kept.invalid/07";
    let mut page = Page::playing();
    page.on(own_file());
    page.on(keeps(vec![kept(key, 7)]));
    page.on(ready(world(1), DeviceKind::Cpu));
    page.on(frame(0, None));
    page.play(1, 2);
    page.on(died());
    page.on(Event::Remedy);
    let sent = page.on(Event::Worker(FromWorker::Booted));
    assert_eq!(*loads(&sent), WorldSource::Kept(key.into()));
    let sent = page.on(ready(world(1), DeviceKind::Cpu));
    assert_eq!(
        *prompt(&sent),
        Prompt::Tokens(vec![vec![2]]),
        "and its play"
    );
    assert_eq!(page.state.trouble, None);
}

#[test]
fn forgetting_is_asked_of_the_worker() {
    let mut page = Page::playing();
    let key = ADDRESS.to_owned();
    let sent = page.on(own(Said::Forget(key.clone())));
    assert_eq!(sent, [Effect::Post(ToWorker::ForgetKept { key })]);
}

fn exported(kind: ExportKind) -> Event {
    Event::Worker(FromWorker::Exported {
        kind,
        size: (1, 1),
        frames: 3,
        bytes: vec![0; 12],
    })
}

#[test]
fn a_file_is_made_while_the_play_goes_on() {
    let mut page = Page::playing();
    page.play(1, 2);
    let sent = page.on(Event::Export(File::Make(ExportKind::Gif)));
    assert_eq!(sent, [Effect::Post(ToWorker::Export(ExportKind::Gif))]);
    let again = page.on(Event::Export(File::Make(ExportKind::Sheet)));
    assert_eq!(again, [], "one at a time");
    page.on(Event::Worker(FromWorker::Exporting { done: 1, all: 3 }));
    assert_eq!(
        page.state.export.making.map(|m| (m.done, m.all)),
        Some((1, 3))
    );
    page.play(0, 1);
    let sent = page.on(exported(ExportKind::Gif));
    let [Effect::Save(file)] = &sent[..] else {
        panic!("{sent:?}");
    };
    assert_eq!(
        (&file.name[..], file.mime),
        ("pocket-genie-test-3.gif", "image/gif")
    );
    assert_eq!(page.state.export.making, None);
    assert_eq!(
        page.on(exported(ExportKind::Gif)),
        [],
        "nobody waits for a second"
    );
}

#[test]
fn a_film_is_recorded_once_its_frames_are_there() {
    let mut page = Page::playing();
    page.on(Event::Export(File::Make(ExportKind::Film)));
    let sent = page.on(exported(ExportKind::Film));
    assert!(matches!(&sent[..], [Effect::Film(_)]), "{sent:?}");
    page.on(Event::Export(File::Filming(2, 3)));
    let making = Some(Making {
        kind: ExportKind::Film,
        done: 2,
        all: 3,
        filming: true,
    });
    assert_eq!(page.state.export.making, making);
    let mut stopped = Page::playing();
    stopped.state = page.state.clone();
    assert_eq!(stopped.on(Event::Export(File::Stop)), [Effect::StopFilm]);
    page.on(Event::Export(File::Filmed("a.webm".into(), 9)));
    assert_eq!(page.state.export.saved, Some(("a.webm".into(), 9)));
}

#[test]
fn a_file_that_can_not_be_made_stops_nothing_else() {
    let mut page = Page::playing();
    page.on(Event::Export(File::Make(ExportKind::Sheet)));
    page.on(Event::Act(1));
    page.on(failed(Task::Export, "no memory"));
    assert_eq!(page.state.export.making, None);
    assert!(page.state.trouble.is_some());
    assert_eq!(
        page.state.waiting,
        Some(Waiting::Step(1)),
        "the frame still comes"
    );
    page.on(frame(1, None));
    page.on(Event::Export(File::Make(ExportKind::Gif)));
    let sent = page.on(Event::Export(File::Stop));
    assert_eq!(sent, [Effect::Post(ToWorker::StopExport)]);
}

#[test]
fn what_was_done_is_saved_as_text() {
    let mut page = Page::playing();
    page.play(1, 2);
    let sent = page.on(Event::Export(File::Actions));
    let [Effect::Save(file)] = &sent[..] else {
        panic!("{sent:?}");
    };
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    assert!(text.ends_with("right 2\n"), "{text}");
}
