//! Which of the page's views the address asks for: `#how` is the one that explains.

use gloo_events::EventListener;
use web::state::{Event, LookEvent};
use yew::prelude::*;

/// The part of the address that leads to it.
const HOW: &str = "#how";

/// Keeps the view the one that the address asks for, so that links and the browser's own buttons work.
#[hook]
pub fn use_route(on: &Callback<Event>) {
    let on = on.clone();
    use_effect_with((), move |()| {
        let window = web_sys::window();
        let listener = window.map(|window| {
            let tell = {
                let window = window.clone();
                move || {
                    let hash = window.location().hash();
                    let how = hash.is_ok_and(|hash| hash == HOW);
                    on.emit(Event::Look(LookEvent::How(how)));
                }
            };
            tell();
            EventListener::new(&window, "hashchange", move |_| tell())
        });
        move || drop(listener)
    });
}
