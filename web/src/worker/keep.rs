//! Worlds of the visitor's, kept on this device: in a cache of their own, under their addresses. What was
//! damaged since is not played.

use js_sys::{Array, Uint8Array};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use wasm_bindgen::JsValue;
use web::js::{ask, call, get, make, object};
use web::protocol::{FromWorker, KeptWorld, NOWHERE};

use super::{post, scope};

/// The cache's name. The service worker leaves it alone.
const CACHE: &str = "pocket-genie worlds of the visitor";
/// The largest file that is kept, bytes: to be kept it is copied, and a page has 4 GB of memory in all.
const LARGEST: usize = 256 << 20;
/// Headers of what is kept.
const NAME: &str = "x-name";
const BYTES: &str = "x-bytes";
const DIGEST: &str = "x-sha-256";

/// SHA-256 of a file.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The key of a file that came from no address.
pub fn key(digest: &[u8; 32]) -> String {
    format!("https://{NOWHERE}/{}", hex(digest))
}

fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    for (place, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(digest)
}

/// None on pages that come neither over https nor from this machine, and where the visitor forbids it.
async fn cache() -> Option<JsValue> {
    let caches = get(&scope(), "caches");
    ask(&caches, "open", &[CACHE.into()]).await.ok()
}

/// Tells the page what is kept.
pub async fn tell() {
    post(FromWorker::Kept(list().await));
}

async fn list() -> Vec<KeptWorld> {
    let mut worlds = Vec::new();
    let Some(cache) = cache().await else {
        return worlds;
    };
    let keys = ask(&cache, "keys", &[]).await.unwrap_or(JsValue::NULL);
    for request in Array::from(&keys).iter() {
        let found = ask(&cache, "match", std::slice::from_ref(&request)).await;
        if let Ok(response) = found
            && let Some(world) = described(&get(&request, "url"), &response)
        {
            worlds.push(world);
        }
    }
    worlds
}

fn described(key: &JsValue, response: &JsValue) -> Option<KeptWorld> {
    let header = |name: &str| {
        let value = call(&get(response, "headers"), "get", &[name.into()]).ok()?;
        value.as_string()
    };
    let name = header(NAME)?;
    Some(KeptWorld {
        key: key.as_string()?,
        name: percent_decode_str(&name).decode_utf8().ok()?.into_owned(),
        bytes: header(BYTES)?.parse().ok()?,
        digest: unhex(&header(DIGEST)?)?,
    })
}

/// The name and the bytes of a world that is kept, if it is, and whole.
pub async fn recall(key: &str) -> Option<(String, Vec<u8>)> {
    let cache = cache().await?;
    let response = ask(&cache, "match", &[key.into()]).await.ok()?;
    let world = described(&key.into(), &response)?;
    let buffer = ask(&response, "arrayBuffer", &[]).await.ok()?;
    let bytes = Uint8Array::new(&buffer).to_vec();
    if digest(&bytes) == world.digest {
        Some((world.name, bytes))
    } else {
        forget(key).await;
        tell().await;
        None
    }
}

/// Keeps a world, where there is room.
pub async fn keep(key: &str, name: &str, bytes: &[u8], digest: &[u8; 32]) {
    let put = async {
        if bytes.len() > LARGEST {
            return None;
        }
        let cache = cache().await?;
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC).to_string();
        let headers = object([
            (NAME, name.into()),
            (BYTES, bytes.len().to_string().into()),
            (DIGEST, hex(digest).into()),
        ]);
        let options = object([("headers", headers.into())]);
        let bytes = Uint8Array::from(bytes);
        let response = make("Response", &[bytes.into(), options.into()]).ok()?;
        ask(&cache, "put", &[key.into(), response]).await.ok()
    };
    // Without room it has to be opened again at the next visit: the page lists what is kept.
    if put.await.is_some() {
        tell().await;
    }
}

/// Keeps a world no longer.
pub async fn forget(key: &str) {
    if let Some(cache) = cache().await {
        // What isn't there needs no removing.
        let _ = ask(&cache, "delete", &[key.into()]).await;
    }
}
