//! Training batches as a pure function of (seed, step).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::hash::{below, mix, permute};
use crate::{ClipStore, Error, Result};

/// Decoded clips kept in memory unless told otherwise: 1 GiB, about 87,000 frames of 64x64.
pub const DEFAULT_CACHE_BYTES: usize = 1 << 30;

/// Where a training window lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Number of the clip.
    pub clip: u64,
    /// Its first frame in the clip.
    pub start: usize,
}

/// Draws windows of `T` frames from a store, `B` at a time.
///
/// Every clip is drawn once per epoch, in an order that differs from epoch to epoch; the window's
/// place in the clip is random, and it never leaves the clip. `batch(step)` depends on the seed, the
/// step and the number of clips alone, so a training run that goes on from a checkpoint sees the
/// very batches that it would have seen.
pub struct WindowLoader {
    store: Arc<ClipStore>,
    window: usize,
    batch: usize,
    seed: u64,
    cache: Mutex<Cache>,
}

struct Cache {
    clips: HashMap<u64, Arc<[u8]>>,
    room: usize,
}

impl WindowLoader {
    /// A loader of `batch` windows of `window` frames each.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the store has no clips, or `window` is 0 or longer than a clip, or
    /// `batch` is 0.
    pub fn new(store: Arc<ClipStore>, window: usize, batch: usize, seed: u64) -> Result<Self> {
        let place = store.path().display();
        if store.is_empty() {
            return Err(Error::Invalid(format!(
                "{place} has no clips yet. Collect some with `genie collect`"
            )));
        }
        if window == 0 || window > store.frames_per_clip() {
            return Err(Error::Invalid(format!(
                "windows of {window} frames can't be cut from {place}, whose clips have {}. Choose 1 to {}, or collect longer clips",
                store.frames_per_clip(),
                store.frames_per_clip()
            )));
        }
        if batch == 0 {
            return Err(Error::Invalid("a batch needs at least one window".into()));
        }
        Ok(Self {
            store,
            window,
            batch,
            seed,
            cache: Mutex::new(Cache {
                clips: HashMap::new(),
                room: DEFAULT_CACHE_BYTES,
            }),
        })
    }

    /// Bounds the decoded clips kept in memory to `bytes`; 0 keeps none.
    #[must_use]
    pub fn with_cache_bytes(mut self, bytes: usize) -> Self {
        self.cache = Mutex::new(Cache {
            clips: HashMap::new(),
            room: bytes,
        });
        self
    }

    /// The windows of batch `step`.
    #[must_use]
    pub fn windows(&self, step: u64) -> Vec<Window> {
        let clips = self.store.len();
        let places = (self.store.frames_per_clip() - self.window + 1) as u64;
        let first = step.wrapping_mul(self.batch as u64);
        (0..self.batch as u64)
            .map(|b| {
                let draw = first.wrapping_add(b);
                let (epoch, place) = (draw / clips, draw % clips);
                let clip = permute(place, clips, mix(&[self.seed, epoch]));
                Window {
                    clip,
                    start: below(mix(&[self.seed, draw, 1]), places) as usize,
                }
            })
            .collect()
    }

    /// Batch `step`: `B * T * H * W * 3` bytes, `[B, T, H, W, 3]` in row-major order.
    ///
    /// # Errors
    /// [`Error::Chunk`] or [`Error::Io`] when a clip can't be read.
    pub fn batch(&self, step: u64) -> Result<Vec<u8>> {
        let frame = self.store.spec().frame_bytes();
        let mut bytes = Vec::with_capacity(self.batch * self.window * frame);
        for Window { clip, start } in self.windows(step) {
            let clip = self.clip(clip)?;
            bytes.extend_from_slice(&clip[start * frame..(start + self.window) * frame]);
        }
        Ok(bytes)
    }

    /// `[B, T, H, W, 3]`.
    #[must_use]
    pub fn shape(&self) -> [usize; 5] {
        [
            self.batch,
            self.window,
            self.store.height(),
            self.store.width(),
            3,
        ]
    }

    /// The store that windows are drawn from.
    #[must_use]
    pub fn store(&self) -> &ClipStore {
        &self.store
    }

    fn clip(&self, clip: u64) -> Result<Arc<[u8]>> {
        if let Some(bytes) = self.cache().clips.get(&clip) {
            return Ok(Arc::clone(bytes));
        }
        // Decoded outside the lock: two threads may decode the same clip, but never wait for each other.
        let bytes: Arc<[u8]> = self.store.read_clip(clip)?.into();
        let mut cache = self.cache();
        // A full cache keeps what it has. Clips are drawn evenly, so no other choice hits more
        // often, and this one never throws away what it has decoded.
        if cache.room >= bytes.len() && !cache.clips.contains_key(&clip) {
            cache.room -= bytes.len();
            cache.clips.insert(clip, Arc::clone(&bytes));
        }
        Ok(bytes)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        // No code panics while it holds the lock; and a cache of whole clips is valid anyway.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
