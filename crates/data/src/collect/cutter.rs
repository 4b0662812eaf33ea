//! Cuts one environment's endless stream of frames into clips.

use crate::{ClipBuf, UNKNOWN_ACTION};

/// What a stream's next step should be.
#[derive(Debug, PartialEq)]
pub(super) enum Cut {
    /// Nothing is complete yet.
    More,
    /// A clip ended with this frame.
    Clip(ClipBuf),
}

/// Collects the frames of one episode after another; a clip never crosses from one to the next.
pub(super) struct Cutter {
    frames_per_clip: usize,
    skip: u64,
    clips: u32,
    frames: Vec<u8>,
    actions: Vec<u8>,
}

impl Cutter {
    pub(super) fn new(frames_per_clip: usize) -> Self {
        Self {
            frames_per_clip,
            skip: 0,
            clips: 0,
            frames: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// A new episode: what was begun is dropped, and the first `skip` frames are passed over.
    ///
    /// Without that, every episode's first clip would show its start, and with episodes of two or
    /// three clips, starts would be half of all.
    pub(super) fn begin(&mut self, skip: u64) {
        self.skip = skip;
        self.clips = 0;
        self.frames.clear();
        self.actions.clear();
    }

    /// Takes the current frame.
    pub(super) fn frame(&mut self, frame: &[u8]) -> Cut {
        if self.skip > 0 {
            self.skip -= 1;
            return Cut::More;
        }
        self.frames.extend_from_slice(frame);
        if self.actions.len() + 1 < self.frames_per_clip {
            return Cut::More;
        }
        self.clips += 1;
        self.actions.push(UNKNOWN_ACTION);
        Cut::Clip(ClipBuf::new(
            std::mem::take(&mut self.frames),
            std::mem::take(&mut self.actions),
        ))
    }

    /// Takes the action that leads on from the current frame.
    pub(super) fn action(&mut self, action: u8) {
        if !self.frames.is_empty() {
            self.actions.push(action);
        }
    }

    /// Clips cut from this episode.
    pub(super) fn clips(&self) -> u32 {
        self.clips
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Frame bytes carry (episode, time); whatever the episodes' lengths, a clip holds
        /// consecutive frames of one episode, each with the action taken on it.
        #[test]
        fn clips_are_consecutive_frames_of_one_episode(
            episodes in proptest::collection::vec((1u8..40, 0u64..6), 1..20),
            frames_per_clip in 2usize..9,
        ) {
            let mut cutter = Cutter::new(frames_per_clip);
            for (episode, &(length, skip)) in episodes.iter().enumerate() {
                cutter.begin(skip);
                let mut cut = 0;
                for t in 0..length {
                    if let Cut::Clip(clip) = cutter.frame(&[episode as u8, t]) {
                        cut += 1;
                        prop_assert_eq!(clip.frames.len(), 2 * frames_per_clip);
                        prop_assert_eq!(clip.actions.len(), frames_per_clip);
                        for (k, pair) in clip.frames.chunks(2).enumerate() {
                            let time = t + 1 - frames_per_clip as u8 + k as u8;
                            prop_assert_eq!(pair, &[episode as u8, time]);
                            let action = if k + 1 == frames_per_clip { UNKNOWN_ACTION } else { time };
                            prop_assert_eq!(clip.actions[k], action);
                        }
                    }
                    cutter.action(t);
                }
                prop_assert_eq!(cut, u64::from(length).saturating_sub(skip) / frames_per_clip as u64);
                prop_assert_eq!(u64::from(cutter.clips()), cut);
            }
        }
    }
}
