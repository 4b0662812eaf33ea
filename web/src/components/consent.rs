//! Whether a world may be fetched from elsewhere.

use web::state::Event;
use web::state::own::{Consent as Asked, Event as Said, Measure};
use yew::prelude::*;

use super::words::use_texts;

/// What [`Consent`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Which world.
    pub asked: Asked,
    /// Whether it could be loaded now.
    pub enabled: bool,
    /// Hears of the answer.
    pub on: Callback<Event>,
}

/// From where, how large, yes and no. Nothing is fetched before.
#[component]
pub fn Consent(props: &Props) -> Html {
    let texts = use_texts();
    let words = &texts.sharing;
    let says = |said: Said| {
        props
            .on
            .reform(move |_: MouseEvent| Event::Own(said.clone()))
    };
    let Asked { address, size } = &props.asked;
    let asking = *size == Measure::Asking;
    html! {
        <section class="card consent" aria-label={words.by_address} data-testid="consent">
            <p data-testid="consent-line">{ words.consent(texts, address.host(), *size) }</p>
            <p class="small address" dir="ltr">{ address.as_str() }</p>
            <div class="buttons">
                if asking || props.asked.is_possible() {
                    <button
                        type="button" class="primary" disabled={asking || !props.enabled}
                        onclick={says(Said::Agree)} data-testid="consent-yes"
                    >{ words.fetch }</button>
                }
                <button type="button" onclick={says(Said::Decline)} data-testid="consent-no">
                    { if asking || props.asked.is_possible() { words.decline } else { texts.all_right } }
                </button>
            </div>
            <p class="small">{ words.consent_more }</p>
        </section>
    }
}
