//! Metadata files, good and bad, and which video a file is.

use super::*;
use crate::Error;
use proptest::prelude::*;
use std::fs;

fn load(text: impl AsRef<[u8]>) -> Result<Metadata> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vidéos.jsonl");
    fs::write(&path, text).unwrap();
    Metadata::load(path)
}

fn titled<'a>(metadata: &'a Metadata, file: &str) -> Option<&'a str> {
    metadata.of(Path::new(file)).map(|video| &*video.title)
}

#[test]
fn reads_what_yt_dlp_writes() {
    let text = concat!(
        "\u{feff}",
        r#"{"id":"aB-_9","title":"Café \u2014 run","description":null,"formats":[{"url":"x"}],"_filename":"a/b [aB-_9].webm","filename":"a/b [aB-_9].webm","duration":3.5,"license":"CC BY","uploader":"Ü","webpage_url":"https://x"}"#,
        "\r\n\n   \n",
        r#" {"title":"second"}"#,
    );
    let metadata = load(text).unwrap();
    assert_eq!(metadata.duplicates(), []);
    assert_eq!(
        metadata.videos(),
        [
            Video {
                title: "Café — run".into(),
                id: "aB-_9".into(),
                license: "CC BY".into(),
                uploader: "Ü".into(),
                webpage_url: "https://x".into(),
                files: vec!["a/b [aB-_9].webm".into()],
                ..Video::default()
            },
            Video {
                title: "second".into(),
                ..Video::default()
            },
        ]
    );
}

#[test]
fn broken_lines_are_refused_with_file_and_line() {
    let good = "{\"title\":\"a\"}\n";
    for (text, line, said) in [
        ("", 0, "no videos"),
        ("\n \n", 0, "no videos"),
        ("{\"title\":\"a\"}\n{\"title\":", 2, "EOF"),
        (
            "{\"title\":\"a\"}\n\n{\"id\":\"x\"}\n",
            3,
            "missing field `title`",
        ),
        (
            "{\"title\":3}",
            1,
            "integer `3`, expected a string (column 10)",
        ),
        ("{\"title\":null}", 1, "null, expected a string"),
        (
            "{\"title\":\"a\",\"description\":[]}",
            1,
            "sequence, expected a string",
        ),
        (
            "{\"title\":\"a\",\"title\":\"b\"}",
            1,
            "duplicate field `title`",
        ),
        ("[\"a\"]", 1, "not a JSON object"),
        ("\"a\"", 1, "not a JSON object"),
        (
            "{\"title\":\"a\"}{\"title\":\"b\"}",
            1,
            "trailing characters",
        ),
        ("title,description", 1, "not a JSON object"),
    ] {
        let error = load(text).unwrap_err();
        let words = error.to_string();
        let Error::VideoMetadata { line: at, .. } = error else {
            panic!("{words}");
        };
        assert_eq!(at.unwrap_or(0), line, "{text}: {words}");
        assert!(
            words.contains(said) && words.contains("vidéos.jsonl"),
            "{text}: {words}"
        );
        assert!(
            line == 0 || words.contains(&format!(", line {line}: ")),
            "{words}"
        );
    }
    let mut bad_utf8 = good.as_bytes().to_vec();
    bad_utf8.extend(b"{\"title\":\"\xff\"}");
    assert!(load(bad_utf8).unwrap_err().to_string().contains("line 2"));
    let endless = format!("{good}{}", "{".repeat(17 << 20));
    assert!(
        load(endless)
            .unwrap_err()
            .to_string()
            .contains("line 2: it is longer")
    );
    let missing = Metadata::load("/nowhere/m.jsonl").unwrap_err().to_string();
    assert!(missing.contains("/nowhere/m.jsonl"), "{missing}");
}

#[test]
fn a_file_is_found_by_name_then_id_then_title() {
    let metadata = load(concat!(
        r#"{"title":"By name","id":"n1","filename":"C:\\videos\\Sp\u00e9cial [other].f137.webm"}"#,
        "\n",
        r#"{"title":"By id","id":"dQw4-_9"}"#,
        "\n",
        r#"{"title":"Who? Mario/Luigi: \"Part 1\"","id":"t1"}"#,
        "\n",
        r#"{"title":"dQw4-_9","id":"odd"}"#,
        "\n",
        r#"{"title":"???","id":"signs"}"#,
        "\n",
        r#"{"title":"v1.5","id":"dots"}"#,
        "\n",
        r#"{"title":"other","id":"other"}"#,
        "\n",
    ))
    .unwrap();
    for (file, title) in [
        // By name, under another ending, with accents taken apart; and before the id in it.
        ("x/Sp\u{e9}cial [other].f137.webm", "By name"),
        ("Sp\u{e9}cial [other].f137.mkv", "By name"),
        ("Spe\u{301}cial [other].f137.mp4", "By name"),
        // By id: in brackets, the last ones first, or alone; and before a title.
        ("/videos/Anything [dQw4-_9].mp4", "By id"),
        ("[other] [dQw4-_9].mp4", "By id"),
        ("[dQw4-_9] [1080p].mp4", "By id"),
        ("dQw4-_9.mp4", "By id"),
        // By title, as yt-dlp writes it to a file, with and without --restrict-filenames.
        (
            "Who？ Mario⧸Luigi： ＂Part 1＂.mp4",
            "Who? Mario/Luigi: \"Part 1\"",
        ),
        (
            "Who_Mario_Luigi_-_Part_1.mp4",
            "Who? Mario/Luigi: \"Part 1\"",
        ),
        ("???.mp4", "???"),
        ("v1.5.mp4", "v1.5"),
    ] {
        assert_eq!(titled(&metadata, file), Some(title), "{file}");
    }
    for file in [
        "",
        "..",
        "x.mp4",
        "[].mp4",
        "][.mp4",
        "[dQw4.mp4",
        "N1.mp4",
        "!.mp4",
        "Part 1.mp4",
    ] {
        assert_eq!(titled(&metadata, file), None, "{file}");
    }
}

#[test]
fn of_duplicates_the_first_counts_and_all_are_told() {
    let metadata = load(concat!(
        r#"{"title":"A","id":"1","filename":"a.mp4"}"#,
        "\n",
        r#"{"title":"B","id":"1","filename":"b.mp4"}"#,
        "\n",
        r#"{"title":"C","filename":"c.mp4","_filename":"c.mp4","filepath":"/x/c.mp4"}"#,
        "\n",
        r#"{"title":"D","filename":"y/c.webm"}"#,
        "\n",
        r#"{"title":"a!","id":"2"}"#,
        "\n",
        r#"{"title":"E"}"#,
        "\n",
        r#"{"title":"e"}"#,
        "\n",
    ))
    .unwrap();
    let titles: Vec<_> = metadata
        .videos()
        .iter()
        .map(|video| &*video.title)
        .collect();
    assert_eq!(titles, ["A", "C", "a!", "E"]);
    let told: Vec<_> = metadata
        .duplicates()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "lines 1 and 2 have the id \"1\": line 2 is left out",
            "lines 3 and 4 have the file name \"y/c.webm\": line 4 is left out",
            "lines 1 and 5 have the title \"a!\": files of that name belong to line 1",
            "lines 6 and 7 have the title \"e\": line 7 is left out",
        ]
    );
    assert_eq!(titled(&metadata, "a.mkv"), Some("A"));
    assert_eq!(titled(&metadata, "2.mkv"), Some("a!"));
    assert_eq!(titled(&metadata, "b.mp4"), None);
}

proptest! {
    /// Whatever the bytes, loading ends with metadata or with words; it never panics.
    #[test]
    fn any_bytes(
        lines in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            Just(b"{\"title\":\"a\"}".to_vec()),
        ], 0..5),
        file in any::<String>(),
    ) {
        if let Ok(metadata) = load(lines.join(&b'\n')) {
            let _ = metadata.of(Path::new(&file));
        }
    }

    /// Every video is found by its id, and by its file and its title unless an earlier line has the
    /// same.
    #[test]
    fn every_video_is_found(titles in prop::collection::vec("[^/\0\\\\]{1,12}", 1..6)) {
        let lines: Vec<String> = titles
            .iter()
            .enumerate()
            .map(|(i, title)| {
                serde_json::json!({ "title": title, "id": format!("id{i}"), "filename": format!("d/file {i}.mp4") })
                    .to_string()
            })
            .collect();
        let metadata = load(lines.join("\n")).unwrap();
        prop_assert_eq!(metadata.videos().len(), titles.len());
        for (i, title) in titles.iter().enumerate() {
            for file in [format!("id{i}.mkv"), format!("t [id{i}].mkv"), format!("file {i}.mkv")] {
                prop_assert_eq!(&metadata.of(Path::new(&file)).unwrap().title, title);
            }
            let by_title = metadata.of(Path::new(&format!("{title}.mkv"))).unwrap();
            let earlier = metadata.duplicates().iter().any(|d| d.line == i as u64 + 1);
            prop_assert!(&by_title.title == title || earlier, "{:?}", by_title);
        }
    }
}
