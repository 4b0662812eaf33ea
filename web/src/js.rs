//! Parts of the browser by their names, where `web-sys` would need more features: each of those has
//! burn compiled once more.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A property, or undefined.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// Sets a property, where the object lets us.
pub fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}

/// An object of these properties.
pub fn object<const N: usize>(properties: [(&str, JsValue); N]) -> Object {
    let object = Object::new();
    for (name, value) in properties {
        set(&object, name, &value);
    }
    object
}

/// Calls a method.
///
/// # Errors
/// If there is none of that name, or with what it throws.
pub fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method = get(object, name).dyn_into::<Function>()?;
    Reflect::apply(&method, object, &arguments.iter().collect::<Array>())
}

/// Calls a method, and waits for what it promises.
///
/// # Errors
/// As [`call`], or with why the promise was broken.
pub async fn ask(object: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let promise = call(object, name, arguments)?;
    JsFuture::from(Promise::resolve(&promise)).await
}

/// A new object of the class of that name.
///
/// # Errors
/// If there is none, or with what it throws.
pub fn make(class: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let class = get(&js_sys::global(), class).dyn_into::<Function>()?;
    Reflect::construct(&class, &arguments.iter().collect::<Array>())
}
