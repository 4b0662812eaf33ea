//! Videos whose every frame says when it is, and looks into stores.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use data::import::{FileReport, ImportSpec, Report, Selection, import};
use data::{ClipStore, Origin};

/// Frames of the store in these tests.
pub const WIDTH: usize = 32;
pub const HEIGHT: usize = 24;

/// Draws frames: `(video, time in tenths of a second) -> pixels`, 32x24, RGB.
///
/// A bright square of 8 pixels moves by 2 a frame over a still pattern that differs from video to video;
/// its place is the time.
pub fn frame(video: u8, time: usize) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(WIDTH * HEIGHT * 3);
    let (left, top) = square(time);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let inside = (left..left + 8).contains(&x) && (top..top + 8).contains(&y);
            let cell = (x / 8 + 5 * (y / 8) + 3 * usize::from(video)) as u8;
            let hue = video.wrapping_mul(83);
            pixels.extend(if inside {
                [250, 250, 250]
            } else {
                [
                    cell.wrapping_mul(37) % 120,
                    cell.wrapping_mul(59).wrapping_add(hue) % 150,
                    hue % 170,
                ]
            });
        }
    }
    pixels
}

/// Where the square is: 13 places across, 3 rows of them.
fn square(time: usize) -> (usize, usize) {
    (time % 13 * 2, time / 13 % 3 * 8)
}

/// The time that a frame shows, from 0 to 38, by where it is brightest.
pub fn time_of(frame: &[u8]) -> usize {
    let light = |time: usize| -> u32 {
        let (left, top) = square(time);
        let rows = (top..top + 8).flat_map(|y| (left..left + 8).map(move |x| (y * WIDTH + x) * 3));
        rows.map(|i| u32::from(frame[i])).sum()
    };
    (0..39).max_by_key(|&time| light(time)).unwrap()
}

/// Asserts that a clip shows consecutive times from `first` on, and that its pixels are `video`'s but for
/// what a codec changes.
pub fn assert_clip(clip: &[u8], video: u8, first: usize) {
    let frame_bytes = WIDTH * HEIGHT * 3;
    for (t, seen) in clip.chunks(frame_bytes).enumerate() {
        assert_eq!(
            time_of(seen),
            (first + t) % 39,
            "frame {t} of a clip that begins at {first}"
        );
        let wanted = frame(video, first + t);
        let off: u32 = seen
            .iter()
            .zip(&wanted)
            .map(|(&a, &b)| u32::from(a.abs_diff(b)))
            .sum();
        let mean = off as f64 / frame_bytes as f64;
        assert!(
            mean < 14.0,
            "frame {t}: pixels are off by {mean:.1} on average"
        );
    }
}

/// Shots one after another: which video, from which time, how many frames.
pub type Shots<'a> = &'a [(u8, usize, usize)];

/// Encodes shots with ffmpeg at `fps` (a multiple of 10: frames are repeated), enlarged 8 times.
pub fn encode(path: &Path, shots: Shots<'_>, fps: usize, options: &[&str]) {
    encode_with(path, shots, fps, "", options);
}

/// As [`encode`], with filters after the enlarging.
pub fn encode_with(path: &Path, shots: Shots<'_>, fps: usize, filters: &str, options: &[&str]) {
    let (w, h) = (WIDTH * 8, HEIGHT * 8);
    let mut child = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"])
        .args([
            "-s",
            &format!("{WIDTH}x{HEIGHT}"),
            "-r",
            &fps.to_string(),
            "-i",
            "pipe:0",
        ])
        .args(["-vf", &format!("scale={w}:{h}:flags=neighbor{filters}")])
        .args(options)
        .arg("-bitexact")
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("these tests need ffmpeg");
    let mut to = child.stdin.take().unwrap();
    for &(video, first, count) in shots {
        for t in 0..count * fps / 10 {
            to.write_all(&frame(video, first + t * 10 / fps)).unwrap();
        }
    }
    drop(to);
    assert!(child.wait().unwrap().success(), "{}", path.display());
}

pub const H264: &[&str] = &[
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-crf",
    "12",
    "-g",
    "20",
    "-pix_fmt",
    "yuv420p",
];

/// Runs ffmpeg with these arguments.
pub fn ffmpeg(arguments: &[&str]) {
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-nostdin"])
        .args(arguments)
        .status();
    assert!(
        status.expect("these tests need ffmpeg").success(),
        "{arguments:?}"
    );
}

/// An import of frames of 32x24 into clips of 10.
pub fn spec(paths: &[&Path], out: &Path) -> ImportSpec {
    let mut spec = ImportSpec::new(paths.iter().map(|p| p.to_path_buf()).collect(), out);
    (spec.width, spec.height) = (WIDTH as u16, HEIGHT as u16);
    spec.clip_frames = 10;
    spec.jobs = 2;
    spec
}

/// Imports everything.
pub fn run(spec: &ImportSpec) -> Report {
    import(spec, &|_| Selection::keep(), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

/// The line of the file with that name.
pub fn line<'a>(report: &'a Report, name: &str) -> &'a FileReport {
    report
        .files
        .iter()
        .find(|f| f.file.ends_with(name))
        .unwrap_or_else(|| panic!("{name} in {:?}", report.files))
}

pub fn words(line: &FileReport) -> &str {
    line.words.as_deref().unwrap_or_default()
}

/// A store's clips, with where they come from.
pub fn clips(out: &Path) -> Vec<(Origin, Vec<u8>)> {
    let store = ClipStore::open(out).unwrap();
    let origins = store.manifest().unwrap().into_iter().map(|r| r.origin);
    origins
        .enumerate()
        .map(|(i, origin)| (origin, store.read_clip(i as u64).unwrap()))
        .collect()
}

/// Every file under `folder` with its bytes, by its path from there.
pub fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                all.push((path.strip_prefix(folder).unwrap().to_path_buf(), bytes));
            }
        }
    }
    all.sort();
    all
}
