//! Metadata files: read with a bound on their size, replaced in one step.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use crate::{Error, Result};

/// Far above any metadata of ours; a larger file is not ours, and need not be parsed to know it.
const MAX_BYTES: u64 = 1 << 20;

/// Parses the JSON at `path`; `None` when there is no such file.
pub(super) fn read(path: &Path) -> Result<Option<serde_json::Value>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e)
            if matches!(
                e.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(None);
        }
        Err(e) => return Err(Error::io("read", path)(e)),
    };
    let mut text = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(Error::io("read", path))?;
    if text.len() as u64 > MAX_BYTES {
        return Err(Error::metadata(path, "it is larger than 1 MiB"));
    }
    serde_json::from_slice(&text)
        .map(Some)
        .map_err(|e| Error::metadata(path, format!("it is not valid JSON ({e})")))
}

/// Puts `value` at `path` so that a reader sees the old file or the new one, never a part of it.
pub(super) fn replace(path: &Path, value: &serde_json::Value) -> Result<()> {
    let temporary = path.with_extension("json.new");
    let mut text =
        serde_json::to_vec_pretty(value).map_err(|e| Error::metadata(path, e.to_string()))?;
    text.push(b'\n');
    let write = || {
        let mut file = File::create(&temporary)?;
        file.write_all(&text)?;
        file.sync_all()
    };
    write().map_err(Error::io("write", &temporary))?;
    fs::rename(&temporary, path).map_err(Error::io("replace", path))
}
