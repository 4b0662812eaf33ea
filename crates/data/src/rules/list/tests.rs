//! Rule files, the rules that come with the program, and judging.

use super::*;
use proptest::prelude::*;
use std::fs;

fn rules(text: &str) -> Rules {
    Rules::parse(text, Path::new("r.toml")).unwrap()
}

fn video(title: &str, description: &str) -> Video {
    Video {
        title: title.to_owned(),
        description: description.to_owned(),
        ..Video::default()
    }
}

fn small() -> Rules {
    rules(
        r#"title_words = ["mario bros", "celeste"]
           action_words = ["speedrun", "playthrough", "any%"]
           negating_words = ["movie", "unboxing"]"#,
    )
}

#[test]
fn each_rule_has_its_say_and_names_its_words() {
    let judge = |title, description| small().judge(&video(title, description));
    let kept = judge("Celeste Any% speedrun", "with Mario Bros.");
    assert!(kept.kept());
    assert_eq!(kept.words(Rule::Title), ["celeste"]);
    assert_eq!(kept.words(Rule::Action), ["speedrun", "any%"]);
    assert_eq!(
        kept.to_string(),
        "kept: title words: celeste: action words: speedrun, any%"
    );

    // The action word may stand in the description, the title word may not.
    assert!(judge("celeste", "my first playthrough").kept());
    let dropped = judge("my first speedrun", "celeste");
    assert_eq!(dropped.dropped_by(), Some(Rule::Title));
    // Rules after the one that dropped it were not tried.
    assert!(Rule::ALL.iter().all(|&rule| dropped.words(rule).is_empty()));
    assert_eq!(dropped.to_string(), "dropped: no title word");

    let dropped = judge("celeste", "beautiful");
    assert_eq!(dropped.dropped_by(), Some(Rule::Action));
    assert_eq!(dropped.words(Rule::Title), ["celeste"]);

    // A negating word counts in the title only.
    let dropped = judge("Celeste: the MOVIE, a speedrun unboxing", "");
    assert_eq!(dropped.dropped_by(), Some(Rule::Negating));
    assert_eq!(
        dropped.to_string(),
        "dropped: negating words: movie, unboxing"
    );
    assert!(judge("celeste speedrun", "see my movie").kept());
    assert!(judge("celeste unmovie speedrun", "").kept());
}

#[test]
fn an_empty_list_lets_everything_pass() {
    let open = rules("title_words = []\naction_words = []\nnegating_words = []");
    assert!(open.judge(&video("", "")).kept());
    let no_action = rules("title_words = ['a']\naction_words = []\nnegating_words = ['b']");
    assert!(no_action.judge(&video("a", "")).kept());
    assert_eq!(
        no_action.judge(&video("c", "")).dropped_by(),
        Some(Rule::Title)
    );
    assert_eq!(
        no_action.judge(&video("a b", "")).dropped_by(),
        Some(Rule::Negating)
    );
}

#[test]
fn bad_rule_files_are_refused_with_words() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wörter.toml");
    let lists = "title_words = ['x']\naction_words = []\nnegating_words = []\n";
    for (text, said) in [
        (
            format!("{lists}titel_words = []"),
            vec!["line 4", "titel_words", "title_words", "negating_words"],
        ),
        (
            "title_words = []\naction_words = []".to_owned(),
            vec!["negating_words"],
        ),
        (
            lists.replace("'x'", "3"),
            vec!["line 1", "integer", "string"],
        ),
        (
            lists.replace("'x'", "'🎮 !'"),
            vec!["🎮 !", "title_words", "no letter"],
        ),
        (
            lists.replace("['x']", "'x'"),
            vec!["line 1", "string", "sequence"],
        ),
        (
            format!("{lists}title_words = []"),
            vec!["line 4", "duplicate"],
        ),
        ("title_words = [".to_owned(), vec!["line 1"]),
        (String::new(), vec!["title_words"]),
    ] {
        fs::write(&path, &text).unwrap();
        let error = Rules::load(&path).unwrap_err().to_string();
        assert!(
            error.contains("wörter.toml") && error.contains("--print-rules"),
            "{error}"
        );
        for said in said {
            assert!(error.contains(said), "{text}: {error}");
        }
    }
    fs::write(&path, b"title_words = ['\xff']").unwrap();
    assert!(
        Rules::load(&path)
            .unwrap_err()
            .to_string()
            .contains("UTF-8")
    );
    fs::write(&path, "#".repeat(MAX_BYTES as usize + 1)).unwrap();
    assert!(
        Rules::load(&path)
            .unwrap_err()
            .to_string()
            .contains("4 MiB")
    );
    fs::write(&path, format!("\u{feff}{lists}")).unwrap();
    assert_eq!(
        Rules::load(&path)
            .unwrap()
            .words(Rule::Title)
            .collect::<Vec<_>>(),
        ["x"]
    );
    let missing = Rules::load(directory.path().join("none.toml")).unwrap_err();
    assert!(missing.to_string().contains("none.toml"), "{missing}");
}

/// Titles as one meets them, against the rules that come with the program.
#[test]
fn the_platformer_rules_choose_platformers() {
    let rules = Rules::platformers();
    for title in [
        "Super Mario Bros. Any% Speedrun in 4:54.631 *Former World Record*",
        "[TAS] NES Super Mario Bros. 3 \"warps\" in 10:24.34",
        "Let’s Play Kirby’s Adventure – Part 3",
        "CELESTE 100% Walkthrough 4K 60FPS (No Commentary)",
        "Hollow Knight Part 12: Crystal Peak",
        "スーパーマリオワールド 実況プレイ その１",
        "【ゆっくり実況】ロックマン２ 攻略",
        "Прохождение Super Meat Boy",
        "Sonic 3 & Knuckles – Full Game Longplay",
        "𝗠𝗲𝗴𝗮 𝗠𝗮𝗻 𝗫 (SNES) Playthrough",
        "Detonado: Donkey Kong Country 2",
        "Yoshi's Island - Full Game 100% Walkthrough",
    ] {
        let verdict = rules.judge(&video(title, ""));
        assert!(verdict.kept(), "{title}: {verdict}");
    }
    use Rule::{Action, Negating, Title};
    for (title, by) in [
        ("Mario Kart 8 Deluxe playthrough", Title),
        ("Super Mario Odyssey any% speedrun", Title),
        ("Metroid Prime speedrun", Title),
        ("How to braid your hair, a walkthrough", Title),
        ("Barcelona contra Madrid gameplay", Title),
        ("Movie night playthrough", Title),
        ("Super Mario Bros. in my childhood", Action),
        ("Super Mario World birthday decoration", Action),
        ("The Super Mario Bros. Movie: gameplay scenes", Negating),
        ("Unboxing Shovel Knight + first gameplay", Negating),
        ("Cuphead speedrun REACTION", Negating),
        ("Castlevania: Lords of Shadow walkthrough", Negating),
        ("Sonic the Hedgehog vs Sonic Adventure full game", Negating),
        ("Super Mario Bros. but it's 3D - gameplay", Negating),
        ("Make a platformer in Godot: tutorial, part 1", Negating),
        ("Hollow Knight OST, full game", Negating),
    ] {
        let verdict = rules.judge(&video(title, ""));
        assert_eq!(verdict.dropped_by(), Some(by), "{title}: {verdict}");
    }
}

/// A list must not undo another, and signs that don't count must not make a word of one letter.
#[test]
fn the_platformer_rules_make_sense() {
    let rules = Rules::platformers();
    let negating = &rules.lists[Rule::Negating as usize];
    let action = &rules.lists[Rule::Action as usize];
    for title in rules.words(Rule::Title) {
        let title_words = [words(title)];
        assert!(
            negating.found(&title_words).is_empty(),
            "{title} is always dropped"
        );
        assert!(
            action.found(&title_words).is_empty(),
            "{title} is an action, too"
        );
    }
    for word in rules.words(Rule::Action) {
        assert!(
            negating.found(&[words(word)]).is_empty(),
            "{word} is always dropped"
        );
    }
    for rule in Rule::ALL {
        for word in rules.words(rule) {
            let short = words(word).iter().map(|w| w.chars().count()).sum::<usize>() < 2;
            assert!(!short, "{word}");
        }
    }
    let written: Written = toml::from_str(PLATFORMERS).unwrap();
    let of = [
        written.title_words,
        written.action_words,
        written.negating_words,
    ];
    for (rule, list) in Rule::ALL.into_iter().zip(of) {
        let mut twice = list.clone();
        twice.retain(|word| !rules.words(rule).any(|kept| kept == word));
        assert!(twice.is_empty(), "said twice: {twice:?}");
    }
}

fn some_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("Mario Bros."),
        Just("celeste"),
        Just("SPEEDRUN"),
        Just("any%"),
        Just("unmovie"),
        Just("Movie"),
        Just("un"),
        Just("boxing"),
        Just("unboxing"),
        Just("é"),
        Just("実況"),
    ];
    prop_oneof![
        any::<String>(),
        prop::collection::vec((word, "[ _.,'-]{0,2}"), 0..6).prop_map(|parts| parts
            .into_iter()
            .flat_map(|(w, s)| [w.to_owned(), s])
            .collect()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// A kept video has all it must have, a dropped one lacks what it is dropped for; words are
    /// looked for here by another way than the rules do.
    #[test]
    fn verdicts_are_true(title in some_text(), description in some_text()) {
        let rules = small();
        let verdict = rules.judge(&video(&title, &description));
        let holds = |text: &str, rule| {
            let text = format!(" {} ", words(text).join(" "));
            rules.words(rule).any(|word| text.contains(&format!(" {} ", words(word).join(" "))))
        };
        let named = holds(&title, Rule::Title);
        let acted = holds(&title, Rule::Action) || holds(&description, Rule::Action);
        let negated = holds(&title, Rule::Negating);
        let expected = match (named, acted, negated) {
            (false, _, _) => Some(Rule::Title),
            (true, false, _) => Some(Rule::Action),
            (true, true, true) => Some(Rule::Negating),
            (true, true, false) => None,
        };
        prop_assert_eq!(verdict.dropped_by(), expected);
        prop_assert_eq!(verdict.words(Rule::Title).is_empty(), !named);
    }

    /// No rule file makes it panic.
    #[test]
    fn any_rule_file(text in any::<String>(), word in any::<String>()) {
        let _ = Rules::parse(&text, Path::new("r.toml"));
        let list = toml_list(&word);
        let _ = Rules::parse(&format!("title_words={list}\naction_words={list}\n{text}"), Path::new("r.toml"));
    }

    /// A word that can be a rule is found in itself.
    #[test]
    fn any_word_is_a_rule(word in any::<String>()) {
        let text = format!("title_words={0}\naction_words={0}\nnegating_words=[]", toml_list(&word));
        match Rules::parse(&text, Path::new("r.toml")) {
            Ok(rules) => prop_assert!(rules.judge(&video(&word, "")).kept()),
            Err(error) => {
                prop_assert!(words(&word).is_empty(), "{}", error);
            }
        }
    }
}

/// A TOML list of one text, every character escaped.
fn toml_list(word: &str) -> String {
    let escaped: String = word
        .chars()
        .map(|c| format!("\\U{:08X}", u32::from(c)))
        .collect();
    format!("[\"{escaped}\"]")
}
