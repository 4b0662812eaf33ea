//! A Python with the packages of `requirements.txt`, made on first use in cargo's target folder.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// The interpreter. Needs Python 3.11 or newer with `venv` and, the first time, a network.
pub fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    let (python, stamp) = (folder.join("bin/python"), folder.join("requirements.txt"));
    fs::create_dir_all(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if fs::read_to_string(&stamp).is_ok_and(|text| text == REQUIREMENTS) {
        return python;
    }
    run(
        "python3".as_ref(),
        &[
            "-m".as_ref(),
            "venv".as_ref(),
            "--clear".as_ref(),
            folder.as_os_str(),
        ],
    );
    let wanted = folder.join("wanted.txt");
    fs::write(&wanted, REQUIREMENTS).unwrap();
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "-r",
    ];
    let install: Vec<&OsStr> = install
        .map(OsStr::new)
        .into_iter()
        .chain([wanted.as_os_str()])
        .collect();
    run(&python, &install);
    fs::rename(&wanted, &stamp).unwrap();
    python
}

fn run(program: &Path, arguments: &[&OsStr]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|e| panic!("{} can't be started: {e}", program.display()));
    assert!(
        output.status.success(),
        "{} {arguments:?}: {}{}",
        program.display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
