//! One button that plays.

use web::moves::Kind;
use web::press::Press;
use web::state::{Control, Event};
use yew::prelude::*;

use super::icons::pictogram;
use super::words::use_texts;

/// What [`Action`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Its number.
    pub action: usize,
    /// Its name in the world.
    pub name: String,
    /// What that says.
    pub kind: Kind,
    /// The arrow keys that lead to it.
    pub arrows: &'static str,
    /// Whether it is being played.
    pub pressed: bool,
    /// Whether it leads anywhere.
    pub enabled: bool,
    /// Hears of it.
    pub on: Callback<Event>,
}

/// A button that acts once when clicked and goes on while it is held.
#[component]
pub fn Action(props: &Props) -> Html {
    let texts = use_texts();
    let action = props.action;
    let control = Control::Action(action);
    let press = use_mut_ref(Press::default);
    let onpointerdown = {
        let (on, press) = (props.on.clone(), press.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                press.borrow_mut().down();
                on.emit(Event::Press(control));
            }
        })
    };
    let release = props.on.reform(move |_: PointerEvent| Event::Lift(control));
    let onpointercancel = {
        let (release, press) = (release.clone(), press.clone());
        Callback::from(move |event: PointerEvent| {
            press.borrow_mut().cancel();
            release.emit(event);
        })
    };
    let onclick = {
        let on = props.on.clone();
        Callback::from(move |event: MouseEvent| {
            if press.borrow_mut().click(event.detail()) {
                on.emit(Event::Act(action));
            }
        })
    };
    let unused = props.kind == Kind::Unused;
    let digit = (action < 9).then(|| (action + 1).to_string());
    html! {
        <button
            type="button" title={unused.then_some(texts.unused)}
            class={classes!(
                "action", props.pressed.then_some("pressed"), unused.then_some("unused")
            )}
            disabled={!props.enabled} {onpointerdown} {onclick}
            onpointerup={release.clone()} onpointerleave={release} {onpointercancel}
            // A long press on a phone would open its menu instead.
            oncontextmenu={|event: MouseEvent| event.prevent_default()}
            aria-keyshortcuts={digit.clone()} data-testid={format!("action-{action}")}
        >
            { pictogram(props.kind, action) }
            <span class="name">{ texts.action(&props.name, action) }</span>
            <span class="keys" aria-hidden="true">
                if let Some(digit) = digit {
                    <kbd>{ digit }</kbd>
                }
                if !props.arrows.is_empty() {
                    <kbd>{ props.arrows }</kbd>
                }
            </span>
        </button>
    }
}
