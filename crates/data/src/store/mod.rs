//! The clip store: a Zarr v3 group, which Python's `zarr` opens too.
//!
//! ```text
//! PATH/zarr.json            group; attributes.pocket_genie = format, version and StoreSpec
//! PATH/frames/zarr.json     uint8 [clips, F, H, W, 3], one chunk per clip, zstd + crc32c
//! PATH/actions/zarr.json    uint8 [clips, F], see `TrueActions`
//! PATH/rewards/zarr.json    float32 [clips, F], where the source has rewards
//! PATH/manifest/N.jsonl     origin and checksum of each clip, see `ClipRecord`
//! ```
//!
//! `PATH` is a folder, or an address in an object store, such as `s3://bucket/clips`.
//!
//! The first length of `frames` is *the* number of clips. All else of a clip is written before that
//! length is advanced, and the length is advanced by renaming a finished file over the old one, so
//! a program killed at any instant leaves only whole clips in sight.

mod array;
mod manifest;
mod place;
mod read;
mod remote;
mod spec;
pub(crate) mod view_file;
mod write;

pub(crate) use array::{ClipArray, Kind};
pub use manifest::{ClipRecord, Origin, checksum};
pub(crate) use place::Place;
pub use read::ClipStore;
pub(crate) use read::Opened;
pub use spec::{LevelRange, StoreSpec};
pub use write::ClipBuf;

#[cfg(test)]
pub(crate) mod tests;
