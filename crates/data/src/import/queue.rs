//! Which worker decodes which file when: in order, on all cores, in bounded memory.
//!
//! Files finish at different times, but their clips must enter the store in one order, or two imports
//! of the same files would not make the same store. So each file has a channel of its own, with room
//! for a few clips, and the committer empties them file by file. Workers may run ahead by a few files
//! only: what waits in channels is memory.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::worker::Message;

/// How far work may run ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Workers.
    pub(super) workers: usize,
    /// Files that may have begun and not been emptied yet.
    pub(super) files: usize,
    /// Clips that wait in each file's channel.
    pub(super) clips: usize,
}

impl Bounds {
    /// Bounds for `jobs` workers and clips of that size: all that is in memory at once is about
    /// `memory` bytes, or else what one worker needs.
    pub(super) fn new(jobs: usize, files: usize, clip_bytes: usize, memory: usize) -> Self {
        let clips = (memory / clip_bytes.max(1)).max(1);
        // A worker fills one clip; another waits to be sent; a third is being written.
        let workers = jobs.min(files).min(clips / 3).max(1);
        let files = (2 * workers)
            .min(clips.saturating_sub(2 * workers))
            .max(workers);
        let waiting = clips.saturating_sub(2 * workers) / files;
        Self {
            workers,
            files,
            clips: waiting.clamp(1, 16),
        }
    }
}

/// Hands out the numbers of files, and the two ends of their channels.
pub(super) struct Queue {
    state: Mutex<State>,
    moved: Condvar,
    bounds: Bounds,
    files: usize,
}

struct State {
    /// The next file to begin.
    next: usize,
    /// Files emptied.
    done: usize,
    stopped: bool,
    senders: Vec<Option<SyncSender<Message>>>,
    receivers: Vec<Option<Receiver<Message>>>,
}

impl Queue {
    pub(super) fn new(files: usize, bounds: Bounds) -> Self {
        let (senders, receivers) = (0..files)
            .map(|_| {
                let (sender, receiver) = sync_channel(bounds.clips);
                (Some(sender), Some(receiver))
            })
            .unzip();
        Self {
            state: Mutex::new(State {
                next: 0,
                done: 0,
                stopped: false,
                senders,
                receivers,
            }),
            moved: Condvar::new(),
            bounds,
            files,
        }
    }

    /// The next file for a worker; waits until it may begin. `None` when there is no more to do.
    pub(super) fn take(&self) -> Option<(usize, SyncSender<Message>)> {
        let mut state = self.state();
        loop {
            let number = state.next;
            if state.stopped || number >= self.files {
                return None;
            }
            if number < state.done + self.bounds.files {
                state.next += 1;
                return state.senders[number].take().map(|sender| (number, sender));
            }
            state = self
                .moved
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The messages of file `number`.
    pub(super) fn messages(&self, number: usize) -> Option<Receiver<Message>> {
        self.state().receivers.get_mut(number)?.take()
    }

    /// The committer has emptied one more file.
    pub(super) fn done(&self) {
        self.state().done += 1;
        self.moved.notify_all();
    }

    /// No more files are handed out, and nobody listens to those that were.
    pub(super) fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        state.receivers.clear();
        self.moved.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What may be in memory at once: one clip in each worker's hands and one being sent, and what
        /// waits in the channels of the files begun.
        #[test]
        fn memory_is_bounded(jobs in 1usize..65, files in 1usize..1000, clip in 1usize..200_000_000) {
            let memory = 1usize << 30;
            let bounds = Bounds::new(jobs, files, clip, memory);
            prop_assert!(bounds.workers >= 1 && bounds.workers <= jobs && bounds.files >= bounds.workers);
            let clips = 2 * bounds.workers + bounds.files * bounds.clips;
            prop_assert!(clips * clip <= memory || (bounds.workers <= 2 && clips <= 8), "{bounds:?}");
        }
    }

    #[test]
    fn workers_do_not_run_ahead_of_the_committer() {
        let queue = Queue::new(
            5,
            Bounds {
                workers: 1,
                files: 2,
                clips: 1,
            },
        );
        let begun = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while let Some((number, _)) = queue.take() {
                    begun.lock().unwrap().push(number);
                }
            });
            for number in 0..5 {
                // The worker drops its sender at once, so an empty file has been begun.
                assert!(queue.messages(number).unwrap().recv().is_err());
                assert!(begun.lock().unwrap().len() <= number + 2);
                queue.done();
            }
        });
        assert_eq!(begun.into_inner().unwrap(), [0, 1, 2, 3, 4]);
    }
}
