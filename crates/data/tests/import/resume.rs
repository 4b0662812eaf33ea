//! Killed and gone on with: the store is that of an uninterrupted import, byte for byte.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use data::import::{FileReport, ImportSpec, Outcome, Selection, import};
use data::{ClipStore, Error};

use crate::support::{H264, clips, contents, encode, encode_with, line, run, spec, words};

/// Seven files, 70-odd clips: some with cuts, a duplicate, one without any clip, one that fails.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("in");
    fs::create_dir(&inside).unwrap();
    encode(&inside.join("1.mp4"), &[(1, 0, 39), (2, 0, 35)], 10, H264);
    encode(&inside.join("2.mp4"), &[(3, 0, 8)], 10, H264);
    let long: Vec<(u8, usize, usize)> = (4..16).map(|video| (video, video.into(), 39)).collect();
    encode(&inside.join("3.mkv"), &long, 10, H264);
    fs::write(inside.join("4.mp4"), "").unwrap();
    encode_with(
        &inside.join("5.mp4"),
        &[(1, 0, 39)],
        30,
        ",scale=160:120",
        H264,
    );
    encode(&inside.join("6.mp4"), &[(17, 0, 30)], 10, H264);
    let more: Vec<(u8, usize, usize)> = (20..30).map(|video| (video, 0, 22)).collect();
    encode(&inside.join("7.mp4"), &more, 10, H264);
    (folder, inside)
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    for (path, bytes) in contents(from) {
        let to = to.join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, bytes).unwrap();
    }
}

/// The store without its journal, whose `begin` lines depend on what was interrupted.
fn clips_of(out: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    contents(out)
        .into_iter()
        .filter(|(path, _)| path != Path::new("import.jsonl"))
        .collect()
}

fn figures(files: &[FileReport]) -> Vec<(String, u64, u64, u64)> {
    files
        .iter()
        .map(|f| (f.file.clone(), f.frames, f.clips, f.duplicates))
        .collect()
}

#[test]
fn a_killed_import_goes_on_to_the_same_store() {
    let (folder, inside) = folder();
    let whole = folder.path().join("whole.zarr");
    // A disk's state at a call is what a kill at that moment leaves: all of them are kept.
    let mut states: Vec<PathBuf> = Vec::new();
    let report = import(
        &spec(&[&inside], &whole),
        &|_| Selection::keep(),
        &mut |_| {
            let state = folder.path().join(format!("state{}", states.len()));
            copy(&whole, &state);
            states.push(state);
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    assert!(
        report.store_clips > 55 && report.sum(|f| f.duplicates) == 3,
        "{report}{:#?}",
        report.files
    );
    let wanted = clips_of(&whole);
    // The states differ in few places: one of each kind is enough.
    let mut seen = Vec::new();
    for state in &states {
        let now = contents(state);
        if !seen.contains(&now) {
            seen.push(now);
        }
    }
    assert!(seen.len() >= 5, "{} different states", seen.len());
    for (number, state) in seen.iter().enumerate() {
        let out = folder.path().join(format!("resumed{number}.zarr"));
        for (path, bytes) in state {
            let to = out.join(path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, bytes).unwrap();
        }
        let mut resumed = spec(&[&inside], &out);
        resumed.jobs = 1 + number % 3;
        let again = run(&resumed);
        assert_eq!(clips_of(&out), wanted, "state {number}");
        assert_eq!(
            figures(&again.files).iter().map(|f| f.2).sum::<u64>(),
            report.store_clips
        );
    }
}

#[test]
fn the_journal_may_end_anywhere_behind_the_clips() {
    let (folder, inside) = folder();
    let whole = folder.path().join("whole.zarr");
    run(&spec(&[&inside], &whole));
    let wanted = clips_of(&whole);
    let text = fs::read_to_string(whole.join("import.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let last_begin = lines
        .iter()
        .rposition(|l| l.starts_with("{\"begin\""))
        .unwrap();
    // Killed after the clips were counted and before the lines that say so; in the middle of a line too.
    for keep in last_begin + 1..lines.len() {
        for torn in ["", "{\"end\":{\"fil"] {
            let out = folder.path().join("resumed.zarr");
            copy(&whole, &out);
            fs::write(
                out.join("import.jsonl"),
                lines[..keep].join("\n") + "\n" + torn,
            )
            .unwrap();
            run(&spec(&[&inside], &out));
            assert_eq!(clips_of(&out), wanted, "{keep} lines");
        }
    }
}

#[test]
fn stopping_keeps_what_is_done_and_finished_files_are_not_read_again() {
    let (folder, inside) = folder();
    let (whole, out) = (
        folder.path().join("whole.zarr"),
        folder.path().join("out.zarr"),
    );
    run(&spec(&[&inside], &whole));
    let mut runs = 0;
    loop {
        let mut calls = 0;
        let before = ClipStore::open(&out).map_or(0, |s| s.len());
        let report = import(&spec(&[&inside], &out), &|_| Selection::keep(), &mut |p| {
            calls += 1;
            // Each run lasts until it has added a batch.
            if p.clips > before + 33 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .unwrap();
        runs += 1;
        if report.stopped.is_none() {
            break;
        }
        assert!(
            runs < 20 && report.store_clips > before,
            "run {runs} got nowhere"
        );
    }
    assert!(runs >= 2, "{runs} runs");
    assert_eq!(clips_of(&out), clips_of(&whole));
    // All is done: the next import decodes nothing. A file that failed is tried again.
    let again = run(&spec(&[&inside], &out));
    assert_eq!(again.count(Outcome::ImportedBefore), 6);
    assert_eq!(
        (again.sum(|f| f.frames), again.count(Outcome::Failed)),
        (0, 1)
    );
    assert_eq!(clips_of(&out), clips_of(&whole));
}

#[test]
fn the_number_of_jobs_and_the_memory_change_nothing() {
    let (folder, inside) = folder();
    let stores: Vec<_> = [(1, 1 << 30), (4, 1 << 30), (3, 1)]
        .iter()
        .map(|&(jobs, memory)| {
            let out = folder.path().join(format!("{jobs}.zarr"));
            let mut spec = spec(&[&inside], &out);
            (spec.jobs, spec.memory) = (jobs, memory);
            run(&spec);
            contents(&out)
        })
        .collect();
    assert!(stores[0] == stores[1] && stores[1] == stores[2]);
}

#[test]
fn more_files_are_added_to_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.zarr");
    let at = |name: &str| folder.path().join(name);
    encode(&at("1.mp4"), &[(1, 0, 20)], 10, H264);
    encode(&at("2.mp4"), &[(2, 0, 20)], 10, H264);
    assert_eq!(run(&spec(&[&at("1.mp4")], &out)).store_clips, 2);
    let report = run(&spec(&[&at("1.mp4"), &at("2.mp4")], &out));
    assert_eq!(report.store_clips, 4);
    assert_eq!(report.files[0].outcome, Outcome::ImportedBefore);
    let sources: Vec<_> = clips(&out).into_iter().map(|(o, _)| o.source).collect();
    assert!(sources[1].ends_with("1.mp4") && sources[2].ends_with("2.mp4"));
}

#[test]
fn other_settings_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (video, out) = (folder.path().join("1.mp4"), folder.path().join("out.zarr"));
    encode(&video, &[(1, 0, 20)], 10, H264);
    let first = spec(&[&video], &out);
    run(&first);
    let refused = |change: &dyn Fn(&mut ImportSpec)| {
        let mut other = first.clone();
        change(&mut other);
        match import(&other, &|_| Selection::keep(), &mut |_| {
            ControlFlow::Continue(())
        }) {
            Err(Error::SpecMismatch { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&|s| s.fps = 5.0), "fps");
    assert_eq!(refused(&|s| s.width = 64), "width");
    assert_eq!(refused(&|s| s.fit = data::import::Fit::Stretch), "fit");
    assert_eq!(refused(&|s| s.max_still = 0.5), "max still");
    assert_eq!(refused(&|s| s.keep_duplicates = true), "keep duplicates");
    assert_eq!(refused(&|s| s.clip_frames = 12), "frames_per_clip");
    let mut same = first.clone();
    same.jobs = 7;
    run(&same);
}

#[test]
fn a_file_that_changed_is_told_and_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let (video, out) = (folder.path().join("1.mp4"), folder.path().join("out.zarr"));
    encode(&video, &[(1, 0, 20)], 10, H264);
    run(&spec(&[&video], &out));
    // Grown: what it had is known, what is new is added.
    encode(&video, &[(1, 0, 20), (2, 0, 10)], 10, H264);
    let report = run(&spec(&[&video], &out));
    let line = line(&report, "1.mp4");
    assert_eq!((line.clips, line.duplicates), (1, 2), "{line:?}");
    assert!(words(line).contains("changed"), "{line:?}");
}

#[test]
fn a_file_that_goes_away_on_the_way_leaves_whole_clips() {
    let (folder, inside) = folder();
    let out = folder.path().join("out.zarr");
    let stopped = import(&spec(&[&inside], &out), &|_| Selection::keep(), &mut |p| {
        if p.clips > 33 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .unwrap();
    assert!(stopped.store_clips >= 16);
    fs::remove_file(inside.join("3.mkv")).unwrap();
    let report = run(&spec(&[&inside], &out));
    let left = line(&report, "3.mkv");
    assert!(left.clips > 0 && words(left).contains("gone"), "{left:?}");
    assert_eq!(
        report.sum(|f| f.clips),
        report.store_clips
            - line(&report, "1.mp4").clips
                * u64::from(line(&report, "1.mp4").outcome == Outcome::ImportedBefore)
    );
    // Nothing is open any more.
    assert_eq!(run(&spec(&[&inside], &out)).sum(|f| f.clips), 0);
}

#[test]
fn two_imports_at_once_are_refused() {
    let (folder, inside) = folder();
    let out = folder.path().join("out.zarr");
    let mut second = None;
    import(&spec(&[&inside], &out), &|_| Selection::keep(), &mut |_| {
        if second.is_none() {
            second = Some(import(
                &spec(&[&inside], &out),
                &|_| Selection::keep(),
                &mut |_| ControlFlow::Continue(()),
            ));
        }
        ControlFlow::Break(())
    })
    .unwrap();
    assert!(
        matches!(second, Some(Err(Error::Locked { .. }))),
        "{second:?}"
    );
}

#[test]
fn a_damaged_journal_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (video, out) = (folder.path().join("1.mp4"), folder.path().join("out.zarr"));
    encode(&video, &[(1, 0, 20)], 10, H264);
    run(&spec(&[&video], &out));
    let journal = out.join("import.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    for damaged in [
        text.replacen("\"begin\"", "\"bugin\"", 1),
        text.replace("\"clip\":2", "\"clip\":7"),
        format!("{text}{text}"),
    ] {
        fs::write(&journal, damaged).unwrap();
        let error = import(&spec(&[&video], &out), &|_| Selection::keep(), &mut |_| {
            ControlFlow::Continue(())
        })
        .unwrap_err();
        assert!(error.to_string().contains("import.jsonl"), "{error}");
    }
}
