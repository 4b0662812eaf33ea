//! Branches that were left, to return to.

use std::rc::Rc;

use web::state::{Event, Line};
use yew::prelude::*;

use super::picture::Picture;
use super::words::use_texts;

/// What [`Lines`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The branches.
    pub lines: Rc<Vec<Line>>,
    /// Whether one can be returned to.
    pub enabled: bool,
    /// Hears of the one that is.
    pub on: Callback<Event>,
}

/// A button for each, with the picture at its end.
#[component]
pub fn Lines(props: &Props) -> Html {
    let texts = use_texts();
    if props.lines.is_empty() {
        return html! {};
    }
    let lines = props.lines.iter().map(|line| {
        let (number, frames) = (line.number, line.timeline.len());
        let label = texts.return_to(frames);
        html! {
            <button
                key={number} type="button" disabled={!props.enabled} aria-label={label.clone()}
                title={label} onclick={props.on.reform(move |_| Event::Return(number))}
                data-testid={format!("line-{number}")}
            >
                <Picture picture={line.picture.clone()} />
                <span aria-hidden="true">{ frames }</span>
            </button>
        }
    });
    html! {
        <div class="lines" role="group" aria-label={texts.lines} data-testid="lines">
            <span class="small" aria-hidden="true">{ texts.lines }</span>
            { for lines }
        </div>
    }
}
