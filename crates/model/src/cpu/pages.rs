//! What the cache keeps of one frame.
//!
//! A frame's keys and values never change once its tokens are final: whoever remembers the frame shares
//! them. So a window slides, rewinds and branches by pointers, and nothing is copied.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Keys and values of a frame in both transformers.
pub struct Page {
    /// Of the dynamics: written by the first frame that follows.
    pub(super) dynamics: OnceLock<Lent>,
    /// Of the decoder.
    pub(super) decoder: Lent,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page").finish_non_exhaustive()
    }
}

/// Memory that goes back to its pool.
pub(super) struct Lent {
    pub(super) values: Vec<f32>,
    pool: Pool,
}

impl Drop for Lent {
    fn drop(&mut self) {
        let values = std::mem::take(&mut self.values);
        self.pool.free().push(values);
    }
}

/// Numbers that a pool takes from the start at most: 128 MiB of them.
const RESERVE: usize = 32 << 20;

/// Pieces of memory of one size that nobody uses, so that play goes on for hours without asking for any.
/// Clones are the same pool.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    free: Arc<Mutex<Vec<Vec<f32>>>>,
    size: usize,
}

impl Pool {
    /// A pool of pieces of `size` numbers, `count` of them there from the start, as far as [`RESERVE`]
    /// allows: what play will need is taken before it begins, not bit by bit while it runs.
    pub(super) fn new(size: usize, count: usize) -> Self {
        let count = count.min(RESERVE / size.max(1));
        // Written to: memory that is only asked for isn't there yet.
        let reserved = (0..count).map(|_| vec![f32::MIN_POSITIVE; size]).collect();
        Self {
            free: Arc::new(Mutex::new(reserved)),
            size,
        }
    }

    /// A piece; what is in it means nothing.
    pub(super) fn lend(&self) -> Lent {
        let values = self.free().pop();
        Lent {
            values: values.unwrap_or_else(|| vec![0.0; self.size]),
            pool: self.clone(),
        }
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<Vec<f32>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again() {
        let pool = Pool::new(3, 1);
        let mut a = pool.lend();
        a.values.fill(7.0);
        let b = pool.lend();
        assert_eq!((b.values.len(), pool.free().len()), (3, 0));
        drop(a);
        assert_eq!(pool.free().len(), 1);
        assert_eq!(pool.lend().values, [7.0; 3]);
        drop(b);
        assert_eq!(pool.free().len(), 2);
    }
}
