//! Where a store lies, and its small files: read with a bound on their size, replaced in one step.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use zarrs::filesystem::FilesystemStore;

use super::remote::{self, Chunks, Lease, NoLease, Remote};
use crate::{Error, Result};

/// Far above any metadata of ours; a larger file is not ours, and need not be parsed to know it.
const MAX_METADATA: u64 = 1 << 20;

/// The folder of a store, on this machine or in an object store.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: PathBuf,
    remote: Option<Remote>,
}

impl Place {
    /// # Errors
    /// [`Error::Remote`] for an address that can't be used.
    pub(crate) fn at(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_path_buf();
        let remote = remote::address(&path).map(Remote::at).transpose()?;
        Ok(Self { path, remote })
    }

    /// Whether `path` is an address rather than a folder.
    pub(crate) fn is_remote(path: &Path) -> bool {
        remote::address(path).is_some()
    }

    /// The folder, or the address.
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
        if let Some(remote) = &self.remote {
            return match remote.read(key, limit) {
                Ok(Some(bytes)) => within(&path, bytes, limit).map(Some),
                Ok(None) => Ok(None),
                Err(e) => Err(refused("be read", &path, &e)),
            };
        }
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
        if let Some(remote) = &self.remote {
            return remote
                .replace(key, bytes)
                .map_err(|e| refused("be written", &path, &e));
        }
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
        if let Some(remote) = &self.remote {
            return Ok(remote.chunks());
        }
        let storage = FilesystemStore::new(&self.path)
            .map_err(|e| Error::metadata(&self.path, e.to_string()))?;
        Ok(Arc::new(storage))
    }
}

/// Keeps other programs from adding clips, until dropped.
pub(super) enum Lock {
    /// The system releases it when the program dies.
    File { _file: File },
    /// Abandoned when the program dies.
    Lease { lease: Lease, path: PathBuf },
}

impl Place {
    /// # Errors
    /// [`Error::Locked`] when another program has it.
    pub(super) fn lock(&self, key: &str) -> Result<Lock> {
        let path = self.file(key);
        if let Some(remote) = &self.remote {
            return match Lease::take(remote, key) {
                Ok(lease) => Ok(Lock::Lease {
                    lease,
                    path: self.path.clone(),
                }),
                Err(none) => Err(no_lease(&self.path, none)),
            };
        }
        let file = File::create(&path).map_err(Error::io("write", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock::File { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked {
                path: self.path.clone(),
            }),
            Err(TryLockError::Error(e)) => Err(Error::io("lock", &path)(e)),
        }
    }
}

impl Lock {
    /// Makes sure that it is still ours.
    ///
    /// # Errors
    /// [`Error::Locked`] when it isn't.
    pub(super) fn check(&mut self) -> Result<()> {
        match self {
            Self::File { .. } => Ok(()),
            Self::Lease { lease, path } => lease.renew().map_err(|none| no_lease(path, none)),
        }
    }
}

fn no_lease(path: &Path, none: NoLease) -> Error {
    match none {
        NoLease::Taken => Error::Locked {
            path: path.to_path_buf(),
        },
        NoLease::Failed(e) => refused("be locked", path, &e),
    }
}

/// What an object store says, without its chain of causes in brackets.
fn refused(action: &str, path: &Path, error: &object_store::Error) -> Error {
    Error::Remote {
        address: path.display().to_string(),
        what: format!("it could not {action}: {error}"),
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
