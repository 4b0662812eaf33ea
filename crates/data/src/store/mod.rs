//! The clip store: a Zarr v3 group on disk, which Python's `zarr` opens too.
//!
//! ```text
//! PATH/zarr.json            group; attributes.pocket_genie = format, version and StoreSpec
//! PATH/frames/zarr.json     uint8 [clips, F, H, W, 3], one chunk per clip, zstd + crc32c
//! PATH/actions/zarr.json    uint8 [clips, F], see `TrueActions`
//! ```
//!
//! The first length of `frames` is *the* number of clips. A clip's chunks are written before that
//! length is advanced, and the length is advanced by renaming a finished file over the old one, so
//! a program killed at any instant leaves only whole clips in sight.

mod array;
mod json;
mod read;
mod spec;
mod write;

pub(crate) use array::{ClipArray, Kind};
pub use read::ClipStore;
pub(crate) use read::read_spec;
pub use spec::{LevelRange, StoreSpec};
pub use write::ClipBuf;

#[cfg(test)]
pub(crate) mod tests;
