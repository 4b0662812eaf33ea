//! `genie import`, from a video file to a trained model.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::{QUICK, command, files, genie, run, tiny};

/// A video of a coloured test picture that moves: `seconds` at 25 frames a second.
fn video(path: &Path, seconds: u32, more: &[&str]) {
    let source = format!("testsrc2=size=192x128:rate=25:duration={seconds}");
    run(Command::new("ffmpeg")
        .args([
            "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", &source,
        ])
        .args(more)
        .args(["-pix_fmt", "yuv420p", "--"])
        .arg(path))
    .good();
}

#[test]
fn a_model_trains_on_videos_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir_all(at.join("film rôle/more")).unwrap();
    video(&at.join("film rôle/a video.mp4"), 9, &[]);
    video(
        &at.join("film rôle/more/another.webm"),
        7,
        &[
            "-c:v",
            "libvpx-vp9",
            "-deadline",
            "realtime",
            "-vf",
            "hue=h=120",
        ],
    );
    let import = |more: &str| {
        let mut import = command(at);
        import.args([
            "import",
            "film rôle",
            "--out",
            "clips.zarr",
            "--clip-seconds",
            "3.2",
        ]);
        run(import.args(more.split_whitespace()))
    };
    let first = import("--licence CC0-1.0 --report report.jsonl").good();
    assert!(
        first
            .out
            .contains("another.webm: 70 frames read, 2 clips kept"),
        "{}",
        first.out
    );
    assert_eq!(
        fs::read_to_string(at.join("report.jsonl"))
            .unwrap()
            .lines()
            .count(),
        2
    );
    let store = data::ClipStore::open(at.join("clips.zarr")).unwrap();
    let origins: Vec<_> = store
        .manifest()
        .unwrap()
        .into_iter()
        .map(|r| r.origin)
        .collect();
    let (last, first) = (origins.last().unwrap(), &origins[0]);
    assert!(
        first.source.ends_with("a video.mp4") && first.start == 0.0,
        "{first:?}"
    );
    assert!(
        last.source.ends_with("another.webm") && last.start == 3.2,
        "{last:?}"
    );
    assert_eq!(store.spec().licence, "CC0-1.0");
    // Again: nothing is read twice. With other settings: refused, and nothing is changed.
    let again = import("--licence CC0-1.0").good();
    assert!(again.out.contains("2 imported before"), "{}", again.out);
    import("--licence CC0-1.0 --fit contain").bad(2, &["clips.zarr", "fit"]);
    // A file that can't be read is told, and the others are in.
    fs::write(at.join("film rôle/broken.mp4"), b"not a film").unwrap();
    let ended = import("--licence CC0-1.0").bad(1, &["1 files failed"]);
    assert!(ended.out.contains("broken.mp4: failed"), "{}", ended.out);
    genie(at, "data verify clips.zarr").good();
    fs::write(at.join("tiny.json"), tiny(64).to_string()).unwrap();
    genie(at, &format!("train --out run --steps 2 {QUICK}")).good();
}

#[test]
fn rules_choose_what_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir_all(at.join("in")).unwrap();
    for name in ["run.mp4", "film.mp4", "unknown.mp4"] {
        video(&at.join("in").join(name), 4, &[]);
    }
    let lines = [
        r#"{"filename": "run.mp4", "title": "Celeste any% speedrun", "license": "CC-BY-4.0"}"#,
        r#"{"filename": "film.mp4", "title": "The Super Mario Bros. Movie trailer"}"#,
    ];
    fs::write(at.join("videos.jsonl"), lines.join("\n")).unwrap();
    let ended = genie(
        at,
        "import in --out clips.zarr --clip-seconds 3.2 --metadata videos.jsonl",
    )
    .good();
    for words in [
        "run.mp4: 40 frames read, 1 clip kept",
        "film.mp4: dropped by the rules: no action word",
        "unknown.mp4: dropped by the rules: the metadata has no line for it",
    ] {
        assert!(
            ended.out.contains(words),
            "“{words}” is not in: {}",
            ended.out
        );
    }
    let store = data::ClipStore::open(at.join("clips.zarr")).unwrap();
    let origin = store.manifest().unwrap().remove(0).origin;
    assert!(
        origin.source.contains("Celeste any% speedrun"),
        "{origin:?}"
    );
    assert_eq!(origin.licence, "CC-BY-4.0");
    genie(at, "import in --out clips.zarr --metadata nowhere.jsonl").bad(1, &["nowhere.jsonl"]);
    genie(at, "import in --rules rules.toml").bad(2, &["--metadata"]);
}

/// Killed at any moment, an import that goes on makes the store of one that was never stopped.
#[test]
fn a_killed_import_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir_all(at.join("in")).unwrap();
    for (number, hue) in [(1, 0), (2, 90), (3, 180), (4, 270)] {
        video(
            &at.join(format!("in/{number}.mp4")),
            20,
            &["-vf", &format!("hue=h={hue}")],
        );
    }
    let import = |out: &str| format!("import in --out {out} --clip-seconds 1.6 --jobs 2");
    genie(at, &import("whole.zarr")).good();
    let killed = import("killed.zarr");
    for wait in [0, 150, 400, 250] {
        let mut child = command(at)
            .args(killed.split_whitespace())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Not before it has done something.
        let begin = Instant::now();
        while !at.join("killed.zarr/import.jsonl").exists()
            && begin.elapsed() < Duration::from_secs(60)
        {
            sleep(Duration::from_millis(5));
        }
        sleep(Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    genie(at, &killed).good();
    let contents = |out: &str| -> Vec<(String, Vec<u8>)> {
        let root = at.join(out);
        let inside = files(&root).into_iter().filter_map(|file| {
            let name = file
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            // The journal tells of the kills, and the manifest's files are one for each append.
            let counts = name.starts_with("frames/c.") || name.starts_with("actions/c.");
            counts.then(|| (name, fs::read(file).unwrap()))
        });
        inside.collect()
    };
    let records = |out: &str| {
        data::ClipStore::open(at.join(out))
            .unwrap()
            .manifest()
            .unwrap()
    };
    assert_eq!(records("killed.zarr"), records("whole.zarr"));
    assert!(records("whole.zarr").len() > 20);
    assert!(
        contents("killed.zarr") == contents("whole.zarr"),
        "other files than without a kill"
    );
}
