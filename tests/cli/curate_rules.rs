//! `genie curate rules`: what is kept, what is told, and what is refused.

use std::fs;

use crate::support::genie;

const VIDEOS: [&str; 4] = [
    r#"{"id":"a1", "title":"Super Mario Bros. Any% Speedrun", "formats":[1]}"#,
    r#"{"id":"a2","title":"The Super Mario Bros. Movie gameplay","description":null}"#,
    r#"{"id":"a1","title":"The same again"}"#,
    r#"{"title":"スーパーマリオワールド 実況プレイ"}"#,
];

#[test]
fn videos_are_chosen_by_their_words() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("vidéos.jsonl"), VIDEOS.join("\n")).unwrap();
    let ended = genie(
        folder,
        "curate rules --metadata vidéos.jsonl --kept kept.jsonl",
    )
    .good();
    for line in [
        "title_words              3         3         0",
        "negating_words           3         2         1",
        "in all                   3         2         1",
        "         1  movie",
        "kept.jsonl: 2 videos",
    ] {
        assert!(
            ended.out.contains(line),
            "“{line}” is not in: {}",
            ended.out
        );
    }
    assert!(ended.err.contains("lines 1 and 3"), "{}", ended.err);
    let kept = fs::read_to_string(folder.join("kept.jsonl")).unwrap();
    assert_eq!(kept, format!("{}\n{}\n", VIDEOS[0], VIDEOS[3]));

    // The rules that it prints are rules that it reads, and are the ones that it goes by.
    let rules = genie(folder, "curate rules --print-rules").good().out;
    fs::write(folder.join("mine.toml"), &rules).unwrap();
    let mine = genie(
        folder,
        "curate rules --metadata vidéos.jsonl --rules mine.toml",
    )
    .good();
    assert!(ended.out.starts_with(&mine.out), "{}", mine.out);
}

#[test]
fn bad_metadata_and_rules_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let metadata = folder.join("videos.jsonl");
    fs::write(&metadata, VIDEOS[0]).unwrap();
    for arguments in [
        "curate",
        "curate rules",
        "curate rules --print-rules --metadata videos.jsonl",
        "curate rules --metadata videos.jsonl --kept videos.jsonl",
        "curate rules --metadata videos.jsonl --kept .",
    ] {
        let ended = genie(folder, arguments);
        assert_eq!(ended.code, Some(2), "{arguments}: {}", ended.err);
    }
    assert_eq!(fs::read_to_string(&metadata).unwrap(), VIDEOS[0]);

    fs::write(folder.join("typo.toml"), "titel_words = []").unwrap();
    genie(
        folder,
        "curate rules --metadata videos.jsonl --rules typo.toml",
    )
    .bad(1, &["typo.toml", "line 1", "titel_words", "negating_words"]);
    fs::write(&metadata, format!("{}\n{{\"title\":7}}", VIDEOS[0])).unwrap();
    genie(
        folder,
        "curate rules --metadata videos.jsonl --kept kept.jsonl",
    )
    .bad(1, &["videos.jsonl, line 2", "integer `7`"]);
    assert!(!folder.join("kept.jsonl").exists());
    fs::write(&metadata, "").unwrap();
    genie(folder, "curate rules --metadata videos.jsonl").bad(1, &["videos.jsonl", "no videos"]);
    genie(folder, "curate rules --metadata none.jsonl").bad(1, &["none.jsonl"]);
}
