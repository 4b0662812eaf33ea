//! What a store holds.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{ClipStore, Result, StoreSpec};

/// A store in figures.
#[derive(Clone, Debug, Serialize)]
pub struct Info {
    /// Shape and origin of the clips.
    pub spec: StoreSpec,
    /// Whether it is a view of another store.
    pub view: bool,
    /// Clips.
    pub clips: u64,
    /// Frames, over all clips.
    pub frames: u64,
    /// Playing time, in seconds.
    pub seconds: f64,
    /// Bytes of the clips' frames as they are kept, compressed.
    pub stored_bytes: u64,
    /// Bytes of the clips' frames decoded.
    pub decoded_bytes: u64,
    /// Clips by the video they come from, where the manifest names one.
    pub sources: BTreeMap<String, u64>,
    /// Clips by licence.
    pub licences: BTreeMap<String, u64>,
    /// Clips whose level is known, and how many different levels those are.
    pub clips_with_level: u64,
    /// See [`Self::clips_with_level`].
    pub levels: u64,
    /// Whether there is a manifest: stores of version 1 had none.
    pub manifest: bool,
}

impl Info {
    /// Reads the manifest, and asks for the size of every clip.
    ///
    /// # Errors
    /// [`Error`](crate::Error)s of damaged manifests, and of files that can't be read.
    pub fn of(store: &ClipStore) -> Result<Self> {
        let manifest = store.has_manifest();
        let records = if manifest {
            store.manifest()?
        } else {
            Vec::new()
        };
        let mut info = Self {
            spec: store.spec().clone(),
            view: store.is_view(),
            clips: store.len(),
            frames: store.total_frames(),
            seconds: store.total_frames() as f64 / store.spec().fps,
            stored_bytes: store.stored_bytes()?,
            decoded_bytes: store.len() * store.spec().clip_bytes() as u64,
            sources: BTreeMap::new(),
            licences: BTreeMap::new(),
            clips_with_level: 0,
            levels: 0,
            manifest,
        };
        let mut levels: Vec<u64> = records.iter().filter_map(|r| r.origin.level).collect();
        info.clips_with_level = levels.len() as u64;
        levels.sort_unstable();
        levels.dedup();
        info.levels = levels.len() as u64;
        for record in records {
            let origin = record.origin;
            if !origin.source.is_empty() {
                *info.sources.entry(origin.source).or_default() += 1;
            }
            let licence = if origin.licence.is_empty() {
                info.spec.licence.clone()
            } else {
                origin.licence
            };
            *info.licences.entry(licence).or_default() += 1;
        }
        if !manifest {
            info.licences.insert(info.spec.licence.clone(), info.clips);
        }
        Ok(info)
    }
}
