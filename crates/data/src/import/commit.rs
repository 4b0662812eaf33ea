//! The one place where clips enter the store, in the order of the files.

use std::mem;

use super::duplicates::{self, Index, Signature};
use super::files::{Identity, Source, text};
use super::journal::{Begun, Ended, Journal};
use super::report::{FileReport, Outcome};
use super::signatures::{self, Signatures};
use super::worker::{Candidate, Context};
use crate::{ClipBuf, ClipStore, Origin, Result, UNKNOWN_ACTION};

/// Clips that are written together, at most: one update of the metadata for all of them.
const BATCH_CLIPS: u64 = 16;
/// Bytes that are written together, about.
const BATCH_BYTES: usize = 64 << 20;
/// Files without clips that are noted together, at most.
const BATCH_FILES: usize = 64;

/// What near-duplicates are told by.
struct Known {
    index: Index,
    file: Signatures,
}

/// Adds clips to the store, and files to its journal.
///
/// Clips are numbered from where the journal's open files began. What an interrupted import had
/// already written comes again then, is numbered again, and is not written again.
///
/// Clips are written when their number is a multiple of the batch, so that the manifest, which has a
/// file for each batch, is cut at the same places whether or not an import was interrupted.
pub(super) struct Committer<'a> {
    context: &'a Context,
    store: ClipStore,
    journal: Journal,
    known: Option<Known>,
    /// Number of the next clip.
    next: u64,
    /// Clips not written yet: the first has the store's length as its number.
    pending: Vec<ClipBuf>,
    signatures: Vec<Signature>,
    begun: Vec<Begun>,
    ended: Vec<Ended>,
    /// Clips that are written together.
    batch: u64,
    /// Clips of the present file.
    clips: u64,
    duplicates: u64,
}

impl<'a> Committer<'a> {
    /// Begins at clip `next`, which is the store's length but where files are open.
    pub(super) fn new(
        context: &'a Context,
        store: ClipStore,
        journal: Journal,
        next: u64,
        jobs: usize,
    ) -> Result<Self> {
        let known = if context.settings.keep_duplicates {
            None
        } else {
            let (file, all) = Signatures::open(&store, next, jobs)?;
            let mut index = Index::default();
            all.into_iter().for_each(|signature| index.push(signature));
            Some(Known { index, file })
        };
        let batch = (BATCH_BYTES / store.spec().clip_bytes()) as u64;
        Ok(Self {
            batch: batch.clamp(1, BATCH_CLIPS),
            context,
            store,
            journal,
            known,
            next,
            pending: Vec::new(),
            signatures: Vec::new(),
            begun: Vec::new(),
            ended: Vec::new(),
            clips: 0,
            duplicates: 0,
        })
    }

    /// Clips in the store and on their way there.
    pub(super) fn clips(&self) -> u64 {
        self.next.max(self.store.len())
    }

    /// Clips in the store.
    pub(super) fn written(&self) -> u64 {
        self.store.len()
    }

    /// A file's clips follow.
    pub(super) fn begin(&mut self, file: &Identity) {
        self.clips = 0;
        self.duplicates = 0;
        self.begun.push(Begun {
            file: file.clone(),
            clip: self.next,
        });
    }

    /// Takes the present file's next clip.
    pub(super) fn offer(&mut self, source: &Source, candidate: Candidate) -> Result<()> {
        if let Some(signature) = candidate.signature
            && self.is_known(&signature, &candidate.frames)?
        {
            self.duplicates += 1;
            self.give_back(candidate.frames);
            return Ok(());
        }
        if let (Some(known), Some(signature)) = (&mut self.known, candidate.signature) {
            known.index.push(signature);
            self.signatures.push(signature);
        }
        self.clips += 1;
        if self.next < self.store.len() {
            self.give_back(candidate.frames);
        } else {
            let actions = vec![UNKNOWN_ACTION; self.context.settings.clip_frames as usize];
            let origin = self.origin(source, candidate.first);
            self.pending.push(ClipBuf {
                origin,
                ..ClipBuf::new(candidate.frames, actions)
            });
        }
        self.next += 1;
        if self.next.is_multiple_of(self.batch) {
            self.flush()?;
        }
        Ok(())
    }

    /// The present file is done. Returns its report with what was counted here.
    pub(super) fn end(&mut self, file: &Identity, mut report: FileReport) -> Result<FileReport> {
        report.clips = self.clips;
        report.duplicates = self.duplicates;
        if report.outcome == Outcome::Failed && self.clips == 0 {
            // Nothing to keep in mind: the next import tries it again.
            self.begun.retain(|begun| begun.file != *file);
            if self.journal.has_open(file) {
                self.ended.push(self.ended(file, &report, true));
            }
        } else {
            self.ended.push(self.ended(file, &report, false));
        }
        if self.ended.len() >= BATCH_FILES {
            self.flush()?;
        }
        Ok(report)
    }

    /// A file that had begun can't be gone on with: its clips up to number `end` stay as they are.
    pub(super) fn leave(&mut self, file: &Identity, end: u64) -> Result<FileReport> {
        let mut report = FileReport::new(file.path.clone(), Outcome::Imported);
        report.clips = end.saturating_sub(self.next);
        report.tell("it was interrupted, and has changed or gone since: its clips so far stay");
        if let Some(known) = &mut self.known {
            let made = signatures::make(&self.store, self.next..end, 1)?;
            made.iter()
                .for_each(|&signature| known.index.push(signature));
            self.signatures.extend(made);
        }
        self.next = self.next.max(end);
        self.ended.push(self.ended(file, &report, true));
        Ok(report)
    }

    fn ended(&self, file: &Identity, report: &FileReport, left: bool) -> Ended {
        Ended {
            file: file.clone(),
            clip: self.next,
            left,
            report: report.clone(),
        }
    }

    fn origin(&self, source: &Source, first: u64) -> Origin {
        let file = text(&source.path);
        Origin {
            source: source
                .title
                .as_ref()
                .map_or(file.clone(), |title| format!("{title} ({file})")),
            start: first as f64 / self.context.settings.fps,
            level: None,
            licence: source.licence.clone().unwrap_or_default(),
        }
    }

    fn is_known(&self, signature: &Signature, frames: &[u8]) -> Result<bool> {
        let Some(known) = &self.known else {
            return Ok(false);
        };
        let shape = signatures::shape(&self.store);
        for clip in known.index.candidates(signature) {
            let same = match clip.checked_sub(self.store.len()) {
                Some(place) => {
                    duplicates::same(&self.pending[place as usize].frames, frames, shape)
                }
                None => duplicates::same(&self.store.read_clip(clip)?, frames, shape),
            };
            if same {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes what is pending: files that begin, then clips, then files that end.
    pub(super) fn flush(&mut self) -> Result<()> {
        let begun = mem::take(&mut self.begun);
        let new = begun
            .into_iter()
            .filter(|begun| !self.journal.has_open(&begun.file))
            .collect();
        self.journal.begin(new)?;
        if let Some(known) = &mut self.known {
            known.file.add(&mem::take(&mut self.signatures))?;
        }
        if !self.pending.is_empty() {
            self.store.append_all(&self.pending)?;
            for clip in mem::take(&mut self.pending) {
                self.give_back(clip.frames);
            }
        }
        self.journal.end(mem::take(&mut self.ended))
    }

    /// A buffer that is no longer needed.
    fn give_back(&self, buffer: Vec<u8>) {
        if let Ok(mut buffers) = self.context.buffers.lock() {
            buffers.push(buffer);
        }
    }
}
