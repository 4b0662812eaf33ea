//! What is refused before anything is collected; no Python is needed for it.

use std::ops::ControlFlow;
use std::path::Path;

use super::{CollectSpec, Policy, coinrun, platformer};
use crate::LevelRange;

fn spec(out: &Path, start: u64, end: u64) -> CollectSpec {
    let mut spec = CollectSpec::new(out, 64);
    spec.levels = LevelRange { start, end };
    spec
}

fn coinrun_says(spec: &CollectSpec) -> String {
    // Were it to get as far as Python, there would be none.
    let mut spec = spec.clone();
    spec.python = Some("/no/such/python".into());
    coinrun(&spec, &mut |_| ControlFlow::Continue(()))
        .unwrap_err()
        .to_string()
}

#[test]
fn levels_of_another_store_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let train = folder.path().join("train");
    platformer(&spec(&train, 10, 20), &mut |_| ControlFlow::Continue(())).unwrap();
    let collect = |start, end| {
        let out = folder.path().join(format!("test-{start}"));
        let mut test = spec(&out, start, end);
        test.apart_from = Some(train.clone());
        (platformer(&test, &mut |_| ControlFlow::Continue(())), out)
    };
    let (refused, out) = collect(19, 30);
    let text = refused.unwrap_err().to_string();
    assert!(text.contains("10..20") && text.contains("19..30"), "{text}");
    assert!(!out.exists(), "a store was made");
    assert_eq!(collect(20, 30).0.unwrap().frames, 64);

    // CoinRun's level 15 is not the platformer's.
    let mut other_game = spec(&folder.path().join("coinrun"), 10, 20);
    other_game.apart_from = Some(train);
    let text = coinrun_says(&other_game);
    assert!(text.contains("/no/such/python"), "{text}");

    let mut nowhere = spec(&folder.path().join("x"), 0, 1);
    nowhere.apart_from = Some(folder.path().join("missing"));
    let text = coinrun_says(&nowhere);
    assert!(text.contains("missing"), "{text}");
}

#[test]
fn impossible_policies_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("clips");
    let random = |steps_per_level| Policy::Random { steps_per_level };
    for (policy, frames, word) in [
        (Policy::default(), None, "number of frames"),
        (random(0), None, "1 step"),
        (random(10), Some(64), "mixed policy only"),
        (Policy::Expert { retries: 0 }, None, "1 attempt"),
        (Policy::Expert { retries: 3 }, Some(64), "mixed policy only"),
    ] {
        let mut wrong = spec(&out, 0, 5);
        (wrong.policy, wrong.frames) = (policy, frames);
        let text = coinrun_says(&wrong);
        assert!(text.contains(word), "{policy:?}: {text}");
    }
    let mut here = spec(&out, 0, 5);
    (here.policy, here.frames) = (random(10), None);
    let text = platformer(&here, &mut |_| ControlFlow::Continue(()))
        .unwrap_err()
        .to_string();
    assert!(
        text.contains("platformer") && text.contains("mixed"),
        "{text}"
    );
    assert!(!out.exists(), "a store was made");
}
