//! Batches made ahead of time, on a thread of their own.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use crate::{Error, Result, WindowLoader};

/// Hands out batch `step`, `step + 1`, ... while a thread prepares those that follow.
///
/// The batches are [`WindowLoader::batch`]'s, byte for byte.
pub struct Prefetch {
    batches: Option<Receiver<Result<Vec<u8>>>>,
    thread: Option<JoinHandle<()>>,
    step: u64,
}

impl Prefetch {
    /// Starts at batch `step` and stays up to `ahead` batches (at least 1) in front.
    #[must_use]
    pub fn new(loader: Arc<WindowLoader>, step: u64, ahead: usize) -> Self {
        let (sender, batches) = sync_channel(ahead.max(1) - 1);
        let thread = std::thread::spawn(move || {
            for next in step.. {
                let batch = loader.batch(next);
                let failed = batch.is_err();
                // Nobody listens any more, or the same error would only come again.
                if sender.send(batch).is_err() || failed {
                    return;
                }
            }
        });
        Self {
            batches: Some(batches),
            thread: Some(thread),
            step,
        }
    }

    /// The step that [`Self::next_batch`] returns next.
    #[must_use]
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The next batch; waits when it isn't ready.
    ///
    /// # Errors
    /// As [`WindowLoader::batch`]. After an error there are no more batches.
    pub fn next_batch(&mut self) -> Result<Vec<u8>> {
        let received = self.batches.as_ref().and_then(|b| b.recv().ok());
        let batch = received.unwrap_or_else(|| {
            Err(Error::Invalid(
                "no more batches: reading clips has failed before, see the first error".into(),
            ))
        })?;
        self.step += 1;
        Ok(batch)
    }
}

impl Drop for Prefetch {
    fn drop(&mut self) {
        // Closing the channel first wakes a thread that waits to hand over a batch.
        drop(self.batches.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
