//! Tells misuse (exit code 2: the command line asks for something that can't be) from failure
//! (exit code 1: it could, but didn't work out).

use model::Error;

/// A wish that can't be met, in words for the user.
#[derive(Debug)]
pub struct Misuse(pub String);

impl std::fmt::Display for Misuse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Misuse {}

/// A [`Misuse`] as an error.
pub fn misuse(text: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Misuse(text.into()))
}

/// Whether `error` comes from the command line's own words.
pub fn is(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<Misuse>()
            || matches!(
                cause.downcast_ref::<Error>(),
                Some(Error::Action { .. } | Error::Setting(_))
            )
            || matches!(
                cause.downcast_ref::<data::Error>(),
                Some(data::Error::SpecMismatch { .. })
            )
    })
}
