//! The service worker, which keeps the page for visits without a network (`web/service_worker.js`).

use std::pin::pin;

use futures::channel::oneshot;
use futures::future::select;
use gloo_events::EventListener;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web::state::{Event, Offline};
use web_sys::{MessageEvent, ServiceWorkerContainer};
use yew::Callback;

/// How long the first visit waits for it, milliseconds: what it sees being fetched need not be
/// fetched again to be kept.
const PATIENCE_MS: u32 = 1500;

/// Absent in browsers that have none, and on pages that don't come over https.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator = web_sys::window()?.navigator();
    let name = JsValue::from_str("serviceWorker");
    let there = js_sys::Reflect::get(&navigator, &name).is_ok_and(|value| value.is_object());
    there.then(|| navigator.service_worker())
}

/// Starts it, and waits a little until it sees what the page fetches. `on` hears whether the page
/// works without a network.
pub async fn start(on: Callback<Event>) {
    let Some(container) = container() else {
        return on.emit(Event::Offline(Offline::Unavailable));
    };
    let heard = on.clone();
    EventListener::new(&container, "message", move |event| {
        let said = event
            .dyn_ref::<MessageEvent>()
            .and_then(|e| e.data().as_string());
        match said.as_deref() {
            Some("kept") => heard.emit(Event::Offline(Offline::Ready)),
            Some("full") => heard.emit(Event::Offline(Offline::Full)),
            _ => {}
        }
    })
    .forget();
    let (seen, sees) = oneshot::channel();
    let mut seen = Some(seen);
    let _listener = EventListener::new(&container, "controllerchange", move |_| {
        // Nobody waits any more for the second.
        let _ = seen.take().map(|seen| seen.send(()));
    });
    let ready = async {
        if JsFuture::from(container.register("sw.js")).await.is_err() {
            on.emit(Event::Offline(Offline::Unavailable));
        } else if container.controller().is_none() {
            let _ = sees.await;
        }
    };
    select(pin!(ready), TimeoutFuture::new(PATIENCE_MS)).await;
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
