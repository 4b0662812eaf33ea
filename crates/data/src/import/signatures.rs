//! The signatures of a store's clips, kept beside it so that an import that goes on need not decode
//! every clip again. What is missing is made from the clips; the file is only a shortcut.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use super::duplicates::{SIGNATURE_BYTES, Shape, Signature};
use crate::{ClipStore, Error, Result};

/// The file's name in the store's directory.
const NAME: &str = "import.signatures";

/// The file, open for adding.
pub(super) struct Signatures {
    path: PathBuf,
    file: File,
}

impl Signatures {
    /// Opens the file, and reads or makes the signatures of the store's first `clips` clips, on up to
    /// `jobs` threads. What the file holds beyond them is taken away.
    ///
    /// # Errors
    /// [`Error::Io`]; as [`ClipStore::read_clip`].
    pub(super) fn open(
        store: &ClipStore,
        clips: u64,
        jobs: usize,
    ) -> Result<(Self, Vec<Signature>)> {
        let path = store.path().join(NAME);
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut file = opened.map_err(Error::io("write", &path))?;
        let mut bytes = Vec::new();
        let bound = clips * SIGNATURE_BYTES as u64;
        (&mut file)
            .take(bound)
            .read_to_end(&mut bytes)
            .map_err(Error::io("read", &path))?;
        let mut signatures: Vec<Signature> = bytes
            .chunks_exact(SIGNATURE_BYTES)
            .map(|chunk| {
                let mut signature = [0; SIGNATURE_BYTES];
                signature.copy_from_slice(chunk);
                Signature(signature)
            })
            .collect();
        let kept = (signatures.len() * SIGNATURE_BYTES) as u64;
        file.set_len(kept)
            .and_then(|()| file.seek(SeekFrom::Start(kept)))
            .map_err(Error::io("write", &path))?;
        let missing = make(store, signatures.len() as u64..clips, jobs)?;
        let mut this = Self { path, file };
        this.add(&missing)?;
        signatures.extend(missing);
        Ok((this, signatures))
    }

    /// Adds the next clips'.
    pub(super) fn add(&mut self, signatures: &[Signature]) -> Result<()> {
        let bytes: Vec<u8> = signatures.iter().flat_map(|s| s.0).collect();
        self.file
            .write_all(&bytes)
            .map_err(Error::io("write", &self.path))
    }
}

/// The signatures of those clips, made from their frames.
pub(super) fn make(
    store: &ClipStore,
    clips: std::ops::Range<u64>,
    jobs: usize,
) -> Result<Vec<Signature>> {
    let shape = shape(store);
    let all: Vec<u64> = clips.collect();
    let share = all.len().div_ceil(jobs.max(1)).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = all
            .chunks(share)
            .map(|clips| {
                scope.spawn(move || -> Result<Vec<Signature>> {
                    clips
                        .iter()
                        .map(|&clip| Ok(Signature::of(&store.read_clip(clip)?, shape)))
                        .collect()
                })
            })
            .collect();
        let mut made = Vec::with_capacity(all.len());
        for thread in threads {
            match thread.join() {
                Ok(signatures) => made.extend(signatures?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(made)
    })
}

/// The shape of a store's frames.
pub(super) fn shape(store: &ClipStore) -> Shape {
    Shape {
        height: store.height(),
        width: store.width(),
    }
}
