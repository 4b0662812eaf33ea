//! Checkpoints: one `.safetensors` per phase with weights, optimiser state and everything else
//! that an exact resume needs, replaced atomically.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use model::params::{Named, Values};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::{Serialize, de::DeserializeOwned};

const KEY: &str = "pocket-genie-checkpoint";

/// Writes `bytes` to `path` so that a kill or a full disk leaves the old file or the new one, never
/// half of one.
///
/// # Errors
/// Names the file.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut temporary = path.to_owned().into_os_string();
    temporary.push(".part");
    let temporary = Path::new(&temporary);
    let write = || -> std::io::Result<()> {
        let mut file = File::create(temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(temporary, path)
    };
    write().map_err(|error| {
        // The half-written file is of no use to anyone, and may be what fills the disk.
        let _ = fs::remove_file(temporary);
        anyhow::Error::new(error).context(format!(
            "can't write {}: is the disk full, or the folder read-only? What was there is unchanged",
            path.display()
        ))
    })
}

/// Saves tensors and a state.
///
/// # Errors
/// Names the file.
pub fn save(path: &Path, tensors: &Named, state: &impl Serialize) -> Result<()> {
    save_as(KEY, path, tensors, state)
}

/// Saves tensors, and a state in the metadata under `key`.
pub(crate) fn save_as(
    key: &str,
    path: &Path,
    tensors: &Named,
    state: &impl Serialize,
) -> Result<()> {
    let bytes: Vec<(&str, &Values, &[u8])> = tensors
        .iter()
        .map(|(name, v)| (name.as_str(), v, bytemuck::cast_slice(v.data.as_slice())))
        .collect();
    let views = bytes
        .iter()
        .map(|(name, v, bytes)| Ok((*name, TensorView::new(Dtype::F32, v.shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>>>()?;
    let metadata = HashMap::from([(key.to_owned(), serde_json::to_string(state)?)]);
    write_atomically(path, &serialize(views, Some(metadata))?)
}

/// Loads what [`save`] wrote.
///
/// # Errors
/// Names the file and what is wrong with it.
pub fn load<S: DeserializeOwned>(path: &Path) -> Result<(Named, S)> {
    let name = path.display();
    let bytes = fs::read(path).with_context(|| format!("can't read the checkpoint {name}"))?;
    let damaged = || format!("{name} is no checkpoint, or a damaged one: restore it from a copy");
    let (_, header) = SafeTensors::read_metadata(&bytes).with_context(damaged)?;
    let Some(state) = header.metadata().as_ref().and_then(|m| m.get(KEY)) else {
        bail!(damaged());
    };
    let state = serde_json::from_str(state).with_context(damaged)?;
    let mut named = Named::new();
    for (name, view) in SafeTensors::deserialize(&bytes)
        .with_context(damaged)?
        .tensors()
    {
        named.insert(name, floats(&view).with_context(damaged)?);
    }
    Ok((named, state))
}

/// A tensor's values; `None` unless they are 32-bit floats.
pub(crate) fn floats(view: &TensorView<'_>) -> Option<Values> {
    let values = view.data().chunks_exact(4);
    (view.dtype() == Dtype::F32).then(|| Values {
        shape: view.shape().to_vec(),
        data: values
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect(),
    })
}

/// `Named` as the lookup that [`model::params::load`] takes.
pub fn lookup(named: &Named) -> impl Fn(&str) -> Option<Values> + '_ {
    |name| named.get(name).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_bit_for_bit_and_damage_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("phase.safetensors");
        let values = Values {
            shape: vec![2, 2],
            data: vec![1.0, -0.1, f32::MIN_POSITIVE, 3e30],
        };
        let named = Named::from([("a.b".to_owned(), values)]);
        save(&path, &named, &7u64).unwrap();
        let (back, state) = load::<u64>(&path).unwrap();
        assert_eq!((back, state), (named, 7));

        let bytes = fs::read(&path).unwrap();
        for cut in [0, 4, 20, bytes.len() - 1] {
            fs::write(&path, &bytes[..cut]).unwrap();
            let error = format!("{:#}", load::<u64>(&path).unwrap_err());
            assert!(error.contains("phase.safetensors"), "{error}");
        }
    }

    #[test]
    fn a_failed_write_keeps_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.safetensors");
        write_atomically(&path, b"old").unwrap();
        // A folder in the temporary file's place makes the write fail.
        fs::create_dir(folder.path().join("kept.safetensors.part")).unwrap();
        let error = format!("{:#}", write_atomically(&path, b"new").unwrap_err());
        assert!(error.contains("kept.safetensors"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }
}
