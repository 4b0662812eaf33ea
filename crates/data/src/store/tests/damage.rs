//! Stores that are not what they should be: each is refused with its file's name, and nothing panics.

use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Metadata with any one value replaced is read as the same store or refused with its path,
    /// and nothing panics.
    #[test]
    fn hostile_metadata_is_refused(
        file in 0usize..3,
        at in any::<prop::sample::Index>(),
        value in prop_oneof![
            Just(serde_json::json!(null)), Just(serde_json::json!(-1)), Just(serde_json::json!(0)),
            Just(serde_json::json!(u64::MAX)), Just(serde_json::json!(1e300)), Just(serde_json::json!("x")),
            Just(serde_json::json!([])), Just(serde_json::json!([[3]])), Just(serde_json::json!({"name": "y"})),
        ],
    ) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("s");
        drop(filled(&path, 2));
        let file = path.join(["zarr.json", "frames/zarr.json", "actions/zarr.json"][file]);
        let mut json: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let pointers = pointers(&json, "");
        *json.pointer_mut(at.get::<String>(&pointers)).unwrap() = value;
        fs::write(&file, json.to_string()).unwrap();
        for result in [
            ClipStore::open(&path).and_then(|s| s.read_clip(0)),
            TrueActions::open(&path).and_then(|a| a.read(0)),
            ClipStore::open(&path).and_then(|mut s| s.append(&clip(2)).and_then(|()| s.read_clip(0))),
        ] {
            if let Err(error) = result {
                let text = error.to_string();
                prop_assert!(text.contains(&*path.display().to_string()) || matches!(error, Error::Invalid(_)), "{}", text);
            }
        }
    }
}

/// Paths to every value within `json`.
fn pointers(json: &serde_json::Value, at: &str) -> Vec<String> {
    let children: Vec<(String, &serde_json::Value)> = match json {
        serde_json::Value::Object(map) => {
            map.iter().map(|(k, v)| (format!("{at}/{k}"), v)).collect()
        }
        serde_json::Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(i, v)| (format!("{at}/{i}"), v))
            .collect(),
        _ => Vec::new(),
    };
    let below = children
        .iter()
        .flat_map(|(path, value)| pointers(value, path));
    std::iter::once(at.to_owned()).chain(below).collect()
}

/// The error of opening the store and reading its first clip.
fn complaint(path: &Path) -> String {
    ClipStore::open(path)
        .and_then(|s| s.read_clip(0))
        .unwrap_err()
        .to_string()
}

#[test]
fn what_is_no_store_is_said_to_be_none() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("nowhere");
    assert!(complaint(&missing).contains("no such directory"));
    let text = complaint(directory.path());
    assert!(
        text.contains(
            "is not a Pocket Genie clip store: no zarr.json. Make one with `genie collect`"
        ),
        "{text}"
    );
    fs::write(
        directory.path().join("zarr.json"),
        r#"{"zarr_format":3,"node_type":"group"}"#,
    )
    .unwrap();
    assert!(complaint(directory.path()).contains("not marked as pocket-genie-clips"));
    fs::write(directory.path().join("zarr.json"), "zarr").unwrap();
    assert!(complaint(directory.path()).contains("not valid JSON"));
    fs::write(directory.path().join("zarr.json"), " ".repeat(2 << 20)).unwrap();
    assert!(complaint(directory.path()).contains("larger than 1 MiB"));
}

#[test]
fn another_version_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    drop(filled(&path, 1));
    let text = fs::read_to_string(path.join("zarr.json")).unwrap();
    fs::write(
        path.join("zarr.json"),
        text.replace("\"version\": 2", "\"version\": 3"),
    )
    .unwrap();
    assert!(complaint(&path).contains("version 3, this program reads version 2"));
}

#[test]
fn damage_names_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    drop(filled(&path, 2));
    let chunk = path.join("frames/c.0.0.0.0.0");
    let whole = fs::read(&chunk).unwrap();
    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 1;
    for damaged in [&whole[..whole.len() - 5], &[], &altered] {
        fs::write(&chunk, damaged).unwrap();
        let text = complaint(&path);
        assert!(
            text.contains("clip 0 is damaged") && text.contains("frames/c.0.0.0.0.0"),
            "{text}"
        );
    }
    fs::remove_file(&chunk).unwrap();
    assert!(complaint(&path).contains("the file is missing"));
    fs::remove_dir_all(path.join("frames")).unwrap();
    assert!(complaint(&path).contains("array `frames` is missing"));
}
