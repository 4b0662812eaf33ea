//! The key-value cache of one transformer: what later frames need to know of earlier ones.
//!
//! A finished frame's keys and values never change, so each frame is kept as tensors of its own:
//! the window slides by dropping its oldest frame, and rewinding drops the newest, without
//! copying or recomputing anything.

use std::collections::VecDeque;

use burn::tensor::Tensor;
use kernels::Past;

/// Keys and values of recent frames: per frame, one entry per block, each of one frame.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    frames: VecDeque<Vec<Past>>,
    /// Frames that temporal attention may see before the current one: `T − 1`.
    window: usize,
    /// Frames kept beyond the window, to rewind into.
    history: usize,
}

impl Cache {
    pub(super) fn new(window: usize, history: usize) -> Self {
        Self {
            frames: VecDeque::new(),
            window,
            history,
        }
    }

    /// Adds finished frames: per block, keys and values `[1, P, N, I]`.
    pub(super) fn push(&mut self, blocks: &[Past]) {
        let count = blocks.first().map_or(0, |b| b.keys.dims()[1]);
        for frame in 0..count {
            let of_frame = blocks
                .iter()
                .map(|block| Past {
                    keys: block.keys.clone().narrow(1, frame, 1),
                    values: block.values.clone().narrow(1, frame, 1),
                })
                .collect();
            self.frames.push_back(of_frame);
        }
        while self.frames.len() > self.window + self.history {
            self.frames.pop_front();
        }
    }

    /// What the next frame sees: per block, the last `window` frames, oldest first.
    pub(super) fn past(&self) -> Option<Vec<Past>> {
        let seen = self.frames.len().min(self.window);
        let first = self.frames.len() - seen;
        let blocks = self.frames.back()?.len();
        let join = |part: &dyn Fn(&Past) -> Tensor<4>, block: usize| {
            Tensor::cat(
                self.frames
                    .range(first..)
                    .map(|f| part(&f[block]))
                    .collect(),
                1,
            )
        };
        (seen > 0).then(|| {
            (0..blocks)
                .map(|block| Past {
                    keys: join(&|p| p.keys.clone(), block),
                    values: join(&|p| p.values.clone(), block),
                })
                .collect()
        })
    }

    /// Forgets the newest `count` frames.
    pub(super) fn rewind(&mut self, count: usize) {
        self.frames
            .truncate(self.frames.len().saturating_sub(count));
    }

    pub(super) fn clear(&mut self) {
        self.frames.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.frames.len()
    }
}
