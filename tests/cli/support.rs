//! The program under test, and a tiny world that several tests share.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tempfile::TempDir;

/// What the program did.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    fn new(output: &Output) -> Self {
        let ended = Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(!ended.err.contains("panicked"), "a panic: {}", ended.err);
        ended
    }

    /// Checks that it succeeded.
    #[track_caller]
    pub fn good(self) -> Self {
        assert_eq!(self.code, Some(0), "out: {}\nerr: {}", self.out, self.err);
        self
    }

    /// Checks that it failed with `code` and said each of `words`.
    #[track_caller]
    pub fn bad(self, code: i32, words: &[&str]) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "out: {}\nerr: {}",
            self.out,
            self.err
        );
        for word in words {
            assert!(self.err.contains(word), "“{word}” is not in: {}", self.err);
        }
        self
    }
}

/// The program, to be run in `folder`.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_genie"));
    command
        .current_dir(folder)
        .env_remove("RUST_BACKTRACE")
        .env("NO_COLOR", "1");
    command
}

/// Runs the program in `folder` with `arguments`, separated by blanks.
pub fn genie(folder: &Path, arguments: &str) -> Ended {
    run(command(folder).args(arguments.split_whitespace()))
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Ended {
    Ended::new(&command.output().expect("the program can be started"))
}

/// Sizes of a model that trains in milliseconds on frames of `side` × `side` pixels.
pub fn tiny(side: usize) -> Value {
    let transformer =
        |blocks: usize| json!({ "blocks": blocks, "width": 16, "heads": 2, "head_size": 8 });
    json!({
        "height": side, "width": side, "frames": 12, "fps": 10,
        "tokenizer": {
            "patch": 16, "encoder": transformer(1), "decoder": transformer(2),
            "quantizer": { "vq": { "codes": 64, "dim": 8 } },
        },
        "latent_action": {
            "patch": 32, "actions": 5, "code_dim": 8,
            "encoder": transformer(1), "decoder": transformer(1),
        },
        "dynamics": transformer(1),
    })
}

/// What `genie train` needs to be quick.
pub const QUICK: &str = "--config tiny.json --data clips.zarr --device cpu --seed 5 --tokenizer-batch 2 --batch 2 --action-batch 3";

/// A folder with clips and sizes, for a test of its own.
pub fn folder_with_clips() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tiny.json"), tiny(64).to_string()).unwrap();
    copy_all(
        &shared().join("clips.zarr"),
        &folder.path().join("clips.zarr"),
    );
    folder
}

/// The folder that all tests share: `tiny.json`, `clips.zarr` (40 clips of the platformer), a
/// trained run in `run`, its world in `world.safetensors`. Not to be written to.
pub fn shared() -> &'static Path {
    static SHARED: OnceLock<PathBuf> = OnceLock::new();
    SHARED.get_or_init(|| {
        // In cargo's target folder, as nothing removes it at the end.
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("e2e");
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("tiny.json"), tiny(64).to_string()).unwrap();
        genie(
            &path,
            "collect --env platformer --out clips.zarr --frames 1280 --levels 0..1000 --seed 1",
        )
        .good();
        genie(&path, &format!("train --out run --steps 3 {QUICK}")).good();
        genie(
            &path,
            "export run --out world.safetensors --name tiny --prompts 3 --device cpu",
        )
        .good();
        path
    })
}

/// Copies a folder.
pub fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Every file below `folder`.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
