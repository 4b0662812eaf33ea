//! Cuts one environment's endless stream of steps into clips.

use crate::{ClipBuf, Origin, UNKNOWN_ACTION};

/// Collects the steps of one episode after another; a clip never crosses from one to the next.
pub(super) struct Cutter {
    frames_per_clip: usize,
    fps: f64,
    /// Whether an episode's last clip ends with it, over frames of the clip before where need be.
    to_the_end: bool,
    skip: u64,
    clips: u64,
    level: u64,
    /// Number of `current`'s first frame in its episode.
    start: u64,
    current: Steps,
    /// The whole clip before `current`; kept only `to_the_end`.
    before: Steps,
}

/// Consecutive steps of an episode: frames, the action taken on each, what it earned.
#[derive(Clone, Default)]
struct Steps {
    frames: Vec<u8>,
    actions: Vec<u8>,
    rewards: Vec<f32>,
}

impl Cutter {
    /// A cutter that drops what is left of an episode after its last whole clip.
    pub(super) fn new(frames_per_clip: usize, fps: f64) -> Self {
        Self {
            frames_per_clip,
            fps,
            to_the_end: false,
            skip: 0,
            clips: 0,
            level: 0,
            start: 0,
            current: Steps::default(),
            before: Steps::default(),
        }
    }

    /// A cutter that keeps every step of an episode, if only it is as long as a clip: where the
    /// episode's length is no multiple of a clip's, its last clip begins within the one before.
    ///
    /// An end is what is rarest in an episode, the coin or a death, and would be lost more often than
    /// not; about 4 % of a random player's frames are stored twice for it.
    pub(super) fn to_the_end(frames_per_clip: usize, fps: f64) -> Self {
        Self {
            to_the_end: true,
            ..Self::new(frames_per_clip, fps)
        }
    }

    /// A new episode in `level`: what was begun is dropped, and the first `skip` frames are passed
    /// over.
    ///
    /// Without that, every episode's first clip would show its start, and with episodes of two or
    /// three clips, starts would be half of all.
    pub(super) fn begin(&mut self, level: u64, skip: u64) {
        self.level = level;
        self.skip = skip;
        self.clips = 0;
        self.start = skip;
        self.current.clear();
        self.before.clear();
    }

    /// Takes a frame, the action taken on it and what that earned (`None` where the source has no
    /// rewards). Gives the clip that is complete with it.
    pub(super) fn step(
        &mut self,
        frame: &[u8],
        action: u8,
        reward: Option<f32>,
    ) -> Option<ClipBuf> {
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.current.frames.extend_from_slice(frame);
        self.current.actions.push(action);
        self.current.rewards.extend(reward);
        if self.current.len() < self.frames_per_clip {
            return None;
        }
        let steps = std::mem::take(&mut self.current);
        let start = self.start;
        self.start += self.frames_per_clip as u64;
        self.clips += 1;
        if self.to_the_end {
            self.before = steps.clone();
        }
        Some(self.clip(steps, start))
    }

    /// The episode is over; its last clip, where there are steps that are in none yet.
    pub(super) fn end(&mut self) -> Option<ClipBuf> {
        let rest = self.current.len();
        if !self.to_the_end || rest == 0 || self.before.len() == 0 {
            return None;
        }
        let mut steps = std::mem::take(&mut self.before);
        steps.drop_first(rest);
        steps.append(&mut self.current);
        self.clips += 1;
        let start = self.start + rest as u64 - self.frames_per_clip as u64;
        Some(self.clip(steps, start))
    }

    /// Clips cut from this episode.
    #[cfg(test)]
    fn clips(&self) -> u64 {
        self.clips
    }

    fn clip(&self, mut steps: Steps, start: u64) -> ClipBuf {
        if let Some(last) = steps.actions.last_mut() {
            // It leads out of the clip.
            *last = UNKNOWN_ACTION;
        }
        ClipBuf {
            frames: steps.frames,
            actions: steps.actions,
            rewards: steps.rewards,
            origin: Origin {
                start: start as f64 / self.fps,
                level: Some(self.level),
                ..Origin::default()
            },
        }
    }
}

impl Steps {
    fn len(&self) -> usize {
        self.actions.len()
    }

    fn clear(&mut self) {
        self.frames.clear();
        self.actions.clear();
        self.rewards.clear();
    }

    fn drop_first(&mut self, count: usize) {
        let frame = self.frames.len() / self.len().max(1);
        self.frames.drain(..count * frame);
        self.actions.drain(..count);
        self.rewards.drain(..count.min(self.rewards.len()));
    }

    fn append(&mut self, other: &mut Self) {
        self.frames.append(&mut other.frames);
        self.actions.append(&mut other.actions);
        self.rewards.append(&mut other.rewards);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Frame bytes carry (episode, time); whatever the episodes' lengths, a clip holds
        /// consecutive frames of one episode, each with the action taken on it and its reward, and
        /// knows where it begins.
        #[test]
        fn clips_are_consecutive_frames_of_one_episode(
            episodes in proptest::collection::vec((1u8..40, 0u64..6), 1..20),
            frames_per_clip in 2usize..9,
            to_the_end: bool,
        ) {
            let mut cutter = Cutter { to_the_end, ..Cutter::new(frames_per_clip, 10.0) };
            for (episode, &(length, skip)) in episodes.iter().enumerate() {
                cutter.begin(episode as u64 + 7, skip);
                let mut clips = Vec::new();
                for t in 0..length {
                    clips.extend(cutter.step(&[episode as u8, t], t, Some(f32::from(t) * 0.5)));
                }
                clips.extend(cutter.end());
                let mut covered = vec![false; usize::from(length)];
                for clip in &clips {
                    prop_assert_eq!(clip.frames.len(), 2 * frames_per_clip);
                    prop_assert_eq!(clip.actions.len(), frames_per_clip);
                    prop_assert_eq!(clip.rewards.len(), frames_per_clip);
                    prop_assert_eq!(clip.origin.level, Some(episode as u64 + 7));
                    let start = (clip.origin.start * 10.0).round() as u8;
                    for (k, pair) in clip.frames.chunks(2).enumerate() {
                        let time = start + k as u8;
                        prop_assert_eq!(pair, &[episode as u8, time]);
                        let action = if k + 1 == frames_per_clip { UNKNOWN_ACTION } else { time };
                        prop_assert_eq!(clip.actions[k], action);
                        prop_assert_eq!(clip.rewards[k], f32::from(time) * 0.5);
                        covered[usize::from(time)] = true;
                    }
                }
                let recorded = u64::from(length).saturating_sub(skip) as usize;
                let (whole, rest) = (recorded / frames_per_clip, recorded % frames_per_clip);
                let last = usize::from(to_the_end && whole > 0 && rest > 0);
                prop_assert_eq!(clips.len(), whole + last);
                prop_assert_eq!(cutter.clips(), clips.len() as u64);
                let kept = if last == 1 { recorded } else { whole * frames_per_clip };
                prop_assert_eq!(covered.iter().filter(|c| **c).count(), kept);
                prop_assert!(covered[usize::from(length) - recorded..].iter().take(kept).all(|c| *c));
            }
        }
    }
}
