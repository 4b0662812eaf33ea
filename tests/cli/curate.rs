//! Learned curation, every step as a user types it, and the page as a browser asks for it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use data::{ClipBuf, ClipStore, Origin, StoreSpec, UNKNOWN_ACTION};
use serde_json::{Value, json};

use crate::support::{command, files, genie};

const CLIPS: u64 = 60;
const GRADED: u64 = 44;

fn is_good(clip: u64) -> bool {
    (clip * 7 + clip / 3).is_multiple_of(2)
}

/// `clips.zarr`: moving squares, which are good, and noise that stands still, which is bad; five clips
/// of each of twelve videos. Beside it, the grades of most of them.
fn make(folder: &Path) {
    const SIDE: u64 = 32;
    const FRAMES: u64 = 4;
    let spec = StoreSpec {
        height: SIDE as u16,
        width: SIDE as u16,
        frames_per_clip: FRAMES as u32,
        fps: 10.0,
        source: "made for a test".into(),
        licence: "CC0".into(),
        levels: None,
        policy: String::new(),
        seed: 0,
        mode: String::new(),
        rewards: false,
    };
    let mut store = ClipStore::create(folder.join("clips.zarr"), &spec).unwrap();
    let mut noise = 1u64;
    let clips: Vec<ClipBuf> = (0..CLIPS)
        .map(|clip| {
            let still: Vec<u8> = (0..SIDE * SIDE * 3)
                .map(|_| {
                    noise = noise
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(clip + 1);
                    (noise >> 56) as u8
                })
                .collect();
            let frames = (0..FRAMES).flat_map(|t| {
                if !is_good(clip) {
                    return still.clone();
                }
                let (left, top) = ((clip * 5 + 3 * t) % 22, (clip * 11) % 22);
                (0..SIDE * SIDE)
                    .flat_map(|i| {
                        let (x, y) = (i % SIDE, i / SIDE);
                        let inside = x.wrapping_sub(left) < 10 && y.wrapping_sub(top) < 10;
                        if inside {
                            [240, 220, clip as u8]
                        } else {
                            [20, 30, 60]
                        }
                    })
                    .collect()
            });
            let mut buffer = ClipBuf::new(frames.collect(), vec![UNKNOWN_ACTION; FRAMES as usize]);
            buffer.origin = Origin {
                source: format!("video {}.mp4", clip / 5),
                ..Origin::default()
            };
            buffer
        })
        .collect();
    store.append_all(&clips).unwrap();
    let manifest = store.manifest().unwrap();
    let lines: String = (0..GRADED)
        .map(|clip| {
            let grade = match (clip % 11 == 10, is_good(clip)) {
                (true, _) => 3,
                (false, true) => 5,
                (false, false) => 1,
            };
            let sha256 = &manifest[clip as usize].sha256;
            // Some by checksum alone, as other tools write them.
            let line = if clip % 2 == 0 {
                json!({ "sha256": sha256, "grade": grade })
            } else {
                json!({ "clip": clip, "sha256": sha256, "grade": grade })
            };
            format!("{line}\n")
        })
        .collect();
    fs::write(folder.join("clips.zarr.labels.jsonl"), lines).unwrap();
}

#[test]
fn good_clips_are_learned_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    make(at);
    let before = snapshot(&at.join("clips.zarr"));
    let train = "curate train clips.zarr --epochs 3 --frames-per-clip 2 --seed 1 --device cpu";
    let told = genie(at, &format!("{train} --json")).good();
    assert!(
        told.err.contains("4 graded 2 to 4 are left out"),
        "{}",
        told.err
    );
    let told: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(told["labels"]["between"], 4);
    assert_eq!(told["report"]["held_out_by"], "source");
    assert_eq!(told["report"]["accuracy"], 1.0, "{told:#}");
    let number = |pointer: &str| told.pointer(pointer).and_then(Value::as_f64).unwrap();
    let sum = ["good_kept", "good_dropped", "bad_kept", "bad_dropped"]
        .map(|key| number(&format!("/report/confusion/{key}")))
        .iter()
        .sum::<f64>();
    let held = number("/classifier/held_out/0") + number("/classifier/held_out/1");
    let trained = number("/classifier/trained/0") + number("/classifier/trained/1");
    assert_eq!((sum, held + trained), (held, 40.0));
    assert_eq!(
        (number("/classifier/height"), number("/classifier/width")),
        (32.0, 32.0)
    );
    assert!(number("/report/calibration_error") < 0.3);

    let apply = "curate apply clips.zarr --classifier classifier.safetensors --device cpu";
    let told = genie(at, &format!("{apply} --out view --json")).good().out;
    let told: Value = serde_json::from_str(&told).unwrap();
    let store = ClipStore::open(at.join("clips.zarr")).unwrap();
    let view = ClipStore::open(at.join("view")).unwrap();
    let kept: Vec<u64> = (0..view.len())
        .map(|clip| view.number_in_store(clip))
        .collect();
    assert_eq!(
        kept,
        (0..CLIPS).filter(|&clip| is_good(clip)).collect::<Vec<_>>()
    );
    assert!(view.read_clip(0).unwrap() == store.read_clip(kept[0]).unwrap());
    assert_eq!(told["counts"]["kept"], view.len());
    assert_eq!(told["counts"]["bad"], CLIPS - view.len());
    let bars: Vec<u64> = serde_json::from_value(told["counts"]["histogram"].clone()).unwrap();
    assert_eq!(bars.iter().sum::<u64>(), CLIPS);

    // Sure of nothing at 1: then nothing is kept, nothing is written, and the reason is given.
    genie(
        at,
        &format!("{apply} --out none --threshold 1 --min-confidence 1"),
    )
    .bad(1, &["none of the 60 clips passes", "suggests", "0.9–1.0"]);
    assert!(!at.join("none").exists());
    genie(at, &format!("{apply} --out view")).bad(2, &["view is there already"]);
    let table = genie(at, &format!("{apply} --out all --threshold 0"))
        .good()
        .out;
    assert!(table.contains("60 of 60 clips are kept"), "{table}");
    // A view is a store: it can be curated again, and its labels found by checksum.
    let again = apply.replace("clips.zarr", "view");
    let told = genie(at, &format!("{again} --out again")).good().out;
    assert!(
        told.contains(&format!("{0} of {0} clips", view.len())),
        "{told}"
    );
    assert_eq!(
        snapshot(&at.join("clips.zarr")),
        before,
        "the store was touched"
    );

    // Its file is one of torchvision's, so that training can begin from it.
    let more = "--weights classifier.safetensors --out more.safetensors --epochs 1";
    let told = genie(at, &format!("{} {more}", train.replace("--epochs 3", "")))
        .good()
        .out;
    for word in [
        "accuracy",
        "calibration error",
        "suggested threshold",
        "whole sources",
    ] {
        assert!(told.contains(word), "{word} is not in: {told}");
    }
}

/// Every file below `folder` and what it holds.
fn snapshot(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let read = |path: std::path::PathBuf| {
        let bytes = fs::read(&path).unwrap();
        (path, bytes)
    };
    files(folder).into_iter().map(read).collect()
}

#[test]
fn bad_labels_and_classifiers_get_words() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    make(at);
    let labels = at.join("other.jsonl");
    let train = "curate train clips.zarr --labels other.jsonl --device cpu";
    genie(at, train).bad(1, &["no labels at other.jsonl", "genie curate label"]);
    fs::write(
        &labels,
        "{\"clip\":1,\"grade\":5}\n{\"clip\":60,\"grade\":1}\n",
    )
    .unwrap();
    genie(at, train).bad(1, &["other.jsonl, line 2", "no clip 60"]);
    let graded = |grade: fn(u64) -> u8| {
        let line = |clip| format!("{{\"clip\":{clip},\"grade\":{}}}\n", grade(clip));
        fs::write(&labels, (0..20).map(line).collect::<String>()).unwrap();
    };
    graded(|_| 5);
    genie(at, train).bad(1, &["20 good clips", "0 bad ones", "at least 8 of each"]);
    graded(|clip| if clip < 13 { 1 } else { 2 + (clip % 4) as u8 });
    genie(at, train).bad(1, &["13 bad ones", "graded 2 to 4 don't count"]);
    genie(at, "curate train clips.zarr --epochs 0").bad(2, &["--epochs"]);
    genie(
        at,
        "curate train clips.zarr --weights none.safetensors --device cpu",
    )
    .bad(1, &["can't read the weights none.safetensors"]);
    genie(at, "curate train clips.zarr --out clips.zarr --device cpu").bad(2, &["is a folder"]);
    genie(at, "curate label none.zarr").bad(1, &["none.zarr is not a Pocket Genie clip store"]);

    let apply = "curate apply clips.zarr --out view --device cpu --classifier";
    genie(at, &format!("{apply} none.safetensors")).bad(1, &["can't read the weights none"]);
    fs::write(at.join("junk.safetensors"), b"junk").unwrap();
    genie(at, &format!("{apply} junk.safetensors")).bad(1, &["junk.safetensors is no"]);
    genie(at, &format!("{apply} junk.safetensors --threshold 1.5")).bad(2, &["--threshold is 1.5"]);
    genie(
        at,
        &format!("{apply} junk.safetensors --min-confidence NaN"),
    )
    .bad(2, &["--min-confidence"]);
    assert!(!at.join("view").exists());
}

/// One request, as a browser sends it; returns the status line's number and the body.
fn ask(port: u16, request: &str, body: &str) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let head = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
    (status, answer[head + 4..].to_vec())
}

/// The program that serves the page, which must not outlive a failed test.
struct Page(Child);

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn clips_are_graded_on_a_page_and_every_grade_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    make(at);
    let path = at.join("clips.zarr.labels.jsonl");
    // As a killed program leaves it.
    let mut text = fs::read_to_string(&path).unwrap();
    let whole = text.len();
    text += "{\"clip\":50,\"gra";
    fs::write(&path, &text).unwrap();

    let page = command(at)
        .args([
            "curate",
            "label",
            "clips.zarr",
            "--port",
            "0",
            "--seed",
            "2",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut page = Page(page);
    let mut lines = BufReader::new(page.0.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let port = first.split("http://127.0.0.1:").nth(1).unwrap();
    let port: u16 = port.split('/').next().unwrap().parse().unwrap();

    let (status, html) = ask(port, "GET /", "");
    assert_eq!(status, 200);
    assert!(String::from_utf8(html).unwrap().contains("<canvas"));
    let (_, store) = ask(port, "GET /store", "");
    let store: Value = serde_json::from_slice(&store).unwrap();
    assert_eq!(
        (&store["clips"], &store["graded"]),
        (&json!(CLIPS), &json!(GRADED))
    );
    let (_, place) = ask(port, "GET /place/0", "");
    let place: Value = serde_json::from_slice(&place).unwrap();
    let clip = place["clip"].as_u64().unwrap();
    assert!(
        clip >= GRADED && place["grade"].is_null(),
        "graded clips come last"
    );
    let (_, frames) = ask(port, &format!("GET /clip/{clip}"), "");
    let there = ClipStore::open(at.join("clips.zarr")).unwrap();
    assert!(frames == there.read_clip(clip).unwrap());
    let (status, _) = ask(
        port,
        "POST /grade",
        &format!("{{\"clip\":{clip},\"grade\":4}}"),
    );
    assert_eq!(status, 200);
    // It is on disk already, and the torn line is gone.
    let now = fs::read_to_string(&path).unwrap();
    assert_eq!(now[..whole], text[..whole]);
    let last: Value = serde_json::from_str(&now[whole..]).unwrap();
    assert_eq!((&last["clip"], &last["grade"]), (&json!(clip), &json!(4)));
    // A second page for the same labels would mix them up.
    genie(at, "curate label clips.zarr --port 0").bad(1, &["another program is adding grades to"]);

    let interrupt = Command::new("kill")
        .args(["-INT", &page.0.id().to_string()])
        .status();
    assert!(interrupt.unwrap().success());
    assert!(page.0.wait().unwrap().success(), "Ctrl+C is no clean end");
    let end: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(
        end.join("\n").contains("45 of 60 clips are graded"),
        "{end:?}"
    );
}
