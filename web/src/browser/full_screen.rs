//! The whole screen for the play.

use gloo_events::EventListener;
use web_sys::{Document, Element};
use yew::prelude::*;

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// Whether the browser can do it at all; phones of one maker can't.
pub fn is_possible() -> bool {
    document().is_some_and(|d| d.fullscreen_enabled())
}

/// To the full screen and back. `what` is an element's id.
pub fn toggle(what: &str) {
    let Some(document) = document() else { return };
    if document.fullscreen_element().is_some() {
        document.exit_fullscreen();
    } else if let Some(element) = document.get_element_by_id(what) {
        // Browsers refuse where no visitor has pressed anything: nothing is lost.
        let _ = Element::request_fullscreen(&element);
    }
}

/// Whether something fills the screen just now.
#[hook]
pub fn use_full_screen() -> bool {
    let full = use_state(|| false);
    let set = full.setter();
    use_effect_with((), move |()| {
        let listener = document().map(|d| {
            EventListener::new(&d, "fullscreenchange", move |_| {
                set.set(document().is_some_and(|d| d.fullscreen_element().is_some()));
            })
        });
        move || drop(listener)
    });
    *full
}
