//! Which frames of an animation or a video become a prompt.

use crate::protocol::prompts::Footage;

/// Within the last frame, seconds before the end: at the end itself a video may show nothing.
const BEFORE_END: f64 = 0.001;

/// A way to take several frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Take {
    /// The end of it, at the pace of the world's own video: what moves goes on moving.
    #[default]
    End,
    /// Spread evenly over all of it.
    Evenly,
    /// The first alone.
    One,
}

impl Take {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::End, Self::Evenly, Self::One];

    /// The name used in the page's controls.
    pub fn id(self) -> &'static str {
        match self {
            Self::End => "end",
            Self::Evenly => "evenly",
            Self::One => "one",
        }
    }

    /// The way with that name, if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|take| take.id() == id)
    }
}

impl Footage {
    /// Places in its clip of the frames that are taken, oldest first; at least one.
    pub fn taken(&self, take: Take) -> &[usize] {
        let frames = match take {
            Take::End => self.end.as_slice(),
            Take::Evenly => self.evenly.as_slice(),
            Take::One => &[0],
        };
        if frames.is_empty() { &[0] } else { frames }
    }

    /// Whether there is more than one.
    pub fn moves(&self) -> bool {
        self.clip.frames > 1
    }
}

/// Up to `window` times, in seconds, that end where something `seconds` long does, `fps` a second.
pub fn end(seconds: f64, window: usize, fps: usize) -> Vec<f64> {
    let last = (seconds - BEFORE_END).max(0.0);
    let fps = fps.max(1) as f64;
    let room = (last * fps) as usize + 1;
    let count = window.max(1).min(room);
    (0..count)
        .rev()
        .map(|back| (last - back as f64 / fps).max(0.0))
        .collect()
}

/// Up to `window` times, in seconds, spread evenly over something `seconds` long.
pub fn evenly(seconds: f64, window: usize) -> Vec<f64> {
    let last = (seconds - BEFORE_END).max(0.0);
    if last == 0.0 || window < 2 {
        return vec![0.0];
    }
    let step = last / (window - 1) as f64;
    (0..window).map(|n| n as f64 * step).collect()
}

/// The frames that are on show at `times`, if each is shown for so many seconds. `times` ascend.
pub fn shown(durations: &[f64], times: &[f64]) -> Vec<usize> {
    let (mut frame, mut ends) = (0, durations.first().copied().unwrap_or(0.0));
    let at = times.iter().map(|&time| {
        while time >= ends && frame + 1 < durations.len() {
            frame += 1;
            ends += durations[frame];
        }
        frame
    });
    at.collect()
}

/// Two choices among the same frames as places in one list of those that any of them needs: the
/// list, and each choice in terms of it.
pub fn join(evenly: &[usize], end: &[usize]) -> (Vec<usize>, Vec<usize>, Vec<usize>) {
    let mut needed: Vec<usize> = evenly.iter().chain(end).copied().collect();
    needed.sort_unstable();
    needed.dedup();
    let places = |choice: &[usize]| -> Vec<usize> {
        choice
            .iter()
            .filter_map(|frame| needed.binary_search(frame).ok())
            .collect()
    };
    let (evenly, end) = (places(evenly), places(end));
    (needed, evenly, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_at_the_worlds_pace() {
        let times = end(2.0, 16, 15);
        assert_eq!(times.len(), 16);
        assert!((times[15] - 1.999).abs() < 1e-9);
        for pair in times.windows(2) {
            assert!((pair[1] - pair[0] - 1.0 / 15.0).abs() < 1e-9);
        }
        assert_eq!(end(0.2, 16, 10).len(), 2, "there is no more");
        assert_eq!(end(0.0, 16, 10), [0.0]);
        assert_eq!(end(f64::NAN, 16, 10), [0.0]);
        assert_eq!(end(9.0, 1, 0).len(), 1);
    }

    #[test]
    fn evenly_goes_from_the_first_to_the_last() {
        let times = evenly(3.0, 4);
        assert_eq!(times.len(), 4);
        assert_eq!(times[0], 0.0);
        assert!((times[3] - 2.999).abs() < 1e-9);
        assert_eq!(evenly(0.0, 4), [0.0]);
        assert_eq!(evenly(5.0, 1), [0.0]);
    }

    #[test]
    fn what_is_on_show_at_a_time() {
        let durations = [0.1, 0.3, 0.1];
        let times = [0.0, 0.05, 0.1, 0.39, 0.4, 0.5, 9.0];
        assert_eq!(shown(&durations, &times), [0, 0, 1, 1, 2, 2, 2]);
        assert_eq!(shown(&[0.0, 0.0], &[0.0]), [1], "frames without a time");
        assert_eq!(shown(&[], &[0.0]), [0]);
    }

    #[test]
    fn frames_that_two_choices_need_are_kept_once() {
        let (needed, evenly, end) = join(&[0, 4, 8], &[7, 7, 8]);
        assert_eq!(needed, [0, 4, 7, 8]);
        assert_eq!((evenly, end), (vec![0, 1, 3], vec![2, 2, 3]));
    }

    #[test]
    fn there_is_always_a_frame_to_take() {
        let footage = Footage::default();
        for take in Take::ALL {
            assert_eq!(footage.taken(take), [0]);
            assert_eq!(Take::from_id(take.id()), Some(take));
        }
    }
}
