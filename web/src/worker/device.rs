//! Which device plays: the graphics processor if there is a real one, else the processor.

use js_sys::{Function, Object, Promise, Reflect};
use model::gpu::{Class, Gpu};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web::protocol::{DeviceKind, DeviceReason, DeviceReport};

use super::scope;

/// The device for a world, and why: a graphics processor, or none for the processor. `asked` overrides
/// our own choice.
///
/// # Errors
/// If WebGPU was asked for and isn't there: whoever asked wants to know.
pub async fn choose(asked: Option<DeviceKind>) -> Result<(Option<Gpu>, DeviceReport), String> {
    if asked == Some(DeviceKind::Cpu) {
        return Ok((None, cpu(DeviceReason::Asked, String::new())));
    }
    let insist = asked == Some(DeviceKind::WebGpu);
    let adapter = match find_adapter().await {
        Ok(adapter) if adapter.software && !insist => {
            return Ok((None, cpu(DeviceReason::Software, adapter.name)));
        }
        Ok(adapter) => adapter,
        Err(reason) if insist => {
            return Err(match reason {
                DeviceReason::NoAdapter => "WebGPU was asked for, but found no adapter".into(),
                _ => "WebGPU was asked for, but this browser has none".into(),
            });
        }
        Err(reason) => return Ok((None, cpu(reason, String::new()))),
    };
    match Gpu::open().await {
        Ok(gpu) => {
            let class = if adapter.software {
                Class::Software
            } else {
                Class::Hardware
            };
            let report = DeviceReport {
                kind: DeviceKind::WebGpu,
                reason: if insist {
                    DeviceReason::Asked
                } else {
                    DeviceReason::Gpu
                },
                adapter: adapter.name,
            };
            Ok((Some(gpu.with_class(class)), report))
        }
        Err(why) if insist => Err(format!("WebGPU was asked for, but did not start ({why})")),
        Err(why) => Ok((
            None,
            cpu(DeviceReason::Broken(why.to_string()), adapter.name),
        )),
    }
}

/// The processor, and why.
pub fn cpu(reason: DeviceReason, adapter: String) -> DeviceReport {
    DeviceReport {
        kind: DeviceKind::Cpu,
        reason,
        adapter,
    }
}

/// What the browser says of its graphics processor.
struct Adapter {
    name: String,
    /// Imitated by the processor: slower than computing there directly.
    software: bool,
}

/// Asks the browser itself: wgpu doesn't pass on whether an adapter is a fallback. By name rather
/// than through `web-sys`, where WebGPU still needs a compiler flag.
async fn find_adapter() -> Result<Adapter, DeviceReason> {
    let gpu = get(&scope().navigator(), "gpu");
    let request = get(&gpu, "requestAdapter");
    let Some(request) = request.dyn_ref::<Function>() else {
        return Err(DeviceReason::NoWebGpu);
    };
    let options = Object::new();
    // As `Gpu::open` asks, so that we judge the adapter that it will get.
    let _ = Reflect::set(
        &options,
        &"powerPreference".into(),
        &"high-performance".into(),
    );
    let adapter = match request.call1(&gpu, &options) {
        Ok(promise) => JsFuture::from(promise.unchecked_into::<Promise>()).await,
        Err(error) => Err(error),
    };
    let adapter = adapter.unwrap_or(JsValue::NULL);
    if !adapter.is_object() {
        return Err(DeviceReason::NoAdapter);
    }
    let info = get(&adapter, "info");
    let text = |name: &str| get(&info, name).as_string().filter(|t| !t.is_empty());
    let name = text("description")
        .or_else(|| text("device"))
        .or_else(|| match (text("vendor"), text("architecture")) {
            (Some(vendor), Some(architecture)) => Some(format!("{vendor} {architecture}")),
            (vendor, architecture) => vendor.or(architecture),
        })
        .unwrap_or_default();
    // It moved from the adapter to its info in 2024.
    let fallback = |of: &JsValue| get(of, "isFallbackAdapter").is_truthy();
    let software = fallback(&info) || fallback(&adapter);
    Ok(Adapter { name, software })
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}
