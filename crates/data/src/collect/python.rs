//! A Python that has CoinRun: found, or made on first use.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::{Error, Result};

const REQUIREMENTS: &str = include_str!("../../../../tools/coinrun/requirements.txt");
/// Overrides the directory that holds the virtual environment.
const CACHE_VARIABLE: &str = "POCKET_GENIE_CACHE";
/// Interpreters to try. procgen's wheels are for these versions only.
const CANDIDATES: [&str; 6] = [
    "python3.11",
    "python3.12",
    "python3",
    "python",
    "/usr/bin/python3.11",
    "/usr/bin/python3.12",
];
const CHECK: &str =
    "import sys, venv, ensurepip; assert sys.version_info[:2] in ((3, 11), (3, 12))";

/// The interpreter to run the bridge with: `chosen` as it is, or that of our own virtual
/// environment, which is made (and pip asked for the pinned packages) where it isn't there yet.
pub(super) fn ready(chosen: Option<&Path>) -> Result<PathBuf> {
    match chosen {
        Some(python) => Ok(python.to_path_buf()),
        None => ready_in(&cache_directory()?, &CANDIDATES),
    }
}

fn ready_in(cache: &Path, candidates: &[&str]) -> Result<PathBuf> {
    let venv = cache.join("coinrun-venv");
    let python = venv.join("bin/python");
    // Written last: it says that the environment is whole, and for which packages.
    let stamp = venv.join("pocket-genie-requirements.txt");
    let is_ready =
        || fs::read_to_string(&stamp).is_ok_and(|text| text == REQUIREMENTS) && python.exists();
    if is_ready() {
        return Ok(python);
    }
    fs::create_dir_all(cache).map_err(Error::io("make the directory", cache))?;
    let lock_file = cache.join("coinrun-venv.lock");
    let lock = File::create(&lock_file).map_err(Error::io("write", &lock_file))?;
    lock.lock().map_err(Error::io("lock", &lock_file))?;
    // Another program may have made it while this one waited.
    if is_ready() {
        return Ok(python);
    }
    let base = find(candidates)?;
    let requirements = cache.join("coinrun-requirements.txt");
    fs::write(&requirements, REQUIREMENTS).map_err(Error::io("write", &requirements))?;
    run(
        &base,
        [
            OsStr::new("-m"),
            "venv".as_ref(),
            "--clear".as_ref(),
            venv.as_ref(),
        ],
        "its virtual environment could not be made",
        "Install the venv module (Debian, Ubuntu: `apt install python3-venv`) and run the same command again",
    )?;
    run(
        &python,
        [
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--only-binary",
            "procgen-mirror",
            "-r",
        ]
        .map(OsStr::new)
        .into_iter()
        .chain([requirements.as_os_str()]),
        "pip could not install its packages",
        "They are made for Linux on x86-64 and need the network once. Or install tools/coinrun/requirements.txt \
         into a Python of your own and name it with --python",
    )?;
    fs::write(&stamp, REQUIREMENTS).map_err(Error::io("write", &stamp))?;
    Ok(python)
}

fn cache_directory() -> Result<PathBuf> {
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    };
    variable(CACHE_VARIABLE)
        .or_else(|| variable("XDG_CACHE_HOME").map(|d| d.join("pocket-genie")))
        .or_else(|| variable("HOME").map(|d| d.join(".cache/pocket-genie")))
        .ok_or_else(|| Error::Python {
            what: "there is no place for its virtual environment".into(),
            todo: format!("Set {CACHE_VARIABLE} to a directory"),
        })
}

fn find(candidates: &[&str]) -> Result<PathBuf> {
    let works = |python: &&str| {
        Command::new(python)
            .args(["-c", CHECK])
            .output()
            .is_ok_and(|o| o.status.success())
    };
    candidates.iter().copied().find(|p| works(p)).map(PathBuf::from).ok_or_else(|| Error::Python {
        what: "no CPython 3.11 or 3.12 with the venv module was found".into(),
        todo: "Install one (Debian, Ubuntu: `apt install python3.11 python3.11-venv`) and run the same command again, \
               or collect from the platformer, which needs nothing"
            .into(),
    })
}

fn run<S: AsRef<OsStr>>(
    program: &Path,
    arguments: impl IntoIterator<Item = S>,
    what: &str,
    todo: &str,
) -> Result<()> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .map_err(Error::io("start", program))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Python {
        what: format!("{what}:\n{}", last_lines(&output)),
        todo: todo.into(),
    })
}

fn last_lines(output: &Output) -> String {
    let text = [&*output.stdout, &*output.stderr]
        .map(String::from_utf8_lossy)
        .join("\n");
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_python_says_which_to_install() {
        let cache = tempfile::tempdir().unwrap();
        let text = ready_in(cache.path(), &["no-such-python"])
            .unwrap_err()
            .to_string();
        assert!(
            text.contains("3.11") && text.contains("apt install python3.11"),
            "{text}"
        );
    }

    #[test]
    fn a_python_that_fails_shows_its_last_lines() {
        let text = run(
            Path::new("sh"),
            ["-c", "echo first; echo no disk >&2; exit 1"],
            "pip could not",
            "Try",
        )
        .unwrap_err();
        let text = text.to_string();
        assert!(text.contains("no disk") && text.contains("Try"), "{text}");
    }

    #[test]
    fn a_chosen_python_is_taken_as_it_is() {
        assert_eq!(
            ready(Some(Path::new("/opt/python"))).unwrap(),
            Path::new("/opt/python")
        );
    }
}
