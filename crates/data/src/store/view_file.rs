//! What `view.json` says.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::place::Place;
use crate::{Error, Result};

pub(crate) const FILE: &str = "view.json";
const FORMAT: &str = "pocket-genie-view";
const VERSION: u64 = 1;
/// About ten million clips.
const MAX_BYTES: u64 = 128 << 20;

/// Some clips of a store.
pub(crate) struct View {
    /// The store, or the view, that it shows clips of.
    pub(crate) store: PathBuf,
    /// Numbers of the clips there.
    pub(crate) clips: Vec<u64>,
}

/// The text of a view of `clips` of `store`, chosen for the reason `why`.
pub(crate) fn text(store: &str, clips: &[u64], why: &Value) -> String {
    let view = json!({
        "format": FORMAT,
        "version": VERSION,
        "store": store,
        "why": why,
        "clips": clips,
    });
    format!("{view}\n")
}

/// Reads the view at `place`; `None` when there is none.
pub(crate) fn read(place: &Place) -> Result<Option<View>> {
    let Some(text) = place.read(FILE, MAX_BYTES)? else {
        return Ok(None);
    };
    let wrong = |what: String| Error::metadata(place.file(FILE), what);
    let value: Value =
        serde_json::from_slice(&text).map_err(|e| wrong(format!("it is not valid JSON ({e})")))?;
    if value["format"] != FORMAT {
        return Err(Error::NotAStore {
            path: place.path().to_path_buf(),
            why: format!("{FILE} is not marked as {FORMAT}"),
        });
    }
    match value["version"].as_u64() {
        Some(VERSION) => {}
        Some(found) => {
            return Err(Error::Version {
                path: place.file(FILE),
                found,
                supported: VERSION,
            });
        }
        None => return Err(wrong("it names no version".into())),
    }
    let store = value["store"]
        .as_str()
        .ok_or_else(|| wrong("it names no store".into()))?;
    let clips = value["clips"].as_array().and_then(|clips| {
        clips
            .iter()
            .map(Value::as_u64)
            .collect::<Option<Vec<u64>>>()
    });
    let clips = clips.ok_or_else(|| wrong("its clips are not a list of numbers".into()))?;
    Ok(Some(View {
        store: if Place::is_remote(Path::new(store)) {
            store.into()
        } else {
            place.path().join(store)
        },
        clips,
    }))
}
