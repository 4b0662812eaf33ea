//! Gamepads: asked at every frame of the screen, as browsers tell of nothing but plugs.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web::keymap::Key;
use web::pad;
use web::state::Event;
use web_sys::{Gamepad, GamepadButton, Window};
use yew::prelude::*;

use super::keys;

/// How often a pad is asked, milliseconds: a quarter of a frame at most is lost.
const EVERY_MS: i32 = 8;

/// Plays what pads hold, once one is plugged in.
#[hook]
pub fn use_gamepads(on: &Callback<Event>) {
    let on = on.clone();
    use_effect_with((), move |()| {
        let window = web_sys::window();
        let polling = std::rc::Rc::new(std::cell::RefCell::new(None));
        let listener = window.map(|window| {
            let polling = polling.clone();
            EventListener::new(&window.clone(), "gamepadconnected", move |_| {
                let mut polling = polling.borrow_mut();
                if polling.is_none() {
                    *polling = Polling::start(&window, on.clone());
                }
            })
        });
        move || {
            drop(listener);
            polling.borrow_mut().take();
        }
    });
}

/// Ends with its owner.
struct Polling {
    number: i32,
    _ask: Closure<dyn FnMut()>,
}

impl Polling {
    fn start(window: &Window, on: Callback<Event>) -> Option<Self> {
        let mut before: Vec<Key> = Vec::new();
        let ask = Closure::<dyn FnMut()>::new(move || {
            let held = held();
            for key in before.iter().filter(|key| !held.contains(key)) {
                keys::lift(*key, &on);
            }
            for key in held.iter().filter(|key| !before.contains(key)) {
                keys::press(*key, &on);
            }
            before = held;
        });
        let callback = ask.as_ref().unchecked_ref();
        let number = window
            .set_interval_with_callback_and_timeout_and_arguments_0(callback, EVERY_MS)
            .ok()?;
        Some(Self { number, _ask: ask })
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            window.clear_interval_with_handle(self.number);
        }
    }
}

/// What all pads together hold.
fn held() -> Vec<Key> {
    let pads = web_sys::window().and_then(|w| w.navigator().get_gamepads().ok());
    let pads = pads
        .into_iter()
        .flat_map(|pads| pads.iter().collect::<Vec<_>>());
    pads.filter_map(|pad| pad.dyn_into::<Gamepad>().ok())
        .filter(Gamepad::connected)
        .flat_map(|pad| {
            let (buttons, axes) = (pad.buttons(), pad.axes());
            let pressed = |n: usize| {
                let button = buttons.get(n as u32).dyn_into::<GamepadButton>();
                button.is_ok_and(|b| b.pressed())
            };
            let axis = |n| axes.get(n).as_f64().unwrap_or_default();
            pad::held(pressed, [axis(0), axis(1)])
        })
        .collect()
}
