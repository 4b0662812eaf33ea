//! What bad input gets: words that name the file, exit code 2 for misuse and 1 for failure, no panic.

use std::fs;
use std::path::Path;

use crate::support::{
    QUICK, command, copy_all, files, folder_with_clips, genie, run, shared, tiny,
};

const PLAY: &str = "--actions 0 --device cpu";

/// `genie play` on bytes that are no good world.
fn play_bytes(bytes: &[u8]) -> crate::support::Ended {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.safetensors"), bytes).unwrap();
    genie(folder.path(), &format!("play bad.safetensors {PLAY}"))
}

#[test]
fn a_command_line_that_makes_no_sense_is_misuse() {
    let here = std::env::temp_dir();
    for arguments in [
        "",
        "fly",
        "train --steps many",
        "train --steps 1 --minutes 1",
        "train --device toaster",
        "train --preset enormous --steps 1",
        "train --steps 0",
        "train --minutes -3",
        "train --minutes 1e20",
        "train --preset platformers --steps 1",
        "collect --out x.zarr --frames 0",
        "collect --out x.zarr --clip-frames 1",
        "collect --out x.zarr --env coinrun --levels 0..9999999999",
        "eval world.safetensors --data x.zarr --clips 0",
        "collect",
        "collect --out x.zarr --levels 9..3",
        "collect --out x.zarr --env mario",
        "collect --out x.zarr --policy random",
        "collect --out x.zarr --policy expert",
        "collect --out x.zarr --retries 3",
        "collect --out x.zarr --env coinrun --policy mixed --steps-per-level 10",
        "collect --out x.zarr --env coinrun --steps-per-level 0",
        "collect --out x.zarr --env coinrun --steps-per-level 10 --frames 64",
        "collect --out x.zarr --env coinrun --policy expert --frames 64",
        "play",
        "play world.safetensors",
        "play world.safetensors --actions left",
        "play world.safetensors --actions 0 --out film.avi",
        "eval world.safetensors",
        "eval world.safetensors --data x.zarr --order sideways",
        "eval world.safetensors --data x.zarr --seeds 0",
        "regenerate",
        "regenerate world.safetensors",
        "regenerate world.safetensors video.gif --out film.avi",
        "regenerate world.safetensors video.gif --prompt-frames 0",
        "actions world.safetensors",
        "actions world.safetensors --data a.zarr --labelled b.zarr",
        "actions world.safetensors --data a.zarr --samples 9",
        "actions world.safetensors --labelled b.zarr --samples 0",
        "actions world.safetensors --data a.zarr --dry-run --out b.safetensors",
        "eval world.safetensors --data x.zarr --fvd-clips 8",
        "ablate --data x.zarr",
        "ablate --data x.zarr --out x --only sideways",
        "ablate --data x.zarr --out x --steps 0",
        "ablate --data x.zarr --out x --steps 1 --minutes 1",
        "ablate --data x.zarr --out x --preset enormous",
        "bench train --width 100 --head-size 32",
        "bench train --repetitions 0",
        "sweep world.safetensors",
        "sweep world.safetensors --data x.zarr --steps 1,two",
        "sweep world.safetensors --data x.zarr --order halton,sideways",
        "sweep world.safetensors --data x.zarr --rollouts 0",
    ] {
        let ended = genie(&here, arguments);
        assert_eq!(ended.code, Some(2), "{arguments}: {}", ended.err);
        assert!(!ended.err.is_empty(), "{arguments}: nothing was said");
    }
}

#[test]
fn a_truncated_world_is_told() {
    let good = fs::read(shared().join("world.safetensors")).unwrap();
    for part in 0..8 {
        play_bytes(&good[..good.len() * part / 8]).bad(1, &["bad.safetensors"]);
    }
}

#[test]
fn a_hostile_world_is_told() {
    let good = fs::read(shared().join("world.safetensors")).unwrap();
    let mut endless = good.clone();
    endless[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    play_bytes(&endless).bad(1, &["bad.safetensors"]);

    // A card that asks for a model of terabytes; the header keeps its length.
    let text = String::from_utf8_lossy(&good[8..]).into_owned();
    let at = 8 + text
        .find("\\\"blocks\\\":1")
        .expect("the card names its blocks");
    let mut huge = good.clone();
    huge[at + "\\\"blocks\\\":".len()] = b'9';
    play_bytes(&huge).bad(1, &["bad.safetensors", "missing"]);

    let mut noise = good;
    noise
        .iter_mut()
        .enumerate()
        .for_each(|(i, byte)| *byte = (i * 31 % 251) as u8);
    play_bytes(&noise).bad(1, &["bad.safetensors"]);
}

#[test]
fn what_is_no_world_is_told() {
    play_bytes(b"").bad(1, &["bad.safetensors"]);
    play_bytes(b"This is a letter, and no world.").bad(1, &["bad.safetensors"]);
    let here = std::env::temp_dir();
    genie(&here, &format!("play there-is-none.safetensors {PLAY}"))
        .bad(1, &["there-is-none.safetensors"]);
    genie(&here, &format!("play . {PLAY}")).bad(1, &["can't read the world ."]);
    // A checkpoint is a safetensors file, but no world.
    let checkpoint = shared().join("run/dynamics.safetensors");
    genie(&here, &format!("play {} {PLAY}", checkpoint.display()))
        .bad(1, &["dynamics.safetensors", "genie export"]);
}

#[test]
fn a_prompt_that_is_no_picture_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let world = shared().join("world.safetensors");
    let play = |picture: &str| {
        genie(
            at,
            &format!("play {} --prompt {picture} {PLAY}", world.display()),
        )
    };
    play("none.png").bad(1, &["none.png"]);
    fs::write(at.join("text.png"), "a text file with another name").unwrap();
    play("text.png").bad(1, &["text.png", "PNG, JPEG"]);
    fs::write(at.join("empty.png"), "").unwrap();
    play("empty.png").bad(1, &["empty.png", "empty"]);
    image::RgbImage::new(50, 50)
        .save(at.join("good.png"))
        .unwrap();
    let good = fs::read(at.join("good.png")).unwrap();
    fs::write(at.join("cut.png"), &good[..good.len() / 2]).unwrap();
    play("cut.png").bad(1, &["cut.png"]);
    // A header that promises 4 gigapixels.
    let mut bomb = good;
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    fs::write(at.join("bomb.png"), bomb).unwrap();
    play("bomb.png").bad(1, &["bomb.png"]);
    play(".").bad(1, &["can't read the picture ."]);
}

#[test]
fn what_a_world_does_not_have_is_misuse() {
    let world = shared().join("world.safetensors");
    let play = |more: &str| {
        genie(
            shared(),
            &format!("play {} --device cpu {more}", world.display()),
        )
    };
    play("--actions 0,5").bad(2, &["action 5", "0 to 4"]);
    play("--actions 18446744073709551615").bad(2, &["0 to 4"]);
    play("--actions 0 --scene 3").bad(2, &["scene 3", "--prompt"]);
    play("--actions 0 --steps 0").bad(2, &["steps"]);
    play("--actions 0 --temperature nan").bad(2, &["temperature"]);
    play("--actions -1").bad(2, &[]);
}

#[test]
fn a_store_that_is_missing_or_another_thing_is_told() {
    let folder = folder_with_clips();
    let at = folder.path();
    let train = |store: &str| {
        let arguments = format!("train --out run-{store} --steps 1 {QUICK}");
        genie(at, &arguments.replace("clips.zarr", store))
    };
    train("none.zarr").bad(1, &["none.zarr", "genie collect"]);
    fs::create_dir(at.join("empty.zarr")).unwrap();
    train("empty.zarr").bad(1, &["empty.zarr"]);
    fs::write(at.join("file.zarr"), "no folder").unwrap();
    train("file.zarr").bad(1, &["file.zarr"]);
    // Zarr, but not ours.
    fs::write(
        at.join("empty.zarr/zarr.json"),
        r#"{"zarr_format":3,"node_type":"group"}"#,
    )
    .unwrap();
    train("empty.zarr").bad(1, &["empty.zarr"]);

    let world = shared().join("world.safetensors");
    genie(
        at,
        &format!("eval {} --data none.zarr --device cpu", world.display()),
    )
    .bad(1, &["none.zarr"]);
}

#[test]
fn a_damaged_store_is_told() {
    let chunk = |store: &Path| {
        files(&store.join("frames"))
            .into_iter()
            .find(|f| !f.ends_with("zarr.json"))
            .unwrap()
    };
    type Damage = (&'static str, fn(&Path));
    let damages: [Damage; 4] = [
        ("cut", |file| {
            let bytes = fs::read(file).unwrap();
            fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("flipped", |file| {
            let mut bytes = fs::read(file).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
            fs::write(file, bytes).unwrap();
        }),
        ("gone", |file| fs::remove_file(file).unwrap()),
        ("empty", |file| fs::write(file, "").unwrap()),
    ];
    let world = shared().join("world.safetensors");
    for (name, damage) in damages {
        let folder = folder_with_clips();
        let file = chunk(&folder.path().join("clips.zarr"));
        damage(&file);
        let arguments = format!(
            "eval {} --data clips.zarr --clips 1000 --rollouts 1 --steps 1 --device cpu",
            world.display()
        );
        let ended = genie(folder.path(), &arguments).bad(1, &["clips.zarr", "damaged"]);
        let number = file
            .strip_prefix(folder.path())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        assert!(
            ended.err.contains(&number),
            "{name}: {number} is not in: {}",
            ended.err
        );
    }
    // Metadata that lies about the number of clips, or is no JSON.
    let folder = folder_with_clips();
    for text in ["{", "{}", "[]", "null"] {
        fs::write(folder.path().join("clips.zarr/frames/zarr.json"), text).unwrap();
        genie(folder.path(), &format!("train --out run --steps 1 {QUICK}")).bad(1, &["clips.zarr"]);
    }
}

#[test]
fn a_store_of_another_shape_is_told() {
    let folder = folder_with_clips();
    let at = folder.path();
    fs::write(at.join("tiny.json"), tiny(32).to_string()).unwrap();
    genie(at, &format!("train --out run --steps 1 {QUICK}"))
        .bad(1, &["clips.zarr", "64×64", "32×32"]);
    // Clips that are shorter than what the model looks at.
    genie(at, "collect --out short.zarr --frames 32 --clip-frames 4").good();
    fs::write(at.join("tiny.json"), tiny(64).to_string()).unwrap();
    let short = format!("train --out short --steps 1 {QUICK}").replace("clips.zarr", "short.zarr");
    let wrong = ["short.zarr", "4 frames", "looks at 12"];
    genie(at, &short).bad(1, &wrong);
    assert!(
        !at.join("short").exists(),
        "a run that can't train was made"
    );
    // An evaluation and a gallery say the same.
    let shared = shared();
    let (world, run) = (shared.join("world.safetensors"), shared.join("run"));
    genie(
        at,
        &format!("eval {} --data short.zarr --device cpu", world.display()),
    )
    .bad(1, &wrong);
    genie(
        at,
        &format!(
            "export {} --gallery short.zarr --out w.safetensors --device cpu",
            run.display()
        ),
    )
    .bad(1, &wrong);
}

#[test]
fn a_video_that_cannot_be_read_is_told() {
    let folder = folder_with_clips();
    let at = folder.path();
    fs::write(at.join("film.mp4"), b"\0\0\0\x18ftypmp42 and so on").unwrap();
    let train = format!("train --out run --steps 1 {QUICK}").replace("clips.zarr", "film.mp4");
    genie(at, &train).bad(
        1,
        &[
            "film.mp4",
            "video files come in by `genie import`",
            "genie collect",
        ],
    );
    assert!(!at.join("run").exists(), "a run that can't train was made");
    let world = shared().join("world.safetensors");
    genie(
        at,
        &format!("play {} --prompt film.mp4 {PLAY}", world.display()),
    )
    .bad(1, &["film.mp4", "PNG, JPEG"]);
}

#[test]
fn sizes_that_cannot_be_are_told() {
    let folder = folder_with_clips();
    let at = folder.path();
    let train = || genie(at, &format!("train --out run --steps 1 {QUICK}"));
    fs::remove_file(at.join("tiny.json")).unwrap();
    train().bad(1, &["tiny.json"]);
    fs::write(at.join("tiny.json"), "not JSON").unwrap();
    train().bad(1, &["tiny.json"]);
    let mut sizes = tiny(64);
    sizes["tokenizer"]["patch"] = 7.into();
    fs::write(at.join("tiny.json"), sizes.to_string()).unwrap();
    train().bad(1, &["tokenizer.patch"]);
}

#[test]
fn a_run_that_is_not_trained_yet_is_told() {
    let folder = folder_with_clips();
    let at = folder.path();
    genie(at, "export nothing --out w.safetensors --device cpu").bad(1, &["nothing"]);
    genie(at, &format!("train --out run --steps 1 {QUICK}")).good();
    fs::remove_file(at.join("run/dynamics.safetensors")).unwrap();
    genie(at, "export run --out w.safetensors --device cpu").bad(1, &["dynamics.safetensors"]);
    assert!(
        !at.join("w.safetensors").exists(),
        "half a world was written"
    );
}

#[test]
fn an_evaluation_without_the_action_encoder_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let shared = shared();
    fs::copy(
        shared.join("world.safetensors"),
        folder.path().join("alone.safetensors"),
    )
    .unwrap();
    let arguments = format!(
        "eval alone.safetensors --data {} --device cpu",
        shared.join("clips.zarr").display()
    );
    genie(folder.path(), &arguments).bad(1, &["alone.encoder.safetensors", "genie export"]);
}

#[test]
fn weights_that_are_no_i3d_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let evaluate = |weights: &str| {
        let world = shared().join("world.safetensors");
        let arguments = format!(
            "eval {} --data {} --fvd {weights} --device cpu",
            world.display(),
            shared().join("clips.zarr").display()
        );
        genie(folder.path(), &arguments)
    };
    evaluate("none.safetensors").bad(1, &["none.safetensors", "can't read the weights"]);
    fs::write(folder.path().join("i3d.pt"), b"PK a PyTorch file").unwrap();
    evaluate("i3d.pt").bad(1, &["i3d.pt", "tools/fvd/convert.py"]);
    fs::copy(
        shared().join("world.safetensors"),
        folder.path().join("other"),
    )
    .unwrap();
    evaluate("other").bad(1, &["other"]);
}

#[test]
fn an_architecture_that_cannot_be_played_is_not_trained() {
    let folder = folder_with_clips();
    for (path, value, word) in [
        ("/dynamics/attention", "full", "dynamics.attention is full"),
        (
            "/latent_action/input",
            "tokens",
            "latent_action.input is tokens",
        ),
    ] {
        let mut config = tiny(64);
        let (part, name) = path.rsplit_once('/').unwrap();
        config.pointer_mut(part).unwrap()[name] = value.into();
        fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        let train = "train --data clips.zarr --config config.json --out run --steps 1 --device cpu";
        genie(folder.path(), train).bad(1, &[word, "genie ablate"]);
    }
}

#[test]
fn coinrun_without_its_python_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let collect = "collect --env coinrun --out c.zarr --frames 64";
    genie(at, &format!("{collect} --python ./no-such-python")).bad(1, &["no-such-python"]);
    // A file where the environment should be made.
    fs::write(at.join("file"), "").unwrap();
    let mut command = command(at);
    command
        .args(collect.split_whitespace())
        .env("POCKET_GENIE_CACHE", at.join("file"));
    run(&mut command).bad(1, &["file"]);
}

#[test]
fn levels_of_the_training_are_refused_where_asked() {
    let folder = tempfile::tempdir().unwrap();
    let train = shared().join("clips.zarr");
    let collect = |levels: &str| {
        let train = train.display();
        let arguments =
            format!("collect --out test.zarr --frames 64 --levels {levels} --apart-from {train}");
        genie(folder.path(), &arguments)
    };
    collect("999..1005").bad(2, &["0..1000", "999..1005", "clips.zarr"]);
    assert!(!folder.path().join("test.zarr").exists());
    collect("1000..1005").good();
}

#[test]
fn adding_to_clips_of_another_kind_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    copy_all(&shared().join("clips.zarr"), &at.join("clips.zarr"));
    genie(at, "collect --out clips.zarr --frames 2000 --seed 9").bad(2, &["clips.zarr", "seed"]);
}
