//! The buttons that play.

use web::press::Press;
use web::state::Event;
use web::texts;
use yew::prelude::*;

/// What [`Actions`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// Names of the actions.
    pub names: Vec<String>,
    /// The action to show as pressed.
    pub pressed: Option<usize>,
    /// Whether they lead anywhere.
    pub enabled: bool,
    /// Frames played since the prompt.
    pub played: usize,
    /// Hears of them.
    pub on: Callback<Event>,
}

/// One button for each action, and the way back.
#[component]
pub fn Actions(props: &Props) -> Html {
    let back = props.on.reform(|_| Event::Rewind(1));
    let restart = props.on.reform(|_| Event::Restart);
    // Not disabled at the prompt: a button that vanishes under the keyboard loses the focus.
    let at_prompt = (props.played == 0).then_some("true");
    // Full rows where possible: 6 actions as 3 and 3, 8 as 4 and 4.
    let columns = match props.names.len() {
        n @ 1..=4 => n,
        5 | 6 | 9 => 3,
        _ => 4,
    };
    html! {
        <div class="pad" role="group" aria-label="Play" data-testid="actions">
            <div class="actions" style={format!("--columns:{columns}")}>
                { for props.names.iter().enumerate().map(|(action, name)| html! {
                    <Action
                        key={action} {action} name={name.clone()}
                        pressed={props.pressed == Some(action)}
                        enabled={props.enabled} on={props.on.clone()}
                    />
                }) }
            </div>
            <p class="small" data-testid="actions-note">{ texts::actions(&props.names) }</p>
            <div class="back">
                <button
                    type="button" onclick={back} disabled={!props.enabled} aria-disabled={at_prompt}
                    aria-keyshortcuts="Backspace" data-testid="rewind"
                >
                    { "Back a frame " }<kbd aria-hidden="true">{ "⌫" }</kbd>
                </button>
                <button
                    type="button" onclick={restart} disabled={!props.enabled}
                    aria-disabled={at_prompt} aria-keyshortcuts="R" data-testid="restart"
                >
                    { "Start again " }<kbd aria-hidden="true">{ "R" }</kbd>
                </button>
            </div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ActionProps {
    action: usize,
    name: String,
    pressed: bool,
    enabled: bool,
    on: Callback<Event>,
}

/// A button that acts once when clicked and goes on while it is held.
#[component]
fn Action(props: &ActionProps) -> Html {
    let action = props.action;
    let press = use_mut_ref(Press::default);
    let onpointerdown = {
        let (on, press) = (props.on.clone(), press.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() == 0 {
                press.borrow_mut().down();
                on.emit(Event::Hold(action));
            }
        })
    };
    let release = props
        .on
        .reform(move |_: PointerEvent| Event::Release(Some(action)));
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
    let unused = texts::is_unused(&props.name);
    let shortcut = (action < 9).then(|| (action + 1).to_string());
    html! {
        <button
            type="button" title={unused.then_some(texts::UNUSED)}
            class={classes!(
                "action", props.pressed.then_some("pressed"), unused.then_some("unused")
            )}
            disabled={!props.enabled} {onpointerdown} {onclick}
            onpointerup={release.clone()} onpointerleave={release} {onpointercancel}
            // A long press on a phone would open its menu instead.
            oncontextmenu={|event: MouseEvent| event.prevent_default()}
            aria-keyshortcuts={shortcut.clone()} data-testid={format!("action-{action}")}
        >
            if let Some(key) = shortcut {
                <kbd aria-hidden="true">{ key }</kbd>
            }
            <span>{ &props.name }</span>
        </button>
    }
}
