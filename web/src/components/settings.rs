//! How frames are sampled, and whether keys play.

use web::protocol::Sampling;
use web::state::Event;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::link;

/// What [`Settings`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How the next frames are sampled.
    pub sampling: Sampling,
    /// The most steps to offer.
    pub most_steps: usize,
    /// The highest temperature to offer.
    pub most_temperature: f32,
    /// Whether keys play.
    pub keys: bool,
    /// Hears of changes.
    pub on: Callback<Event>,
}

/// Settings, folded away.
#[component]
pub fn Settings(props: &Props) -> Html {
    let now = props.sampling;
    let steps = sample(props, |now, text| {
        Some(Sampling {
            steps: text.parse().ok()?,
            ..now
        })
    });
    let temperature = sample(props, |now, text| {
        Some(Sampling {
            temperature: text.parse().ok().filter(|t: &f32| t.is_finite())?,
            ..now
        })
    });
    let seed = sample(props, |now, text| {
        Some(Sampling {
            seed: text.parse().ok()?,
            ..now
        })
    });
    let another = props.on.reform(move |_| {
        Event::Sample(Sampling {
            seed: link::random_seed(),
            ..now
        })
    });
    let onkeys = {
        let on = props.on.clone();
        Callback::from(move |event: yew::Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            on.emit(Event::Keys(input.checked()));
        })
    };
    html! {
        <details class="card" data-testid="settings">
            <summary><h2>{ "Settings" }</h2></summary>
            <label>
                <span>{ "Steps a frame" }<output>{ now.steps }</output></span>
                <input
                    type="range" min="1" max={props.most_steps.to_string()}
                    value={now.steps.to_string()}
                    oninput={steps.reform(InputEvent::into)} data-testid="steps"
                />
            </label>
            <label>
                <span>{ "Surprise" }<output>{ format!("{:.2}", now.temperature) }</output></span>
                <input
                    type="range" min="0" max={props.most_temperature.to_string()} step="0.05"
                    value={format!("{:.2}", now.temperature)}
                    oninput={temperature.reform(InputEvent::into)} data-testid="temperature"
                />
            </label>
            <div class="row">
                <label>
                    <span>{ "Seed" }</span>
                    <input
                        type="number" min="0" max="4294967295" value={now.seed.to_string()}
                        onchange={seed} data-testid="seed"
                    />
                </label>
                <button type="button" onclick={another}>{ "Another" }</button>
            </div>
            <p class="small">
                { "More steps draw a frame with more care, and take longer. The same seed and \
                   actions lead to the same frames." }
            </p>
            <label class="check">
                <input type="checkbox" checked={props.keys} onchange={onkeys} data-testid="keys" />
                <span>{ "Keys 1 to 9, Backspace and R play" }</span>
            </label>
        </details>
    }
}

/// A listener that changes the settings by what was typed, unless that is no number.
fn sample(props: &Props, change: fn(Sampling, &str) -> Option<Sampling>) -> Callback<yew::Event> {
    let (on, now) = (props.on.clone(), props.sampling);
    Callback::from(move |event: yew::Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        match change(now, &input.value()) {
            Some(sampling) => on.emit(Event::Sample(sampling)),
            // Only the seed can be typed wrongly.
            None => input.set_value(&now.seed.to_string()),
        }
    })
}
