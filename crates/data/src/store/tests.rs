use std::fs;
use std::path::Path;

use proptest::prelude::*;

mod damage;
mod views;

use super::*;
use crate::{Error, TrueActions, UNKNOWN_ACTION};

/// 8 frames of 4x3.
pub(crate) fn spec() -> StoreSpec {
    StoreSpec {
        height: 4,
        width: 3,
        frames_per_clip: 8,
        fps: 10.0,
        source: "test".into(),
        licence: "none".into(),
        levels: Some(LevelRange {
            start: 0,
            end: u64::MAX,
        }),
        policy: String::new(),
        seed: u64::MAX,
        mode: String::new(),
        rewards: false,
    }
}

/// Each frame begins with the clip's number and its own; each action is their sum.
pub(crate) fn clip(number: u8) -> ClipBuf {
    let frames = (0..8u8)
        .flat_map(|t| [[number, t].as_slice(), &[number ^ t; 34]].concat())
        .collect();
    let actions = (0..7u8)
        .map(|t| number / 2 + t)
        .chain([UNKNOWN_ACTION])
        .collect();
    ClipBuf {
        origin: Origin {
            source: format!("video {}.mp4", number / 3),
            start: f64::from(number % 3) * 0.8,
            level: number.is_multiple_of(2).then_some(number.into()),
            licence: String::new(),
        },
        ..ClipBuf::new(frames, actions)
    }
}

pub(crate) fn filled(path: &Path, clips: u8) -> ClipStore {
    let mut store = ClipStore::create(path, &spec()).unwrap();
    store
        .append_all(&(0..clips).map(clip).collect::<Vec<_>>())
        .unwrap();
    store
}

fn assert_holds(path: &Path, clips: u8) {
    let (store, actions) = (
        ClipStore::open(path).unwrap(),
        TrueActions::open(path).unwrap(),
    );
    assert_eq!(
        (store.len(), actions.len()),
        (u64::from(clips), u64::from(clips))
    );
    let manifest = store.manifest().unwrap();
    assert_eq!(manifest.len(), usize::from(clips));
    for i in 0..clips {
        assert_eq!(manifest[usize::from(i)].sha256, checksum(&clip(i).frames));
        assert_eq!(manifest[usize::from(i)].origin, clip(i).origin);
        assert_eq!(store.read_clip(i.into()).unwrap(), clip(i).frames);
        assert_eq!(actions.read(i.into()).unwrap(), clip(i).actions);
    }
}

#[derive(Clone, Debug)]
enum Event {
    Append(u8),
    Reopen,
    /// A kill while clips are written: their chunks, whole or cut, are there, the count is not.
    Kill {
        chunk_bytes: usize,
        actions_counted: bool,
    },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (1u8..4).prop_map(Event::Append),
        Just(Event::Reopen),
        (0usize..60, any::<bool>()).prop_map(|(chunk_bytes, actions_counted)| Event::Kill {
            chunk_bytes,
            actions_counted
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_is_acknowledged_stays(events in proptest::collection::vec(event(), 1..10)) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s");
        let mut store = ClipStore::create(&path, &spec()).unwrap();
        let mut count = 0u8;
        for event in events {
            match event {
                Event::Append(n) => {
                    store.append_all(&(count..count + n).map(clip).collect::<Vec<_>>()).unwrap();
                    count += n;
                }
                Event::Reopen => {
                    drop(store);
                    store = ClipStore::open(&path).unwrap();
                }
                Event::Kill { chunk_bytes, actions_counted } => {
                    drop(store);
                    fs::write(path.join(format!("frames/c.{count}.0.0.0.0")), vec![7; chunk_bytes]).unwrap();
                    fs::write(path.join("frames/zarr.json.new"), b"{\"zarr_fo").unwrap();
                    fs::create_dir_all(path.join("manifest")).unwrap();
                    fs::write(path.join(format!("manifest/{count:08}.jsonl")), &br#"{"sha256":"77","orig"#[..chunk_bytes.min(18)]).unwrap();
                    if actions_counted {
                        ClipArray::open(&Place::at(&path).unwrap(), Kind::Actions, &spec()).unwrap().advance(u64::from(count) + 2).unwrap();
                    }
                    store = ClipStore::open(&path).unwrap();
                }
            }
            prop_assert_eq!(store.len(), u64::from(count));
        }
        drop(store);
        assert_holds(&path, count);
    }
}

#[test]
fn a_black_clip_is_a_clip() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let black = ClipBuf::new(vec![0; spec().clip_bytes()], vec![UNKNOWN_ACTION; 8]);
    ClipStore::create(&path, &spec())
        .unwrap()
        .append(&black)
        .unwrap();
    assert_eq!(
        ClipStore::open(&path).unwrap().read_clip(0).unwrap(),
        black.frames
    );
    assert_eq!(
        TrueActions::open(&path).unwrap().read(0).unwrap(),
        black.actions
    );
}

#[test]
fn a_wrong_clip_adds_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let mut store = filled(&path, 1);
    let mut short = clip(1);
    short.frames.pop();
    let mut led_on = clip(1);
    led_on.actions[7] = 0;
    for wrong in [
        short,
        led_on,
        ClipBuf {
            actions: vec![],
            ..clip(1)
        },
    ] {
        assert!(matches!(
            store.append_all(&[clip(1), wrong]),
            Err(Error::Invalid(_))
        ));
    }
    assert!(matches!(
        store.read_clip(1),
        Err(Error::OutOfRange { len: 1, .. })
    ));
    store.append(&clip(1)).unwrap();
    drop(store);
    assert_holds(&path, 2);
}

#[test]
fn a_failed_write_leaves_the_store_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let mut store = filled(&path, 1);
    // A directory where the chunk should go fails even for root, as a full disk would.
    let blocked = path.join("frames/c.2.0.0.0.0");
    fs::create_dir(&blocked).unwrap();
    let text = store
        .append_all(&[clip(1), clip(2)])
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("could not write") && text.contains("c.2.0.0.0.0"),
        "{text}"
    );
    assert_eq!(store.len(), 1);
    fs::remove_dir(&blocked).unwrap();
    store.append_all(&[clip(1), clip(2)]).unwrap();
    drop(store);
    assert_holds(&path, 3);
}

#[test]
fn two_writers_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let first = filled(&path, 1);
    let mut second = ClipStore::open(&path).unwrap();
    assert!(matches!(second.append(&clip(1)), Err(Error::Locked { .. })));
    drop(first);
    second.append(&clip(1)).unwrap();
}

#[test]
fn stores_and_other_directories_are_not_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    drop(filled(&path, 1));
    assert!(matches!(
        ClipStore::create(&path, &spec()),
        Err(Error::Exists { .. })
    ));
    fs::write(directory.path().join("thesis.txt"), "").unwrap();
    let text = ClipStore::create(directory.path(), &spec())
        .err()
        .unwrap()
        .to_string();
    assert!(text.contains("is not empty"), "{text}");
}

#[test]
fn impossible_specs_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    for wrong in [
        StoreSpec {
            height: 0,
            ..spec()
        },
        StoreSpec {
            frames_per_clip: 1,
            ..spec()
        },
        StoreSpec {
            frames_per_clip: u32::MAX,
            height: u16::MAX,
            width: u16::MAX,
            ..spec()
        },
        StoreSpec {
            fps: f64::NAN,
            ..spec()
        },
    ] {
        assert!(matches!(
            ClipStore::create(directory.path().join("s"), &wrong),
            Err(Error::Invalid(_))
        ));
    }
}

#[test]
fn a_full_disk_says_what_to_do() {
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    let text = Error::io("write", "clips/frames/c.0")(full).to_string();
    assert!(
        text.contains("clips/frames/c.0") && text.contains("free some space"),
        "{text}"
    );
}

#[test]
fn rewards_are_kept_where_the_source_has_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let with = StoreSpec {
        rewards: true,
        ..spec()
    };
    let mut store = ClipStore::create(&path, &with).unwrap();
    let rewarded = ClipBuf {
        rewards: (0..8).map(|t| t as f32 * 1.25).collect(),
        ..clip(0)
    };
    assert!(matches!(store.append(&clip(0)), Err(Error::Invalid(_))));
    store.append(&rewarded).unwrap();
    let truth = TrueActions::open(&path).unwrap();
    assert_eq!(truth.rewards(0).unwrap(), Some(rewarded.rewards.clone()));
    let plain = directory.path().join("plain");
    let mut store = filled(&plain, 1);
    assert!(matches!(store.append(&rewarded), Err(Error::Invalid(_))));
    assert_eq!(TrueActions::open(&plain).unwrap().rewards(0).unwrap(), None);
}

#[test]
fn a_store_without_a_manifest_is_read_but_not_added_to() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    drop(filled(&path, 2));
    let group = fs::read_to_string(path.join("zarr.json")).unwrap();
    let old = group.replace("\"version\": 2", "\"version\": 1");
    fs::write(path.join("zarr.json"), old).unwrap();
    fs::remove_dir_all(path.join("manifest")).unwrap();
    let mut store = ClipStore::open(&path).unwrap();
    assert_eq!(store.read_clip(1).unwrap(), clip(1).frames);
    let text = store.manifest().unwrap_err().to_string();
    assert!(text.contains("no manifest"), "{text}");
    let text = store.append(&clip(2)).unwrap_err().to_string();
    assert!(text.contains("older version"), "{text}");
}

#[test]
fn a_damaged_manifest_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    drop(filled(&path, 2));
    let file = path.join("manifest/00000000.jsonl");
    for damaged in ["", "{}\n", "{\"sha256\": 3}\n"] {
        fs::write(&file, damaged).unwrap();
        let text = ClipStore::open(&path)
            .unwrap()
            .manifest()
            .unwrap_err()
            .to_string();
        assert!(text.contains("manifest/00000000.jsonl"), "{text}");
    }
    fs::remove_file(&file).unwrap();
    let text = ClipStore::open(&path)
        .unwrap()
        .manifest()
        .unwrap_err()
        .to_string();
    assert!(text.contains("it is missing"), "{text}");
}
