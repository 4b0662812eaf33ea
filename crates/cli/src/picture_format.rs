//! Which kind of picture file is wanted, by its name.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::Result;

use crate::misuse::misuse;

/// How frames are written.
#[derive(Clone, Copy, Debug)]
pub enum Format {
    /// An animation, `.gif`.
    Animation,
    /// A sheet, `.png`.
    Sheet,
}

/// The format of the file at `path`.
pub fn format(path: &Path) -> Result<Format> {
    match path.extension().and_then(OsStr::to_str) {
        Some("gif") => Ok(Format::Animation),
        Some("png") => Ok(Format::Sheet),
        _ => Err(misuse(format!(
            "{}: the name must end in .gif (an animation) or .png (a sheet)",
            path.display()
        ))),
    }
}
