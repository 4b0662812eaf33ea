//! Pages: where the keys and values of one finished frame lie on the device.
//!
//! Every layer has room for the same number of frames; a page is the same place in all of them. A frame
//! holds its page for as long as anybody remembers it: so a window slides, rewinds and branches by lists
//! of page numbers, and nothing is copied. When pages run out, the one that was used least recently is
//! taken from its frame, which can be computed again from its tokens.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

/// No page: it was given to another frame.
const GONE: u32 = u32::MAX;

/// A frame's page. Clones are the same page.
#[derive(Clone, Debug)]
pub struct Page(Arc<AtomicU32>);

impl Page {
    /// Its number, unless it was given to another frame.
    pub fn number(&self) -> Option<u32> {
        let number = self.0.load(Ordering::Relaxed);
        (number != GONE).then_some(number)
    }
}

/// All pages of a device.
#[derive(Debug)]
pub(super) struct Pool {
    owners: Vec<Weak<AtomicU32>>,
    used: Vec<u64>,
    clock: u64,
}

impl Pool {
    /// A pool of `pages` pages.
    pub(super) fn new(pages: usize) -> Self {
        Self {
            owners: (0..pages).map(|_| Weak::new()).collect(),
            used: vec![0; pages],
            clock: 0,
        }
    }

    /// How many there are.
    pub(super) fn pages(&self) -> usize {
        self.owners.len()
    }

    /// A page for a new frame: a free one, else the least recently used.
    pub(super) fn take(&mut self) -> Page {
        let free = self.owners.iter().position(|o| o.strong_count() == 0);
        let number = free.unwrap_or_else(|| {
            let oldest = self.used.iter().enumerate().min_by_key(|(_, used)| **used);
            oldest.map_or(0, |(number, _)| number)
        });
        if let Some(owner) = self.owners[number].upgrade() {
            owner.store(GONE, Ordering::Relaxed);
        }
        let page = Arc::new(AtomicU32::new(number as u32));
        self.owners[number] = Arc::downgrade(&page);
        self.touch(number as u32);
        Page(page)
    }

    /// Says that a page is in use, so that it is taken last.
    pub(super) fn touch(&mut self, number: u32) {
        self.clock += 1;
        self.used[number as usize] = self.clock;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_pages_come_first_then_the_least_recently_used() {
        let mut pool = Pool::new(3);
        let a = pool.take();
        let b = pool.take();
        drop(pool.take());
        let c = pool.take();
        assert_eq!(
            [&a, &b, &c].map(|p| p.number()),
            [Some(0), Some(1), Some(2)]
        );
        pool.touch(0);
        let d = pool.take();
        assert_eq!((b.number(), d.number()), (None, Some(1)));
        let branch = a.clone();
        drop(a);
        assert_eq!(branch.number(), Some(0));
        let (e, f) = (pool.take(), pool.take());
        assert_eq!((c.number(), branch.number()), (None, None));
        assert_eq!((e.number(), f.number()), (Some(2), Some(0)));
    }
}
