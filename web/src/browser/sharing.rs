//! The page's address, its fragment, the clipboard, and the system's own ways to send things.

use gloo_events::EventListener;
use web::js;
use web::state::Event;
use web::state::share::Event as Said;
use yew::prelude::*;

/// The page's address, without what it was asked for.
pub fn page_address() -> String {
    let location = web_sys::window().map(|w| w.location());
    let part = |part: Option<Result<String, _>>| part.and_then(Result::ok).unwrap_or_default();
    let origin = part(location.as_ref().map(web_sys::Location::origin));
    origin + &part(location.as_ref().map(web_sys::Location::pathname))
}

/// Tells the fragment of the page's address, at first and whenever it changes.
#[hook]
pub fn use_fragment(on: &Callback<Event>) {
    let on = on.clone();
    use_effect_with((), move |()| {
        let window = web_sys::window();
        let listener = window.map(|window| {
            let tell = move || {
                let fragment = web_sys::window().and_then(|w| w.location().hash().ok());
                on.emit(Event::Share(Said::Opened(fragment.unwrap_or_default())));
            };
            tell();
            EventListener::new(&window, "hashchange", move |_| tell())
        });
        move || drop(listener)
    });
}

/// Puts a text into the clipboard; whether the browser let us.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    let clipboard = js::get(&window.navigator(), "clipboard");
    js::ask(&clipboard, "writeText", &[text.into()])
        .await
        .is_ok()
}

/// The same for what is selected, the way of browsers and pages that have no other.
pub fn copy_selected() -> bool {
    let document = web_sys::window().and_then(|w| w.document());
    let copied = document.map(|document| js::call(&document, "execCommand", &["copy".into()]));
    copied.is_some_and(|copied| copied.is_ok_and(|copied| copied.is_truthy()))
}

/// Whether the system has its own way to send a link.
pub fn can_send() -> bool {
    web_sys::window().is_some_and(|w| js::get(&w.navigator(), "share").is_function())
}

/// Lets the visitor send a link. Whoever changes their mind is told nothing.
pub fn send(title: &str, address: &str) {
    if let Some(window) = web_sys::window() {
        let what = js::object([("title", title.into()), ("url", address.into())]);
        if let Ok(promise) = js::call(&window.navigator(), "share", &[what.into()]) {
            let promise = js_sys::Promise::resolve(&promise);
            wasm_bindgen_futures::spawn_local(async move {
                let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
            });
        }
    }
}
