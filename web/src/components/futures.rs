//! Where each action leads from the frame on the screen, side by side.

use std::rc::Rc;

use web::moves::Moves;
use web::protocol::WorldSummary;
use web::state::{Event, Future, Futures as Seen, HOLDS, LookEvent};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::icons::pictogram;
use super::picture::Picture;
use super::words::use_texts;

/// What [`Futures`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is there of them.
    pub futures: Seen,
    /// The world.
    pub world: Rc<WorldSummary>,
    /// What the names of its actions say.
    pub moves: Rc<Moves>,
    /// Whether time runs, and nothing is looked at.
    pub running: bool,
    /// Whether there is a play.
    pub enabled: bool,
    /// Hears of what is wanted.
    pub on: Callback<Event>,
}

/// A button that opens them; then one for each action, with the picture that it leads to.
#[component]
pub fn Futures(props: &Props) -> Html {
    let texts = use_texts();
    let words = &texts.futures;
    let futures = &props.futures;
    let open = futures.is_open();
    let says = |event: LookEvent| props.on.reform(move |_: MouseEvent| Event::Look(event));
    let onchange = props.on.reform(|event: yew::Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        Event::Look(LookEvent::Hold(select.value().parse().unwrap_or(HOLDS[0])))
    });
    let holds = HOLDS.into_iter().map(|frames| {
        html! {
            <option value={frames.to_string()} selected={frames == futures.held()}>
                { words.held(frames) }
            </option>
        }
    });
    html! {
        <>
            <button
                type="button" class="wide" aria-expanded={open.to_string()}
                disabled={!props.enabled} onclick={says(LookEvent::Futures(!open))}
                data-testid="futures-open"
            >
                { if open { words.close } else { words.open } }
            </button>
            if open {
                <section class="card futures" aria-labelledby="futures" data-testid="futures">
                    <h2 id="futures">{ words.title }</h2>
                    <label>
                        <span>{ words.hold }</span>
                        <select {onchange} data-testid="hold">{ for holds }</select>
                    </label>
                    <ul>
                        { for futures.seen().iter().enumerate().map(|(action, future)| {
                            let name = props.world.actions.get(action).map_or("", String::as_str);
                            html! {
                                <li key={action}>
                                    { choice(props, future.as_ref(), action, &texts.action(name, action),
                                        &words.choose(&texts.action(name, action))) }
                                </li>
                            }
                        }) }
                    </ul>
                    <p class="small">{ if props.running { words.time_runs } else { words.from } }</p>
                </section>
            }
        </>
    }
}

/// One future.
fn choice(props: &Props, future: Option<&Future>, action: usize, name: &str, label: &str) -> Html {
    let onclick = props
        .on
        .reform(move |_: MouseEvent| Event::Look(LookEvent::Choose(action)));
    let tokens = future.map(|future| {
        let hex = |token: &u32| format!("{token:04x}");
        future.tokens.iter().map(hex).collect::<String>()
    });
    html! {
        <button
            type="button" title={label.to_owned()} aria-label={label.to_owned()} {onclick}
            disabled={!props.enabled} data-testid={format!("future-{action}")} data-tokens={tokens}
        >
            if let Some(future) = future {
                <Picture picture={future.picture.clone()} />
            } else {
                <span class="blank"></span>
            }
            <span class="caption" aria-hidden="true">
                { pictogram(props.moves.kind(action), action) }
                <span>{ name }</span>
            </span>
        </button>
    }
}
