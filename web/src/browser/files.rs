//! Files of the visitor's: chosen, dropped anywhere on the page, or pasted.

use gloo_events::{EventListener, EventListenerOptions};
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web::state::Event;
use web::state::studio::Act;
use web::texts::Texts;
use web_sys::{ClipboardEvent, DragEvent, File, FileList, Url};
use yew::prelude::*;

/// The largest picture file that is read, bytes.
const LARGEST_PICTURE: f64 = 64e6;
/// The largest world file that is read, bytes.
const LARGEST_WORLD: f64 = 1e9;

/// Reads the first of `files` and tells what it is.
pub fn open(files: Option<FileList>, texts: &'static Texts, on: &Callback<Event>) {
    if let Some(file) = files.and_then(|files| files.get(0)) {
        let on = on.clone();
        spawn_local(async move { on.emit(read(&file, texts).await) });
    }
}

async fn read(file: &File, texts: &Texts) -> Event {
    let name = file.name();
    if file.type_().starts_with("video/") {
        // Not read at all: the browser finds its way through it.
        return match Url::create_object_url_with_blob(file) {
            Ok(url) => Event::Studio(Act::Film(url)),
            Err(_) => Event::BadFile(texts.unreadable(&name)),
        };
    }
    let world = name.strip_suffix(".safetensors");
    let most = if world.is_some() {
        LARGEST_WORLD
    } else {
        LARGEST_PICTURE
    };
    if file.size() > most {
        return Event::BadFile(texts.too_large(file.size() as u64, most as u64));
    }
    match JsFuture::from(file.array_buffer()).await {
        Ok(buffer) => {
            let bytes = Uint8Array::new(&buffer).to_vec();
            match world {
                Some(world) => Event::PickWorldFile(world.to_owned(), bytes),
                None => Event::PickPicture(bytes),
            }
        }
        Err(_) => Event::BadFile(texts.unreadable(&name)),
    }
}

/// Takes files that are dropped on the page or pasted into it. Marks the page while one hovers.
#[hook]
pub fn use_drop_and_paste(texts: &'static Texts, on: &Callback<Event>) {
    let on = on.clone();
    use_effect_with(texts.tag, move |_| {
        let mut listeners = Vec::new();
        if let Some(window) = web_sys::window() {
            let mut listen = |name: &'static str, act: Box<dyn Fn(&web_sys::Event)>| {
                let options = EventListenerOptions::enable_prevent_default();
                listeners.push(EventListener::new_with_options(
                    &window,
                    name,
                    options,
                    move |e| act(e),
                ));
            };
            listen(
                "dragover",
                Box::new(|event| {
                    // Without this the browser would open the file in place of the page.
                    event.prevent_default();
                    hover(true);
                }),
            );
            listen(
                "dragleave",
                Box::new(|event| {
                    let left = event
                        .dyn_ref::<DragEvent>()
                        .is_some_and(|e| e.related_target().is_none());
                    if left {
                        hover(false);
                    }
                }),
            );
            let dropped = on.clone();
            listen(
                "drop",
                Box::new(move |event| {
                    event.prevent_default();
                    hover(false);
                    let data = event
                        .dyn_ref::<DragEvent>()
                        .and_then(DragEvent::data_transfer);
                    open(data.and_then(|d| d.files()), texts, &dropped);
                }),
            );
            listen(
                "paste",
                Box::new(move |event| {
                    let data = event
                        .dyn_ref::<ClipboardEvent>()
                        .and_then(ClipboardEvent::clipboard_data);
                    open(data.and_then(|d| d.files()), texts, &on);
                }),
            );
        }
        move || drop(listeners)
    });
}

/// Marks the page, for its style, while a file hovers over it.
fn hover(over: bool) {
    let body = web_sys::window()
        .and_then(|w| w.document())
        .and_then(|d| d.body());
    if let Some(body) = body {
        // Fails for names with a blank only.
        let _ = body.class_list().toggle_with_force("hovered", over);
    }
}
