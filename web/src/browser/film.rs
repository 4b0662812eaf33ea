//! Films: frames are played to the browser's own recorder, which takes as long as watching them.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web::js;
use web::state::Event;
use web::state::export::{Clip, Event as Said};
use web::texts::Texts;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};
use yew::Callback;

use super::save;

/// Kinds of films, the most widely played first: name and ending.
const KINDS: [(&str, &str); 5] = [
    ("video/mp4;codecs=avc1.42E01F", "mp4"),
    ("video/webm;codecs=vp9", "webm"),
    ("video/webm;codecs=vp8", "webm"),
    ("video/webm", "webm"),
    ("video/mp4", "mp4"),
];
/// Pixels that the longer side of a film has at least.
const WIDE: usize = 512;
/// Bits a second: hard edges need many.
const BITS: f64 = 4e6;

thread_local! {
    /// Counts films, those that were stopped twice.
    static NUMBER: Cell<u32> = const { Cell::new(0) };
}

fn kind() -> Option<(&'static str, &'static str)> {
    let recorder = js::get(&js_sys::global(), "MediaRecorder");
    let takes = |mime: &str| {
        let said = js::call(&recorder, "isTypeSupported", &[mime.into()]);
        said.is_ok_and(|said| said.is_truthy())
    };
    let canvas = js::get(&js_sys::global(), "HTMLCanvasElement");
    let plays = js::get(&js::get(&canvas, "prototype"), "captureStream").is_function();
    KINDS.into_iter().find(|(mime, _)| plays && takes(mime))
}

/// Whether the browser can make films.
pub fn is_possible() -> bool {
    kind().is_some()
}

/// Stops the film that is being made.
pub fn stop() {
    NUMBER.set(NUMBER.get() + 1);
}

/// Makes a film of `clip` and has the browser save it. `on` hears how far it is.
pub fn film(clip: Rc<Clip>, texts: &'static Texts, on: Callback<Event>) {
    stop();
    let number = NUMBER.get();
    spawn_local(async move {
        let said = match record(&clip, number, &on).await {
            Ok(Some((_, 0))) => Said::NoFilm(texts.sharing.film_empty.into()),
            Ok(Some((name, bytes))) => Said::Filmed(name, bytes),
            Ok(None) => return,
            Err(_) => Said::NoFilm(texts.sharing.film_failed.into()),
        };
        on.emit(Event::Export(said));
    });
}

/// The film's name and bytes; none if it was stopped.
async fn record(
    clip: &Clip,
    number: u32,
    on: &Callback<Event>,
) -> Result<Option<(String, u64)>, JsValue> {
    let missing = || JsValue::from_str("something is missing");
    let (mime, ending) = kind().ok_or_else(missing)?;
    let (width, height) = clip.size;
    let scale = WIDE.div_ceil(width.max(height).max(1)).max(1);
    let screen = Screen::new(width, height, scale).ok_or_else(missing)?;

    // Frames are recorded when we say so, where that can be said.
    let stream = js::call(&screen.canvas, "captureStream", &[0.into()])?;
    let tracks = js::call(&stream, "getVideoTracks", &[])?;
    let track = Array::from(&tracks).get(0);
    let (stream, takes) = if js::get(&track, "requestFrame").is_function() {
        (stream, true)
    } else {
        (js::call(&screen.canvas, "captureStream", &[])?, false)
    };
    let options = js::object([
        ("mimeType", mime.into()),
        ("videoBitsPerSecond", BITS.into()),
    ]);
    let recorder = js::make("MediaRecorder", &[stream, options.into()])?;
    let parts = Array::new();
    let collected = parts.clone();
    let collect = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
        collected.push(&js::get(&event, "data"));
    });
    js::set(&recorder, "ondataavailable", collect.as_ref());
    let ended = Promise::new(&mut |resolve: Function, reject: Function| {
        js::set(&recorder, "onstop", &resolve);
        js::set(&recorder, "onerror", &reject);
    });
    js::call(&recorder, "start", &[])?;

    let period = 1000.0 / clip.fps.max(1) as f64;
    let all = clip.frames.len() / (4 * width * height).max(1);
    let start = now();
    for (done, frame) in clip.frames.chunks_exact(4 * width * height).enumerate() {
        screen.show(frame);
        if takes {
            js::call(&track, "requestFrame", &[])?;
        }
        on.emit(Event::Export(Said::Filming(done + 1, all)));
        let due = start + (done + 1) as f64 * period;
        TimeoutFuture::new((due - now()).max(0.0) as u32).await;
        if NUMBER.get() != number {
            // What it has so far is thrown away.
            let _ = js::call(&recorder, "stop", &[]);
            return Ok(None);
        }
    }
    js::call(&recorder, "stop", &[])?;
    JsFuture::from(ended).await?;
    let film = save::blob(&parts, mime.split(';').next().unwrap_or(mime)).ok_or_else(missing)?;
    let name = format!("{}.{ending}", clip.name);
    if film.size() > 0.0 {
        save::save_blob(&name, &film).ok_or_else(missing)?;
    }
    Ok(Some((name, film.size() as u64)))
}

/// A canvas that nobody sees but the recorder.
struct Screen {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
    width: usize,
    scale: usize,
}

impl Screen {
    fn new(width: usize, height: usize, scale: usize) -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
        canvas.set_width((width * scale) as u32);
        canvas.set_height((height * scale) as u32);
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        Some(Self {
            canvas,
            context,
            width,
            scale,
        })
    }

    /// Draws a frame, each pixel as a square.
    fn show(&self, rgba: &[u8]) -> Option<()> {
        let mut large = Vec::with_capacity(rgba.len() * self.scale * self.scale);
        for row in rgba.chunks_exact(4 * self.width) {
            let start = large.len();
            for pixel in row.chunks_exact(4) {
                for _ in 0..self.scale {
                    large.extend_from_slice(pixel);
                }
            }
            let end = large.len();
            for _ in 1..self.scale {
                large.extend_from_within(start..end);
            }
        }
        let width = (self.width * self.scale) as u32;
        let data = ImageData::new_with_u8_clamped_array(Clamped(&large), width).ok()?;
        self.context.put_image_data(&data, 0.0, 0.0).ok()
    }
}

fn now() -> f64 {
    let performance = web_sys::window().and_then(|w| w.performance());
    performance.map_or(0.0, |p| p.now())
}
