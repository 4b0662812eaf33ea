//! Pictures decoded by the browser: large ones, as it needs less memory for them than we do and gives
//! that back, and kinds that only it knows.

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web::opening::{STILL, small};
use web::protocol::Picture;
use web_sys::{Blob, ImageData};

/// More pixels than this are left to the browser.
pub const LARGE: u64 = 8_000_000;

// By hand: `web-sys` would need features for them that have the whole of wgpu compiled anew.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = createImageBitmap)]
    async fn create_image_bitmap(blob: &Blob, options: &Object) -> Result<JsValue, JsValue>;

    type OffscreenCanvas;
    #[wasm_bindgen(catch, constructor)]
    fn new(width: u32, height: u32) -> Result<OffscreenCanvas, JsValue>;
    #[wasm_bindgen(catch, method, js_name = getContext)]
    fn get_context(this: &OffscreenCanvas, kind: &str) -> Result<Context, JsValue>;

    type Context;
    #[wasm_bindgen(catch, method, js_name = drawImage)]
    fn draw(
        this: &Context,
        image: &JsValue,
        x: f64,
        y: f64,
        width: f64,
        height: f64,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, method, js_name = getImageData)]
    fn data(this: &Context, x: f64, y: f64, width: f64, height: f64) -> Result<ImageData, JsValue>;
}

/// The picture in a file, made small; none if the browser can't read it. `width` is the picture's,
/// where it is known.
pub async fn decode(bytes: &[u8], width: Option<u32>) -> Option<Picture> {
    let parts = js_sys::Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence(&parts).ok()?;
    let options = Object::new();
    if let Some(width) = width.filter(|&w| w as usize > STILL) {
        // Never twice as small as it will be: the rest is done by a better filter.
        let set = |name: &str, value: JsValue| Reflect::set(&options, &name.into(), &value);
        let wanted = (width as usize).min(2 * STILL);
        set("resizeWidth", JsValue::from_f64(wanted as f64)).ok()?;
        set("resizeQuality", JsValue::from_str("high")).ok()?;
    }
    let bitmap = create_image_bitmap(&blob, &options).await.ok()?;
    let side = |name: &str| Reflect::get(&bitmap, &name.into()).ok()?.as_f64();
    let (width, height) = (side("width")?, side("height")?);
    let scale = (2.0 * STILL as f64 / width.max(height)).min(1.0);
    let (width, height) = (
        (width * scale).round().max(1.0),
        (height * scale).round().max(1.0),
    );
    let canvas = OffscreenCanvas::new(width as u32, height as u32).ok()?;
    let context = canvas.get_context("2d").ok()?;
    context.draw(&bitmap, 0.0, 0.0, width, height).ok()?;
    let data = context.data(0.0, 0.0, width, height).ok()?;
    let picture = Picture {
        width: data.width() as usize,
        height: data.height() as usize,
        rgba: data.data().0,
    };
    Some(small(picture, STILL))
}
