//! How frames are made and shown, each with what it is for.

use std::rc::Rc;

use web::protocol::{DeviceKind, Order, Sampling};
use web::state::{Event, FASTEST, Prefs, SLOWEST, State};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::choice::use_choice;
use super::words::use_texts;
use crate::browser::wishes;

/// Paces to choose from, frames a second.
const PACES: [usize; 6] = [SLOWEST, 10, 15, 20, 24, FASTEST];

/// What [`Settings`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// How the next frames are sampled.
    pub sampling: Sampling,
    /// The most steps to offer.
    pub most_steps: usize,
    /// The highest temperature to offer.
    pub most_temperature: f32,
    /// The device that is asked for.
    pub device: Option<DeviceKind>,
    /// What the visitor prefers.
    pub prefs: Prefs,
    /// Hears of changes.
    pub on: Callback<Event>,
}

impl Props {
    /// Of a state.
    pub fn of(state: &Rc<State>, on: &Callback<Event>) -> Self {
        Self {
            sampling: state.sampling,
            most_steps: state.most_steps(),
            most_temperature: state.most_temperature(),
            device: state.wished_device(),
            prefs: state.prefs.clone(),
            on: on.clone(),
        }
    }
}

/// Settings, folded away.
#[component]
pub fn Settings(props: &Props) -> Html {
    let texts = use_texts();
    let (now, prefs) = (props.sampling, props.prefs.clone());
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
    let order = choose(&props.on, move |id| {
        let order = Order::from_id(id)?;
        Some(Event::Sample(Sampling { order, ..now }))
    });
    let another = props.on.reform(move |_| {
        Event::Sample(Sampling {
            seed: wishes::random_seed(),
            ..now
        })
    });
    let device = choose(&props.on, |id| Some(Event::Device(DeviceKind::from_id(id))));
    let before = prefs.clone();
    let pace = choose(&props.on, move |fps| {
        let fps = fps.parse().ok();
        Some(Event::Prefer(Prefs {
            fps,
            ..before.clone()
        }))
    });
    let before = prefs.clone();
    let scaling = choose(&props.on, move |id| {
        let smooth = id == "smooth";
        Some(Event::Prefer(Prefs {
            smooth,
            ..before.clone()
        }))
    });
    let (on, before) = (props.on.clone(), prefs.clone());
    let keys = Callback::from(move |event: yew::Event| {
        let input: HtmlInputElement = event.target_unchecked_into();
        on.emit(Event::Prefer(Prefs {
            keys: input.checked(),
            ..before.clone()
        }));
    });
    let devices = [
        (None, texts.device_auto),
        (Some(DeviceKind::WebGpu), texts.device_webgpu),
        (Some(DeviceKind::Cpu), texts.device_only_cpu),
    ];
    let devices = devices.map(|(kind, label)| Choice {
        id: kind.map_or_else(String::new, |k| k.id().into()),
        label: label.into(),
        chosen: kind == props.device,
    });
    let orders = Order::ALL.map(|order| Choice {
        id: order.id().into(),
        label: texts.order_label(order).into(),
        chosen: order == now.order,
    });
    let world_pace = Choice {
        id: String::new(),
        label: texts.pace_world.into(),
        chosen: prefs.fps.is_none(),
    };
    let paces = PACES.iter().map(|&fps| Choice {
        id: fps.to_string(),
        label: texts.fps(fps as f64),
        chosen: prefs.fps == Some(fps),
    });
    let scalings = [(false, texts.scaling_pixels), (true, texts.scaling_smooth)];
    let scalings = scalings.map(|(smooth, label)| Choice {
        id: if smooth { "smooth" } else { "pixels" }.into(),
        label: label.into(),
        chosen: smooth == prefs.smooth,
    });
    html! {
        <details class="card settings" data-testid="settings">
            <summary><h2>{ texts.settings }</h2></summary>
            <Choices
                id="device-wish" label={texts.device} more={texts.device_more} onchange={device}
                choices={devices.to_vec()}
            />
            <Choices
                id="fps-wish" label={texts.pace} more={texts.pace_more} onchange={pace}
                choices={std::iter::once(world_pace).chain(paces).collect::<Vec<_>>()}
            />
            <Choices
                id="scaling" label={texts.scaling} more={texts.scaling_more} onchange={scaling}
                choices={scalings.to_vec()}
            />
            <div class="setting">
                <label>
                    <span>{ texts.steps }<output>{ now.steps }</output></span>
                    <input
                        type="range" min="1" max={props.most_steps.to_string()}
                        value={now.steps.to_string()} aria-describedby="steps-more"
                        oninput={steps.reform(InputEvent::into)} data-testid="steps"
                    />
                </label>
                <p class="small" id="steps-more">{ texts.steps_more }</p>
            </div>
            <div class="setting">
                <label>
                    <span>
                        { texts.temperature }
                        <output>{ texts.number(now.temperature.into(), 2) }</output>
                    </span>
                    <input
                        type="range" min="0" max={props.most_temperature.to_string()} step="0.05"
                        value={format!("{:.2}", now.temperature)}
                        aria-describedby="temperature-more"
                        oninput={temperature.reform(InputEvent::into)} data-testid="temperature"
                    />
                </label>
                <p class="small" id="temperature-more">{ texts.temperature_more }</p>
            </div>
            <Choices
                id="order" label={texts.order} more={texts.order_more} onchange={order}
                choices={orders.to_vec()}
            />
            <div class="setting">
                <div class="row">
                    <label>
                        <span>{ texts.seed }</span>
                        <input
                            type="number" min="0" max="4294967295" value={now.seed.to_string()}
                            onchange={seed} aria-describedby="seed-more" data-testid="seed"
                        />
                    </label>
                    <button type="button" onclick={another}>{ texts.another_seed }</button>
                </div>
                <p class="small" id="seed-more">{ texts.seed_more }</p>
            </div>
            <div class="setting">
                <label class="check">
                    <input
                        type="checkbox" checked={prefs.keys} onchange={keys}
                        aria-describedby="keys-more" data-testid="keys"
                    />
                    <span>{ texts.keys }</span>
                </label>
                <p class="small" id="keys-more">{ texts.keys_more }</p>
            </div>
        </details>
    }
}

/// One of several.
#[derive(Clone, PartialEq)]
struct Choice {
    id: String,
    label: String,
    chosen: bool,
}

#[derive(Properties, PartialEq)]
struct ChoicesProps {
    id: &'static str,
    label: &'static str,
    more: &'static str,
    choices: Vec<Choice>,
    onchange: Callback<yew::Event>,
}

/// A setting with a few values, and what it is for.
#[component]
fn Choices(props: &ChoicesProps) -> Html {
    let more = format!("{}-more", props.id);
    let select = use_choice();
    html! {
        <div class="setting">
            <label>
                <span>{ props.label }</span>
                <select
                    ref={select} onchange={props.onchange.clone()} aria-describedby={more.clone()}
                    data-testid={props.id}
                >
                    { for props.choices.iter().map(|choice| html! {
                        <option value={choice.id.clone()} selected={choice.chosen}>
                            { &choice.label }
                        </option>
                    }) }
                </select>
            </label>
            <p class="small" id={more}>{ props.more }</p>
        </div>
    }
}

/// A listener that tells what was chosen.
fn choose(
    on: &Callback<Event>,
    event: impl Fn(&str) -> Option<Event> + 'static,
) -> Callback<yew::Event> {
    let on = on.clone();
    Callback::from(move |changed: yew::Event| {
        let select: HtmlSelectElement = changed.target_unchecked_into();
        if let Some(event) = event(&select.value()) {
            on.emit(event);
        }
    })
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
