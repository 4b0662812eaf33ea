//! Other names for a world's actions, in a file that otherwise stays as it is.

use serde_json::Value;

use super::{METADATA_KEY, read};
use crate::error::{Error, Result};

/// Tensors begin at a multiple of this many bytes.
const ALIGNMENT: usize = 8;

/// The bytes of a world file with `names` for its latent actions `[A]`. Weights, and whatever else its
/// metadata says, are untouched.
///
/// # Errors
/// As [`World::from_bytes`](super::World::from_bytes); [`Error::World`] if there are not `A` names, or one is
/// empty or there twice.
pub fn rename_actions(bytes: &[u8], names: &[String]) -> Result<Vec<u8>> {
    let card = read::describe(bytes)?;
    if names.len() != card.actions.len() {
        return Err(Error::World(format!(
            "it has {} actions, not {}",
            card.actions.len(),
            names.len()
        )));
    }
    for (i, name) in names.iter().enumerate() {
        if name.trim().is_empty() || names[..i].contains(name) {
            return Err(Error::World(format!(
                "actions need names that differ; “{name}” doesn't do for action {i}"
            )));
        }
    }
    let damaged = |e: serde_json::Error| Error::World(format!("its header is damaged ({e})"));
    let (length, rest) = bytes
        .split_first_chunk::<8>()
        .ok_or_else(|| Error::World("it is cut off".into()))?;
    let length = u64::from_le_bytes(*length) as usize;
    let (header, tensors) = rest.split_at(length);
    let mut header: Value = serde_json::from_slice(header).map_err(damaged)?;
    let entry = &mut header["__metadata__"][METADATA_KEY];
    let mut text: Value =
        serde_json::from_str(entry.as_str().unwrap_or_default()).map_err(damaged)?;
    text["actions"] = names.into();
    *entry = text.to_string().into();
    let mut header = header.to_string().into_bytes();
    header.resize(header.len().next_multiple_of(ALIGNMENT), b' ');
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend_from_slice(tensors);
    // What was written must be the same world.
    let written = read::describe(&file)?;
    let wanted = super::Card {
        actions: names.to_vec(),
        ..card
    };
    if written == wanted {
        Ok(file)
    } else {
        Err(Error::World("its card can't be written again".into()))
    }
}
