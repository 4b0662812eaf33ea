//! Messages over `postMessage`: an array of the message as JSON and its large bytes as buffers,
//! which change hands without being copied by the browser.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::protocol::Message;

/// The message as `postMessage` takes it, and the list of buffers to hand over.
///
/// # Errors
/// If it can't be written as JSON.
pub fn pack<M: Message>(mut message: M) -> Result<(Array, Array), String> {
    let text = serde_json::to_string(&message).map_err(|e| e.to_string())?;
    let (packed, handed_over) = (Array::new(), Array::new());
    packed.push(&JsValue::from_str(&text));
    for blob in message.blobs() {
        let bytes = Uint8Array::from(blob.as_slice());
        handed_over.push(&bytes.buffer());
        packed.push(&bytes);
    }
    Ok((packed, handed_over))
}

/// The message in what `postMessage` brought.
///
/// # Errors
/// If it is none, or one of another version.
pub fn unpack<M: Message>(data: &JsValue) -> Result<M, String> {
    let packed: &Array = data.dyn_ref().ok_or("not a message")?;
    let text = packed.get(0).as_string().ok_or("a message without text")?;
    let mut message: M = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    for (place, blob) in (1..).zip(message.blobs()) {
        let bytes = packed.get(place);
        let bytes: &Uint8Array = bytes.dyn_ref().ok_or("a message without its bytes")?;
        *blob = bytes.to_vec();
    }
    Ok(message)
}
