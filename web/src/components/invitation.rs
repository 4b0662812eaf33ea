//! Over a world that plays by itself: take over.

use web::state::Event;
use yew::prelude::*;

use super::words::use_texts;

/// What [`Invitation`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Hears of it.
    pub on: Callback<Event>,
}

/// One button, and what is going on behind it.
#[component]
pub fn Invitation(props: &Props) -> Html {
    let texts = use_texts();
    html! {
        <div class="invitation" data-testid="invitation">
            <button
                type="button" class="primary" onclick={props.on.reform(|_| Event::TakeOver)}
                data-testid="take-over"
            >
                { texts.take_over }
            </button>
            <p>{ texts.invitation_more }</p>
        </div>
    }
}
