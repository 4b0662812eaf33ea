//! The frames of a play so far: what was done, and a few small pictures of them.
//!
//! However long a play gets, it takes two bytes a frame and a dozen pictures.

use std::rc::Rc;

use super::Shown;
use crate::protocol::{Picture, Sampling};

/// Pictures along the timeline.
pub const SLOTS: usize = 12;
/// Frames from one picture to the next, at first.
const EVERY: usize = 5;

/// A line of frames from a prompt on, and a place on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    prompt: Rc<Vec<u32>>,
    /// Tokens of the prompt's frames before its newest.
    earlier: Rc<Vec<Vec<u32>>>,
    /// After which frame each change of the settings came, and what they are from there on.
    settings: Rc<Vec<(usize, Sampling)>>,
    actions: Rc<Vec<u16>>,
    at: usize,
    every: usize,
    /// Of frames 0, `every`, 2 `every`, …
    pictures: Rc<Vec<Rc<Picture>>>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            prompt: Rc::default(),
            earlier: Rc::default(),
            settings: Rc::default(),
            actions: Rc::default(),
            at: 0,
            every: EVERY,
            pictures: Rc::default(),
        }
    }
}

impl Timeline {
    /// A line of its prompt alone.
    pub(super) fn start(prompt: &Shown) -> Self {
        Self {
            prompt: Rc::new(prompt.tokens.clone()),
            pictures: Rc::new(vec![prompt.picture.clone()]),
            ..Self::default()
        }
    }

    /// The tokens of the prompt's newest frame.
    pub fn prompt(&self) -> &[u32] {
        &self.prompt
    }

    /// The tokens of the prompt's frames before that, oldest first.
    pub fn earlier(&self) -> &[Vec<u32>] {
        &self.earlier
    }

    /// With which settings the frames since were played, and after which frame each began.
    pub fn settings(&self) -> &[(usize, Sampling)] {
        &self.settings
    }

    /// The actions played since, from the first frame to the newest.
    pub fn actions(&self) -> &[u16] {
        &self.actions
    }

    /// Frames played since the prompt.
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Whether nothing has been played yet.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Where the frame on the screen is.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Frames that lie ahead of it.
    pub fn ahead(&self) -> usize {
        self.len() - self.at
    }

    /// The frames that there is room for along the timeline.
    pub fn room(&self) -> usize {
        SLOTS * self.every
    }

    /// The pictures there are, at equal distances.
    pub fn pictures(&self) -> &Rc<Vec<Rc<Picture>>> {
        &self.pictures
    }

    pub(super) fn has_earlier(&mut self, frames: Rc<Vec<Vec<u32>>>) {
        self.earlier = frames;
    }

    /// The frame that is pushed next was played with these settings.
    pub(super) fn played_with(&mut self, sampling: Sampling) {
        let settings = Rc::make_mut(&mut self.settings);
        // What lay ahead is gone.
        settings.retain(|(after, _)| *after < self.at);
        if settings.last().is_none_or(|(_, last)| *last != sampling) {
            settings.push((self.at, sampling));
        }
    }

    pub(super) fn seek(&mut self, frame: usize) {
        self.at = frame.min(self.len());
    }

    /// A frame more, after the one on the screen; what lay ahead is gone.
    pub(super) fn push(&mut self, action: usize, shown: &Shown) {
        if self.ahead() > 0 {
            Rc::make_mut(&mut self.actions).truncate(self.at);
            Rc::make_mut(&mut self.pictures).truncate(self.at / self.every + 1);
        }
        Rc::make_mut(&mut self.actions).push(action.try_into().unwrap_or(u16::MAX));
        self.at = self.len();
        if self.at >= self.room() {
            self.every *= 2;
            let mut place = 0;
            Rc::make_mut(&mut self.pictures).retain(|_| {
                place += 1;
                place % 2 == 1
            });
        }
        if self.at.is_multiple_of(self.every) {
            Rc::make_mut(&mut self.pictures).push(shown.picture.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(index: usize) -> Shown {
        let picture = Picture {
            width: index,
            ..Picture::default()
        };
        Shown {
            picture: Rc::new(picture),
            index,
            tokens: vec![index as u32],
        }
    }

    fn played(frames: usize) -> Timeline {
        let mut timeline = Timeline::start(&shown(0));
        for index in 1..=frames {
            timeline.push(index % 3, &shown(index));
        }
        timeline
    }

    fn pictured(timeline: &Timeline) -> Vec<usize> {
        timeline.pictures().iter().map(|p| p.width).collect()
    }

    #[test]
    fn pictures_stay_few_and_at_equal_distances() {
        for frames in [0, 1, 59, 60, 61, 119, 120, 500, 10_000] {
            let timeline = played(frames);
            let distance = timeline.room() / SLOTS;
            assert!(timeline.len() < timeline.room(), "{frames}");
            let expected: Vec<usize> = (0..=frames).step_by(distance).collect();
            assert_eq!(pictured(&timeline), expected, "{frames}");
            assert!(expected.len() <= SLOTS, "{frames}");
        }
    }

    #[test]
    fn a_branch_forgets_what_lay_ahead() {
        let mut timeline = played(47);
        timeline.seek(21);
        assert_eq!(
            (timeline.at(), timeline.ahead(), timeline.len()),
            (21, 26, 47)
        );
        timeline.push(7, &shown(22));
        assert_eq!(
            (timeline.at(), timeline.ahead(), timeline.len()),
            (22, 0, 22)
        );
        assert_eq!(timeline.actions()[20..], [0, 7]);
        assert_eq!(pictured(&timeline), [0, 5, 10, 15, 20]);
        timeline.seek(99);
        assert_eq!(timeline.at(), 22);
        assert_eq!(timeline.prompt(), [0]);
    }
}
