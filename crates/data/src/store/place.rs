//! Where a store lies, and its small files: read with a bound on their size, replaced in one step.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use zarrs::filesystem::FilesystemStore;
use zarrs::storage::ReadableWritableStorageTraits;

use crate::{Error, Result};

/// Far above any metadata of ours; a larger file is not ours, and need not be parsed to know it.
const MAX_METADATA: u64 = 1 << 20;

/// What chunks are read from and written to.
pub(super) type Chunks = Arc<dyn ReadableWritableStorageTraits>;

/// The folder of a store.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: PathBuf,
}

impl Place {
    pub(crate) fn at(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self {
            path: path.as_ref().to_path_buf(),
        })
    }

    /// Whether `path` is an address rather than a folder.
    pub(crate) fn is_remote(path: &Path) -> bool {
        path.to_str().is_some_and(|path| path.contains("://"))
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file that `key` names.
    pub(crate) fn file(&self, key: &str) -> PathBuf {
        self.path.join(key)
    }

    /// The bytes of `key`, at most `limit` of them; `None` when there is no such file.
    ///
    /// # Errors
    /// [`Error::Metadata`] when it is larger, [`Error::Io`] when it can't be read.
    pub(crate) fn read(&self, key: &str, limit: u64) -> Result<Option<Vec<u8>>> {
        let path = self.file(key);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(e) => return Err(Error::io("read", path)(e)),
        };
        let mut bytes = Vec::new();
        file.take(limit + 1)
            .read_to_end(&mut bytes)
            .map_err(Error::io("read", &path))?;
        within(&path, bytes, limit).map(Some)
    }

    /// Puts `bytes` at `key` so that a reader sees the old file or the new one, never a part of it.
    ///
    /// # Errors
    /// [`Error::Io`] when it can't be written.
    pub(crate) fn replace(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let path = self.file(key);
        let mut temporary = path.clone().into_os_string();
        temporary.push(".new");
        let temporary = PathBuf::from(temporary);
        let write = || {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = File::create(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(Error::io("write", &temporary))?;
        fs::rename(&temporary, &path).map_err(Error::io("replace", path))
    }

    /// Parses the JSON at `key`; `None` when there is no such file.
    pub(crate) fn read_json(&self, key: &str) -> Result<Option<Value>> {
        let Some(text) = self.read(key, MAX_METADATA)? else {
            return Ok(None);
        };
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|e| Error::metadata(self.file(key), format!("it is not valid JSON ({e})")))
    }

    /// Puts `value` at `key`, as [`Self::replace`] does.
    pub(crate) fn replace_json(&self, key: &str, value: &Value) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(value)
            .map_err(|e| Error::metadata(self.file(key), e.to_string()))?;
        text.push(b'\n');
        self.replace(key, &text)
    }

    /// The storage that `zarrs` reads and writes chunks through.
    pub(super) fn chunks(&self) -> Result<Chunks> {
        let storage = FilesystemStore::new(&self.path)
            .map_err(|e| Error::metadata(&self.path, e.to_string()))?;
        Ok(Arc::new(storage))
    }
}

fn within(path: &Path, bytes: Vec<u8>, limit: u64) -> Result<Vec<u8>> {
    if bytes.len() as u64 > limit {
        return Err(Error::metadata(
            path,
            format!("it is larger than {} MiB", limit >> 20),
        ));
    }
    Ok(bytes)
}
