//! Sizes of the built page against their budget.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::setup::Home;

/// All of the page's WebAssembly, gzipped, bytes. The design's bar is 3 MB; this is what it may
/// not grow beyond until it gets there. Prompts made in the page, links, files of a play, worlds by address
/// and looks into the model took 0.4 MB of it: image readers, GIF and PNG writers, SHA-256, QR codes, and
/// their parts of the page.
const WASM_BUDGET: u64 = 1_800_000;
/// A shipped world, bytes (design §6).
const WORLD_BUDGET: u64 = 10_000_000;

/// Prints the sizes of the page's larger files.
///
/// # Errors
/// If there is no built page, or a budget is exceeded.
pub fn check(home: &Home) -> Result<()> {
    let dist = home.dist();
    let mut files = Vec::new();
    files_under(&dist, &mut files).with_context(|| {
        format!(
            "{} holds no built page; `cargo xtask play` builds it",
            dist.display()
        )
    })?;
    files.sort();
    let (mut wasm, mut over) = (0, Vec::new());
    println!("{:>12} {:>12}  file", "bytes", "gzipped");
    for file in &files {
        let raw = fs::metadata(file)?.len();
        let small = gzipped(file)?;
        let name = file.strip_prefix(&dist).unwrap_or(file).display();
        println!("{raw:>12} {small:>12}  {name}");
        match file.extension().and_then(OsStr::to_str) {
            Some("wasm") => wasm += small,
            Some("safetensors") if raw > WORLD_BUDGET => {
                over.push(format!(
                    "the world {name} has {raw} bytes, the most is {WORLD_BUDGET}"
                ));
            }
            _ => {}
        }
    }
    println!("WebAssembly, gzipped: {wasm} of {WASM_BUDGET} bytes");
    if wasm == 0 {
        bail!("{} holds no WebAssembly", dist.display());
    }
    if wasm > WASM_BUDGET {
        over.push(format!(
            "the page's WebAssembly has {wasm} bytes gzipped, the most is {WASM_BUDGET}"
        ));
    }
    if !over.is_empty() {
        bail!("{}", over.join("; "));
    }
    worlds(&dist)
}

/// The page lists its worlds in one file, and index.html copies them one by one: both must agree.
fn worlds(dist: &Path) -> Result<()> {
    let list = dist.join("worlds/index.json");
    let text = fs::read(&list).with_context(|| format!("can't read {}", list.display()))?;
    let entries: Vec<serde_json::Value> =
        serde_json::from_slice(&text).with_context(|| format!("{} is no list", list.display()))?;
    ensure!(!entries.is_empty(), "{} lists no world", list.display());
    for entry in entries {
        let name = entry["name"].as_str().context("a world has no name")?;
        let file = dist.join(format!("worlds/{name}.safetensors"));
        let bytes = fs::metadata(&file).with_context(|| {
            format!("the page lists {name}, but index.html doesn't copy its file")
        })?;
        ensure!(
            entry["bytes"] == bytes.len(),
            "{name} has {} bytes, {} says {}",
            bytes.len(),
            list.display(),
            entry["bytes"]
        );
    }
    Ok(())
}

/// All files in a folder and below it.
pub fn files_under(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files_under(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Bytes of a file under `gzip -9`.
fn gzipped(file: &Path) -> Result<u64> {
    let mut gzip = Command::new("gzip")
        .args(["-9", "-c"])
        .arg(file)
        .stdout(Stdio::piped())
        .spawn()
        .context("gzip can't be started: is it installed?")?;
    let mut out = gzip.stdout.take().context("gzip has no output")?;
    let bytes = std::io::copy(&mut out, &mut std::io::sink())?;
    if !gzip.wait()?.success() {
        bail!("gzip failed on {}", file.display());
    }
    Ok(bytes)
}
