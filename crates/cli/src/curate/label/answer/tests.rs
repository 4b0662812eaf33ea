use std::fs;

use data::labels::{Clips, Labels};
use data::{ClipBuf, ClipStore, StoreSpec, UNKNOWN_ACTION};
use serde_json::Value;
use tempfile::TempDir;

use super::*;

const PORT: u16 = 4321;

/// Six clips of two frames of 2 × 1 pixels, each of one value.
fn grader() -> (TempDir, Grader) {
    let folder = tempfile::tempdir().unwrap();
    let spec = StoreSpec {
        height: 1,
        width: 2,
        frames_per_clip: 2,
        fps: 12.5,
        source: "test".into(),
        licence: String::new(),
        levels: None,
        policy: String::new(),
        seed: 0,
        mode: String::new(),
        rewards: false,
    };
    let mut store = ClipStore::create(folder.path().join("a.zarr"), &spec).unwrap();
    for clip in 0..6 {
        store
            .append(&ClipBuf::new(vec![clip; 12], vec![UNKNOWN_ACTION; 2]))
            .unwrap();
    }
    let labels = folder.path().join("labels.jsonl");
    let labels = Labels::open(labels, Clips::of(&store).unwrap()).unwrap();
    (folder, Grader::new(store, labels, 3))
}

fn get(path: &str) -> Ask {
    Ask {
        method: Method::Get,
        path: path.into(),
        host: Some(format!("127.0.0.1:{PORT}")),
        origin: None,
        content_type: None,
        body: Vec::new(),
    }
}

fn post(body: &str) -> Ask {
    Ask {
        method: Method::Post,
        origin: Some(format!("http://127.0.0.1:{PORT}")),
        content_type: Some("application/json".into()),
        body: body.into(),
        ..get("/grade")
    }
}

fn read(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn the_page_and_the_store_are_given() {
    let (_folder, mut grader) = grader();
    let page = answer(&mut grader, PORT, &get("/"));
    assert_eq!((page.status, page.body), (200, PAGE.as_bytes().to_vec()));
    assert_eq!(page.content_type, "text/html; charset=utf-8");
    let store = read(&answer(&mut grader, PORT, &get("/store")));
    for (key, value) in [
        ("name", json!("a.zarr")),
        ("clips", json!(6)),
        ("width", json!(2)),
        ("height", json!(1)),
        ("frames", json!(2)),
        ("fps", json!(12.5)),
        ("at", json!(0)),
        ("graded", json!(0)),
        ("counts", json!([0, 0, 0, 0, 0])),
    ] {
        assert_eq!(store[key], value, "{key}");
    }
}

#[test]
fn every_clip_has_a_place_and_can_be_graded_and_graded_again() {
    let (folder, mut grader) = grader();
    let mut seen = Vec::new();
    for at in 0..6 {
        let place = read(&answer(&mut grader, PORT, &get(&format!("/place/{at}"))));
        assert_eq!(place["grade"], Value::Null);
        let clip = place["clip"].as_u64().unwrap();
        let frames = answer(&mut grader, PORT, &get(&format!("/clip/{clip}")));
        assert_eq!(frames.body, vec![clip as u8; 12]);
        assert_eq!(frames.content_type, "application/octet-stream");
        let body = json!({ "clip": clip, "grade": at % 5 + 1 }).to_string();
        let counts = read(&answer(&mut grader, PORT, &post(&body)));
        assert_eq!(counts["graded"], at + 1);
        // A page that is loaded again goes on here.
        let store = read(&answer(&mut grader, PORT, &get("/store")));
        assert_eq!(store["at"], (at + 1) % 6);
        seen.push(clip);
    }
    let first = seen[0];
    let counts = read(&answer(
        &mut grader,
        PORT,
        &post(&format!("{{\"clip\":{first},\"grade\":5}}")),
    ));
    assert_eq!(counts, json!({ "counts": [1, 1, 1, 1, 2], "graded": 6 }));
    // Going back shows the grade; the order stays.
    let place = read(&answer(&mut grader, PORT, &get("/place/0")));
    assert_eq!(place, json!({ "clip": first, "grade": 5 }));
    seen.sort_unstable();
    assert_eq!(seen, [0, 1, 2, 3, 4, 5]);
    let text = fs::read_to_string(folder.path().join("labels.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 7);
}

#[test]
fn strangers_are_refused() {
    let (folder, mut grader) = grader();
    for host in [
        None,
        Some("evil.example:4321"),
        Some("127.0.0.1"),
        Some("127.0.0.1:80"),
        Some("127.0.0.1.evil.example:4321"),
        Some(""),
    ] {
        for path in ["/", "/store", "/place/0", "/clip/0"] {
            let ask = Ask {
                host: host.map(Into::into),
                ..get(path)
            };
            assert_eq!(
                answer(&mut grader, PORT, &ask).status,
                403,
                "{host:?} {path}"
            );
        }
    }
    let good = post("{\"clip\":0,\"grade\":5}");
    for origin in [
        None,
        Some("null"),
        Some("http://evil.example"),
        Some("https://127.0.0.1:4321"),
        Some("http://localhost:4321"),
        Some("http://127.0.0.1:4321.evil.example"),
    ] {
        let ask = Ask {
            origin: origin.map(Into::into),
            ..good.clone()
        };
        assert_eq!(answer(&mut grader, PORT, &ask).status, 403, "{origin:?}");
    }
    for kind in [None, Some("text/plain"), Some("multipart/form-data")] {
        let ask = Ask {
            content_type: kind.map(Into::into),
            ..good.clone()
        };
        assert_eq!(answer(&mut grader, PORT, &ask).status, 415, "{kind:?}");
    }
    assert_eq!(fs::read(folder.path().join("labels.jsonl")).unwrap(), b"");
    // By its other name, the page is the same.
    let local = Ask {
        host: Some("localhost:4321".into()),
        origin: Some("http://localhost:4321".into()),
        ..good
    };
    assert_eq!(answer(&mut grader, PORT, &local).status, 200);
}

#[test]
fn nonsense_is_refused_in_words() {
    let (folder, mut grader) = grader();
    for (body, status) in [
        ("", 400),
        ("[]", 400),
        ("{\"clip\":0}", 400),
        ("{\"clip\":0,\"grade\":0}", 400),
        ("{\"clip\":0,\"grade\":6}", 400),
        ("{\"clip\":0,\"grade\":-1}", 400),
        ("{\"clip\":6,\"grade\":1}", 404),
    ] {
        let answer = answer(&mut grader, PORT, &post(body));
        assert_eq!(answer.status, status, "{body}");
        assert!(read(&answer)["error"].is_string(), "{body}");
    }
    for path in [
        "/place/6",
        "/place/-1",
        "/place/x",
        "/clip/6",
        "/clip/99999999999999999999",
        "/clip/",
        "/labels.jsonl",
        "/../etc/passwd",
        "//",
        "",
    ] {
        assert_eq!(answer(&mut grader, PORT, &get(path)).status, 404, "{path}");
    }
    let other = Ask {
        method: Method::Other,
        ..get("/store")
    };
    assert_eq!(answer(&mut grader, PORT, &other).status, 405);
    let other = Ask {
        path: "/store".into(),
        ..post("{}")
    };
    assert_eq!(answer(&mut grader, PORT, &other).status, 405);
    // A damaged clip is told, and the others still come.
    fs::remove_file(folder.path().join("a.zarr/frames/c.2.0.0.0.0")).unwrap();
    let damaged = answer(&mut grader, PORT, &get("/clip/2"));
    assert_eq!(damaged.status, 500);
    assert!(read(&damaged)["error"].as_str().unwrap().contains("clip 2"));
    assert_eq!(answer(&mut grader, PORT, &get("/clip/3")).status, 200);
}
