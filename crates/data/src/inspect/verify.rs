//! Whether every clip of a store is whole.

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::{ClipRecord, ClipStore, Result, TrueActions, checksum};

/// A clip that can't be read, or isn't what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Number of the clip.
    pub clip: u64,
    /// What is wrong, with the file.
    pub what: String,
}

/// What [`verify`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Clips looked at; fewer than there are when the caller stopped it.
    pub clips: u64,
    /// Damaged ones, by number.
    pub damaged: Vec<Damage>,
    /// Whether checksums were compared: stores of version 1 have none.
    pub checksums: bool,
}

/// Decodes every clip, its actions and its rewards, on all cores, and compares its frames with the
/// manifest's checksum. `progress` is told how many clips are done, by any thread; `false` stops.
///
/// # Errors
/// When the manifest or the actions can't be opened at all. What is wrong with single clips is part
/// of the answer.
pub fn verify(store: &ClipStore, progress: &(dyn Fn(u64) -> bool + Sync)) -> Result<Verified> {
    let records = store.has_manifest().then(|| store.manifest()).transpose()?;
    let truth = TrueActions::open(store.path())?;
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let damaged = Mutex::new(Vec::new());
    let work = || {
        loop {
            let clip = next.fetch_add(1, Ordering::Relaxed);
            if clip >= store.len() {
                return;
            }
            let record = records.as_ref().map(|r| &r[clip as usize]);
            if let Some(what) = damage(store, &truth, clip, record) {
                damaged
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(Damage { clip, what });
            }
            if !progress(done.fetch_add(1, Ordering::Relaxed) + 1) {
                next.store(store.len(), Ordering::Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(work);
        }
    });
    let mut damaged = damaged.into_inner().unwrap_or_else(PoisonError::into_inner);
    damaged.sort_by_key(|damage| damage.clip);
    Ok(Verified {
        clips: done.into_inner(),
        damaged,
        checksums: records.is_some(),
    })
}

fn damage(
    store: &ClipStore,
    truth: &TrueActions,
    clip: u64,
    record: Option<&ClipRecord>,
) -> Option<String> {
    let read = || -> Result<Vec<u8>> {
        let frames = store.read_clip(clip)?;
        truth.read(clip)?;
        truth.rewards(clip)?;
        Ok(frames)
    };
    match read() {
        Err(error) => Some(error.to_string()),
        Ok(frames) if record.is_some_and(|r| r.sha256 != checksum(&frames)) => Some(format!(
            "clip {clip} of {} has other frames than the manifest's checksum says",
            store.path().display()
        )),
        Ok(_) => None,
    }
}
