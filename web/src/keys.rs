//! Keys that play: 1 to 9 for the actions, Backspace to go back, R to start again.

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web::state::{Event, State};
use web_sys::{Element, EventTarget, KeyboardEvent};
use yew::prelude::*;

/// What a key does.
enum Key {
    Act(usize),
    Back,
    Restart,
}

impl Key {
    /// By its place on the keyboard, as digits need Shift on some.
    fn of(event: &KeyboardEvent) -> Option<Self> {
        let code = event.code();
        let digit = code
            .strip_prefix("Digit")
            .or_else(|| code.strip_prefix("Numpad"));
        if let Some(digit) = digit.and_then(|d| d.parse::<usize>().ok()) {
            return digit.checked_sub(1).map(Self::Act);
        }
        match &*event.key() {
            "Backspace" => Some(Self::Back),
            "r" | "R" => Some(Self::Restart),
            _ => None,
        }
    }
}

/// Whether keys are for the element that has the focus, not for the world.
fn is_typed_into(target: Option<EventTarget>) -> bool {
    target
        .and_then(|t| t.dyn_into::<Element>().ok())
        .is_some_and(|element| {
            element
                .matches(
                    "select, textarea, [contenteditable], input[type=number], input[type=text]",
                )
                .unwrap_or(false)
        })
}

/// Listens to the whole window: a visitor need not find the right place first.
#[hook]
pub fn use_keys(state: &Rc<State>, on: &Callback<Event>) {
    let on = on.clone();
    let active = state.keys && state.can_play();
    use_effect_with(active, move |&active| {
        let mut listeners = Vec::new();
        if let Some(window) = web_sys::window().filter(|_| active) {
            let pressed = on.clone();
            listeners.push(EventListener::new_with_options(
                &window,
                "keydown",
                EventListenerOptions::enable_prevent_default(),
                move |event| {
                    if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                        press(event, &pressed);
                    }
                },
            ));
            let released = on.clone();
            listeners.push(EventListener::new(&window, "keyup", move |event| {
                let event = event.dyn_ref::<KeyboardEvent>();
                if let Some(Key::Act(action)) = event.and_then(Key::of) {
                    released.emit(Event::Release(Some(action)));
                }
            }));
            listeners.push(EventListener::new(&window, "blur", move |_| {
                on.emit(Event::Release(None));
            }));
        }
        move || drop(listeners)
    });
}

fn press(event: &KeyboardEvent, on: &Callback<Event>) {
    let modified = event.ctrl_key() || event.alt_key() || event.meta_key();
    if modified || is_typed_into(event.target()) {
        return;
    }
    let Some(key) = Key::of(event) else { return };
    event.prevent_default();
    match key {
        // The browser's own repetition is uneven; the state repeats by itself.
        Key::Act(action) if !event.repeat() => on.emit(Event::Hold(action)),
        Key::Back => on.emit(Event::Rewind(1)),
        Key::Restart if !event.repeat() => on.emit(Event::Restart),
        Key::Act(_) | Key::Restart => {}
    }
}
