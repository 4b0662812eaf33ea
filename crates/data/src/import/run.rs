//! An import from its beginning to its end.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use super::commit::Committer;
use super::ffmpeg::Tools;
use super::files::{self, Found, Identity, Kind, Source, text};
use super::journal::{Journal, Settings};
use super::queue::{Bounds, Queue};
use super::report::{FileReport, Outcome, Report, Stopped};
use super::worker::{self, Context, End, Message};
use super::{ImportSpec, OnProgress, Progress, SOURCE, Selection};
use crate::{ClipStore, Error, Result, StoreSpec};

/// How often progress is told while nothing happens.
const TICK: Duration = Duration::from_millis(100);
/// More threads than that gain a decoder nothing.
const MOST_THREADS: usize = 16;

/// Imports all that `spec` names into its store, which is made where there is none.
///
/// `select` is asked once for every source, with its path as the user named it.
///
/// # Errors
/// [`Error::Invalid`] when a setting is out of range or there is nothing to import,
/// [`Error::SpecMismatch`] when the store was made with other settings, [`Error::NoFfmpeg`],
/// [`Error::Locked`] while another import runs; as [`ClipStore::append_all`] when the store can't be written. Whatever the error, the same
/// call goes on where this one stopped.
pub fn import(
    spec: &ImportSpec,
    select: &dyn Fn(&Path) -> Selection,
    on_progress: OnProgress<'_>,
) -> Result<Report> {
    check(spec)?;
    if ClipStore::is_address(&spec.out) {
        return Err(Error::Invalid(format!(
            "{} is not on this machine, and an import keeps a journal beside its clips. Import into a folder, and copy it there",
            spec.out.display()
        )));
    }
    let found = files::find(&spec.paths);
    if found.sources.is_empty() && found.problems.is_empty() {
        return Err(Error::Invalid(format!(
            "there is no video in {}. Name video files, folders of them, or folders of numbered pictures",
            list(spec)
        )));
    }
    let settings = Settings {
        width: spec.width,
        height: spec.height,
        fps: spec.fps,
        clip_frames: spec.clip_frames,
        fit: spec.fit,
        crop: spec.crop,
        scene_threshold: spec.scene_threshold,
        max_still: spec.max_still,
        keep_duplicates: spec.keep_duplicates,
        picture_fps: spec.picture_fps.unwrap_or(spec.fps),
    };
    let tools = Tools::new(spec.ffmpeg_folder.as_deref());
    // Before the store is made, so that a missing program leaves nothing behind.
    let needs_ffmpeg = found.sources.iter().any(|s| s.kind == Kind::Video);
    if needs_ffmpeg {
        tools.check()?;
    }
    let store = ClipStore::open_or_create(&spec.out, &store_spec(spec))?;
    let journal = Journal::open(&spec.out, &settings)?;
    if journal.counted > store.len() {
        return Err(Error::Metadata {
            path: spec.out.join(super::journal::NAME),
            what: format!(
                "it counts {} clips, but the store has {}",
                journal.counted,
                store.len()
            ),
        });
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let context = Context {
        settings,
        tools,
        threads: cores.min(MOST_THREADS),
        stop: AtomicBool::new(false),
        frames: AtomicU64::new(0),
        buffers: Mutex::new(Vec::new()),
    };
    let plan = Plan::new(&journal, store.len(), found, select);
    let bounds = Bounds::new(
        spec.jobs,
        plan.sources.len(),
        store.spec().clip_bytes(),
        spec.memory,
    );
    let queue = Queue::new(plan.sources.len(), bounds);
    let mut report = Report {
        skipped: plan.skipped,
        clip_frames: spec.clip_frames,
        ..Report::default()
    };
    let done = std::thread::scope(|scope| {
        for _ in 0..bounds.workers {
            scope.spawn(|| {
                while let Some((number, sender)) = queue.take() {
                    worker::import(&context, &plan.sources[number], &sender);
                }
            });
        }
        let mut run = Run {
            spec,
            context: &context,
            queue: &queue,
            plan: &plan,
            report: &mut report,
            on_progress,
        };
        let done = Committer::new(&context, store, journal, plan.first, spec.jobs)
            .and_then(|c| run.all(c));
        context.stop.store(true, Ordering::Relaxed);
        queue.stop();
        done
    });
    done.map(|()| report)
}

fn list(spec: &ImportSpec) -> String {
    let names: Vec<String> = spec
        .paths
        .iter()
        .take(3)
        .map(|p| p.display().to_string())
        .collect();
    match names.len() {
        0 => "nothing".into(),
        n if n < spec.paths.len() => {
            format!("{} and {} more", names.join(", "), spec.paths.len() - n)
        }
        _ => names.join(", "),
    }
}

fn check(spec: &ImportSpec) -> Result<()> {
    let invalid = |what: String| Err(Error::Invalid(what));
    if spec.jobs == 0 {
        return invalid("at least one file must be decoded at a time".into());
    }
    if !(spec.scene_threshold.is_finite() && spec.scene_threshold >= 0.0) {
        return invalid(format!(
            "a scene threshold of {} says nothing; 0.4 is usual",
            spec.scene_threshold
        ));
    }
    if !(0.0..=1.0).contains(&spec.max_still) {
        return invalid(format!(
            "{} is no share of a clip; it lies between 0 and 1",
            spec.max_still
        ));
    }
    if spec
        .picture_fps
        .is_some_and(|fps| !(fps.is_finite() && fps > 0.0))
    {
        return invalid("pictures need a rate above 0 a second".into());
    }
    if spec.crop.is_some_and(|c| c.width == 0 || c.height == 0) {
        return invalid("a crop needs at least one row and one column".into());
    }
    Ok(())
}

fn store_spec(spec: &ImportSpec) -> StoreSpec {
    StoreSpec {
        height: spec.height,
        width: spec.width,
        frames_per_clip: spec.clip_frames,
        fps: spec.fps,
        source: SOURCE.into(),
        licence: spec.licence.clone(),
        levels: None,
        policy: String::new(),
        seed: 0,
        mode: String::new(),
        rewards: false,
    }
}

/// One thing for the committer to do.
enum Task {
    /// Empties the channel of this source.
    Source(usize),
    /// Closes a file that can't be gone on with; its clips end before this number.
    Leave(Identity, u64),
    /// Has only a line.
    Line(FileReport),
}

/// What will be done, in order.
struct Plan {
    tasks: Vec<Task>,
    /// The files to decode.
    sources: Vec<Source>,
    /// Number of the first clip that the tasks make.
    first: u64,
    skipped: u64,
}

impl Plan {
    /// Files that an interrupted import had begun come first, in its order: their clips are already
    /// numbered.
    fn new(
        journal: &Journal,
        clips: u64,
        found: Found,
        select: &dyn Fn(&Path) -> Selection,
    ) -> Self {
        let mut plan = Self {
            tasks: Vec::new(),
            sources: Vec::new(),
            first: journal
                .open
                .first()
                .map_or(clips, |begun| begun.clip.min(clips)),
            skipped: found.skipped,
        };
        for (path, why) in found.problems {
            plan.tasks
                .push(Task::Line(FileReport::failed(text(&path), why)));
        }
        let mut waiting: VecDeque<Source> = found.sources.into();
        for (place, begun) in journal.open.iter().enumerate() {
            let end = journal
                .open
                .get(place + 1)
                .map_or(clips, |next| next.clip.min(clips));
            match waiting.iter().position(|s| s.identity == begun.file) {
                Some(at) => {
                    if let Some(mut source) = waiting.remove(at) {
                        // It was kept when it began, and its clips are numbered; it is only asked what it is.
                        let _ = ask(select, &mut source);
                        plan.decode(source);
                    }
                }
                None => plan.tasks.push(Task::Leave(begun.file.clone(), end)),
            }
        }
        for mut source in waiting {
            let before = journal.ended.get(&source.identity.path);
            if let Some(ended) = before.filter(|e| e.file == source.identity && !e.left) {
                let report = FileReport {
                    file: text(&source.path),
                    outcome: Outcome::ImportedBefore,
                    ..ended.report.clone()
                };
                plan.tasks.push(Task::Line(report));
                continue;
            }
            if let Some(reason) = ask(select, &mut source) {
                let mut report = FileReport::new(text(&source.path), Outcome::DroppedByRules);
                report.tell(reason);
                plan.tasks.push(Task::Line(report));
                continue;
            }
            if let Some(ended) = before.filter(|e| e.file != source.identity) {
                source.tell(&format!(
                    "it has changed since it was imported, and is imported again; the {} clips of its old version stay",
                    ended.report.clips
                ));
            }
            plan.decode(source);
        }
        plan
    }

    fn decode(&mut self, source: Source) {
        self.tasks.push(Task::Source(self.sources.len()));
        self.sources.push(source);
    }
}

/// Asks what to do with a source, and keeps what is said of it. Returns why it is dropped, if it is.
fn ask(select: &dyn Fn(&Path) -> Selection, source: &mut Source) -> Option<String> {
    match select(&source.path) {
        Selection::Drop { reason } => Some(reason),
        Selection::Keep { licence, title } => {
            source.licence = licence;
            source.title = title;
            None
        }
    }
}

/// The committer's side of an import.
struct Run<'a, 'p> {
    spec: &'a ImportSpec,
    context: &'a Context,
    queue: &'a Queue,
    plan: &'a Plan,
    report: &'a mut Report,
    on_progress: OnProgress<'p>,
}

impl Run<'_, '_> {
    fn all(&mut self, mut committer: Committer<'_>) -> Result<()> {
        let mut gone_on = ControlFlow::Continue(());
        for task in &self.plan.tasks {
            let line = match task {
                Task::Line(line) => Some(line.clone()),
                Task::Leave(file, end) => Some(committer.leave(file, *end)?),
                Task::Source(number) => {
                    let (line, told) = self.source(&mut committer, *number)?;
                    gone_on = told;
                    line
                }
            };
            if gone_on.is_break() {
                break;
            }
            let Some(line) = line else {
                continue;
            };
            self.report.files.push(line);
            let line = self.report.files.last();
            let bad = self.spec.strict && line.is_some_and(FileReport::is_bad);
            gone_on = (self.on_progress)(Progress {
                files_done: self.report.files.len(),
                files: self.plan.tasks.len(),
                file: None,
                frames: self.context.frames.load(Ordering::Relaxed),
                clips: committer.clips(),
                finished: line,
            });
            if bad {
                self.report.stopped = Some(Stopped::Strict);
            }
            if bad || gone_on.is_break() {
                break;
            }
        }
        if gone_on.is_break() {
            // A batch that was begun is made again when the import goes on, as after a kill.
            self.report.stopped = Some(Stopped::Asked);
        } else {
            committer.flush()?;
        }
        self.report.store_clips = committer.written();
        Ok(())
    }

    /// Takes all clips of one file. `Break` when the caller wants to stop before its end.
    fn source(
        &mut self,
        committer: &mut Committer<'_>,
        number: usize,
    ) -> Result<(Option<FileReport>, ControlFlow<()>)> {
        let source = &self.plan.sources[number];
        let Some(messages) = self.queue.messages(number) else {
            return Ok((None, ControlFlow::Break(())));
        };
        committer.begin(&source.identity);
        loop {
            match messages.recv_timeout(TICK) {
                Ok(Message::Clip(candidate)) => committer.offer(source, *candidate)?,
                Ok(Message::End(End::Report(report))) => {
                    self.queue.done();
                    return Ok((
                        Some(committer.end(&source.identity, report)?),
                        ControlFlow::Continue(()),
                    ));
                }
                Ok(Message::End(End::NoVideo)) => {
                    self.queue.done();
                    self.report.skipped += 1;
                    let failed = FileReport::new(text(&source.path), Outcome::Failed);
                    committer.end(&source.identity, failed)?;
                    return Ok((None, ControlFlow::Continue(())));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::Invalid(format!(
                        "{}: its decoder ended without a word; this is a fault of the program",
                        text(&source.path)
                    )));
                }
            }
            let told = (self.on_progress)(Progress {
                files_done: self.report.files.len(),
                files: self.plan.tasks.len(),
                file: Some(&source.path),
                frames: self.context.frames.load(Ordering::Relaxed),
                clips: committer.clips(),
                finished: None,
            });
            if told.is_break() {
                return Ok((None, ControlFlow::Break(())));
            }
        }
    }
}
