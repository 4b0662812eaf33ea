//! One Zarr array with one chunk per clip.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use zarrs::array::{Array, ArrayError, ArrayMetadata, ArrayMetadataV3, CodecOptions};
use zarrs::filesystem::FilesystemStore;
use zarrs::storage::StorageError;

use super::{StoreSpec, json};
use crate::{Error, Result, UNKNOWN_ACTION};

/// zstd level: above 5 the files shrink by under a tenth and writing becomes the slow part.
const ZSTD_LEVEL: i32 = 5;
/// More clips than any disk holds; a larger count is a damaged file.
const MAX_CLIPS: u64 = 1 << 32;

/// Which of a store's arrays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `[clips, F, H, W, 3]`
    Frames,
    /// `[clips, F]`
    Actions,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Frames => "frames",
            Self::Actions => "actions",
        }
    }

    /// The shape of one chunk.
    fn chunk(self, spec: &StoreSpec) -> Vec<u64> {
        let frames = u64::from(spec.frames_per_clip);
        match self {
            Self::Frames => vec![1, frames, u64::from(spec.height), u64::from(spec.width), 3],
            Self::Actions => vec![1, frames],
        }
    }

    fn fill(self) -> u8 {
        match self {
            Self::Frames => 0,
            Self::Actions => UNKNOWN_ACTION,
        }
    }
}

/// An opened array; its chunk shape and type are checked against the store's spec.
pub(crate) struct ClipArray {
    store: PathBuf,
    directory: PathBuf,
    chunk: Vec<u64>,
    array: Array<FilesystemStore>,
}

impl ClipArray {
    /// Writes an array without clips, over one that a killed `create` may have left.
    pub(crate) fn create(store: &Path, kind: Kind, spec: &StoreSpec) -> Result<()> {
        let directory = store.join(kind.name());
        std::fs::create_dir_all(&directory).map_err(Error::io("make the directory", &directory))?;
        let chunk = kind.chunk(spec);
        let mut shape = chunk.clone();
        shape[0] = 0;
        let names: &[&str] = if kind == Kind::Frames {
            &["clip", "frame", "y", "x", "rgb"]
        } else {
            &["clip", "frame"]
        };
        let metadata = json!({
            "zarr_format": 3,
            "node_type": "array",
            "shape": shape,
            "data_type": "uint8",
            "chunk_grid": { "name": "regular", "configuration": { "chunk_shape": chunk } },
            // "c.7.0.0.0.0" in one directory: with "/", a clip's four nested directories outweigh it.
            "chunk_key_encoding": { "name": "default", "configuration": { "separator": "." } },
            "fill_value": kind.fill(),
            "codecs": [
                { "name": "bytes" },
                { "name": "zstd", "configuration": { "level": ZSTD_LEVEL, "checksum": true } },
                { "name": "crc32c" },
            ],
            "dimension_names": names,
        });
        json::replace(&directory.join("zarr.json"), &metadata)
    }

    /// Opens the array `kind` of the store at `store`.
    pub(crate) fn open(store: &Path, kind: Kind, spec: &StoreSpec) -> Result<Self> {
        let directory = store.join(kind.name());
        let file = directory.join("zarr.json");
        let value = json::read(&file)?.ok_or_else(|| Error::NotAStore {
            path: store.to_path_buf(),
            why: format!(
                "its array `{}` is missing (no {})",
                kind.name(),
                file.display()
            ),
        })?;
        let chunk = kind.chunk(spec);
        check(&value, &chunk).map_err(|what| Error::metadata(&file, what))?;
        let metadata: ArrayMetadataV3 =
            serde_json::from_value(value).map_err(|e| Error::metadata(&file, e.to_string()))?;
        let storage =
            FilesystemStore::new(store).map_err(|e| Error::metadata(&file, e.to_string()))?;
        let array = Array::new_with_metadata(
            Arc::new(storage),
            &format!("/{}", kind.name()),
            ArrayMetadata::V3(metadata),
        )
        .map_err(|e| Error::metadata(&file, e.to_string()))?;
        Ok(Self {
            store: store.to_path_buf(),
            directory,
            chunk,
            array,
        })
    }

    /// Number of clips in the metadata.
    pub(crate) fn len(&self) -> u64 {
        self.array.shape()[0]
    }

    /// Decodes one clip.
    pub(crate) fn read(&self, clip: u64) -> Result<Vec<u8>> {
        let file = self.chunk_file(clip);
        match self
            .array
            .retrieve_chunk_if_exists::<Vec<u8>>(&self.index(clip))
        {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(Error::Chunk {
                path: file,
                clip,
                what: "the file is missing".into(),
            }),
            Err(ArrayError::StorageError(StorageError::IOError(e))) => {
                Err(Error::io("read", file)(copy(&e)))
            }
            Err(e) => Err(Error::Chunk {
                path: file,
                clip,
                what: e.to_string(),
            }),
        }
    }

    /// Writes clip number `clip`, which stays out of sight until [`Self::advance`].
    pub(crate) fn write(&mut self, clip: u64, bytes: &[u8]) -> Result<()> {
        let file = self.chunk_file(clip);
        if clip >= self.len() {
            self.set_len_in_memory(clip + 1)?;
        }
        // A clip that is all fill value (a black screen) is a clip, not an absent chunk.
        let options = CodecOptions::default().with_store_empty_chunks(true);
        match self
            .array
            .store_chunk_opt(&self.index(clip), bytes, &options)
        {
            Ok(()) => Ok(()),
            Err(ArrayError::StorageError(StorageError::IOError(e))) => {
                Err(Error::io("write", file)(copy(&e)))
            }
            Err(e) => Err(Error::Invalid(format!(
                "could not write {}: {e}",
                file.display()
            ))),
        }
    }

    /// Makes `len` clips visible, on disk and here, in one step.
    pub(crate) fn advance(&mut self, len: u64) -> Result<()> {
        self.set_len_in_memory(len)?;
        let file = self.directory.join("zarr.json");
        let mut value = serde_json::to_value(self.array.metadata())
            .map_err(|e| Error::metadata(&file, e.to_string()))?;
        // `zarrs` shortens a codec without settings to its name; Python's zarr wants an object.
        for codec in value["codecs"].as_array_mut().into_iter().flatten() {
            if codec.is_string() {
                *codec = json!({ "name": codec });
            }
        }
        json::replace(&file, &value)
    }

    /// Takes back what [`Self::write`] changed in memory after a failure.
    pub(crate) fn set_len_in_memory(&mut self, len: u64) -> Result<()> {
        let mut shape = self.chunk.clone();
        shape[0] = len;
        self.array
            .set_shape(shape)
            .map_err(|e| Error::metadata(self.directory.join("zarr.json"), e.to_string()))?;
        Ok(())
    }

    /// The file that holds a clip, for messages.
    fn chunk_file(&self, clip: u64) -> PathBuf {
        self.store
            .join(self.array.chunk_key(&self.index(clip)).as_str())
    }

    fn index(&self, clip: u64) -> Vec<u64> {
        let mut index = vec![0; self.chunk.len()];
        index[0] = clip;
        index
    }
}

/// Refuses metadata that this crate could not have written, before anything is allocated for it.
fn check(value: &Value, chunk: &[u64]) -> Result<(), String> {
    if value["data_type"] != "uint8" {
        return Err(format!(
            "its data type is {}, not uint8",
            value["data_type"]
        ));
    }
    let mut shape = numbers(&value["shape"]).ok_or("its shape is not a list of whole numbers")?;
    let clips = *shape.first().ok_or("its shape is empty")?;
    if clips > MAX_CLIPS {
        return Err(format!("it counts {clips} clips; the most is {MAX_CLIPS}"));
    }
    shape[0] = 1;
    if shape != chunk {
        return Err(format!(
            "its shape {} does not hold clips of {:?}",
            value["shape"],
            &chunk[1..]
        ));
    }
    let grid = &value["chunk_grid"];
    if grid["name"] != "regular"
        || numbers(&grid["configuration"]["chunk_shape"]).as_deref() != Some(chunk)
    {
        return Err(format!(
            "its chunks are {grid}, not one clip each ({chunk:?})"
        ));
    }
    Ok(())
}

fn numbers(value: &Value) -> Option<Vec<u64>> {
    value.as_array()?.iter().map(Value::as_u64).collect()
}

/// `zarrs` shares its I/O errors; ours owns one.
fn copy(error: &std::io::Error) -> std::io::Error {
    error.raw_os_error().map_or_else(
        || std::io::Error::new(error.kind(), error.to_string()),
        std::io::Error::from_raw_os_error,
    )
}
