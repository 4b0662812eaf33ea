//! The dialog in which a prompt is made: a sketch, or a part of a picture.

mod board;
mod crop;
mod icons;
mod reading;
mod sketch;
mod tools;
mod view;

use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web::state::studio::{Act, Desk};
use web::state::{Event, State};
use web_sys::HtmlElement;
use yew::prelude::*;

use self::crop::Crop;
use self::sketch::Sketch;
use super::trouble::TroubleBox;
use super::words::use_texts;

// By hand: `web-sys` would need a feature for it that has the whole of wgpu compiled anew.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = HtmlElement)]
    type Dialog;
    #[wasm_bindgen(catch, method, js_name = showModal)]
    fn show_modal(this: &Dialog) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn close(this: &Dialog);
}

/// What [`Studio`] takes.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// All that the page knows.
    pub state: Rc<State>,
    /// Hears of what is done.
    pub on: Callback<Event>,
}

/// The dialog; always there, so that the browser can bring the focus back when it closes.
#[component]
pub fn Studio(props: &Props) -> Html {
    let texts = use_texts();
    let Props { state, on } = props;
    let words = &texts.studio;
    let desk = state.studio.desk;
    let dialog = use_node_ref();
    let act = on.reform(Event::Studio);
    use_dialog(&dialog, desk, &act);
    let title = match desk {
        Some(Desk::Crop) => words.crop_title,
        _ => words.sketch_title,
    };
    let name = match desk {
        Some(Desk::Sketch) => "sketch",
        Some(Desk::Crop) => "crop",
        None => "",
    };
    html! {
        <dialog
            ref={dialog} class="studio" aria-labelledby="studio-title" data-testid="studio"
            data-desk={name} data-reading={state.studio.is_reading().to_string()}
        >
            if let Some(desk) = desk {
                <div class="head">
                    <h2 id="studio-title">{ title }</h2>
                    <button
                        type="button" class="key" aria-label={words.close} title={words.close}
                        onclick={act.reform(|_| Act::Close)} data-testid="studio-close"
                    >
                        { icons::close() }
                    </button>
                </div>
                if let Some(trouble) = state.trouble.clone() {
                    <TroubleBox {trouble} on={on.clone()} />
                }
                if desk == Desk::Sketch {
                    <Sketch state={state.clone()} {act} />
                } else {
                    <Crop state={state.clone()} {act} />
                }
                // The page's own status line is out of reach behind a dialog.
                <p class="unseen" role="status" aria-live="polite" data-testid="studio-status">
                    { &*state.announcement }
                </p>
            }
        </dialog>
    }
}

/// Opens and closes the dialog, and hears of it when the visitor closes it.
#[hook]
fn use_dialog(dialog: &NodeRef, desk: Option<Desk>, act: &Callback<Act>) {
    let (place, heard) = (dialog.clone(), act.clone());
    use_effect_with((), move |()| {
        let listeners = place.cast::<HtmlElement>().map(|dialog| {
            ["cancel", "close"].map(|name| {
                let heard = heard.clone();
                let options = EventListenerOptions::enable_prevent_default();
                EventListener::new_with_options(&dialog, name, options, move |event| {
                    // A file's control within it says "cancel", too, and that rises to here.
                    if event.target() == event.current_target() {
                        event.prevent_default();
                        heard.emit(Act::Close);
                    }
                })
            })
        });
        move || drop(listeners)
    });
    let place = dialog.clone();
    use_effect_with(desk, move |desk| {
        let open = desk.is_some();
        let Some(dialog) = place.cast::<HtmlElement>() else {
            return;
        };
        let shown = dialog.has_attribute("open");
        let first = dialog.query_selector("[autofocus]").ok().flatten();
        let dialog: Dialog = dialog.unchecked_into();
        if open && !shown {
            // It fails only for one that is not in the page.
            let _ = dialog.show_modal();
            // The focus may have scrolled the head out of a small screen.
            dialog.set_scroll_top(0);
        } else if !open && shown {
            dialog.close();
        } else if let Some(first) = first.and_then(|f| f.dyn_into::<HtmlElement>().ok()) {
            // From one desk to the other; what had the focus is gone.
            let _ = first.focus();
        }
    });
}
