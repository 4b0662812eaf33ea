//! From video to a played world, every step as a user types it.

use std::collections::{BTreeSet, HashSet};
use std::fs;

use image::AnimationDecoder;
use serde_json::Value;

use crate::support::{command, genie, run, shared};

#[test]
fn help_and_version_are_given() {
    let here = std::env::temp_dir();
    let help = genie(&here, "--help").good().out;
    for word in [
        "train",
        "collect",
        "export",
        "play",
        "eval",
        "regenerate",
        "actions",
        "sweep",
    ] {
        assert!(help.contains(word), "{word} is not in the help");
        assert!(
            !genie(&here, &format!("{word} --help"))
                .good()
                .out
                .is_empty()
        );
    }
    assert!(
        genie(&here, "--version")
            .good()
            .out
            .contains(env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn presets_are_listed_with_their_sizes() {
    let out = genie(&std::env::temp_dir(), "presets").good().out;
    for name in [
        "pocket",
        "coinrun",
        "platformers",
        "robotics",
        "scale-41m",
        "scale-2.7b",
    ] {
        assert!(out.contains(name), "{name} is not listed");
    }
}

#[test]
fn clips_are_collected_and_can_be_added_to() {
    let folder = tempfile::tempdir().unwrap();
    let collect = |frames: u64| {
        let arguments =
            format!("collect --out clips.zarr --frames {frames} --seed 3 --levels 5..50");
        let said = genie(folder.path(), &arguments).good().out;
        assert!(said.contains(&format!("{frames} frames")), "{said}");
    };
    collect(64);
    let group = fs::read_to_string(folder.path().join("clips.zarr/zarr.json")).unwrap();
    let group: Value = serde_json::from_str(&group).unwrap();
    assert_eq!(group["zarr_format"], 3);
    let shape = || -> Vec<u64> {
        let array = fs::read_to_string(folder.path().join("clips.zarr/frames/zarr.json")).unwrap();
        let array: Value = serde_json::from_str(&array).unwrap();
        serde_json::from_value(array["shape"].clone()).unwrap()
    };
    assert_eq!(shape(), [2, 32, 64, 64, 3]);
    collect(128);
    assert_eq!(shape(), [4, 32, 64, 64, 3]);
}

/// Needs CPython 3.11 or 3.12 and, the first time, a network. Where there is no such Python the
/// program has to say so.
#[test]
fn real_coinrun_is_collected() {
    let folder = tempfile::tempdir().unwrap();
    let collect = "collect --env coinrun --out coinrun.zarr --frames 256 --levels 0..50 --seed 1";
    let ended = genie(folder.path(), collect);
    if ended.code == Some(1) {
        println!(
            "not tested: {}",
            ended.bad(1, &["no CPython 3.11 or 3.12"]).err
        );
        return;
    }
    ended.good();
    let store = data::ClipStore::open(folder.path().join("coinrun.zarr")).unwrap();
    assert_eq!(
        (
            store.len(),
            store.frames_per_clip(),
            store.height(),
            store.width()
        ),
        (8, 32, 64, 64)
    );
    let first = store.read_clip(0).unwrap();
    assert!(
        first.iter().any(|&byte| byte != first[0]),
        "the frames are of one colour"
    );
    // The same seed gives the same frames.
    genie(
        folder.path(),
        &collect.replace("coinrun.zarr", "again.zarr"),
    )
    .good();
    let again = data::ClipStore::open(folder.path().join("again.zarr")).unwrap();
    assert!(
        again.read_clip(0).unwrap() == first,
        "another run of the same seed differs"
    );

    // The paper's set-up: each level for so many steps.
    let said = genie(
        folder.path(),
        "collect --env coinrun --out random.zarr --levels 7..10 --steps-per-level 100 --mode hard",
    )
    .good()
    .out;
    let store = data::ClipStore::open(folder.path().join("random.zarr")).unwrap();
    assert!(
        said.contains(&format!("{} frames", store.total_frames())),
        "{said}"
    );
    let levels: BTreeSet<_> = store
        .manifest()
        .unwrap()
        .into_iter()
        .map(|record| record.origin.level.unwrap())
        .collect();
    assert!(levels.into_iter().eq(7..10));

    // An expert's, with the reward of the coin.
    let said = genie(
        folder.path(),
        "collect --env coinrun --out expert.zarr --policy expert --levels 0..4 --retries 16",
    )
    .good()
    .out;
    assert!(said.contains("of 4 levels won"), "{said}");
    let truth = data::TrueActions::open(folder.path().join("expert.zarr")).unwrap();
    let coins = (0..truth.len())
        .flat_map(|clip| truth.rewards(clip).unwrap().unwrap())
        .filter(|reward| *reward == 10.0)
        .count();
    assert!(
        said.contains(&format!("{coins} of 4 levels won")),
        "{coins} coins: {said}"
    );
}

#[test]
fn a_training_leaves_a_log_and_checkpoints() {
    let run = shared().join("run");
    let log = fs::read_to_string(run.join("log.jsonl")).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    for phase in ["tokenizer", "actions", "dynamics"] {
        let of_phase: Vec<_> = lines.iter().filter(|l| l["phase"] == phase).collect();
        assert_eq!(of_phase.len(), 3, "{phase}");
        for line in of_phase {
            let loss = line["figures"]["loss"].as_f64().unwrap();
            assert!(loss.is_finite() && loss > 0.0, "{line}");
        }
        assert!(run.join(format!("{phase}.safetensors")).is_file());
    }
}

#[test]
fn a_world_is_played_into_an_animation_and_a_sheet() {
    let shared = shared();
    let folder = tempfile::tempdir().unwrap();
    let world = shared.join("world.safetensors");
    let play = |more: &str| {
        let arguments = format!("play {} --seed 1 --device cpu {more}", world.display());
        genie(folder.path(), &arguments).good()
    };
    play("--actions 0,1,2,3,4 --out out.gif");
    let gif = fs::File::open(folder.path().join("out.gif")).unwrap();
    let gif = image::codecs::gif::GifDecoder::new(std::io::BufReader::new(gif)).unwrap();
    let frames = gif.into_frames().collect_frames().unwrap();
    assert_eq!(frames.len(), 6, "the prompt and five frames");
    assert_eq!(frames[0].buffer().dimensions(), (256, 256));

    play("--actions 0,1,2 --scene 2 --out out.png");
    let sheet = image::open(folder.path().join("out.png")).unwrap();
    assert!(sheet.width() >= 4 * 64 && sheet.height() >= 64);

    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        2,
        "temporary files are left"
    );
}

#[test]
fn a_picture_of_any_size_and_format_is_a_prompt() {
    let shared = shared();
    let folder = tempfile::tempdir().unwrap();
    let world = shared.join("world.safetensors");
    let mut seen = HashSet::new();
    for (name, width, height) in [
        ("a.png", 64, 64),
        ("b.jpg", 301, 77),
        ("c.bmp", 1, 1),
        ("d.gif", 20, 200),
        ("e.webp", 640, 480),
        ("f.tiff", 90, 61),
        ("g.tga", 64, 48),
        ("h.qoi", 33, 33),
    ] {
        image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]))
            .save(folder.path().join(name))
            .unwrap();
        let arguments = format!(
            "play {} --prompt {name} --actions 1 --device cpu --tokens",
            world.display()
        );
        let tokens = genie(folder.path(), &arguments).good().out;
        assert_eq!(tokens.lines().count(), 2, "{tokens}");
        seen.insert(tokens);
    }
    assert!(seen.len() > 1, "the picture has no influence");
}

#[test]
fn a_seed_and_actions_replay_a_world() {
    let world = shared().join("world.safetensors");
    let play = |seed: u32, actions: &str| {
        let mut command = command(shared());
        command
            .arg("play")
            .arg(&world)
            .args(["--device", "cpu", "--tokens", "--actions", actions]);
        run(command.args(["--seed", &seed.to_string()])).good().out
    };
    let first = play(1, "0,1,2,3,4,3,2,1");
    assert_eq!(first.lines().count(), 9);
    assert_eq!(play(1, "0,1,2,3,4,3,2,1"), first);
    assert_ne!(
        play(2, "0,1,2,3,4,3,2,1"),
        first,
        "the seed has no influence"
    );
}

#[test]
fn a_sweep_says_of_each_setting_what_an_evaluation_says() {
    let world = shared().join("world.safetensors");
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    genie(
        at,
        "collect --out held-out.zarr --frames 128 --levels 5000..5100 --seed 2",
    )
    .good();
    let arguments = format!(
        "sweep {} --data held-out.zarr --rollouts 3 --steps 1,3 --order confidence,halton --temperature 0.5,1 --device cpu",
        world.display()
    );
    let lines = genie(at, &format!("{arguments} --json")).good().out;
    let points: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let settings: Vec<String> = points
        .iter()
        .map(|p| format!("{} {} {}", p["steps"], p["order"], p["temperature"]))
        .collect();
    assert_eq!(
        settings,
        [
            "1 \"confidence\" 0.5",
            "1 \"confidence\" 1.0",
            "1 \"halton\" 0.5",
            "1 \"halton\" 1.0",
            "3 \"confidence\" 0.5",
            "3 \"confidence\" 1.0",
            "3 \"halton\" 0.5",
            "3 \"halton\" 1.0",
        ]
    );
    let eval = |steps: u32, order: &str| -> Value {
        let arguments = format!(
            "eval {} --data held-out.zarr --clips 3 --rollouts 3 --steps {steps} --order {order} --temperature 0.5 --seeds 1 --drift-frames 0 --json --device cpu",
            world.display()
        );
        serde_json::from_str(&genie(at, &arguments).good().out).unwrap()
    };
    // The third is not played but taken over: with one step the order has no influence.
    for (point, figures) in [
        (&points[2], eval(1, "halton")),
        (&points[4], eval(3, "confidence")),
        (&points[6], eval(3, "halton")),
    ] {
        for key in [
            "rollout_psnr_10",
            "rollout_psnr_10_error",
            "delta_psnr_t4",
            "delta_psnr_t4_error",
            "played_change",
            "played_seams",
            "played_motion_skill_x",
            "played_motion_skill_y",
        ] {
            assert!(point.get(key).is_some(), "{key} is not in {point}");
            assert_eq!(point[key], figures[key], "{key}");
        }
        assert_eq!(
            point["rollout_psnr_10_of_clips"].as_array().map(Vec::len),
            Some(3)
        );
    }
    assert_ne!(
        points[4]["rollout_psnr_10"], points[6]["rollout_psnr_10"],
        "the order has no influence"
    );
    let table = genie(at, &arguments).good().out;
    assert_eq!(table.lines().count(), 1 + points.len(), "{table}");
}
