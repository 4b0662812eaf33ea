//! The way to the worker: starts it, listens to it, ends it.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web::protocol::{Bench, DeviceKind, FromWorker, ToWorker};
use web::state::{Event, Wishes};
use web::wire;
use web_sys::{ErrorEvent, MessageEvent, UrlSearchParams, Worker, WorkerOptions, WorkerType};
use yew::Callback;

/// Shared by all who post.
#[derive(Clone, Default)]
pub struct Link(Rc<Inner>);

#[derive(Default)]
struct Inner {
    on: RefCell<Option<Callback<Event>>>,
    worker: RefCell<Option<Running>>,
}

/// A worker and the listeners that end with it.
struct Running {
    worker: Worker,
    _listeners: [EventListener; 3],
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl PartialEq for Link {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Link {
    /// Starts the worker; `on` hears what comes of it.
    pub fn connect(&self, on: Callback<Event>) {
        *self.0.on.borrow_mut() = Some(on);
        self.restart();
    }

    /// Ends the worker, if there is one, and starts another.
    pub fn restart(&self) {
        let Some(on) = self.0.on.borrow().clone() else {
            return;
        };
        // The old one first: two would want twice the memory.
        *self.0.worker.borrow_mut() = None;
        match start(&on) {
            Ok(running) => *self.0.worker.borrow_mut() = Some(running),
            Err(why) => later(0, on, Event::WorkerDied(why)),
        }
    }

    /// Sends a message to the worker.
    pub fn post(&self, message: ToWorker) {
        let Some(on) = self.0.on.borrow().clone() else {
            return;
        };
        let sent = match (&*self.0.worker.borrow(), wire::pack(message)) {
            (Some(running), Ok((message, blobs))) => running
                .worker
                .post_message_with_transfer(&message, &blobs)
                .map_err(|e| format!("{e:?}")),
            (None, _) => Err("the engine isn't running".into()),
            (_, Err(why)) => Err(why),
        };
        if let Err(why) = sent {
            later(0, on, Event::WorkerDied(why));
        }
    }

    /// Brings [`Event::Tick`] after a while.
    pub fn tick_after(&self, number: u32, ms: f64) {
        if let Some(on) = self.0.on.borrow().clone() {
            later(ms as u32, on, Event::Tick(number));
        }
    }
}

/// Tells `event` after a while; even after none at all, as the reducer may be running just now.
fn later(ms: u32, on: Callback<Event>, event: Event) {
    Timeout::new(ms, move || on.emit(event)).forget();
}

fn start(on: &Callback<Event>) -> Result<Running, String> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options("worker_boot.js", &options)
        .map_err(|_| "this browser doesn't let the page start its engine".to_owned())?;
    let listen = |name: &'static str, event: fn(&web_sys::Event) -> Event| {
        let on = on.clone();
        EventListener::new(&worker, name, move |e| on.emit(event(e)))
    };
    let listeners = [
        listen("message", |event| match heard(event) {
            Ok(message) => Event::Worker(message),
            Err(why) => Event::WorkerDied(format!(
                "the page and its engine are of different versions; reload the page ({why})"
            )),
        }),
        listen("messageerror", |_| {
            Event::WorkerDied("the engine's answer could not be read".into())
        }),
        listen("error", |event| {
            let why = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
            let why = why.filter(|why| !why.is_empty());
            Event::WorkerDied(why.unwrap_or_else(|| "the engine can't be fetched".into()))
        }),
    ];
    Ok(Running {
        worker,
        _listeners: listeners,
    })
}

fn heard(event: &web_sys::Event) -> Result<FromWorker, String> {
    let event: &MessageEvent = event.dyn_ref().ok_or("not a message")?;
    wire::unpack(&event.data())
}

/// The late frame that a bench compares frame 20 with.
const BENCH_FAR: usize = 200;
/// Frames that a bench measures from each of the two on.
const BENCH_FRAMES: usize = 10;

/// What the page's address asks for.
pub fn wishes() -> Wishes {
    let window = web_sys::window();
    let query = window.as_ref().and_then(|w| w.location().search().ok());
    let query = query.and_then(|q| UrlSearchParams::new_with_str(&q).ok());
    let wish = |name: &str| {
        query
            .as_ref()
            .and_then(|q| q.get(name))
            .filter(|v| !v.is_empty())
    };
    let base = window
        .and_then(|w| w.document())
        .and_then(|d| d.base_uri().ok().flatten());
    let folder = base.and_then(|base| web_sys::Url::new_with_base("worlds/", &base).ok());
    let number = |name: &str| wish(name).and_then(|n| n.parse().ok());
    let benches = query.as_ref().is_some_and(|q| q.has("bench"));
    let bench = benches.then(|| Bench {
        steps: number("steps"),
        far: number("far").unwrap_or(BENCH_FAR),
        frames: number("frames").unwrap_or(BENCH_FRAMES),
    });
    Wishes {
        bench,
        device: wish("device").as_deref().and_then(DeviceKind::from_id),
        world: wish("world"),
        seed: wish("seed")
            .and_then(|s| s.parse().ok())
            .unwrap_or_else(random_seed),
        folder: folder.map_or_else(|| "worlds/".into(), |url| url.href()),
    }
}

/// A seed short enough to be read out to a friend.
pub fn random_seed() -> u32 {
    (js_sys::Math::random() * 10_000.0) as u32
}
