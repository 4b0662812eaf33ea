//! How fast training batches come from a store.

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use crate::{ClipStore, Result, WindowLoader};

/// The loader alone, on one core.
#[derive(Clone, Debug, Serialize)]
pub struct Loading {
    /// Frames handed out.
    pub frames: u64,
    /// Time it took, in seconds.
    pub seconds: f64,
    /// Frames a second.
    pub frames_per_second: f64,
    /// Bound on decoded clips kept in memory.
    pub cache_bytes: u64,
    /// What all clips take decoded.
    pub decoded_bytes: u64,
}

/// Takes `batches` batches of `batch` windows of `window` frames on this thread.
///
/// # Errors
/// As [`WindowLoader::new`] and [`WindowLoader::batch`].
pub fn measure_loading(
    store: Arc<ClipStore>,
    window: usize,
    batch: usize,
    batches: u64,
    cache_bytes: usize,
) -> Result<Loading> {
    let decoded_bytes = store.len() * store.spec().clip_bytes() as u64;
    let loader = WindowLoader::new(store, window, batch, 0)?.with_cache_bytes(cache_bytes);
    let start = Instant::now();
    for step in 0..batches {
        std::hint::black_box(loader.batch(step)?);
    }
    let seconds = start.elapsed().as_secs_f64();
    let frames = batches * (batch * window) as u64;
    Ok(Loading {
        frames,
        seconds,
        frames_per_second: frames as f64 / seconds.max(1e-9),
        cache_bytes: cache_bytes as u64,
        decoded_bytes,
    })
}
