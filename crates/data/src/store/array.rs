//! One Zarr array with one chunk per clip.

use std::path::PathBuf;

use serde_json::{Value, json};
use zarrs::array::{
    Array, ArrayError, ArrayMetadata, ArrayMetadataV3, CodecOptions, Element, ElementOwned,
};
use zarrs::storage::{ReadableWritableStorageTraits, StorageError};

use super::StoreSpec;
use super::place::Place;
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
    /// `[clips, F]`, float32
    Rewards,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Frames => "frames",
            Self::Actions => "actions",
            Self::Rewards => "rewards",
        }
    }

    /// The shape of one chunk.
    fn chunk(self, spec: &StoreSpec) -> Vec<u64> {
        let frames = u64::from(spec.frames_per_clip);
        match self {
            Self::Frames => vec![1, frames, u64::from(spec.height), u64::from(spec.width), 3],
            Self::Actions | Self::Rewards => vec![1, frames],
        }
    }

    fn fill(self) -> Value {
        match self {
            Self::Frames => json!(0),
            Self::Actions => json!(UNKNOWN_ACTION),
            Self::Rewards => json!("NaN"),
        }
    }

    fn data_type(self) -> &'static str {
        match self {
            Self::Frames | Self::Actions => "uint8",
            Self::Rewards => "float32",
        }
    }

    fn metadata_key(self) -> String {
        format!("{}/zarr.json", self.name())
    }
}

/// An opened array; its chunk shape and type are checked against the store's spec.
pub(crate) struct ClipArray {
    place: Place,
    kind: Kind,
    chunk: Vec<u64>,
    array: Array<dyn ReadableWritableStorageTraits>,
}

impl ClipArray {
    /// Writes an array without clips, over one that a killed `create` may have left.
    pub(crate) fn create(place: &Place, kind: Kind, spec: &StoreSpec) -> Result<()> {
        let chunk = kind.chunk(spec);
        let mut shape = chunk.clone();
        shape[0] = 0;
        let names: &[&str] = if kind == Kind::Frames {
            &["clip", "frame", "y", "x", "rgb"]
        } else {
            &["clip", "frame"]
        };
        let bytes = match kind {
            Kind::Frames | Kind::Actions => json!({ "name": "bytes" }),
            Kind::Rewards => json!({ "name": "bytes", "configuration": { "endian": "little" } }),
        };
        let metadata = json!({
            "zarr_format": 3,
            "node_type": "array",
            "shape": shape,
            "data_type": kind.data_type(),
            "chunk_grid": { "name": "regular", "configuration": { "chunk_shape": chunk } },
            // "c.7.0.0.0.0" in one directory: with "/", a clip's four nested directories outweigh it.
            "chunk_key_encoding": { "name": "default", "configuration": { "separator": "." } },
            "fill_value": kind.fill(),
            "codecs": [
                bytes,
                { "name": "zstd", "configuration": { "level": ZSTD_LEVEL, "checksum": true } },
                { "name": "crc32c" },
            ],
            "dimension_names": names,
        });
        place.replace_json(&kind.metadata_key(), &metadata)
    }

    /// Opens the array `kind` of the store at `place`.
    pub(crate) fn open(place: &Place, kind: Kind, spec: &StoreSpec) -> Result<Self> {
        let key = kind.metadata_key();
        let file = place.file(&key);
        let value = place.read_json(&key)?.ok_or_else(|| Error::NotAStore {
            path: place.path().to_path_buf(),
            why: format!(
                "its array `{}` is missing (no {})",
                kind.name(),
                file.display()
            ),
        })?;
        let chunk = kind.chunk(spec);
        check(&value, &chunk, kind).map_err(|what| Error::metadata(&file, what))?;
        let metadata: ArrayMetadataV3 =
            serde_json::from_value(value).map_err(|e| Error::metadata(&file, e.to_string()))?;
        let array = Array::new_with_metadata(
            place.chunks()?,
            &format!("/{}", kind.name()),
            ArrayMetadata::V3(metadata),
        )
        .map_err(|e| Error::metadata(&file, e.to_string()))?;
        Ok(Self {
            place: place.clone(),
            kind,
            chunk,
            array,
        })
    }

    /// Number of clips in the metadata.
    pub(crate) fn len(&self) -> u64 {
        self.array.shape()[0]
    }

    /// Decodes one clip.
    pub(crate) fn read<E: ElementOwned>(&self, clip: u64) -> Result<Vec<E>> {
        let file = self.chunk_file(clip);
        match self
            .array
            .retrieve_chunk_if_exists::<Vec<E>>(&self.index(clip))
        {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(self.missing(clip)),
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

    /// Bytes of one clip as they are kept.
    pub(crate) fn stored_bytes(&self, clip: u64) -> Result<u64> {
        let key = self.array.chunk_key(&self.index(clip));
        match self.array.storage().size_key(&key) {
            Ok(Some(size)) => Ok(size),
            Ok(None) => Err(self.missing(clip)),
            Err(StorageError::IOError(e)) => {
                Err(Error::io("read", self.chunk_file(clip))(copy(&e)))
            }
            Err(e) => Err(Error::Chunk {
                path: self.chunk_file(clip),
                clip,
                what: e.to_string(),
            }),
        }
    }

    fn missing(&self, clip: u64) -> Error {
        Error::Chunk {
            path: self.chunk_file(clip),
            clip,
            what: "the file is missing".into(),
        }
    }

    /// Writes clip number `clip`, for which [`Self::set_len_in_memory`] has made room; it stays out of
    /// sight until [`Self::advance`].
    pub(crate) fn write<E: Element>(&self, clip: u64, values: &[E]) -> Result<()> {
        let file = self.chunk_file(clip);
        // A clip that is all fill value (a black screen) is a clip, not an absent chunk.
        let options = CodecOptions::default().with_store_empty_chunks(true);
        match self
            .array
            .store_chunk_opt(&self.index(clip), values, &options)
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
        let file = self.metadata_file();
        let mut value = serde_json::to_value(self.array.metadata())
            .map_err(|e| Error::metadata(&file, e.to_string()))?;
        // `zarrs` shortens a codec without settings to its name; Python's zarr wants an object.
        for codec in value["codecs"].as_array_mut().into_iter().flatten() {
            if codec.is_string() {
                *codec = json!({ "name": codec });
            }
        }
        self.place.replace_json(&self.kind.metadata_key(), &value)
    }

    /// Makes room for clips that are to be written, or takes it back after a failure.
    pub(crate) fn set_len_in_memory(&mut self, len: u64) -> Result<()> {
        let mut shape = self.chunk.clone();
        shape[0] = len;
        let file = self.metadata_file();
        self.array
            .set_shape(shape)
            .map_err(|e| Error::metadata(file, e.to_string()))?;
        Ok(())
    }

    /// The file that holds a clip, for messages.
    fn chunk_file(&self, clip: u64) -> PathBuf {
        self.place
            .file(self.array.chunk_key(&self.index(clip)).as_str())
    }

    fn metadata_file(&self) -> PathBuf {
        self.place.file(&self.kind.metadata_key())
    }

    fn index(&self, clip: u64) -> Vec<u64> {
        let mut index = vec![0; self.chunk.len()];
        index[0] = clip;
        index
    }
}

/// Refuses metadata that this crate could not have written, before anything is allocated for it.
fn check(value: &Value, chunk: &[u64], kind: Kind) -> Result<(), String> {
    if value["data_type"] != kind.data_type() {
        return Err(format!(
            "its data type is {}, not {}",
            value["data_type"],
            kind.data_type()
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
