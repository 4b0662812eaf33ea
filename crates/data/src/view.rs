//! Views: some clips of a store, in a list of their own.
//!
//! A view is a folder with `view.json` and nothing else. Whatever reads a store reads a view;
//! nothing is copied, and nothing of the store is deleted.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use crate::store::{Place, view_file};
use crate::{ClipStore, Error, Result};

/// Writes a view at `path` that shows `clips` of `store`, in this order. `why` says how they were
/// chosen, for people.
///
/// # Errors
/// [`Error::Exists`] when something is there, [`Error::OutOfRange`] when the store has no such clip,
/// [`Error::Invalid`] for a view without clips, [`Error::Io`] when it can't be written.
pub fn write(path: impl AsRef<Path>, store: &ClipStore, clips: &[u64], why: &Value) -> Result<()> {
    let path = path.as_ref();
    if let Some(&clip) = clips.iter().find(|clip| **clip >= store.len()) {
        return Err(Error::OutOfRange {
            path: store.path().to_path_buf(),
            clip,
            len: store.len(),
        });
    }
    if clips.is_empty() {
        return Err(Error::Invalid(format!(
            "a view of {} with no clips would be of no use, so none is written to {}",
            store.path().display(),
            path.display()
        )));
    }
    let place = Place::at(path)?;
    let taken = place.read_json("zarr.json")?.is_some() || view_file::read(&place)?.is_some();
    if taken
        || path.exists() && fs::read_dir(path).map_or(true, |mut entries| entries.next().is_some())
    {
        return Err(Error::Exists {
            path: path.to_path_buf(),
        });
    }
    let text = view_file::text(&towards(store.path(), path)?, clips, why);
    place.replace(view_file::FILE, text.as_bytes())
}

/// `store` as seen from the folder `view`: relative where both lie on this machine, so that both can
/// be moved together.
fn towards(store: &Path, view: &Path) -> Result<String> {
    let utf8 = |path: &Path| {
        path.to_str().map(str::to_owned).ok_or_else(|| {
            Error::Invalid(format!(
                "a view can't name {}, whose name is not valid Unicode. Rename the store",
                path.display()
            ))
        })
    };
    if Place::is_remote(store) {
        return utf8(store);
    }
    if Place::is_remote(view) {
        return Err(Error::Invalid(format!(
            "a view at {} can't show {}, which others don't see. Put the view on this machine, or the store there",
            view.display(),
            store.display()
        )));
    }
    let absolute = |path: &Path| std::path::absolute(path).map_err(Error::io("find", path));
    let store = fs::canonicalize(store).map_err(Error::io("find", store))?;
    fs::create_dir_all(view).map_err(Error::io("make the directory", view))?;
    let view = fs::canonicalize(view).or_else(|_| absolute(view))?;
    let (mut there, mut here) = (store.components().peekable(), view.components().peekable());
    while there.peek().is_some() && there.peek() == here.peek() {
        there.next();
        here.next();
    }
    let up = here.map(|_| Component::ParentDir);
    let relative: PathBuf = up.chain(there).collect();
    utf8(if relative.as_os_str().is_empty() {
        &store
    } else {
        &relative
    })
}
