//! A training that is killed goes on as if nothing had happened: the same losses, to the last bit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{QUICK, command, folder_with_clips, genie, shared};

const STEPS: u64 = 120;
const PATIENCE: Duration = Duration::from_secs(300);

/// The figures of each step, by phase and step. A step that a killed run had done after its last
/// checkpoint is done again: its figures must be the same.
fn figures(run: &Path) -> BTreeMap<(String, u64), Value> {
    let mut all = BTreeMap::new();
    for line in fs::read_to_string(run.join("log.jsonl")).unwrap().lines() {
        // A killed program may leave half a line.
        let Ok(line) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        let key = (
            line["phase"].as_str().unwrap().to_owned(),
            line["step"].as_u64().unwrap(),
        );
        let figures = line["figures"].clone();
        if let Some(before) = all.insert(key.clone(), figures.clone()) {
            assert_eq!(
                before, figures,
                "{key:?} was done twice, with another result"
            );
        }
    }
    all
}

/// Steps of a phase in the log so far.
fn steps(run: &Path, phase: &str) -> usize {
    let log = fs::read_to_string(run.join("log.jsonl")).unwrap_or_default();
    log.lines()
        .filter(|line| line.contains(&format!("\"phase\":\"{phase}\"")))
        .count()
}

/// Starts the program and kills it once `phase` has done so many more steps.
fn kill_after(folder: &Path, arguments: &str, phase: &str, more: usize) {
    let run = folder.join("run");
    let before = steps(&run, phase);
    let mut child = command(folder)
        .args(arguments.split_whitespace())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while steps(&run, phase) < before + more {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before it could be killed"
        );
        assert!(start.elapsed() < PATIENCE, "{phase} doesn't get on");
        sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None, "it ended by itself");
}

#[test]
fn a_killed_training_goes_on_with_the_same_losses() {
    let folder = folder_with_clips();
    let at = folder.path();
    let often = "--checkpoint-seconds 0.05";
    genie(at, &format!("train --out whole --steps {STEPS} {QUICK}")).good();

    kill_after(
        at,
        &format!("train --out run --steps {STEPS} {often} {QUICK}"),
        "tokenizer",
        30,
    );
    let resume = format!("train --out run --steps {STEPS} {often} --resume --device cpu");
    kill_after(at, &resume, "tokenizer", 20);
    kill_after(at, &resume, "actions", 20);
    kill_after(at, &resume, "dynamics", 30);
    genie(at, &resume).good();

    let (whole, killed) = (figures(&at.join("whole")), figures(&at.join("run")));
    assert_eq!(whole.len() as u64, 3 * STEPS);
    assert!(whole.keys().eq(killed.keys()), "steps are missing");
    for (step, figures) in &whole {
        assert_eq!(figures, &killed[step], "{step:?}");
    }
    // And so do the weights: the same world comes out.
    for run in ["whole", "run"] {
        genie(
            at,
            &format!("export {run} --out {run}.safetensors --name same --device cpu"),
        )
        .good();
    }
    let world = |name: &str| fs::read(at.join(name)).unwrap();
    assert!(
        world("whole.safetensors") == world("run.safetensors"),
        "the worlds differ"
    );
}

#[test]
fn a_finished_training_is_not_done_again() {
    let folder = folder_with_clips();
    let at = folder.path();
    genie(at, &format!("train --out run --steps 2 {QUICK}")).good();
    let before = figures(&at.join("run"));
    genie(at, "train --out run --steps 2 --resume --device cpu").good();
    assert_eq!(figures(&at.join("run")), before);
}

#[test]
fn a_finished_training_is_extended_as_if_it_had_been_longer_from_the_start() {
    let folder = folder_with_clips();
    let at = folder.path();
    genie(at, &format!("train --out long --steps 16 {QUICK}")).good();
    genie(at, &format!("train --out run --steps 8 {QUICK}")).good();
    // The dynamics model has learned the codes and actions of the others: only it goes on.
    genie(at, "train --out run --steps 16 --resume --device cpu").good();
    let log = fs::read_to_string(at.join("run/log.jsonl")).unwrap();
    let count = |phase: &str| log.lines().filter(|line| line.contains(phase)).count();
    assert_eq!(count("\"phase\":\"tokenizer\""), 8);
    assert_eq!(count("\"phase\":\"actions\""), 8);
    // 8 steps, and from the sixth on, where the decay began, 10 more.
    assert_eq!(count("\"phase\":\"dynamics\""), 18);

    // A tokenizer alone is extended too, and then is what it would have been.
    fs::remove_file(at.join("run/dynamics.safetensors")).unwrap();
    genie(at, "train --out run --steps 16 --resume --device cpu").good();
    let weights = |run: &str| fs::read(at.join(run).join("tokenizer.safetensors")).unwrap();
    let tensors = |file: Vec<u8>| {
        let header = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
        file[8 + header..].to_vec()
    };
    assert!(
        tensors(weights("run")) == tensors(weights("long")),
        "the extended tokenizer differs"
    );
}

#[test]
fn a_training_goes_on_from_a_world() {
    let folder = folder_with_clips();
    let at = folder.path();
    let world = shared().join("world.safetensors");
    let world = world.display();
    let from = format!("train --from {world} --data clips.zarr --batch 2 --device cpu");
    genie(at, &format!("{from} --out run --steps 3")).good();
    let phases: BTreeSet<String> = figures(&at.join("run"))
        .into_keys()
        .map(|(phase, _)| phase)
        .collect();
    assert_eq!(phases, BTreeSet::from(["dynamics".to_owned()]));
    genie(at, "export run --out next.safetensors --device cpu").good();
    let part = |file: &Path, name: &str| {
        let bytes = fs::read(file).unwrap();
        let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        tensors.tensor(name).unwrap().data().to_vec()
    };
    let (old, new) = (
        shared().join("world.safetensors"),
        at.join("next.safetensors"),
    );
    for kept in ["tokenizer.decoder.to_patches.weight", "actions"] {
        assert!(part(&old, kept) == part(&new, kept), "{kept} has changed");
    }
    // All of the action model, too, also what neither plays nor evaluates.
    let actions = |run: &Path| {
        let file = run.join("actions.safetensors");
        part(&file, "latent_action.decoder.to_patches.weight")
    };
    assert!(
        actions(&at.join("run")) == actions(&shared().join("run")),
        "the action decoder has changed"
    );
    let learned = "dynamics.head.weight";
    assert!(
        part(&old, learned) != part(&new, learned),
        "nothing was learned"
    );

    genie(at, &format!("{from} --out other --preset pocket")).bad(2, &["--preset"]);
    fs::copy(&old, at.join("lone.safetensors")).unwrap();
    let lone = "train --from lone.safetensors --data clips.zarr --out lone --steps 1 --device cpu";
    genie(at, lone).bad(1, &["lone.encoder.safetensors"]);

    // Other parts learn where they are told to; latent actions, without an encoder, from nothing.
    let more = format!("{lone} --also tokenizer,actions").replace("--out lone", "--out more");
    genie(at, &more).good();
    let phases: BTreeSet<String> = figures(&at.join("more"))
        .into_keys()
        .map(|(phase, _)| phase)
        .collect();
    assert_eq!(
        phases,
        BTreeSet::from(["actions", "dynamics", "tokenizer"].map(str::to_owned))
    );
    genie(at, "export more --out more.safetensors --device cpu").good();
    for learned in ["tokenizer.decoder.to_patches.weight", "actions"] {
        let new = part(&at.join("more.safetensors"), learned);
        assert!(part(&old, learned) != new, "{learned} has not changed");
    }
    let minutes = format!("{from} --out minutes --tokenizer-minutes 1");
    genie(at, &minutes).bad(2, &["--also tokenizer"]);
}

#[test]
fn the_dynamics_that_play_best_are_exported() {
    let folder = folder_with_clips();
    let at = folder.path();
    let held = "collect --out held-out.zarr --frames 128 --levels 5000..5100 --seed 2";
    genie(at, held).good();
    let often = "--held-out held-out.zarr --validation-seconds 0";
    genie(at, &format!("train --out run --steps 6 {often} {QUICK}")).good();
    let figures = figures(&at.join("run"));
    let played: Vec<f64> = (1..=6)
        .map(|step| &figures[&("validation".to_owned(), step)])
        .map(|figures| figures["rollout_psnr_10"].as_f64().unwrap())
        .collect();
    let best = played.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // The world that is exported is that of the best step.
    genie(at, "export run --out world.safetensors --device cpu").good();
    let sweep = "sweep world.safetensors --data held-out.zarr --rollouts 32 --steps 2 --order halton --temperature 0.25 --seed 1 --json --device cpu";
    let point: Value = serde_json::from_str(&genie(at, sweep).good().out).unwrap();
    let again = point["rollout_psnr_10"].as_f64().unwrap();
    // The world file rounds weights to half precision.
    assert!((again - best).abs() < 0.05, "{again} of {played:?}");

    // Longer, from where the decay began: what was best so far is replaced by something better only.
    let longer = "train --out run --steps 12 --resume --validation-seconds 0 --device cpu";
    genie(at, longer).good();
    let log = fs::read_to_string(at.join("run/log.jsonl")).unwrap();
    let lines = log
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap());
    let best = lines
        .filter(|line| line["phase"] == "validation")
        .map(|line| line["figures"]["rollout_psnr_10"].as_f64().unwrap())
        .fold(f64::NEG_INFINITY, f64::max);
    genie(at, "export run --out world.safetensors --device cpu").good();
    let point: Value = serde_json::from_str(&genie(at, sweep).good().out).unwrap();
    let again = point["rollout_psnr_10"].as_f64().unwrap();
    assert!((again - best).abs() < 0.05, "{again} instead of {best}");

    // Dynamics that begin anew have nothing to do with it.
    fs::remove_file(at.join("run/dynamics.safetensors")).unwrap();
    fs::write(at.join("run/dynamics.best.safetensors"), "of other codes").unwrap();
    genie(at, "train --out run --steps 12 --resume --device cpu").good();
    genie(at, "export run --out world.safetensors --device cpu").good();
}

#[test]
fn any_setting_can_be_given() {
    let folder = folder_with_clips();
    let at = folder.path();
    let train = format!("train --steps 2 {QUICK}");
    let set = "--set dynamics.masking.corruption=0.25 --set dynamics.optimizer=adamw \
        --set config.latent_action.patch=16 --set config.latent_action.downscale=2 --set config.frames=8";
    genie(at, &format!("{train} --out run {set}")).good();
    let settings = fs::read_to_string(at.join("run/run.json")).unwrap();
    let settings: Value = serde_json::from_str(&settings).unwrap();
    assert_eq!(settings["dynamics"]["masking"]["corruption"], 0.25);
    assert_eq!(settings["dynamics"]["optimizer"], "adamw");
    assert_eq!(settings["config"]["latent_action"]["downscale"], 2);
    genie(at, "train --out run --steps 4 --resume --device cpu").good();
    for (wrong, said) in [
        ("dynamics.nothing=1", "dynamics.nothing"),
        ("dynamics.optimizer=magic", "magic"),
        ("seed", "SETTING=VALUE"),
        ("dynamics.batch=0", "at least one"),
        ("actions.margin=32", "below 32"),
        ("actions.edges=-1", "0 or above"),
        ("actions.hidden_frames=1.5", "from 0 to 1, not 1.5"),
        ("dynamics.imagined.temperature=0", "above 0"),
        ("tokenizer.frames=0", "at least 1"),
    ] {
        genie(at, &format!("{train} --out wrong --set {wrong}")).bad(2, &[said]);
    }
    let unfit = "--set config.latent_action.downscale=3";
    genie(at, &format!("{train} --out wrong {unfit}")).bad(1, &["latent_action.patch"]);
}

#[test]
fn a_resume_needs_no_bounds_and_keeps_its_settings() {
    let folder = folder_with_clips();
    let at = folder.path();
    genie(at, &format!("train --out whole --steps 30 {QUICK}")).good();
    let train = format!("train --out run --steps 30 --checkpoint-seconds 0.05 {QUICK}");
    kill_after(at, &train, "tokenizer", 10);
    genie(at, "train --out run --resume --device cpu").good();
    let (whole, run) = (figures(&at.join("whole")), figures(&at.join("run")));
    assert_eq!(whole, run);
    // What a run has learned with can't be changed under it.
    for other in [
        "--seed 3",
        "--data clips.zarr",
        "--batch 9",
        "--preset pocket",
    ] {
        genie(
            at,
            &format!("train --out run --resume --device cpu {other}"),
        )
        .bad(2, &["--resume"]);
    }
}

#[test]
fn a_run_is_neither_overwritten_nor_resumed_where_there_is_none() {
    let folder = folder_with_clips();
    let at = folder.path();
    genie(at, "train --out run --resume --device cpu").bad(2, &["run", "no run to resume"]);
    genie(at, &format!("train --out run --steps 1 {QUICK}")).good();
    let log = fs::read(at.join("run/log.jsonl")).unwrap();
    genie(at, &format!("train --out run --steps 1 {QUICK}")).bad(2, &["run", "--resume"]);
    assert_eq!(fs::read(at.join("run/log.jsonl")).unwrap(), log);
}

#[test]
fn a_damaged_run_is_told_by_the_file() {
    let folder = folder_with_clips();
    let at = folder.path();
    genie(at, &format!("train --out run --steps 1 {QUICK}")).good();
    let resume = "train --out run --steps 2 --resume --device cpu";
    let checkpoint = at.join("run/dynamics.safetensors");
    let good = fs::read(&checkpoint).unwrap();
    fs::write(&checkpoint, &good[..good.len() / 2]).unwrap();
    genie(at, resume).bad(1, &["dynamics.safetensors"]);
    fs::write(&checkpoint, b"not a checkpoint").unwrap();
    genie(at, resume).bad(1, &["dynamics.safetensors"]);
    fs::write(&checkpoint, &good).unwrap();
    let file = at.join("run/run.json");
    let settings = fs::read_to_string(&file).unwrap();
    fs::write(&file, "{\"config\": 3}").unwrap();
    genie(at, resume).bad(1, &["run.json"]);
    let impossible = settings.replacen("\"corruption\": 0.08", "\"corruption\": -1.0", 1);
    assert_ne!(impossible, settings);
    fs::write(&file, impossible).unwrap();
    genie(at, resume).bad(1, &["run.json", "corruption must be from 0 to 1"]);
}
