//! Ticks at a steady pace, in step with the screen.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web::state::{Event, Pace};
use yew::prelude::*;

/// A tick may come so much too early, milliseconds: half a frame of a fast screen. Waiting for the
/// next frame of the screen would make it late by more.
const EARLY_MS: f64 = 4.0;

type Frame = Closure<dyn FnMut(f64)>;

/// Brings [`Event::Tick`] at `pace`, as long as there is one. In a hidden page the browser draws
/// nothing, so that the world waits there for its visitor.
#[hook]
pub fn use_clock(pace: Option<Pace>, on: &Callback<Event>) {
    let on = on.clone();
    use_effect_with(pace, move |&pace| {
        let stop = pace.and_then(|pace| run(pace, on));
        move || drop(stop)
    });
}

/// Stops the ticks when it is dropped.
struct Running {
    next: Rc<Cell<i32>>,
    frame: Rc<RefCell<Option<Frame>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            // Fails only for a frame that was never asked for.
            let _ = window.cancel_animation_frame(self.next.get());
        }
        // If this is its own tick, the closure is in use; then it ends with the call.
        if let Ok(mut frame) = self.frame.try_borrow_mut() {
            *frame = None;
        }
    }
}

fn run(pace: Pace, on: Callback<Event>) -> Option<Running> {
    let next = Rc::new(Cell::new(0));
    let frame: Rc<RefCell<Option<Frame>>> = Rc::default();
    let start = web_sys::window()?.performance()?.now();
    let mut due = start + pace.first;
    let again = {
        let (next, frame) = (next.clone(), Rc::downgrade(&frame));
        move || {
            let asked = web_sys::window()
                .zip(frame.upgrade())
                .and_then(|(window, frame)| {
                    let frame = frame.borrow();
                    let callback = frame.as_ref()?.as_ref().unchecked_ref();
                    window.request_animation_frame(callback).ok()
                });
            next.set(asked.unwrap_or_default());
        }
    };
    let ask = again.clone();
    *frame.borrow_mut() = Some(Closure::new(move |now: f64| {
        ask();
        if now + EARLY_MS < due {
            return;
        }
        // A tick that is late doesn't hurry the ones after it.
        due = (due + pace.period).max(now + pace.period - EARLY_MS);
        on.emit(Event::Tick(now));
    }));
    again();
    Some(Running { next, frame })
}
