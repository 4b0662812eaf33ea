//! Keys that play ([`web::keymap`]), wherever on the page the focus is.

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web::keymap::{self, Key};
use web::state::{Event, State};
use web_sys::{Element, EventTarget, KeyboardEvent};
use yew::prelude::*;

use super::full_screen;
use crate::PLAY;

/// Controls that need the keys themselves.
const TYPED_INTO: &str = "select, textarea, [contenteditable], [role=dialog] *, \
                          input[type=number], input[type=text], input[type=url], input[type=range], \
                          input[type=radio]";
/// Controls that need the space bar alone.
const PRESSED: &str = "button, a, summary, label, input";

fn is_within(target: Option<&EventTarget>, selector: &str) -> bool {
    target
        .and_then(|t| t.dyn_ref::<Element>())
        .is_some_and(|element| element.matches(selector).unwrap_or(false))
}

/// What the key of an event does for the world.
fn key(event: &KeyboardEvent) -> Option<Key> {
    let target = event.target();
    let modified = event.ctrl_key() || event.alt_key() || event.meta_key();
    if modified || is_within(target.as_ref(), TYPED_INTO) {
        return None;
    }
    if event.key() == " " && is_within(target.as_ref(), PRESSED) {
        return None;
    }
    keymap::key(&event.code(), &event.key())
}

/// Does what a key does when it goes down.
pub fn press(key: Key, on: &Callback<Event>) {
    on.emit(match key {
        Key::Play(control) => Event::Press(control),
        Key::Back => Event::Back(1),
        Key::Step => Event::StepOnce,
        Key::Pause => Event::Pause,
        Key::Restart => Event::Restart,
        Key::FullScreen => return full_screen::toggle(PLAY),
    });
}

/// Does what a key does when it comes up again.
pub fn lift(key: Key, on: &Callback<Event>) {
    if let Key::Play(control) = key {
        on.emit(Event::Lift(control));
    }
}

/// Listens to the whole window: a visitor need not find the right place first.
#[hook]
pub fn use_keys(state: &Rc<State>, on: &Callback<Event>) {
    let on = on.clone();
    let active = state.prefs.keys && state.can_play();
    use_effect_with(active, move |&active| {
        let mut listeners = Vec::new();
        if let Some(window) = web_sys::window().filter(|_| active) {
            let pressed = on.clone();
            listeners.push(EventListener::new_with_options(
                &window,
                "keydown",
                EventListenerOptions::enable_prevent_default(),
                move |event| {
                    let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                        return;
                    };
                    let Some(key) = key(event) else { return };
                    event.prevent_default();
                    // The browser's own repetition is uneven; the clock repeats what is held.
                    if !event.repeat() || matches!(key, Key::Back | Key::Step) {
                        press(key, &pressed);
                    }
                },
            ));
            let released = on.clone();
            listeners.push(EventListener::new(&window, "keyup", move |event| {
                let event = event.dyn_ref::<KeyboardEvent>();
                if let Some(key) = event.and_then(|e| keymap::key(&e.code(), &e.key())) {
                    lift(key, &released);
                }
            }));
            listeners.push(EventListener::new(&window, "blur", move |_| {
                on.emit(Event::LiftAll);
            }));
        }
        move || drop(listeners)
    });
}
