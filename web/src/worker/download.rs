//! Downloads, with progress.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web::protocol::{FromWorker, Stage, WorldEntry};
use web_sys::{ReadableStreamDefaultReader, Response};

use super::{now, post, scope, thrown};

/// No more than this is fetched, bytes: a page has 4 GB of memory in all.
const MOST: u64 = 1 << 30;
/// Memory set aside on the word of the server, bytes.
const MOST_PROMISED: u64 = 64 << 20;
/// Progress is told after this many bytes, at least.
const TELL_EVERY: u64 = 64 << 10;

/// The bytes at `url`. `size` is their number if it is known beforehand.
pub async fn fetch(url: &str, stage: Stage, size: Option<u64>) -> Result<Vec<u8>, String> {
    download(url, stage, size, MOST).await
}

/// The bytes at an address of somebody else's: not many more than its server has announced, and the visitor
/// agreed to.
pub async fn fetch_at_most(
    url: &str,
    stage: Stage,
    agreed: Option<u64>,
) -> Result<Vec<u8>, String> {
    // It may have counted compressed bytes, and other pages aren't told whether it did.
    let most = agreed.map_or(MOST, |bytes| bytes.saturating_mul(2));
    download(url, stage, None, most.min(MOST)).await
}

async fn download(
    url: &str,
    stage: Stage,
    size: Option<u64>,
    most: u64,
) -> Result<Vec<u8>, String> {
    let response = JsFuture::from(scope().fetch_with_str(url))
        .await
        .map_err(|_| format!("{url} can't be reached; is there a network?"))?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err(match response.status() {
            404 => format!("{url} isn't there"),
            status => format!("the server answered {status} for {url}"),
        });
    }
    let total = size.or_else(|| content_length(&response));
    if total.is_some_and(|t| t > most) {
        return Err(too_large(url, most));
    }
    let body = response.body().ok_or_else(|| format!("{url} is empty"))?;
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();

    let mut bytes = Vec::with_capacity(total.unwrap_or(0).min(MOST_PROMISED) as usize);
    let mut told = 0;
    let start = now();
    let tell = |loaded, total| {
        post(FromWorker::Progress {
            stage,
            loaded,
            total,
            ms: now() - start,
        });
    };
    tell(0, total);
    loop {
        let chunk = JsFuture::from(reader.read())
            .await
            .map_err(|e| format!("the download of {url} broke off ({})", thrown(&e)))?;
        if field(&chunk, "done").is_truthy() {
            break;
        }
        let chunk: Uint8Array = field(&chunk, "value").unchecked_into();
        let start = bytes.len();
        bytes.resize(start + chunk.length() as usize, 0);
        chunk.copy_to(&mut bytes[start..]);
        let loaded = bytes.len() as u64;
        if loaded > most {
            // Nobody reads the rest; it fails only for a stream that has ended.
            let _ = reader.cancel();
            return Err(too_large(url, most));
        }
        if loaded - told >= TELL_EVERY {
            told = loaded;
            tell(loaded, total);
        }
    }
    let loaded = bytes.len() as u64;
    tell(loaded, Some(loaded));
    Ok(bytes)
}

fn too_large(url: &str, most: u64) -> String {
    if most < MOST {
        format!("{url} has far more bytes than its server announced")
    } else {
        format!("{url} is too large for a page")
    }
}

/// The worlds listed in the folder's `index.json`.
pub async fn list(folder: &str) -> Result<Vec<WorldEntry>, String> {
    let bytes = fetch(&format!("{folder}index.json"), Stage::List, None).await?;
    serde_json::from_slice(&bytes).map_err(|e| format!("the list of worlds is damaged ({e})"))
}

/// The length that the server announces, unless it counts compressed bytes.
fn content_length(response: &Response) -> Option<u64> {
    let header = |name: &str| response.headers().get(name).ok().flatten();
    if header("content-encoding").is_some() {
        return None;
    }
    header("content-length")?.parse().ok()
}

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}
