//! Memory for what the backward pass will need.
//!
//! A training step saves hundreds of megabytes and frees them again. Given back to the system, that
//! memory would have to be mapped and cleared anew in every step, which costs a tenth of the time; so
//! it is kept here for the next one.

use std::sync::{Arc, Mutex, MutexGuard};

/// Values that go back to the store when nobody needs them any more.
#[derive(Clone, Debug)]
pub(crate) struct Saved(Arc<Owned>);

#[derive(Debug)]
struct Owned(Vec<f32>);

impl Saved {
    /// The values.
    pub(crate) fn values(&self) -> &[f32] {
        &self.0.0
    }

    /// Keeps `values`, which came from [`room`](Self::room).
    pub(crate) fn new(values: Vec<f32>) -> Self {
        Self(Arc::new(Owned(values)))
    }

    /// A list of `len` values, whatever they are.
    pub(crate) fn room(len: usize) -> Vec<f32> {
        let found = store().take(len);
        found.unwrap_or_else(|| vec![0.0; len])
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        store().put_back(std::mem::take(&mut self.0));
    }
}

/// Lists that nobody uses. With those in use, never more than were once in use together.
struct Store {
    idle: Vec<Vec<f32>>,
    /// Values in `idle`.
    kept: usize,
    /// Values in use.
    used: usize,
    /// The most that ever were.
    most: usize,
}

static STORE: Mutex<Store> = Mutex::new(Store {
    idle: Vec::new(),
    kept: 0,
    used: 0,
    most: 0,
});

fn store() -> MutexGuard<'static, Store> {
    // A panic elsewhere leaves the lists as good as they were.
    STORE
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Store {
    fn take(&mut self, len: usize) -> Option<Vec<f32>> {
        self.used += len;
        self.most = self.most.max(self.used);
        let found = self.idle.iter().rposition(|values| values.len() == len);
        if let Some(found) = found {
            self.kept -= len;
            return Some(self.idle.remove(found));
        }
        // Sizes that were wanted long ago make room for the new one.
        while self.used + self.kept > self.most && !self.idle.is_empty() {
            self.kept -= self.idle.remove(0).len();
        }
        None
    }

    fn put_back(&mut self, values: Vec<f32>) {
        self.used -= values.len();
        if self.used + self.kept + values.len() <= self.most {
            self.kept += values.len();
            self.idle.push(values);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_and_bounded() {
        let mut store = Store {
            idle: vec![],
            kept: 0,
            used: 0,
            most: 0,
        };
        let take = |store: &mut Store, len| store.take(len).unwrap_or_else(|| vec![0.0; len]);
        let (a, b) = (take(&mut store, 10), take(&mut store, 20));
        let place = b.as_ptr();
        store.put_back(a);
        store.put_back(b);
        assert_eq!((store.kept, store.used, store.most), (30, 0, 30));
        let b = take(&mut store, 20);
        assert_eq!(b.as_ptr(), place);
        // Another size: the idle ten make room.
        let c = take(&mut store, 5);
        assert_eq!((store.kept, store.used, store.most), (0, 25, 30));
        store.put_back(b);
        store.put_back(c);
        assert_eq!((store.kept, store.used), (25, 0));
    }
}
