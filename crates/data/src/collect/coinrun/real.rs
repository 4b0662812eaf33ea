//! Tests with real procgen: what the collections take for granted of it.
//!
//! They need CPython 3.11 or 3.12 and, the first time, a network. Only where there is no such Python
//! are they passed over, and say so.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::super::bridge::{Batch, Bridge, ENVS, FRAME};
use super::super::{CollectSpec, Mode, Policy, coinrun, python};
use super::expert::Round;
use super::{RESET, RIGHT_UP, STILL};
use crate::hash::{below, mix};
use crate::{ClipStore, Error, LevelRange, TrueActions};

fn ready() -> Option<PathBuf> {
    match python::ready(None) {
        Ok(python) => Some(python),
        Err(Error::Python { what, .. }) if what.contains("no CPython 3.11 or 3.12") => {
            println!("not tested: {what}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

fn start(python: &Path, start: u64, end: u64) -> (Bridge, Batch) {
    let mut bridge = Bridge::start(python, LevelRange { start, end }, Mode::Hard).unwrap();
    let batch = bridge.reset(1).unwrap();
    (bridge, batch)
}

/// Runs and dies, then does anything.
fn action(level: u64, step: u64) -> i8 {
    let luck = mix(&[level, step]);
    if luck.is_multiple_of(3) {
        below(luck, 15) as i8
    } else {
        RIGHT_UP as i8
    }
}

#[test]
fn a_level_sent_to_is_that_of_a_fresh_environment() {
    let Some(python) = ready() else { return };
    let chosen = [77, 1_234_567_890];
    let (mut shared, _) = start(&python, 500, 600);
    let mut levels = [None; ENVS];
    for (env, level) in chosen.into_iter().enumerate() {
        levels[env] = Some(level);
    }
    shared.play_levels(&levels).unwrap();
    let mut seen = vec![shared.step(&[RESET; ENVS]).unwrap()];
    for step in 0..150 {
        let mut actions = [STILL as i8; ENVS];
        for (env, level) in chosen.into_iter().enumerate() {
            actions[env] = action(level, step);
        }
        seen.push(shared.step(&actions).unwrap());
    }
    for (env, level) in chosen.into_iter().enumerate() {
        let (mut alone, mut batch) = start(&python, level, level + 1);
        let mut episodes = 0;
        for (step, shared) in seen.iter().enumerate() {
            assert_eq!((shared.level(env), batch.level(0)), (level, level));
            assert!(
                shared.frame(env) == batch.frame(0),
                "level {level}, step {step}"
            );
            // The first batch has the reward of whatever was played before.
            if step > 0 {
                assert_eq!(shared.first(env), batch.first(0));
                assert_eq!(shared.reward(env).to_bits(), batch.reward(0).to_bits());
            }
            episodes += u32::from(shared.first(env));
            batch = alone.step(&[action(level, step as u64); ENVS]).unwrap();
        }
        assert!(episodes > 1, "level {level} never began again");
    }
}

#[test]
fn the_last_six_actions_do_what_standing_still_does() {
    let Some(python) = ready() else { return };
    let (mut bridge, _) = start(&python, 9, 10);
    for step in 0..120 {
        let pressed = below(mix(&[step]), 9) as i8;
        let actions = std::array::from_fn(|env| {
            if pressed == STILL as i8 && env < 6 {
                9 + env as i8
            } else {
                pressed
            }
        });
        let batch = bridge.step(&actions).unwrap();
        for env in 0..6 {
            assert!(batch.frame(env) == batch.frame(6), "action {}", 9 + env);
        }
    }
}

#[test]
fn an_experts_win_leads_to_the_coin_from_the_start_too() {
    let Some(python) = ready() else { return };
    let levels = LevelRange { start: 0, end: 24 };
    let mut spec = CollectSpec::new("unused", 0);
    spec.policy = Policy::Expert { retries: 24 };
    let (mut bridge, mut batch) = start(&python, 0, 24);
    let mut round = Round::new(&spec, 24, levels);
    let mut wins = Vec::new();
    while let Some(orders) = round.step(&batch) {
        orders.send(&mut bridge).unwrap();
        batch = bridge.step(&orders.actions).unwrap();
        wins.append(&mut round.wins);
    }
    assert!(wins.len() >= 18, "{} of 24 levels won", wins.len());
    assert!(
        wins.iter().any(|win| win.attempts > 3),
        "no win went back to a state"
    );

    let mut levels = [None; ENVS];
    for (env, win) in wins.iter().enumerate() {
        levels[env] = Some(win.level);
    }
    bridge.play_levels(&levels).unwrap();
    batch = bridge.step(&[RESET; ENVS]).unwrap();
    let longest = wins.iter().map(|win| win.actions.len()).max().unwrap();
    for step in 0..longest {
        let mut actions = [STILL as i8; ENVS];
        for (env, win) in wins.iter().enumerate() {
            if let Some(action) = win.actions.get(step) {
                let frame = &win.frames[step * FRAME..(step + 1) * FRAME];
                assert!(
                    batch.frame(env) == frame,
                    "level {}, step {step}",
                    win.level
                );
                actions[env] = *action as i8;
            }
        }
        batch = bridge.step(&actions).unwrap();
        for (env, win) in wins.iter().enumerate() {
            if step + 1 == win.actions.len() {
                assert!(batch.first(env), "level {} goes on", win.level);
                assert_eq!((batch.reward(env), win.reward), (10.0, 10.0));
            }
        }
    }
}

/// Every file of a store but its lock.
fn files(store: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![store.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with(".writer.lock") {
                let name = path.strip_prefix(store).unwrap().to_path_buf();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn spec(out: &Path, policy: Policy, frames: Option<u64>, levels: u64) -> CollectSpec {
    let mut spec = CollectSpec::new(out, 0);
    (spec.policy, spec.frames) = (policy, frames);
    spec.levels = LevelRange {
        start: 40,
        end: 40 + levels,
    };
    spec.frames_per_clip = 16;
    spec.seed = 6;
    spec
}

/// Collects in one go, and in two: stopped after the first batch of clips. Both stores are the same to
/// the byte. Returns the first.
fn in_two(folder: &Path, policy: Policy, frames: Option<u64>, levels: u64) -> PathBuf {
    let (whole, parts) = (folder.join("whole"), folder.join("parts"));
    let all = spec(&whole, policy, frames, levels);
    let collected = coinrun(&all, &mut |_| ControlFlow::Continue(())).unwrap();
    let all = spec(&parts, policy, frames, levels);
    let stopped = coinrun(&all, &mut |progress| {
        assert!(progress.done <= progress.total);
        ControlFlow::Break(())
    })
    .unwrap();
    assert!(stopped.frames < collected.frames);
    // What a kill leaves: a clip that is written but not counted.
    let next = ClipStore::open(&parts).unwrap().len();
    std::fs::write(
        parts.join(format!("frames/c.{next}.0.0.0.0")),
        "half a clip",
    )
    .unwrap();
    let finished = coinrun(&all, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(finished, collected);
    let (a, b) = (files(&whole), files(&parts));
    assert!(a.keys().eq(b.keys()), "other files");
    for (name, bytes) in a {
        assert!(b[&name] == bytes, "{} differs", name.display());
    }
    whole
}

#[test]
fn a_mixed_collection_in_two_is_the_whole() {
    if ready().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let store = in_two(folder.path(), Policy::default(), Some(160 * 16), 8);
    let store = ClipStore::open(store).unwrap();
    assert_eq!(store.len(), 160);
    let levels = store
        .manifest()
        .unwrap()
        .into_iter()
        .map(|r| r.origin.level);
    assert!(levels.into_iter().all(|l| (40..48).contains(&l.unwrap())));
}

#[test]
fn a_random_collection_in_two_is_the_whole() {
    if ready().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // Two groups of levels; the second does not fill the environments.
    let policy = Policy::Random {
        steps_per_level: 40,
    };
    let store = in_two(folder.path(), policy, None, 70);
    let mut clips = BTreeMap::<u64, u64>::new();
    for record in ClipStore::open(store).unwrap().manifest().unwrap() {
        *clips.entry(record.origin.level.unwrap()).or_default() += 1;
    }
    assert!(clips.keys().copied().eq(40..110), "a level is missing");
    // Two clips fit into 40 steps, and a third ends with the last of them, unless the hero dies.
    let threes = clips.values().filter(|n| **n == 3).count();
    assert!(
        threes > 50 && clips.values().all(|n| (1..=3).contains(n)),
        "{clips:?}"
    );
}

#[test]
fn an_experts_collection_in_two_is_the_whole() {
    if ready().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let policy = Policy::Expert { retries: 6 };
    let path = in_two(folder.path(), policy, None, 32);
    let (store, truth) = (
        ClipStore::open(&path).unwrap(),
        TrueActions::open(&path).unwrap(),
    );
    let mut coins = BTreeMap::<u64, u32>::new();
    let records = store.manifest().unwrap();
    for (clip, record) in records.iter().enumerate() {
        let rewards = truth.rewards(clip as u64).unwrap().unwrap();
        let (last, before) = rewards.split_last().unwrap();
        assert!(before.iter().all(|r| *r == 0.0), "{rewards:?}");
        *coins.entry(record.origin.level.unwrap()).or_default() += u32::from(*last == 10.0);
    }
    assert!(coins.values().all(|n| *n == 1), "{coins:?}");
    let again = coinrun(&spec(&path, policy, None, 32), &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(again.won, Some(coins.len() as u64));

    // Other settings don't go on with it.
    let other = spec(&path, Policy::Expert { retries: 7 }, None, 32);
    let text = coinrun(&other, &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(text.to_string().contains("policy"), "{text}");
}
