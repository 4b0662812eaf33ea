//! Frames into clips: consecutive, whole, and never across a cut.

/// A clip's frames, and its first frame's number in the video at the store's rate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) first: u64,
    pub(super) frames: Vec<u8>,
}

/// Frames that were left over because a shot ended before the clip did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Leftover {
    /// All of them.
    pub(super) frames: u64,
    /// Those that clips of half the length would keep.
    pub(super) kept_at_half: u64,
    /// Those that clips of a quarter of the length would keep.
    pub(super) kept_at_quarter: u64,
}

/// Collects frames, and gives them out as clips once it is known that no cut lies between them.
///
/// That knowledge comes late: a cut can be told from a flash only by the frames that follow. So
/// frames are pushed first and decided on later, in order.
pub(super) struct Segmenter {
    clip_frames: usize,
    frame_bytes: usize,
    /// Decided frames of this shot that are in no clip yet, then undecided ones.
    buffer: Vec<u8>,
    decided: usize,
    /// Number of the buffer's first frame.
    first: u64,
    leftover: Leftover,
}

impl Segmenter {
    pub(super) fn new(clip_frames: usize, frame_bytes: usize) -> Self {
        Self {
            clip_frames,
            frame_bytes,
            buffer: Vec::new(),
            decided: 0,
            first: 0,
            leftover: Leftover::default(),
        }
    }

    /// Takes the next frame.
    pub(super) fn push(&mut self, frame: &[u8]) {
        self.buffer.extend_from_slice(frame);
    }

    /// Passes over one frame, between shots. Every frame pushed must be decided, and the shot ended.
    pub(super) fn skip(&mut self) {
        debug_assert!(self.buffer.is_empty());
        self.first += 1;
    }

    /// Says of the oldest undecided frame whether a new shot begins with it. The clip that this
    /// completes is given out; `empty` makes its successor's buffer.
    pub(super) fn decide(&mut self, cut: bool, empty: impl FnOnce() -> Vec<u8>) -> Option<Piece> {
        if cut {
            self.end_shot();
        }
        self.decided += 1;
        if self.decided < self.clip_frames {
            return None;
        }
        let mut rest = empty();
        rest.clear();
        let bytes = self.clip_frames * self.frame_bytes;
        rest.extend_from_slice(&self.buffer[bytes..]);
        let mut frames = std::mem::replace(&mut self.buffer, rest);
        frames.truncate(bytes);
        self.decided = 0;
        let first = self.first;
        self.first += self.clip_frames as u64;
        Some(Piece { first, frames })
    }

    /// The decided frames were the shot's last: what makes no whole clip is dropped.
    pub(super) fn end_shot(&mut self) {
        let frames = self.decided;
        self.buffer.drain(..frames * self.frame_bytes);
        self.decided = 0;
        self.first += frames as u64;
        let kept = |length: usize| {
            if length < 2 {
                0
            } else {
                (frames / length * length) as u64
            }
        };
        self.leftover.frames += frames as u64;
        self.leftover.kept_at_half += kept(self.clip_frames / 2);
        self.leftover.kept_at_quarter += kept(self.clip_frames / 4);
    }

    pub(super) fn leftover(&self) -> Leftover {
        self.leftover
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the shots and however late they are told, a clip holds consecutive frames of one
        /// shot, as many as fit, and every frame is in a clip or left over.
        #[test]
        fn clips_are_consecutive_frames_of_one_shot(
            shots in proptest::collection::vec(1usize..40, 1..12),
            clip_frames in 2usize..12, late in 0usize..5,
        ) {
            let cuts: Vec<bool> = shots.iter().flat_map(|&n| (0..n).map(|i| i == 0)).collect();
            let mut segmenter = Segmenter::new(clip_frames, 2);
            let mut clips = Vec::new();
            for t in 0..cuts.len() + late {
                if t < cuts.len() {
                    segmenter.push(&(t as u16).to_le_bytes());
                }
                if t >= late {
                    clips.extend(segmenter.decide(cuts[t - late], Vec::new));
                }
            }
            segmenter.end_shot();
            let (mut wanted, mut start) = (Vec::new(), 0);
            for &length in &shots {
                for clip in 0..length / clip_frames {
                    let first = start + clip * clip_frames;
                    let frames = (first..first + clip_frames).flat_map(|t| (t as u16).to_le_bytes()).collect();
                    wanted.push(Piece { first: first as u64, frames });
                }
                start += length;
            }
            prop_assert_eq!(segmenter.leftover().frames as usize, start - wanted.len() * clip_frames);
            prop_assert_eq!(clips, wanted);
        }
    }

    #[test]
    fn shorter_clips_would_keep_more() {
        let mut segmenter = Segmenter::new(8, 1);
        for t in 0..15 {
            segmenter.push(&[t]);
            segmenter.decide(t == 0, Vec::new);
        }
        segmenter.end_shot();
        assert_eq!(
            segmenter.leftover(),
            Leftover {
                frames: 7,
                kept_at_half: 4,
                kept_at_quarter: 6
            }
        );
    }

    #[test]
    fn what_is_passed_over_counts_in_time() {
        let mut segmenter = Segmenter::new(2, 1);
        segmenter.skip();
        segmenter.skip();
        for t in 0..2 {
            segmenter.push(&[t]);
        }
        assert_eq!(segmenter.decide(true, Vec::new), None);
        assert_eq!(
            segmenter.decide(false, Vec::new),
            Some(Piece {
                first: 2,
                frames: vec![0, 1]
            })
        );
    }
}
