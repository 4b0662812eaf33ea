//! Views show what they name, wherever they lie, and change nothing.

use super::*;
use crate::view;
use serde_json::json;

#[test]
fn a_view_shows_its_clips_in_its_order() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    drop(filled(&path, 6));
    let store = ClipStore::open(&path).unwrap();
    let (one, two) = (
        directory.path().join("views/one"),
        directory.path().join("two"),
    );
    view::write(&one, &store, &[5, 0, 3], &json!("a test")).unwrap();
    let first = ClipStore::open(&one).unwrap();
    view::write(&two, &first, &[2, 0], &json!({"of": "a view"})).unwrap();
    for (view, clips) in [(&one, vec![5, 0, 3]), (&two, vec![3, 5])] {
        let (store, actions) = (
            ClipStore::open(view).unwrap(),
            TrueActions::open(view).unwrap(),
        );
        assert!(store.is_view());
        assert_eq!(
            (store.len(), actions.len()),
            (clips.len() as u64, clips.len() as u64)
        );
        let manifest = store.manifest().unwrap();
        for (i, &number) in clips.iter().enumerate() {
            assert_eq!(store.read_clip(i as u64).unwrap(), clip(number).frames);
            assert_eq!(actions.read(i as u64).unwrap(), clip(number).actions);
            assert_eq!(manifest[i].sha256, checksum(&clip(number).frames));
            assert_eq!(store.number_in_store(i as u64), u64::from(number));
        }
        assert!(matches!(
            store.read_clip(clips.len() as u64),
            Err(Error::OutOfRange { .. })
        ));
    }
    // The store and its views may move together.
    let moved = directory.path().with_extension("moved");
    fs::rename(directory.path(), &moved).unwrap();
    let shown = ClipStore::open(moved.join("two")).and_then(|s| s.read_clip(0));
    fs::rename(&moved, directory.path()).unwrap();
    assert_eq!(shown.unwrap(), clip(3).frames);
}

#[test]
fn a_view_is_not_added_to() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let mut store = filled(&path, 3);
    let view = directory.path().join("v");
    view::write(&view, &store, &[1], &json!(null)).unwrap();
    let text = ClipStore::open(&view)
        .unwrap()
        .append(&clip(3))
        .unwrap_err()
        .to_string();
    assert!(text.contains("is a view"), "{text}");
    // What is added to the store later doesn't change the view.
    store.append(&clip(3)).unwrap();
    assert_eq!(ClipStore::open(&view).unwrap().len(), 1);
}

#[test]
fn impossible_views_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    drop(filled(&path, 2));
    let store = ClipStore::open(&path).unwrap();
    let view = directory.path().join("v");
    assert!(matches!(
        view::write(&view, &store, &[2], &json!(0)),
        Err(Error::OutOfRange { .. })
    ));
    assert!(matches!(
        view::write(&view, &store, &[], &json!(0)),
        Err(Error::Invalid(_))
    ));
    assert!(matches!(
        view::write(&path, &store, &[0], &json!(0)),
        Err(Error::Exists { .. })
    ));
    view::write(&view, &store, &[0], &json!(0)).unwrap();
    let file = view.join("view.json");
    let good = fs::read_to_string(&file).unwrap();
    for (from, to, says) in [
        ("[0]", "[2]", "shows clip 2"),
        ("[0]", "[-1]", "not a list of numbers"),
        ("[0]", "{}", "not a list of numbers"),
        ("\"../s\"", "3", "names no store"),
        ("\"../s\"", "\"../t\"", "no such directory"),
        ("\"../s\"", "\"../v\"", "without end"),
        ("\"version\":1", "\"version\":9", "version 9"),
        ("pocket-genie-view", "sea-view", "not marked"),
        ("{", "", "not valid JSON"),
    ] {
        assert!(good.contains(from), "{from} in {good}");
        fs::write(&file, good.replacen(from, to, 1)).unwrap();
        let text = ClipStore::open(&view).err().unwrap().to_string();
        assert!(text.contains(says), "{text}");
    }
}
