use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn hashes(count: u64) -> Vec<String> {
    (0..count).map(|i| format!("{i:064x}")).collect()
}

fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.labels.jsonl");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn refused(text: &str, clips: Clips) -> String {
    let (_folder, path) = file(text);
    let opened = Labels::open(&path, clips.clone()).unwrap_err().to_string();
    assert_eq!(opened, Labels::read(&path, clips).unwrap_err().to_string());
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        text,
        "a refused file is changed"
    );
    opened
}

#[test]
fn grades_come_back_and_the_last_one_counts() {
    let (_folder, path) = file("");
    let clips = Clips::hashed(hashes(9));
    let mut labels = Labels::open(&path, clips.clone()).unwrap();
    for (clip, grade) in [(3, 5), (8, 1), (3, 2), (0, 4)] {
        labels.grade(clip, grade).unwrap();
    }
    drop(labels);
    let labels = Labels::open(&path, clips).unwrap();
    assert_eq!(labels.iter().collect::<Vec<_>>(), [(0, 4), (3, 2), (8, 1)]);
    assert_eq!(labels.counts(), [1, 1, 0, 1, 0]);
    assert_eq!((labels.of(3), labels.of(4)), (Some(2), None));
    let text = fs::read_to_string(&path).unwrap();
    let first = format!("{{\"clip\":3,\"sha256\":\"{:064x}\",\"grade\":5}}\n", 3);
    assert!(text.starts_with(&first), "{text}");
}

#[test]
fn a_checksum_finds_its_clip_wherever_it_is_now() {
    let text = format!(
        "{{\"sha256\":\"{:064X}\",\"grade\":5,\"by\":\"me\"}}\n{{\"clip\":0,\"sha256\":\"{:064x}\",\"grade\":1}}\n{{\"sha256\":\"{:064x}\",\"grade\":3}}\r\n\n{{\"clip\":7,\"grade\":4}}",
        2, 5, 99
    );
    let (_folder, path) = file(&text);
    let labels = Labels::read(&path, Clips::hashed(hashes(9))).unwrap();
    assert_eq!(labels.iter().collect::<Vec<_>>(), [(2, 5), (5, 1), (7, 4)]);
    assert_eq!(labels.elsewhere(), 1);
    let said = refused(&text, Clips::numbered(9));
    assert!(
        said.contains("line 1") && said.contains("no manifest"),
        "{said}"
    );
}

#[test]
fn the_same_clip_twice_is_two_clips_by_number_and_the_first_by_checksum() {
    let twice = Clips::hashed(vec!["aa".into(), "aa".into()]);
    let (_folder, path) =
        file("{\"clip\":1,\"sha256\":\"aa\",\"grade\":5}\n{\"sha256\":\"aa\",\"grade\":2}\n");
    let labels = Labels::read(&path, twice).unwrap();
    assert_eq!(labels.iter().collect::<Vec<_>>(), [(0, 2), (1, 5)]);
}

#[test]
fn broken_lines_are_named() {
    let good = "{\"clip\":1,\"grade\":1}\n";
    for (line, words) in [
        ("{\"clip\":1,\"gra\n", "not valid JSON"),
        ("[1, 2]\n", "no grade of a clip"),
        ("{\"clip\":1,\"grade\":0}\n", "grade 0"),
        ("{\"clip\":1,\"grade\":6}", "grade 6"),
        ("{\"clip\":1,\"grade\":300}\n", "no grade of a clip"),
        ("{\"clip\":1.5,\"grade\":3}\n", "no grade of a clip"),
        ("{\"grade\":3}\n", "names no clip"),
        ("{\"clip\":9,\"grade\":3}\n", "no clip 9"),
    ] {
        let said = refused(&format!("{good}\n{line}"), Clips::numbered(9));
        assert!(
            said.contains("line 3") && said.contains(words) && said.contains("a.labels.jsonl"),
            "{said}"
        );
    }
}

#[test]
fn wrong_grades_and_two_writers_are_refused() {
    let (_folder, path) = file("");
    let mut labels = Labels::open(&path, Clips::numbered(2)).unwrap();
    assert!(matches!(labels.grade(0, 0), Err(Error::Invalid(_))));
    assert!(matches!(labels.grade(0, 6), Err(Error::Invalid(_))));
    assert!(matches!(labels.grade(2, 1), Err(Error::OutOfRange { .. })));
    let second = Labels::open(&path, Clips::numbered(2)).unwrap_err();
    assert!(second.to_string().contains("another program"), "{second}");
    assert_eq!(fs::read(&path).unwrap(), b"");
    let mut reader = Labels::read(&path, Clips::numbered(2)).unwrap();
    assert!(matches!(reader.grade(0, 1), Err(Error::Invalid(_))));
}

#[test]
fn labels_lie_beside_the_store() {
    for (store, labels) in [
        ("a/b.zarr", "a/b.zarr.labels.jsonl"),
        ("b.zarr/", "b.zarr.labels.jsonl"),
    ] {
        assert_eq!(default_path(Path::new(store)).unwrap(), Path::new(labels));
    }
    let said = default_path(Path::new("s3://bucket/b.zarr")).unwrap_err();
    assert!(said.to_string().contains("--labels"), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("s.zarr");
    fs::create_dir_all(store.join("frames")).unwrap();
    let found = default_path(&store.join("frames/..")).unwrap();
    assert_eq!(
        found,
        fs::canonicalize(folder.path())
            .unwrap()
            .join("s.zarr.labels.jsonl")
    );
}

#[test]
fn ungraded_clips_come_first_each_part_in_an_order_of_the_seed() {
    let (_folder, path) = file("{\"clip\":1,\"grade\":5}\n{\"clip\":30,\"grade\":1}\n");
    let labels = Labels::read(&path, Clips::numbered(40)).unwrap();
    let order = labels.order(7);
    assert!(
        order[38..].contains(&1) && order[38..].contains(&30),
        "{order:?}"
    );
    let mut sorted = order.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, (0..40).collect::<Vec<_>>());
    assert_eq!(labels.order(7), order);
    assert_ne!(labels.order(8)[..38], order[..38]);
    assert_ne!(order[..38], sorted[..38]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// A kill at any byte loses at most the grade that was being written, and the file can be gone
    /// on with.
    #[test]
    fn a_kill_anywhere_loses_no_grade_but_the_last(
        given in proptest::collection::vec((0u64..6, 1u8..=5), 1..8),
        cut in 0.0..1.0f64,
        hashed: bool,
        more in (0u64..6, 1u8..=5),
    ) {
        let clips = if hashed { Clips::hashed(hashes(6)) } else { Clips::numbered(6) };
        let (_folder, path) = file("");
        let mut labels = Labels::open(&path, clips.clone()).unwrap();
        let mut ends = vec![0];
        for &(clip, grade) in &given {
            labels.grade(clip, grade).unwrap();
            ends.push(fs::metadata(&path).unwrap().len());
        }
        drop(labels);
        let whole = fs::read(&path).unwrap();
        let cut = (cut * (whole.len() + 1) as f64) as usize;
        fs::write(&path, &whole[..cut]).unwrap();

        // A line without its end is whole all the same.
        let kept = ends[1..].iter().filter(|&&end| end <= cut as u64 + 1).count();
        let mut expected: BTreeMap<u64, u8> = given[..kept].iter().copied().collect();
        let read = Labels::read(&path, clips.clone()).unwrap();
        prop_assert_eq!(read.iter().collect::<Vec<_>>(), expected.iter().map(|(&c, &g)| (c, g)).collect::<Vec<_>>());

        let mut labels = Labels::open(&path, clips.clone()).unwrap();
        labels.grade(more.0, more.1).unwrap();
        drop(labels);
        expected.insert(more.0, more.1);
        let read = Labels::read(&path, clips).unwrap();
        prop_assert_eq!(read.iter().collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
    }
}
