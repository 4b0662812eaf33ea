//! `genie eval`, `genie regenerate` and `genie actions`, as a user types them.

use std::collections::BTreeSet;
use std::fs;
use std::io::BufReader;
use std::path::Path;

use image::AnimationDecoder;
use image::codecs::gif::GifDecoder;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{genie, shared};

/// A folder with a copy of the shared world and clips of levels that its training has not seen: four of 32
/// frames, two of 64.
fn place() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["world.safetensors", "world.encoder.safetensors"] {
        fs::copy(shared().join(name), folder.path().join(name)).unwrap();
    }
    for (store, more) in [("held-out.zarr", ""), ("long.zarr", "--clip-frames 64")] {
        genie(
            folder.path(),
            &format!("collect --out {store} --frames 128 --levels 5000..5100 --seed 2 {more}"),
        )
        .good();
    }
    folder
}

const EVAL: &str = "eval world.safetensors --clips 4 --rollouts 2 --seeds 2 --steps 2 --drift-frames 40 --drift-videos 1 --device cpu";
/// As little as can be.
const BRIEF: &str = "eval world.safetensors --clips 4 --rollouts 2 --seeds 1 --steps 2 --drift-frames 0 --device cpu";

fn figures(at: &Path, arguments: &str) -> Value {
    let json = genie(at, &format!("{arguments} --json")).good().out;
    serde_json::from_str(&json).unwrap()
}

#[track_caller]
fn within(figures: &Value, key: &str, low: f64, high: f64) {
    let value = figures.get(key).and_then(Value::as_f64);
    let value = value.unwrap_or_else(|| panic!("{key} is {:?}", figures.get(key)));
    assert!((low..=high).contains(&value), "{key} is {value}");
}

#[test]
fn an_evaluation_gives_every_figure() {
    let folder = place();
    let at = folder.path();
    let arguments = format!("{EVAL} --data held-out.zarr");
    let found = figures(at, &arguments);
    assert_eq!(found["frames"], 48);
    assert_eq!(
        (&found["clips"], &found["rollouts"]),
        (&4.into(), &2.into())
    );
    for (key, low, high) in [
        ("tokenizer_psnr", 1.0, 60.0),
        ("tokenizer_ssim", -1.0, 1.0),
        ("tokenizer_perplexity", 1.0, 64.0),
        ("action_perplexity", 1.0, 5.0),
        ("actions_used", 1.0, 5.0),
        ("rollout_psnr_10", 1.0, 60.0),
        ("rollout_ssim_10", -1.0, 1.0),
        ("rollout_psnr_10_error", 0.0, 60.0),
        ("rollout_psnr_10_seeds", 0.0, 60.0),
        ("held_psnr_10", 1.0, 100.0),
        ("prompt4_rollout_psnr_10", 1.0, 60.0),
        ("drift_tokens_early", 0.0, 1.0),
        ("drift_tokens_late", 0.0, 1.0),
        ("drift_tokens_true", 0.0, 1.0),
        ("drift_frames", 40.0, 40.0),
        ("drift_edges_late", 0.0, 100.0),
        ("action_agreement_unblocked", 0.0, 1.0),
        ("action_agreement_unblocked_base", 0.0, 1.0),
        ("unblocked", 0.5, 1.0),
    ] {
        within(&found, key, low, high);
    }
    for prompt in ["", "prompt4_"] {
        for t in [1, 4, 10] {
            let key = format!("{prompt}delta_psnr_t{t}");
            within(&found, &key, -40.0, 40.0);
            within(&found, &format!("{key}_error"), 0.0, 40.0);
            within(&found, &format!("{key}_seeds"), 0.0, 40.0);
        }
    }
    // What the clips can't give is null, with the reason.
    for key in ["rollout_psnr_50", "rollout_ssim_50"] {
        assert!(found[key].is_null() && found.get(key).is_some(), "{key}");
        let why = found["missing"][key].as_str().unwrap();
        assert!(why.contains("51") && why.contains("--clip-frames"), "{why}");
    }
    for (key, labels) in [("motion_x", 3), ("motion_y", 3), ("action", 6)] {
        let table = &found["confusion"][key];
        assert_eq!(table["labels"].as_array().map(Vec::len), Some(labels));
        let rows = table["counts"].as_array().unwrap();
        assert_eq!(rows.len(), 5);
        let all: u64 = rows
            .iter()
            .flat_map(|row| row.as_array().unwrap())
            .map(|n| n.as_u64().unwrap())
            .sum();
        assert_eq!(all, 4 * 11, "{key}");
    }
    for by in ["motion", "action"] {
        let names = found["implied_names"][by].as_array().unwrap();
        let different: BTreeSet<_> = names.iter().map(|n| n.as_str().unwrap()).collect();
        assert_eq!(different.len(), 5, "{names:?}");
    }
    let table = genie(at, &arguments).good().out;
    for key in found.as_object().unwrap().keys() {
        assert!(table.contains(key.as_str()), "{key} is not in the table");
    }
    assert_eq!(
        figures(at, &arguments),
        found,
        "the same world, the same clips"
    );

    // One seed has no spread; the figures are those of the first of two.
    let one = figures(at, &format!("{BRIEF} --data held-out.zarr"));
    assert!(one["delta_psnr_t4_seeds"].is_null());
    assert_eq!(one["tokenizer_psnr"], found["tokenizer_psnr"]);
    assert!(one["drift_tokens_late"].is_null() && one["missing"].get("drift").is_some());

    let long = figures(at, &format!("{EVAL} --data long.zarr"));
    within(&long, "rollout_psnr_50", 1.0, 60.0);
    within(&long, "rollout_ssim_50", -1.0, 1.0);
}

#[test]
fn a_report_is_a_folder_that_needs_nothing_else() {
    let folder = place();
    let at = folder.path();
    let report = at.join("deep/report");
    genie(at, &format!("{EVAL} --data long.zarr --report deep/report")).good();
    let page = fs::read_to_string(report.join("index.html")).unwrap();
    for forbidden in ["http://", "https://", "<script", "//cdn"] {
        assert!(!page.contains(forbidden), "{forbidden} is in the page");
    }
    assert!(page.contains("prefers-color-scheme: dark"));
    let linked: BTreeSet<&str> = ["src=\"", "href=\""]
        .iter()
        .flat_map(|mark| page.split(mark).skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    let there: BTreeSet<String> = fs::read_dir(&report)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "index.html")
        .collect();
    assert_eq!(linked, there.iter().map(String::as_str).collect());
    assert!(
        linked.contains("play-1.gif") && linked.contains("drift.png"),
        "{linked:?}"
    );
    assert_eq!(page.matches("<svg class=\"plot\"").count(), 6);

    // True and played, 51 frames each.
    let gif = fs::File::open(report.join("play-0.gif")).unwrap();
    let frames = GifDecoder::new(BufReader::new(gif))
        .and_then(|gif| gif.into_frames().collect_frames())
        .unwrap();
    assert_eq!(frames.len(), 51);
    assert_eq!(frames[0].buffer().dimensions(), (4 * 130, 4 * 64));
    // A start and five actions a row, of 128 pixels and a gap.
    let sheet = image::open(report.join("same-action.png")).unwrap();
    assert_eq!(sheet.width(), 6 * 130 + 2);

    let told: Value =
        serde_json::from_str(&fs::read_to_string(report.join("figures.json")).unwrap()).unwrap();
    assert_eq!(told, figures(at, &format!("{EVAL} --data long.zarr")));
    genie(
        at,
        &format!("{EVAL} --data long.zarr --report world.safetensors"),
    )
    .bad(2, &["world.safetensors", "folder"]);
}

#[test]
fn a_true_video_is_regenerated() {
    let folder = place();
    let at = folder.path();
    let regenerate = |arguments: &str| {
        genie(
            at,
            &format!("regenerate world.safetensors {arguments} --device cpu"),
        )
    };
    let made = |arguments: &str| -> Value {
        serde_json::from_str(&regenerate(&format!("{arguments} --json")).good().out).unwrap()
    };
    let clip = made("held-out.zarr --clip 1 --out clip.gif");
    assert_eq!(clip["frames"], 31);
    assert_eq!(clip["actions"].as_array().map(Vec::len), Some(31));
    assert!(clip["psnr"].as_f64().unwrap() > 1.0);
    let gif = fs::File::open(at.join("clip.gif")).unwrap();
    let frames = GifDecoder::new(BufReader::new(gif))
        .and_then(|gif| gif.into_frames().collect_frames())
        .unwrap();
    assert_eq!(frames.len(), 32);
    // On the left are the true frames.
    let store = data::ClipStore::open(at.join("held-out.zarr")).unwrap();
    let truth = store.read_clip(1).unwrap();
    let pictures = at.join("pictures");
    fs::create_dir(&pictures).unwrap();
    for (t, rgb) in truth.chunks_exact(64 * 64 * 3).enumerate() {
        let shown = frames[t].buffer();
        let apart = (0..64 * 64)
            .flat_map(|i| (0..3).map(move |c| (i, c)))
            .map(|(i, c)| {
                let there = shown.get_pixel(4 * (i % 64) + 1, 4 * (i / 64) + 1).0[c];
                f64::from(there.abs_diff(rgb[i as usize * 3 + c]))
            })
            .sum::<f64>();
        assert!(apart / f64::from(64 * 64 * 3) < 8.0, "frame {t}");
        image::RgbImage::from_raw(64, 64, rgb.to_vec())
            .unwrap()
            .save(pictures.join(format!("{t}.png")))
            .unwrap();
    }

    // The same frames as numbered pictures are the same video; fewer frames are its beginning.
    assert_eq!(made("pictures"), clip);
    let short = made("pictures --frames 9 --out sheet.png");
    let begin = |value: &Value| value["actions"].as_array().unwrap()[..8].to_vec();
    assert_eq!(begin(&short), begin(&clip));
    assert!(at.join("sheet.png").is_file());
    // Four prompt frames leave fewer to play, with the same actions.
    let later = made("pictures --prompt-frames 4");
    assert_eq!(later["frames"], 28);
    assert_eq!(later["actions"][0], clip["actions"][3]);

    let table = regenerate("held-out.zarr").good().out;
    assert_eq!(table.lines().count(), 1 + 31 + 1, "{table}");

    regenerate("held-out.zarr --clip 9").bad(2, &["held-out.zarr", "4 clips"]);
    regenerate("pictures --clip 0").bad(2, &["pictures", "no store"]);
    regenerate("pictures --frames 1").bad(2, &["pictures", "1 frames"]);
    regenerate("nowhere.mp4").bad(2, &["nowhere.mp4", "does not exist"]);
    fs::create_dir(at.join("empty")).unwrap();
    regenerate("empty").bad(1, &["empty", "no video"]);
    let world = shared().join("world.safetensors");
    fs::copy(world, at.join("alone.safetensors")).unwrap();
    genie(at, "regenerate alone.safetensors pictures").bad(1, &["alone.encoder.safetensors"]);
}

#[test]
fn actions_are_named_and_nothing_else_changes() {
    let folder = place();
    let at = folder.path();
    let world = at.join("world.safetensors");
    let before = fs::read(&world).unwrap();
    let card = || model::world::describe(&fs::read(&world).unwrap()).unwrap();
    let old = card();
    let actions = |arguments: &str| {
        genie(
            at,
            &format!("actions world.safetensors {arguments} --device cpu"),
        )
    };

    let said = actions("--labelled held-out.zarr --samples 50 --dry-run")
        .good()
        .out;
    assert!(
        said.contains("50 labelled transitions") && said.contains("nothing was written"),
        "{said}"
    );
    assert!(fs::read(&world).unwrap() == before);

    let json = actions("--labelled held-out.zarr --samples 50 --json")
        .good()
        .out;
    let json: Value = serde_json::from_str(&json).unwrap();
    let named = card();
    assert_eq!(json["names"], Value::from(named.actions.clone()));
    let different: BTreeSet<&String> = named.actions.iter().collect();
    assert_eq!(different.len(), 5, "{:?}", named.actions);
    let counts: u64 = json["counts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(counts, 50);
    let same = |names: &[String]| model::world::Card {
        actions: names.to_vec(),
        ..old.clone()
    };
    assert_eq!(named, same(&named.actions));
    let weights = |file: &[u8]| {
        let header = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
        file[8 + header..].to_vec()
    };
    assert!(
        weights(&fs::read(&world).unwrap()) == weights(&before),
        "the weights changed"
    );
    // The encoder still belongs to it, and play shows it.
    genie(at, &format!("{BRIEF} --data held-out.zarr")).good();

    // By motion, into another file: this one keeps its names. They are those that an export gives.
    let said = actions("--data held-out.zarr --out other.safetensors")
        .good()
        .out;
    assert!(said.contains("other.safetensors"), "{said}");
    assert_eq!(card(), named);
    let other = model::world::describe(&fs::read(at.join("other.safetensors")).unwrap()).unwrap();
    assert_eq!(other, same(&other.actions));
    actions("--data held-out.zarr").good();
    assert_eq!(card().actions, other.actions);
    assert_eq!(
        fs::read_dir(at).unwrap().count(),
        5,
        "temporary files are left"
    );
}

#[test]
fn a_store_without_labels_names_nothing() {
    let folder = place();
    let at = folder.path();
    let pictures = at.join("pictures");
    fs::create_dir(&pictures).unwrap();
    let store = data::ClipStore::open(at.join("held-out.zarr")).unwrap();
    for (t, rgb) in store
        .read_clip(0)
        .unwrap()
        .chunks_exact(64 * 64 * 3)
        .enumerate()
    {
        image::RgbImage::from_raw(64, 64, rgb.to_vec())
            .unwrap()
            .save(pictures.join(format!("{t}.png")))
            .unwrap();
    }
    genie(
        at,
        "import pictures --out video.zarr --fps 10 --clip-seconds 1.6 --max-still 1 --keep-duplicates",
    )
    .good();
    let before = fs::read(at.join("world.safetensors")).unwrap();
    genie(
        at,
        "actions world.safetensors --labelled video.zarr --device cpu",
    )
    .bad(1, &["video.zarr", "no true actions", "--data"]);
    assert!(fs::read(at.join("world.safetensors")).unwrap() == before);
    // Its motion still names them, and an evaluation says what it can't tell.
    genie(
        at,
        "actions world.safetensors --data video.zarr --dry-run --device cpu",
    )
    .good();
    let found = figures(at, &format!("{BRIEF} --data video.zarr"));
    assert!(found["action_agreement"].is_null());
    assert!(found["missing"]["action_agreement"].is_string());
    assert!(found["confusion"].get("action").is_none());
}
