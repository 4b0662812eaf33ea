//! What can go wrong on a graphics processor.

/// A failure of the device, in words for the person who meets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no adapter.
    NoAdapter(String),
    /// The device can't be opened, or can't do what a kernel needs.
    Unfit(String),
    /// Its memory isn't enough.
    OutOfMemory(String),
    /// It was lost: unplugged, reset by the driver, or taken away by the browser. A new one may work.
    Lost(String),
    /// A kernel was refused: a mistake in this crate or in the driver.
    Refused(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoAdapter(why) => write!(f, "there is no graphics adapter ({why})"),
            Self::Unfit(why) => write!(f, "the graphics processor can't be used: {why}"),
            Self::OutOfMemory(what) => write!(
                f,
                "the graphics processor's memory isn't enough for {what}; close other programs, or play on the CPU"
            ),
            Self::Lost(why) => write!(f, "the graphics processor was lost ({why})"),
            Self::Refused(why) => write!(f, "the graphics processor refused a kernel: {why}"),
        }
    }
}

impl std::error::Error for Error {}

/// A result with this module's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
