//! A full disk: it is told by the file, what was there stays, and no half-written file is left.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Ended, QUICK, command, files, folder_with_clips, genie, run, shared};

/// Runs the program in `folder`, whose subfolder `full` is a disk of `kib` KiB with the content
/// that `prepare` (a shell script) puts there. After it, `report` runs in the same place.
///
/// `None` where this system doesn't let us make such a disk.
fn on_small_disk(folder: &Path, kib: u32, arguments: &str, report: &str) -> Option<Ended> {
    let mount = format!("mount -t tmpfs -o size={kib}k none full");
    let allowed = |script: &str| {
        let mut probe = Command::new("unshare");
        probe.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
        probe
    };
    fs::create_dir_all(folder.join("full")).unwrap();
    let probe = allowed(&mount)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !probe.is_ok_and(|status| status.success()) {
        return None;
    }
    let program = command(folder).get_program().to_string_lossy().into_owned();
    let script = format!("{mount} && {{ {program} {arguments}; code=$?; {report}; exit $code; }}");
    Some(run(allowed(&script).current_dir(folder)))
}

/// Runs the program in `folder` where no file may grow beyond `kib` KiB: writing fails in the middle
/// of a file, as on a full disk, and it needs no rights.
fn with_small_files(folder: &Path, kib: u32, arguments: &str) -> Ended {
    let program = command(folder).get_program().to_string_lossy().into_owned();
    // In blocks of 512 bytes.
    let script = format!(
        "trap '' XFSZ; ulimit -f {}; exec {program} {arguments}",
        2 * kib
    );
    run(Command::new("sh").args(["-c", &script]).current_dir(folder))
}

#[test]
fn an_export_onto_a_full_disk_keeps_the_old_world() {
    let folder = folder_with_clips();
    let at = folder.path();
    let run = shared().join("run");
    let arguments = |out: &str| format!("export {} --out {out} --device cpu", run.display());
    fs::write(at.join("old.safetensors"), "the old world").unwrap();
    with_small_files(at, 16, &arguments("old.safetensors")).bad(1, &["old.encoder.safetensors"]);
    assert_eq!(
        fs::read(at.join("old.safetensors")).unwrap(),
        b"the old world"
    );
    assert!(
        !at.join("old.safetensors.part").exists(),
        "half a file is left"
    );

    let ended = on_small_disk(at, 16, &arguments("full/new.safetensors"), "ls full");
    match ended {
        Some(ended) => {
            let ended = ended.bad(1, &["full/new."]);
            assert!(
                !ended.out.contains(".part"),
                "left on the disk: {}",
                ended.out
            );
            assert!(!ended.out.contains("new.safetensors"), "{}", ended.out);
        }
        None => println!("no small disk can be mounted here: only the limit on files was tested"),
    }
}

#[test]
fn a_training_on_a_full_disk_can_go_on_elsewhere() {
    let folder = folder_with_clips();
    let at = folder.path();
    let train = format!("train --out run --steps 3 {QUICK}");
    with_small_files(at, 24, &train).bad(1, &["run/"]);
    assert!(
        !files(&at.join("run"))
            .iter()
            .any(|f| f.extension().is_some_and(|e| e == "part"))
    );
    // Nothing made so far is lost, and with room again it goes on.
    genie(at, "train --out run --steps 3 --resume --device cpu").good();
}

#[test]
fn collecting_onto_a_full_disk_keeps_whole_clips() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let more = "collect --out clips.zarr --frames 640 --seed 1";
    let collect =
        |script: &str| on_small_disk(at, 96, &more.replace("clips", "full/clips"), script);
    // First without rights to mount anything: no clip fits.
    with_small_files(at, 2, &more.replace("clips", "tried")).bad(1, &["tried.zarr"]);
    genie(at, &more.replace("clips", "tried")).good();
    match collect("cp -r full/clips.zarr kept.zarr") {
        Some(ended) => {
            ended.bad(1, &["full/clips.zarr", "disk is full"]);
            // What was kept is a whole store, and can be gone on with.
            genie(at, &more.replace("clips", "kept")).good();
        }
        None => println!("no small disk can be mounted here: only the limit on files was tested"),
    }
}

#[test]
fn importing_onto_a_full_disk_keeps_whole_clips() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    run(Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-f", "lavfi", "-i"])
        .arg("testsrc2=size=64x64:rate=10:duration=60")
        .arg(at.join("film.mp4")))
    .good();
    let import = |out: &str| format!("import film.mp4 --out {out}.zarr --clip-seconds 1.6");
    with_small_files(at, 2, &import("tried")).bad(1, &["tried.zarr"]);
    let go_on = genie(at, &import("tried")).good();
    assert!(
        go_on.out.contains("37 clips kept (37 in the store now)"),
        "{}",
        go_on.out
    );
    match on_small_disk(
        at,
        400,
        &import("full/clips"),
        "cp -r full/clips.zarr kept.zarr",
    ) {
        Some(ended) => {
            ended.bad(1, &["full/clips.zarr", "disk is full"]);
            let go_on = genie(at, &import("kept")).good();
            assert!(go_on.out.contains("(37 in the store now)"), "{}", go_on.out);
            genie(at, "data verify kept.zarr").good();
        }
        None => println!("no small disk can be mounted here: only the limit on files was tested"),
    }
}

#[test]
fn playing_onto_a_full_disk_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let world = shared().join("world.safetensors");
    let play = format!(
        "play {} --actions 0,1,2,3 --device cpu --out film.gif",
        world.display()
    );
    with_small_files(folder.path(), 1, &play).bad(1, &["film.gif"]);
    assert_eq!(files(folder.path()), Vec::<std::path::PathBuf>::new());
}
