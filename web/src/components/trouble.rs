//! What did not work, and what can be done.

use web::state::{Event, Remedy, Trouble};
use yew::prelude::*;

use super::words::use_texts;

/// What [`TroubleBox`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What did not work.
    pub trouble: Trouble,
    /// Hears of the remedy.
    pub on: Callback<Event>,
}

/// A box with one button.
#[component]
pub fn TroubleBox(props: &Props) -> Html {
    let texts = use_texts();
    let Trouble {
        title,
        detail,
        remedy,
        ..
    } = &props.trouble;
    let (label, event) = match remedy {
        Remedy::Dismiss => (texts.all_right, Event::Dismiss),
        Remedy::Reload => (texts.try_again, Event::Remedy),
        Remedy::Restart => (texts.go_on, Event::Remedy),
    };
    let onclick = props.on.reform(move |_| event.clone());
    html! {
        // The status line says it aloud.
        <div class="trouble" data-testid="trouble">
            <p><strong>{ title }</strong>{ " " }<span>{ detail }</span></p>
            <button type="button" {onclick} data-testid="remedy">{ label }</button>
        </div>
    }
}
