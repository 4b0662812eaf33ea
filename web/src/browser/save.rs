//! Files for the visitor.

use gloo_timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web::js;
use web::state::export::Saved;
use web_sys::{Blob, HtmlElement, Url};

/// Milliseconds after which the browser no longer needs a file's address.
const READ_MS: u32 = 60_000;

/// Has the browser save a file.
pub fn save(file: &Saved) {
    let bytes = Uint8Array::from(file.bytes.as_slice());
    if let Some(blob) = blob(&Array::of1(&bytes), file.mime) {
        save_blob(&file.name, &blob);
    }
}

/// A file of these parts.
pub fn blob(parts: &Array, mime: &str) -> Option<Blob> {
    let options = js::object([("type", JsValue::from_str(mime))]);
    let blob = js::make("Blob", &[parts.into(), options.into()]).ok()?;
    blob.dyn_into().ok()
}

/// Has the browser save a file of that name.
pub fn save_blob(name: &str, blob: &Blob) -> Option<()> {
    let address = Url::create_object_url_with_blob(blob).ok()?;
    let document = web_sys::window()?.document()?;
    let anchor: HtmlElement = document.create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_attribute("href", &address).ok()?;
    anchor.set_attribute("download", name).ok()?;
    anchor.click();
    Timeout::new(READ_MS, move || {
        // It fails for addresses that are none.
        let _ = Url::revoke_object_url(&address);
    })
    .forget();
    Some(())
}
