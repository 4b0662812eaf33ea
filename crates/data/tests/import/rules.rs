//! What is kept and what is dropped: rules, frozen clips, near-duplicates.

use std::fs;
use std::ops::ControlFlow;

use data::import::{Outcome, Selection, import};

use crate::support::{H264, clips, encode, encode_with, line, run, spec, words};

#[test]
fn rules_drop_with_a_reason_and_name_what_they_keep() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.zarr");
    encode(&folder.path().join("a.mp4"), &[(1, 0, 10)], 10, H264);
    encode(&folder.path().join("b.mp4"), &[(2, 0, 10)], 10, H264);
    let select = |path: &std::path::Path| {
        if path.ends_with("a.mp4") {
            Selection::Drop {
                reason: "its title says \"reaction\"".into(),
            }
        } else {
            Selection::Keep {
                licence: Some("CC0".into()),
                title: Some("A good play".into()),
            }
        }
    };
    let report = import(&spec(&[folder.path()], &out), &select, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(line(&report, "a.mp4").outcome, Outcome::DroppedByRules);
    assert!(words(line(&report, "a.mp4")).contains("reaction"));
    let clips = clips(&out);
    assert_eq!(clips.len(), 1);
    assert!(
        clips[0].0.source.starts_with("A good play (") && clips[0].0.source.ends_with("b.mp4)"),
        "{:?}",
        clips[0].0
    );
    assert_eq!(
        (clips[0].0.licence.as_str(), report.exit_code()),
        ("CC0", 0)
    );
}

#[test]
fn frozen_clips_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.zarr");
    let video = folder.path().join("v.mp4");
    // A play, then the same frame for two seconds, then a play again: no cut between them.
    let frozen: Vec<(u8, usize, usize)> = (0..20).map(|_| (1, 9, 1)).collect();
    encode(
        &video,
        &[&[(1, 0, 10)], frozen.as_slice(), &[(1, 10, 10)]].concat(),
        10,
        H264,
    );
    let report = run(&spec(&[&video], &out));
    assert_eq!(
        (report.files[0].clips, report.files[0].frozen),
        (2, 2),
        "{:?}",
        report.files
    );
    let starts: Vec<f64> = clips(&out).iter().map(|(o, _)| o.start).collect();
    assert_eq!(starts, [0.0, 3.0]);
}

#[test]
fn near_duplicates_are_dropped_across_files_and_runs() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.zarr");
    let at = |name: &str| folder.path().join(name);
    encode(&at("a.mp4"), &[(1, 0, 20)], 10, H264);
    // The same, smaller, coarser, by another codec and at another rate.
    encode_with(
        &at("b.webm"),
        &[(1, 0, 20)],
        30,
        ",scale=144:108",
        &[
            "-c:v",
            "libvpx",
            "-deadline",
            "realtime",
            "-crf",
            "30",
            "-b:v",
            "300k",
        ],
    );
    // Another play before the same background.
    encode(&at("c.mp4"), &[(1, 20, 20)], 10, H264);
    let report = run(&spec(&[folder.path()], &out));
    let kept: Vec<_> = report
        .files
        .iter()
        .map(|f| (f.clips, f.duplicates))
        .collect();
    assert_eq!(kept, [(2, 0), (0, 2), (2, 0)], "{:#?}", report.files);
    // In a later run, what is in the store is known: even with the shortcut gone.
    fs::copy(at("a.mp4"), at("d.mp4")).unwrap();
    fs::remove_file(out.join("import.signatures")).unwrap();
    let report = run(&spec(&[&at("d.mp4")], &out));
    assert_eq!((report.files[0].clips, report.files[0].duplicates), (0, 2));
    // Unless they are wanted.
    let other = at("other.zarr");
    let mut all = spec(&[&at("a.mp4"), &at("b.webm")], &other);
    all.keep_duplicates = true;
    assert_eq!(run(&all).store_clips, 4);
}
