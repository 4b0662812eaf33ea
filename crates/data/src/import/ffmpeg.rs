//! ffmpeg and ffprobe, called as programs: what a file holds, its frames, and where it is damaged.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;

use super::fit::{Crop, Fit};
use super::{
    filters,
    frames::{Frames, Step},
};
use crate::{Error, Result};

/// Most of ffmpeg's words kept for a message.
const WORDS: u64 = 2000;
/// Most of what ffprobe says of one file; more is no video's description.
const PROBE_BYTES: u64 = 4 << 20;

/// The two programs.
#[derive(Clone, Debug)]
pub(super) struct Tools {
    ffmpeg: PathBuf,
    ffprobe: PathBuf,
}

impl Tools {
    /// Those in `folder`, or on the PATH.
    pub(super) fn new(folder: Option<&Path>) -> Self {
        let at = |name: &str| folder.map_or_else(|| PathBuf::from(name), |f| f.join(name));
        Self {
            ffmpeg: at("ffmpeg"),
            ffprobe: at("ffprobe"),
        }
    }

    /// Makes sure that both can be run.
    ///
    /// # Errors
    /// [`Error::NoFfmpeg`], which says how to install them.
    pub(super) fn check(&self) -> Result<()> {
        for program in [&self.ffmpeg, &self.ffprobe] {
            let status = Command::new(program)
                .arg("-version")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            match status {
                Ok(status) if status.success() => {}
                Ok(status) => return Err(no_ffmpeg(program, &format!("it ended with {status}"))),
                Err(e) if e.kind() == ErrorKind::NotFound => {
                    return Err(no_ffmpeg(program, "it is not installed"));
                }
                Err(e) => return Err(no_ffmpeg(program, &e.to_string())),
            }
        }
        Ok(())
    }

    /// What the file holds, or in words for people why it is no video.
    pub(super) fn probe(&self, path: &Path) -> Result<Video, NoVideo> {
        let mut child = Command::new(&self.ffprobe)
            .args(["-v", "error", "-of", "json", "-show_entries"])
            .arg("stream=codec_type,width,height,sample_aspect_ratio:stream_disposition=attached_pic:stream_side_data=rotation:format=format_name")
            .arg(url(path))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| NoVideo::Unreadable(format!("ffprobe could not be run: {e}")))?;
        // Its errors are few words: a handful of lines at most fit the system's buffer.
        let mut words = child.stderr.take();
        let teller = std::thread::spawn(move || words.as_mut().map_or_else(String::new, head));
        let mut text = Vec::new();
        let read = child
            .stdout
            .take()
            .map_or(Ok(0), |out| out.take(PROBE_BYTES).read_to_end(&mut text));
        // A description that long would block the child for ever.
        let _ = child.kill();
        let _ = child.wait();
        let words = first_line(&teller.join().unwrap_or_default(), path);
        read.map_err(|e| NoVideo::Unreadable(format!("ffprobe could not be read: {e}")))?;
        let value: Value = serde_json::from_slice(&text).unwrap_or(Value::Null);
        describe(&value, &words)
    }

    /// Starts to decode: frames of `size` at `fps`, rgb24.
    pub(super) fn decode(&self, path: &Path, order: &Order) -> Result<Decoder, String> {
        let log = Log::new().map_err(|e| format!("no temporary file could be made: {e}"))?;
        let stderr = log
            .file
            .try_clone()
            .map_err(|e| format!("the temporary file could not be used: {e}"))?;
        let mut child = Command::new(&self.ffmpeg)
            .args(["-nostdin", "-hide_banner", "-v", "repeat+error", "-threads"])
            .arg(order.threads.to_string())
            .arg("-i")
            .arg(url(path))
            .args(["-map", "0:V:0", "-an", "-sn", "-dn", "-vf"])
            .arg(filters::graph(order.fps, order.crop, order.fit, order.size))
            .args(["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .map_err(|e| format!("ffmpeg could not be run: {e}"))?;
        let stdout = child.stdout.take().ok_or("ffmpeg has no output")?;
        Ok(Decoder {
            path: path.to_path_buf(),
            child,
            stdout,
            log,
            watch: order.watch,
            frames: 0,
        })
    }

    /// Where a file is damaged, in frames of the output: each range begins with the first frame that
    /// may show damage, and ends with the next whole key frame.
    ///
    /// Slow (one thread, every frame), so only asked of files that decode with errors. `stop` ends it
    /// early, with nothing of use.
    pub(super) fn damage(
        &self,
        path: &Path,
        fps: f64,
        stop: &AtomicBool,
    ) -> Result<Vec<Range<u64>>, String> {
        let mut child = Command::new(&self.ffprobe)
            .args([
                "-v",
                "quiet",
                "-select_streams",
                "V:0",
                "-show_log",
                "16",
                "-of",
                "compact",
            ])
            .args([
                "-show_entries",
                "frame=key_frame,best_effort_timestamp_time:log=level",
            ])
            .arg(url(path))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("ffprobe could not be run: {e}"))?;
        let mut finder = DamageFinder::new(fps);
        let out = child.stdout.take().ok_or("ffprobe has no output")?;
        let read = BufReader::new(out)
            .lines()
            .take_while(|_| !stop.load(Ordering::Relaxed))
            .try_for_each(|line| line.map(|line| finder.line(&line)));
        let _ = child.kill();
        let _ = child.wait();
        read.map_err(|e| format!("ffprobe could not be read: {e}"))?;
        Ok(finder.finish())
    }
}

fn no_ffmpeg(program: &Path, what: &str) -> Error {
    Error::NoFfmpeg {
        program: program.display().to_string(),
        what: what.into(),
    }
}

/// A path as ffmpeg takes it: whatever it begins with or holds, it is a file.
fn url(path: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(path);
    url
}

/// What is asked of a decoder.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) fps: f64,
    pub(super) crop: Option<Crop>,
    pub(super) fit: Fit,
    /// Columns and rows.
    pub(super) size: (u32, u32),
    pub(super) threads: usize,
    /// Whether the first error ends the frames, as [`Step::Trouble`].
    pub(super) watch: bool,
}

/// A file with a picture that moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Video {
    /// Columns as a player shows them: turned, and with square pixels.
    pub(super) width: u32,
    /// Rows likewise.
    pub(super) height: u32,
}

/// Why a file gives no frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoVideo {
    /// It is of no kind that ffmpeg reads, or too damaged to tell.
    Unreadable(String),
    /// It is something else: sound, subtitles, a picture.
    Other(String),
}

impl NoVideo {
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Unreadable(words) | Self::Other(words) => words,
        }
    }
}

fn describe(value: &Value, words: &str) -> Result<Video, NoVideo> {
    let format = value["format"]["format_name"].as_str().unwrap_or_default();
    if format.is_empty() {
        return Err(NoVideo::Unreadable(format!(
            "no video that ffmpeg can read ({words})"
        )));
    }
    // Text that ffmpeg would draw as a terminal does, and formats of one picture.
    if format == "tty" || format == "image2" || format.ends_with("_pipe") {
        return Err(NoVideo::Other("no video".into()));
    }
    let streams = value["streams"].as_array().map_or(&[][..], Vec::as_slice);
    let moving = |s: &&Value| s["codec_type"] == "video" && s["disposition"]["attached_pic"] != 1;
    let Some(stream) = streams.iter().find(moving) else {
        let kinds: Vec<&str> = streams
            .iter()
            .filter_map(|s| s["codec_type"].as_str())
            .collect();
        return Err(NoVideo::Other(if kinds.contains(&"audio") {
            "it has sound but no pictures".into()
        } else {
            "it has no video stream".into()
        }));
    };
    let size = |name: &str| {
        stream[name]
            .as_u64()
            .and_then(|n| u32::try_from(n).ok())
            .filter(|&n| n > 0)
    };
    let (Some(width), Some(height)) = (size("width"), size("height")) else {
        return Err(NoVideo::Unreadable(format!(
            "its pictures have no size: the file is damaged or cut short ({words})"
        )));
    };
    let aspect = stream["sample_aspect_ratio"].as_str().and_then(|text| {
        let (a, b) = text.split_once(':')?;
        let (a, b) = (a.parse::<f64>().ok()?, b.parse::<f64>().ok()?);
        (a > 0.0 && b > 0.0).then_some(a / b)
    });
    let sides = stream["side_data_list"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let turn = sides
        .iter()
        .find_map(|s| s["rotation"].as_i64())
        .unwrap_or(0);
    let aspect = aspect.unwrap_or(1.0);
    // Turned first, then made square: the graph sees the turned frame, whose `sar` is turned too.
    let (width, height, aspect) = if turn.rem_euclid(180) == 90 {
        (height, width, 1.0 / aspect)
    } else {
        (width, height, aspect)
    };
    Ok(Video {
        width: ((f64::from(width) * aspect) as u32).max(1),
        height,
    })
}

/// A running ffmpeg; it ends when this is dropped.
pub(super) struct Decoder {
    path: PathBuf,
    child: Child,
    stdout: ChildStdout,
    log: Log,
    watch: bool,
    frames: u64,
}

impl Decoder {
    /// What ffmpeg complained of first; empty where it didn't.
    pub(super) fn words(&mut self) -> String {
        first_line(&self.log.head(), &self.path)
    }
}

impl Frames for Decoder {
    fn next(&mut self, frame: &mut [u8]) -> Result<Step, String> {
        let mut filled = 0;
        while filled < frame.len() {
            match self.stdout.read(&mut frame[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(format!("ffmpeg's output could not be read: {e}")),
            }
        }
        if filled == frame.len() {
            self.frames += 1;
            // ffmpeg tells of an error before it hands out any frame that the error may show in. So
            // with no word up to here, this frame is whole.
            return Ok(if self.watch && self.log.len() > 0 {
                Step::Trouble
            } else {
                Step::Frame
            });
        }
        let status = self
            .child
            .wait()
            .map_err(|e| format!("ffmpeg could not be waited for: {e}"))?;
        if self.frames == 0 {
            let words = self.words();
            return Err(match (words.is_empty(), status.success()) {
                (false, _) => format!("ffmpeg found no frames in it ({words})"),
                (true, true) => "it holds no frames".into(),
                (true, false) => format!("ffmpeg ended with {status}"),
            });
        }
        // Part of a frame: ffmpeg was killed or crashed, and what came before is whole.
        if !status.success() && self.log.len() == 0 {
            self.log.note(&format!("ffmpeg ended with {status}"));
        }
        Ok(Step::End)
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// ffmpeg's standard error, in a temporary file.
///
/// A pipe would have to be emptied by a thread, and then nobody could say which of the frames read so
/// far came before an error. A file's length is known at once.
struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    fn new() -> std::io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("genie-import-{}-{number}.log", std::process::id());
            let path = std::env::temp_dir().join(name);
            let made = fs::OpenOptions::new()
                .read(true)
                .append(true)
                .create_new(true)
                .open(&path);
            match made {
                Ok(file) => return Ok(Self { file, path }),
                // A process of the same number left it behind.
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
    }

    fn len(&self) -> u64 {
        self.file.metadata().map_or(0, |m| m.len())
    }

    fn note(&mut self, text: &str) {
        // Words for a message; without them the message is only shorter.
        let _ = std::io::Write::write_all(&mut self.file, text.as_bytes());
    }

    fn head(&mut self) -> String {
        let mut bytes = Vec::new();
        let read = self
            .file
            .seek(SeekFrom::Start(0))
            .and_then(|_| (&mut self.file).take(WORDS).read_to_end(&mut bytes));
        if read.is_err() {
            bytes.clear();
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The first [`WORDS`] bytes of a stream, which is read to its end.
fn head(stream: &mut impl Read) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(n) = stream.read(&mut buffer) {
        if n == 0 {
            break;
        }
        let room = (WORDS as usize - kept.len()).min(n);
        kept.extend_from_slice(&buffer[..room]);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// The first line of ffmpeg's words, which is the nearest to the cause: without addresses in memory and without the file's name, which the
/// reader of the message knows.
fn first_line(words: &str, path: &Path) -> String {
    let line = words
        .lines()
        .map(str::trim)
        .find(|l| !l.is_empty())
        .unwrap_or_default();
    let line = match line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
    {
        Some((_, rest)) => rest,
        None => line,
    };
    let name = OsStr::to_string_lossy(path.as_os_str()).into_owned();
    let line = line.strip_prefix(&format!("file:{name}: ")).unwrap_or(line);
    line.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Reads ffprobe's frames in order, and marks those between an error and the next whole key frame.
struct DamageFinder {
    fps: f64,
    start: Option<f64>,
    last: f64,
    /// The usual time between two frames.
    step: f64,
    /// When the damage that is not over yet began.
    since: Option<f64>,
    found: Vec<Range<u64>>,
}

impl DamageFinder {
    fn new(fps: f64) -> Self {
        Self {
            fps,
            start: None,
            last: 0.0,
            step: f64::INFINITY,
            since: None,
            found: Vec::new(),
        }
    }

    fn line(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("frame|") else {
            return;
        };
        let field = |name: &str| rest.split('|').find_map(|part| part.strip_prefix(name));
        let Some(time) = field("best_effort_timestamp_time=").and_then(|t| t.parse::<f64>().ok())
        else {
            return;
        };
        let start = *self.start.get_or_insert(time);
        let time = (time - start).max(0.0);
        let complaint = rest.contains("log|");
        let gap = time - self.last;
        // Frames that are missing: as many as the output would show.
        let missing = gap > (2.5 * self.step).max(1.5 / self.fps);
        if complaint || missing {
            // After a gap, the last frame before it was the last whole one.
            let since = if missing { self.last } else { time };
            self.since = Some(self.since.map_or(since, |earlier| earlier.min(since)));
        }
        if let Some(since) = self.since
            && !complaint
            && field("key_frame=") == Some("1")
        {
            self.mark(since, time);
            self.since = None;
        }
        if gap > 0.0 {
            self.step = self.step.min(gap);
        }
        self.last = self.last.max(time);
    }

    /// Frames that show times from `since` to `until`, and the one before, which rounding may have
    /// moved there.
    fn mark(&mut self, since: f64, until: f64) {
        let first = ((since * self.fps).floor() as u64).saturating_sub(1);
        let end = (until * self.fps).ceil() as u64;
        match self.found.last_mut() {
            Some(last) if first <= last.end => last.end = last.end.max(end),
            _ => self.found.push(first..end),
        }
    }

    fn finish(mut self) -> Vec<Range<u64>> {
        if let Some(since) = self.since.take() {
            self.mark(since, since);
            if let Some(last) = self.found.last_mut() {
                last.end = u64::MAX;
            }
        }
        self.found
    }
}

#[cfg(test)]
mod tests;
