//! Sifting whole files, and the table that tells of it.

use super::*;
use crate::rules::{Metadata, Rule};

const RULES: &str = r#"
title_words = ["mario", "celeste", "sonic"]
action_words = ["speedrun", "playthrough"]
negating_words = ["movie", "unboxing"]
"#;

const LINES: [&str; 8] = [
    r#"{"id":"1", "title":"Mario speedrun",   "extra": [1, {"a": null}]}"#,
    r#"{"title":"Celeste","description":"A speedrun, a playthrough","id":"2"}"#,
    r#"{"title":"Mario the movie playthrough","id":"3"}"#,
    r#"{"title":"Tetris speedrun","id":"4"}"#,
    r#"{"title":"Mario","id":"5"}"#,
    r#"{"title":"Celeste speedrun again","id":"2"}"#,
    r#"{"title":"マリオ","id":"6"}"#,
    r#"{"title":"Mario and Celeste speedrun","id":"7"}"#,
];

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(lines: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::write(folder.path("videos.jsonl"), lines).unwrap();
        fs::write(folder.path("rules.toml"), RULES).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn sift(&self, kept: Option<&Path>) -> Result<Sifted> {
        let rules = Rules::load(self.path("rules.toml")).unwrap();
        sift(&self.path("videos.jsonl"), &rules, kept)
    }

    fn names(&self) -> Vec<OsString> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }
}

#[test]
fn kept_lines_are_written_unchanged_and_all_is_counted() {
    // The last line has no line end; the others have those of Windows.
    let folder = Folder::with(&LINES.join("\r\n"));
    let kept = folder.path("kept.jsonl");
    fs::write(&kept, "an older file").unwrap();
    let sifted = folder.sift(Some(&kept)).unwrap();
    let expected = format!("{}\r\n{}\r\n{}\n", LINES[0], LINES[1], LINES[7]);
    assert_eq!(fs::read_to_string(&kept).unwrap(), expected);
    assert_eq!(folder.names(), ["kept.jsonl", "rules.toml", "videos.jsonl"]);

    let tally = &sifted.tally;
    assert_eq!((tally.videos(), tally.kept()), (7, 3));
    assert_eq!(Rule::ALL.map(|rule| tally.dropped(rule)), [2, 1, 1]);
    // A word counts the videos that reached its rule, whatever became of them later.
    assert_eq!(tally.with_word(Rule::Title, "mario"), 4);
    assert_eq!(tally.with_word(Rule::Negating, "no such word"), 0);
    assert_eq!(sifted.duplicates.len(), 1);
    assert!(sifted.duplicates[0].left_out && sifted.duplicates[0].line == 6);
    assert_eq!(
        tally.to_string(),
        "\
rule                videos      kept   dropped
title_words              7         5         2
action_words             5         4         1
negating_words           4         3         1
in all                   7         3         4

title_words: videos passed by (1 of 3 words never met)
         4  mario
         2  celeste

action_words: videos passed by
         3  speedrun
         2  playthrough

negating_words: videos dropped by (1 of 2 words never met)
         1  movie
"
    );

    // The same, one at a time through what an import uses.
    let metadata = Metadata::load(folder.path("videos.jsonl")).unwrap();
    let rules = Rules::load(folder.path("rules.toml")).unwrap();
    let mut again = Tally::new(&rules);
    for video in metadata.videos() {
        again.add(&rules.judge(video));
    }
    assert_eq!(again.to_string(), tally.to_string());
}

#[test]
fn an_empty_rule_is_told_as_such() {
    let folder = Folder::with(LINES[0]);
    fs::write(
        folder.path("rules.toml"),
        RULES.replace(r#""movie", "unboxing""#, ""),
    )
    .unwrap();
    let table = folder.sift(None).unwrap().tally.to_string();
    assert!(
        table.ends_with("\nnegating_words: none, everything passed\n"),
        "{table}"
    );
}

#[test]
fn a_failure_leaves_the_old_file_and_nothing_else() {
    let folder = Folder::with(&format!("{}\n{{\"title\":", LINES[0]));
    let kept = folder.path("kept.jsonl");
    fs::write(&kept, "an older file").unwrap();
    let error = folder.sift(Some(&kept)).unwrap_err().to_string();
    assert!(error.contains("videos.jsonl, line 2"), "{error}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "an older file");
    assert_eq!(folder.names(), ["kept.jsonl", "rules.toml", "videos.jsonl"]);
}

#[test]
fn places_that_can_not_be_written_are_refused() {
    let folder = Folder::with(LINES[0]);
    let metadata = folder.path("videos.jsonl");
    fs::create_dir(folder.path("sub")).unwrap();
    for (kept, said) in [
        (metadata.clone(), "overwrite the metadata"),
        (folder.path("sub/../videos.jsonl"), "overwrite the metadata"),
        (folder.path("sub"), "is a folder"),
        (folder.path("none/kept.jsonl"), "none/kept.jsonl"),
    ] {
        let error = folder.sift(Some(&kept)).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    // The unfinished file must not be the metadata either.
    let rules = Rules::platformers();
    let awkward = folder.path("kept.jsonl.new");
    fs::copy(&metadata, &awkward).unwrap();
    let error = sift(&awkward, &rules, Some(&folder.path("kept.jsonl"))).unwrap_err();
    assert!(
        error.to_string().contains("overwrite the metadata"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&awkward).unwrap(), LINES[0]);
    assert_eq!(fs::read_to_string(&metadata).unwrap(), LINES[0]);
}

#[cfg(unix)]
#[test]
fn links_and_devices_are_not_replaced() {
    let folder = Folder::with(LINES[0]);
    let link = folder.path("link");
    std::os::unix::fs::symlink("/dev/null", &link).unwrap();
    let error = folder.sift(Some(&link)).unwrap_err().to_string();
    assert!(error.contains("not a plain file"), "{error}");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}
