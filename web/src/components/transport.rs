//! Time: stopped or running, forwards, back, and who plays.

use web::protocol::Sampling;
use web::state::{Event, PilotKind};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::choice::use_choice;
use super::icons::{Icon, icon};
use super::words::use_texts;
use crate::PLAY;
use crate::browser::full_screen;
use crate::browser::wishes;

/// What [`Transport`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Whether there is a play.
    pub enabled: bool,
    /// Whether time runs.
    pub running: bool,
    /// Whether the prompt is on the screen.
    pub at_prompt: bool,
    /// Who plays.
    pub pilot: PilotKind,
    /// Whether there is a play of a link to go on with.
    pub shared: bool,
    /// How the next frames are sampled.
    pub sampling: Sampling,
    /// Hears of all of it.
    pub on: Callback<Event>,
}

/// A row of buttons.
#[component]
pub fn Transport(props: &Props) -> Html {
    let texts = use_texts();
    let full = full_screen::use_full_screen();
    let pilot = use_choice();
    let says = |event: Event| props.on.reform(move |_: MouseEvent| event.clone());
    let (pause_icon, pause) = if props.running {
        (Icon::Pause, texts.pause)
    } else {
        (Icon::Play, texts.resume)
    };
    let (full_icon, full_label) = if full {
        (Icon::Window, texts.leave_full_screen)
    } else {
        (Icon::FullScreen, texts.full_screen)
    };
    let sampling = props.sampling;
    let reseed = props.on.reform(move |_: MouseEvent| {
        Event::Sample(Sampling {
            seed: wishes::random_seed(),
            ..sampling
        })
    });
    let choose = {
        let on = props.on.clone();
        Callback::from(move |event: yew::Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            if let Some(kind) = PilotKind::from_id(&select.value()) {
                on.emit(Event::Pilot(kind));
            }
        })
    };
    let enabled = props.enabled;
    let shared = props.shared || props.pilot == PilotKind::Shared;
    let pilots = PilotKind::ALL.into_iter();
    let pilots = pilots.filter(|&kind| kind != PilotKind::Shared || shared);
    html! {
        <div class="transport" role="group" aria-label={texts.status}>
            <Key icon={Icon::Restart} label={texts.restart} key_name="R" id="restart" {enabled}
                idle={props.at_prompt} onclick={says(Event::Restart)} />
            <Key icon={Icon::Back} label={texts.back} key_name="Backspace" id="rewind" {enabled}
                idle={props.at_prompt} onclick={says(Event::Back(1))} />
            <Key icon={pause_icon} label={pause} key_name="P" id="pause" {enabled} primary=true
                onclick={says(Event::Pause)} />
            <Key icon={Icon::Step} label={texts.step} key_name="." id="step" {enabled}
                onclick={says(Event::StepOnce)} />
            <Key icon={Icon::Dice} label={texts.reseed} id="reseed" {enabled} onclick={reseed} />
            <select
                ref={pilot} aria-label={texts.autopilot} disabled={!enabled} onchange={choose}
                data-testid="pilot"
            >
                { for pilots.map(|kind| html! {
                    <option value={kind.id()} selected={kind == props.pilot}>
                        { texts.pilot_label(kind) }
                    </option>
                }) }
            </select>
            if full_screen::is_possible() {
                <Key icon={full_icon} label={full_label} key_name="F" id="full-screen" enabled=true
                    onclick={Callback::from(|_| full_screen::toggle(PLAY))} />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct KeyProps {
    icon: Icon,
    label: &'static str,
    #[prop_or_default]
    key_name: Option<&'static str>,
    id: &'static str,
    enabled: bool,
    /// It would lead nowhere just now. Not disabled then: a button that vanishes under the
    /// keyboard loses the focus.
    #[prop_or_default]
    idle: bool,
    #[prop_or_default]
    primary: bool,
    onclick: Callback<MouseEvent>,
}

/// A button with a pictogram.
#[component]
fn Key(props: &KeyProps) -> Html {
    let title = match props.key_name {
        Some(key) => format!("{} ({key})", props.label),
        None => props.label.to_owned(),
    };
    html! {
        <button
            type="button" class={classes!("key", props.primary.then_some("primary"))} {title}
            aria-label={props.label} aria-keyshortcuts={props.key_name}
            disabled={!props.enabled} aria-disabled={props.idle.then_some("true")}
            onclick={props.onclick.clone()} data-testid={props.id}
        >
            { icon(props.icon) }
        </button>
    }
}
