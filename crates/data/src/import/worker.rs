//! One file at a time: decoded, cut, and looked at; its clips go to the committer.

use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;

use super::duplicates::{Shape, Signature};
use super::ffmpeg::{NoVideo, Order, Tools, Video};
use super::files::{Kind, Source, text};
use super::frames::{Frames, Step};
use super::journal::Settings;
use super::pictures::{self, Animation, Slides};
use super::report::{FileReport, Outcome};
use super::scenes::{Detector, LATE};
use super::segment::Segmenter;
use super::still;

/// What a worker says of its file, in order.
pub(super) enum Message {
    /// A clip worth keeping.
    Clip(Box<Candidate>),
    /// The file is done.
    End(End),
}

/// How a file ended.
#[derive(Debug)]
pub(super) enum End {
    /// The committer still has to count what it kept.
    Report(FileReport),
    /// It is no video, and nobody said that it was.
    NoVideo,
}

/// A clip that only the committer can judge further.
pub(super) struct Candidate {
    pub(super) frames: Vec<u8>,
    /// Number of its first frame in the video, at the store's rate.
    pub(super) first: u64,
    /// Absent where near-duplicates are kept.
    pub(super) signature: Option<Signature>,
}

/// What all workers share.
pub(super) struct Context {
    pub(super) settings: Settings,
    pub(super) tools: Tools,
    /// Threads of each ffmpeg.
    pub(super) threads: usize,
    /// Set when the import should end.
    pub(super) stop: AtomicBool,
    /// Frames decoded by all.
    pub(super) frames: AtomicU64,
    /// Buffers of clips that have been written, for new ones.
    pub(super) buffers: Mutex<Vec<Vec<u8>>>,
}

impl Context {
    fn shape(&self) -> Shape {
        Shape {
            height: self.settings.height.into(),
            width: self.settings.width.into(),
        }
    }

    /// A buffer for a clip and the frames that are undecided when it is given out.
    fn buffer(&self) -> Vec<u8> {
        let used = self.buffers.lock().ok().and_then(|mut b| b.pop());
        let frames = self.settings.clip_frames as usize + LATE + 1;
        used.unwrap_or_else(|| Vec::with_capacity(frames * self.shape().frame_bytes()))
    }

    fn picture_shape(&self) -> pictures::Shape {
        let settings = &self.settings;
        pictures::Shape {
            fps: settings.fps,
            crop: settings.crop,
            fit: settings.fit,
            size: (settings.width.into(), settings.height.into()),
        }
    }
}

/// Why a file's frames ended early: nobody wants more.
struct Unwanted;

/// Decodes one file, and sends what there is in it.
pub(super) fn import(context: &Context, source: &Source, to: &SyncSender<Message>) {
    let mut report = FileReport::new(text(&source.path), Outcome::Imported);
    if let Some(note) = &source.note {
        report.tell(note);
    }
    let done = match &source.kind {
        Kind::Video => video(context, source, to, &mut report),
        Kind::Animation => {
            Animation::open(&source.path, context.picture_shape()).and_then(|mut frames| {
                let done = Cutting::new(context, to, &[], 0).run(&mut frames, &mut report);
                if let Some(damage) = frames.damage {
                    report.damage(format!(
                        "damaged after its frame {}: {damage}",
                        report.frames
                    ));
                }
                done.map(|_| None)
            })
        }
        Kind::Slides(slides) => {
            let mut frames = Slides::open(
                slides.clone(),
                context.picture_shape(),
                context.settings.picture_fps,
            );
            let done = Cutting::new(context, to, &[], 0).run(&mut frames, &mut report);
            if let Some(damage) = frames.damage {
                report.damage(format!("a picture is damaged: {damage}"));
            }
            done.map(|_| None)
        }
    };
    let end = match done {
        Ok(None) => End::Report(report),
        Ok(Some(end)) => end,
        Err(words) => End::Report(FileReport::failed(report.file, words)),
    };
    // Nobody listens when the import was stopped.
    let _ = to.send(Message::End(end));
}

fn video(
    context: &Context,
    source: &Source,
    to: &SyncSender<Message>,
    report: &mut FileReport,
) -> Result<Option<End>, String> {
    if source.identity.size == 0 {
        return if source.promised {
            Err("the file is empty".into())
        } else {
            Ok(Some(End::NoVideo))
        };
    }
    let path = &source.path;
    match context.tools.probe(path) {
        Ok(video) => check_crop(context, video)?,
        // A disk that fails is told even of a file that promised nothing.
        Err(NoVideo::Unreadable(_) | NoVideo::Other(_)) if !source.promised && readable(path) => {
            return Ok(Some(End::NoVideo));
        }
        Err(why) => {
            readable_or_why(path)?;
            return Err(why.words().into());
        }
    }
    let settings = &context.settings;
    let mut order = Order {
        fps: settings.fps,
        crop: settings.crop,
        fit: settings.fit,
        size: (settings.width.into(), settings.height.into()),
        threads: context.threads,
        watch: true,
    };
    let mut decoder = context.tools.decode(path, &order)?;
    let ended = Cutting::new(context, to, &[], 0).run(&mut decoder, report)?;
    let words = decoder.words();
    drop(decoder);
    if ended.trouble {
        // Clips that were given out came before any error. The rest is done again, around the damage.
        let damage = context.tools.damage(path, settings.fps, &context.stop)?;
        order.watch = false;
        *report = FileReport {
            words: report.words.take(),
            ..FileReport::new(std::mem::take(&mut report.file), Outcome::Imported)
        };
        let mut decoder = context.tools.decode(path, &order)?;
        Cutting::new(context, to, &damage, ended.clips).run(&mut decoder, report)?;
        match damage.first() {
            Some(first) => report.damage(format!(
                "damaged near {:.1} s: {words}",
                first.start as f64 / settings.fps
            )),
            // The container rather than a picture: most often, the end is missing.
            None => report.damage(format!(
                "damaged or cut short, nothing else is missing as far as can be told: {words}"
            )),
        }
    } else if !words.is_empty() {
        report.damage(format!("damaged at its end, or cut short: {words}"));
    }
    Ok(None)
}

fn check_crop(context: &Context, video: Video) -> Result<(), String> {
    match context.settings.crop {
        Some(crop) if !crop.is_inside(video.width, video.height) => {
            Err(pictures::outside(video.width, video.height))
        }
        _ => Ok(()),
    }
}

fn readable(path: &Path) -> bool {
    readable_or_why(path).is_ok()
}

/// The system's own reason comes first.
fn readable_or_why(path: &Path) -> Result<(), String> {
    let mut byte = [0];
    std::fs::File::open(path)
        .and_then(|mut file| std::io::Read::read(&mut file, &mut byte))
        .map(drop)
        .map_err(|e| format!("it can't be read: {e}"))
}

/// How far a cutting came.
struct Cut {
    /// Clips completed, frozen ones included.
    clips: u64,
    /// Whether an error of the decoder ended it.
    trouble: bool,
}

/// Frames in, clips out.
struct Cutting<'a> {
    context: &'a Context,
    to: &'a SyncSender<Message>,
    /// Ranges of frames not to be used, in order.
    damage: &'a [Range<u64>],
    /// Clips that were given out before, and come again.
    known: u64,
    clips: u64,
    segmenter: Segmenter,
    detector: Detector,
    frozen: u64,
    cuts: u64,
}

impl<'a> Cutting<'a> {
    fn new(
        context: &'a Context,
        to: &'a SyncSender<Message>,
        damage: &'a [Range<u64>],
        known: u64,
    ) -> Self {
        let settings = &context.settings;
        Self {
            context,
            to,
            damage,
            known,
            clips: 0,
            segmenter: Segmenter::new(settings.clip_frames as usize, context.shape().frame_bytes()),
            detector: Detector::new(settings.scene_threshold, settings.width.into()),
            frozen: 0,
            cuts: 0,
        }
    }

    /// Reads all frames. A stop asked for from outside ends it quietly: nobody will look at the report.
    fn run(mut self, frames: &mut dyn Frames, report: &mut FileReport) -> Result<Cut, String> {
        let mut frame = vec![0; self.context.shape().frame_bytes()];
        let (mut number, mut damaged, mut trouble) = (0u64, 0u64, false);
        let mut failed = None;
        while !self.context.stop.load(Ordering::Relaxed) {
            match frames.next(&mut frame) {
                Ok(Step::Frame) => {}
                Ok(Step::Jump) => {
                    if self.end_shot().is_err() {
                        break;
                    }
                    continue;
                }
                Ok(Step::Trouble) => {
                    trouble = true;
                    break;
                }
                Ok(Step::End) => break,
                Err(words) => {
                    failed = Some(words);
                    break;
                }
            }
            self.context.frames.fetch_add(1, Ordering::Relaxed);
            let unusable = self.damage.iter().any(|range| range.contains(&number));
            number += 1;
            let gone_on = if unusable {
                damaged += 1;
                self.end_shot().map(|()| self.segmenter.skip())
            } else {
                self.segmenter.push(&frame);
                let decision = self.detector.push(&frame);
                decision.map_or(Ok(()), |cut| self.decide(cut))
            };
            if gone_on.is_err() {
                break;
            }
        }
        if !trouble {
            // Err only where nobody listens any more.
            let _ = self.end_shot();
        }
        if let Some(words) = failed {
            if number == 0 {
                return Err(words);
            }
            report.damage(words);
        }
        report.frames = number;
        report.damaged_frames = damaged;
        report.frozen = self.frozen;
        report.scene_changes = self.cuts;
        report.set_leftover(self.segmenter.leftover());
        Ok(Cut {
            clips: self.clips,
            trouble,
        })
    }

    fn end_shot(&mut self) -> Result<(), Unwanted> {
        while let Some(cut) = self.detector.flush() {
            self.decide(cut)?;
        }
        self.segmenter.end_shot();
        Ok(())
    }

    fn decide(&mut self, cut: bool) -> Result<(), Unwanted> {
        self.cuts += u64::from(cut);
        let Some(piece) = self.segmenter.decide(cut, || self.context.buffer()) else {
            return Ok(());
        };
        self.clips += 1;
        let (settings, shape) = (&self.context.settings, self.context.shape());
        let frozen =
            still::share(&piece.frames, shape.frame_bytes(), shape.width) > settings.max_still;
        self.frozen += u64::from(frozen);
        if frozen || self.clips <= self.known {
            if let Ok(mut buffers) = self.context.buffers.lock() {
                buffers.push(piece.frames);
            }
            return Ok(());
        }
        let signature = (!settings.keep_duplicates).then(|| Signature::of(&piece.frames, shape));
        let candidate = Candidate {
            frames: piece.frames,
            first: piece.first,
            signature,
        };
        self.to
            .send(Message::Clip(Box::new(candidate)))
            .map_err(|_| Unwanted)
    }
}
