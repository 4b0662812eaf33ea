//! A stream of frames, whatever they are decoded from.

/// What a stream has next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The buffer holds the next frame.
    Frame,
    /// No frame yet: something is missing between the last one and the next.
    Jump,
    /// The buffer holds a frame, but an error was met before it: from here on frames may be damaged.
    Trouble,
    /// There are no more.
    End,
}

/// Frames at the store's size and rate, in order.
pub(super) trait Frames {
    /// Puts the next frame into `frame`. The error is in words for the file's line of the report.
    fn next(&mut self, frame: &mut [u8]) -> Result<Step, String>;
}
