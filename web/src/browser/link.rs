//! The way to the worker: starts it, listens to it, ends it.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web::protocol::{FromWorker, ToWorker};
use web::state::Event;
use web::wire;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};
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
        self.hear(on);
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
            Err(why) => later(on, Event::WorkerDied(why)),
        }
    }

    /// Tells an event that comes from elsewhere in the browser.
    pub fn tell(&self, event: Event) {
        if let Some(on) = self.0.on.borrow().clone() {
            later(on, event);
        }
    }

    /// `on` hears what comes of it, and of other things that take their time.
    pub fn hear(&self, on: Callback<Event>) {
        *self.0.on.borrow_mut() = Some(on);
    }

    /// Who hears that.
    pub fn hearer(&self) -> Option<Callback<Event>> {
        self.0.on.borrow().clone()
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
            later(on, Event::WorkerDied(why));
        }
    }
}

/// Tells `event` soon, but not now, as the reducer may be running.
fn later(on: Callback<Event>, event: Event) {
    Timeout::new(0, move || on.emit(event)).forget();
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
