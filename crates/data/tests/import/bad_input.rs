//! Bad input gets a line, and the import goes on.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use data::Error;
use data::import::{Crop, Outcome, Selection, Stopped, import};

use crate::support::{H264, assert_clip, clips, encode, ffmpeg, line, run, spec, time_of, words};

/// Turns bytes of a file to nonsense, from one part of it to another.
fn corrupt(path: &Path, from: f64, to: f64) {
    let mut bytes = fs::read(path).unwrap();
    let at = |part: f64| (bytes.len() as f64 * part) as usize;
    let (from, to) = (at(from), at(to));
    for (i, byte) in bytes.iter_mut().enumerate().take(to).skip(from) {
        *byte = byte.wrapping_mul(7).wrapping_add(i as u8 ^ 0x5a);
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn each_bad_file_has_its_line_and_the_good_ones_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (inside, out) = (folder.path().join("in"), folder.path().join("out.zarr"));
    let at = |name: &str| inside.join(name);
    fs::create_dir(&inside).unwrap();
    encode(&at("good.mp4"), &[(1, 0, 20)], 10, H264);
    ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        "sine=duration=1",
        at("audio.mp4").to_str().unwrap(),
    ]);
    fs::write(at("empty.mp4"), "").unwrap();
    fs::write(
        at("text.mp4"),
        "this is no video at all, whatever its name says",
    )
    .unwrap();
    // The index comes last, so nothing is left of it.
    let good = fs::read(at("good.mp4")).unwrap();
    fs::write(at("no-index.mp4"), &good[..good.len() / 2]).unwrap();
    fs::write(at("broken.gif"), b"GIF89a").unwrap();
    fs::write(at("song.mp3"), "passed over quietly").unwrap();
    let report = run(&spec(&[&inside, &at("missing.mp4"), &at("song.mp3")], &out));
    assert_eq!(report.exit_code(), 1);
    assert_eq!(report.count(Outcome::Failed), 7, "{:#?}", report.files);
    for (name, said) in [
        ("audio.mp4", "sound but no pictures"),
        ("empty.mp4", "empty"),
        ("text.mp4", "no video that ffmpeg can read"),
        ("no-index.mp4", "no video that ffmpeg can read"),
        ("broken.gif", ""),
        ("missing.mp4", "can't be opened"),
        ("song.mp3", "no video that ffmpeg can read"),
    ] {
        let line = line(&report, name);
        assert_eq!(line.outcome, Outcome::Failed, "{line:?}");
        assert!(
            words(line).contains(said) && !words(line).is_empty(),
            "{line:?}"
        );
    }
    assert_eq!(line(&report, "good.mp4").clips, 2);
    let summary = report.to_string();
    assert!(
        summary.contains("1 file imported") && summary.contains("7 failed"),
        "{summary}"
    );
    // The lines can be written, and read by other programs.
    let lines = folder.path().join("report.jsonl");
    report.write(&lines).unwrap();
    let text = fs::read_to_string(lines).unwrap();
    assert_eq!(text.lines().count(), report.files.len());
    assert!(
        text.lines()
            .all(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["outcome"].is_string())
    );
}

#[test]
fn what_decodes_before_and_after_damage_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (video, out) = (folder.path().join("v.mp4"), folder.path().join("out.zarr"));
    encode(&video, &[(1, 0, 200)], 30, &[H264, &["-bf", "2"]].concat());
    corrupt(&video, 0.49, 0.51);
    let mut damaged = spec(&[&video], &out);
    damaged.keep_duplicates = true;
    let report = run(&damaged);
    let line = line(&report, "v.mp4");
    assert!(
        line.damaged && words(line).contains("damaged near"),
        "{line:?}"
    );
    assert!(line.damaged_frames >= 1, "{line:?}");
    assert_eq!(report.exit_code(), 1);
    // No more is lost than a few clips around it.
    assert!((15..20).contains(&line.clips), "{line:?}");
    assert_eq!(
        line.clips * 10 + line.leftover_frames + line.damaged_frames,
        line.frames
    );
    for (origin, clip) in clips(&out) {
        assert_clip(&clip, 1, (origin.start * 10.0).round() as usize);
    }
    // It is done: the next import neither reads it again nor complains.
    let again = run(&damaged);
    assert_eq!(
        (again.exit_code(), again.files[0].outcome),
        (0, Outcome::ImportedBefore)
    );
}

#[test]
fn a_file_that_was_cut_short_gives_its_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let (video, out) = (folder.path().join("v.mkv"), folder.path().join("out.zarr"));
    encode(&video, &[(1, 0, 100)], 10, H264);
    let bytes = fs::read(&video).unwrap();
    fs::write(&video, &bytes[..bytes.len() * 6 / 10]).unwrap();
    let report = run(&spec(&[&video], &out));
    let clips = clips(&out);
    assert!((3..=6).contains(&clips.len()), "{:?}", report.files);
    assert!(report.files[0].damaged, "{:?}", report.files);
    for (origin, clip) in clips {
        assert_eq!(time_of(&clip), (origin.start * 10.0).round() as usize % 39);
    }
}

#[test]
fn strict_stops_at_the_first_bad_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.zarr");
    let at = |name: &str| folder.path().join(name);
    encode(&at("1.mp4"), &[(1, 0, 10)], 10, H264);
    fs::write(at("2.mp4"), "").unwrap();
    encode(&at("3.mp4"), &[(3, 0, 10)], 10, H264);
    let mut strict = spec(&[&at("1.mp4"), &at("2.mp4"), &at("3.mp4")], &out);
    strict.strict = true;
    let report = run(&strict);
    assert_eq!(
        (report.stopped, report.files.len(), report.store_clips),
        (Some(Stopped::Strict), 2, 1)
    );
    encode(&at("2.mp4"), &[(2, 0, 10)], 10, H264);
    let report = run(&strict);
    assert_eq!(
        (report.stopped, report.exit_code(), report.store_clips),
        (None, 0, 3)
    );
}

#[test]
fn wishes_that_cannot_be_met_are_misuse() {
    let folder = tempfile::tempdir().unwrap();
    let (empty, out) = (folder.path().join("empty"), folder.path().join("out.zarr"));
    fs::create_dir(&empty).unwrap();
    let refused = |change: &dyn Fn(&mut data::import::ImportSpec)| {
        let mut spec = spec(&[&empty], &out);
        change(&mut spec);
        let error = import(&spec, &|_| Selection::keep(), &mut |_| {
            ControlFlow::Continue(())
        })
        .unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{error}");
        assert!(!out.exists());
        error.to_string()
    };
    assert!(refused(&|_| {}).contains("no video in"));
    assert!(refused(&|s| s.jobs = 0).contains("at least one"));
    assert!(refused(&|s| s.max_still = 1.5).contains("share"));
    assert!(refused(&|s| s.scene_threshold = f32::NAN).contains("threshold"));
    assert!(refused(&|s| s.picture_fps = Some(0.0)).contains("rate"));
    assert!(
        refused(&|s| s.crop = Some(Crop {
            x: 0,
            y: 0,
            width: 0,
            height: 1
        }))
        .contains("crop")
    );
}

#[test]
fn without_ffmpeg_the_error_says_how_to_install_it() {
    let folder = tempfile::tempdir().unwrap();
    let (video, out) = (folder.path().join("v.mp4"), folder.path().join("out.zarr"));
    fs::write(&video, "x").unwrap();
    let mut spec = spec(&[&video], &out);
    spec.ffmpeg_folder = Some(folder.path().join("nowhere"));
    let error = import(&spec, &|_| Selection::keep(), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap_err()
    .to_string();
    for part in [
        "ffmpeg",
        "not installed",
        "apt install",
        "dnf install",
        "brew install",
        "winget install",
    ] {
        assert!(error.contains(part), "{error}");
    }
    assert!(!out.exists());
}

#[test]
fn a_crop_outside_the_picture_fails_that_file() {
    let folder = tempfile::tempdir().unwrap();
    let (video, out) = (folder.path().join("v.mp4"), folder.path().join("out.zarr"));
    encode(&video, &[(1, 0, 10)], 10, H264);
    let mut spec = spec(&[&video], &out);
    spec.crop = Some(Crop {
        x: 200,
        y: 0,
        width: 57,
        height: 10,
    });
    let report = run(&spec);
    assert!(
        words(&report.files[0]).contains("not inside its 256x192"),
        "{:?}",
        report.files
    );
}
