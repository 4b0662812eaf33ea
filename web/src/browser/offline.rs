//! The service worker, which keeps the page for visits without a network (`web/service_worker.js`).

use std::pin::pin;

use futures::StreamExt;
use futures::channel::mpsc;
use futures::future::{Either, select};
use gloo_events::EventListener;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web::state::{Event, Offline};
use web_sys::{MessageEvent, ServiceWorkerContainer, ServiceWorkerRegistration};
use yew::Callback;

/// How long the first visit waits for it, milliseconds: what it sees being fetched need not be
/// fetched again to be kept.
const PATIENCE_MS: u32 = 1500;

/// How long a visit waits for a newer version of the page to take this one's place, milliseconds. It does
/// as soon as the old service worker has nothing to do; a visitor shouldn't notice.
const NEWER_MS: u32 = 3000;

/// Absent in browsers that have none, and on pages that don't come over https.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator = web_sys::window()?.navigator();
    let name = JsValue::from_str("serviceWorker");
    let there = js_sys::Reflect::get(&navigator, &name).is_ok_and(|value| value.is_object());
    there.then(|| navigator.service_worker())
}

/// Starts it, and waits a little until it sees what the page fetches. `on` hears whether the page
/// works without a network. Where a newer version of the page waits, the page begins again with that.
pub async fn start(on: Callback<Event>) {
    let Some(container) = container() else {
        return on.emit(Event::Offline(Offline::Unavailable));
    };
    let (seen, mut sees) = mpsc::unbounded();
    let (heard, replaced) = (on.clone(), seen.clone());
    EventListener::new(&container, "message", move |event| {
        let said = event
            .dyn_ref::<MessageEvent>()
            .and_then(|e| e.data().as_string());
        match said.as_deref() {
            Some("kept") => heard.emit(Event::Offline(Offline::Ready)),
            Some("full") => heard.emit(Event::Offline(Offline::Full)),
            // Nobody waits any more for what comes late, here and below.
            Some("waits") => drop(seen.unbounded_send(Change::None)),
            _ => {}
        }
    })
    .forget();
    let _listener = EventListener::new(&container, "controllerchange", move |_| {
        drop(replaced.unbounded_send(Change::Controller));
    });
    let registered = within(PATIENCE_MS, JsFuture::from(container.register("sw.js"))).await;
    match registered {
        Some(Err(_)) => on.emit(Event::Offline(Offline::Unavailable)),
        Some(Ok(registration)) if container.controller().is_some() => {
            let asked = ask_newer(&registration.unchecked_into());
            if asked && within(NEWER_MS, sees.next()).await == Some(Some(Change::Controller)) {
                // All that this page has begun is of the old version.
                let _ = web_sys::window().map(|window| window.location().reload());
                std::future::pending::<()>().await;
            }
        }
        Some(Ok(_)) => {
            within(PATIENCE_MS, sees.next()).await;
        }
        None => {}
    }
}

/// What came of a request to be seen, or to be replaced.
#[derive(PartialEq)]
enum Change {
    /// Another service worker than before, or the first, answers this page's requests.
    Controller,
    /// The newer one goes on waiting.
    None,
}

/// What `future` leads to, unless it takes longer.
async fn within<F: Future>(ms: u32, future: F) -> Option<F::Output> {
    match select(pin!(future), TimeoutFuture::new(ms)).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

/// Asks a newer version of the page, if one waits, to take this one's place; it won't while another tab
/// plays. Whether one waits.
fn ask_newer(registration: &ServiceWorkerRegistration) -> bool {
    let newer = registration.waiting();
    newer.is_some_and(|newer| newer.post_message(&JsValue::from_str("take over")).is_ok())
}

/// Has it keep the whole page, and the world that is being played.
pub fn keep(world: Option<String>) {
    let controller = container().and_then(|c| c.controller());
    if let Some(controller) = controller {
        let world = world.map_or(JsValue::NULL, |name| JsValue::from_str(&name));
        // It fails for what can't be copied; a name can.
        let _ = controller.post_message(&world);
    }
}
