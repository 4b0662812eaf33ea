//! Memory for what the backward pass will need.
//!
//! A training step saves hundreds of megabytes and frees them again. Given back to the system, that
//! memory would have to be mapped and cleared anew in every step, which costs a tenth of the time; so
//! it is kept here instead.

use std::sync::{Arc, Mutex};

/// Values that go back to the store when nobody needs them any more.
#[derive(Clone, Debug)]
pub(crate) struct Saved(Arc<Owned>);

#[derive(Debug)]
struct Owned(Vec<f32>);

static STORE: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

impl Saved {
    /// The values.
    pub(crate) fn values(&self) -> &[f32] {
        &self.0.0
    }

    /// Keeps `values`.
    pub(crate) fn new(values: Vec<f32>) -> Self {
        Self(Arc::new(Owned(values)))
    }

    /// A list of `len` values, of any value.
    pub(crate) fn room(len: usize) -> Vec<f32> {
        let mut store = STORE
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        match store.iter().rposition(|values| values.len() == len) {
            Some(found) => store.swap_remove(found),
            None => vec![0.0; len],
        }
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        let mut store = STORE
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        // Sizes that are no longer asked for make room for those that are.
        if store.len() >= MOST {
            store.remove(0);
        }
        store.push(std::mem::take(&mut self.0));
    }
}

/// Lists kept: more than any of our models needs at once.
const MOST: usize = 256;
