//! Loads the built page once, as `cargo xtask play --check` promises: in headless Chromium if there
//! is one, else by fetching its files over HTTP.

use std::env;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::server;
use crate::setup;
use crate::step::text;

/// Opened instead of the page: it holds the page in a frame, watches it, and reports by asking for
/// an address under `/xtask-check/`.
const WATCHER: &str = include_str!("check.html");
/// How long a world may take to its first frame, on a slow machine without a graphics processor.
const PATIENCE: Duration = Duration::from_secs(240);

/// Loads the page in `dist` once.
///
/// # Errors
/// If it isn't built, or doesn't come to its first frame.
pub fn page(dist: &Path) -> Result<()> {
    match setup::chromium() {
        Some(chromium) => in_chromium(dist, &chromium),
        None => {
            println!("no Chromium here: fetching the page's files instead of loading it");
            over_http(dist)
        }
    }
}

fn in_chromium(dist: &Path, chromium: &str) -> Result<()> {
    let (send, reports) = mpsc::channel();
    let extra = move |path: &str| match path.strip_prefix("/xtask-check/") {
        Some("") => Some(WATCHER),
        Some(report) => {
            // The receiver is gone once the check has ended.
            let _ = send.send(server::decode(report).unwrap_or_default());
            Some("")
        }
        None => None,
    };
    let address = server::start(dist.to_owned(), 0, Box::new(extra))?;
    let profile = env::temp_dir().join(format!("pocket-genie-check-{}", std::process::id()));
    fs::create_dir_all(&profile).with_context(|| format!("can't make {}", profile.display()))?;
    let said = profile.join("said.txt");
    let start = Instant::now();
    let browser = Command::new(chromium)
        .args([
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("http://{address}/xtask-check/"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&said)?)
        .spawn()
        .with_context(|| format!("{chromium} can't be started"))?;
    let mut browser = Browser {
        process: browser,
        profile: &profile,
    };
    loop {
        match reports.recv_timeout(Duration::from_millis(100)) {
            Ok(report) => {
                let Some(what) = report.strip_prefix("ok: ") else {
                    bail!("the page failed in Chromium: {report}");
                };
                println!("in Chromium after {}: {what}", text(start.elapsed()));
                return Ok(());
            }
            Err(_) if start.elapsed() > PATIENCE => {
                bail!("the page showed no frame within {}", text(PATIENCE));
            }
            Err(_) => {}
        }
        if let Some(status) = browser.process.try_wait()? {
            let said = fs::read_to_string(&said).unwrap_or_default();
            bail!("Chromium ended by itself with {status}:\n{said}");
        }
    }
}

/// Ends the browser and removes its profile, whatever happens.
struct Browser<'a> {
    process: Child,
    profile: &'a Path,
}

impl Drop for Browser<'_> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(self.profile);
    }
}

fn over_http(dist: &Path) -> Result<()> {
    let address = server::start(dist.to_owned(), 0, Box::new(|_| None))?;
    let mut kinds = (0, 0);
    let mut folders = vec![dist.to_owned()];
    while let Some(folder) = folders.pop() {
        let list =
            fs::read_dir(&folder).with_context(|| format!("can't list {}", folder.display()))?;
        for entry in list {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(dist)?.to_string_lossy().into_owned();
            let answer = get(address, &format!("/{name}"))?;
            let size = fs::metadata(&path)?.len();
            ensure!(
                answer.status == 200 && answer.body.len() as u64 == size,
                "/{name}: status {}, {} of {size} bytes",
                answer.status,
                answer.body.len()
            );
            println!("200  {size:>10} bytes  {}  /{name}", answer.kind);
            kinds.0 += u32::from(name.ends_with(".wasm"));
            kinds.1 += u32::from(name.ends_with(".safetensors"));
        }
    }
    ensure!(
        get(address, "/")?.status == 200,
        "the page itself is missing"
    );
    ensure!(kinds.0 > 0, "the page has no WebAssembly");
    ensure!(kinds.1 > 0, "no world is shipped with the page");
    Ok(())
}

/// What a server answered.
pub struct Answer {
    pub status: u16,
    pub kind: String,
    pub body: Vec<u8>,
}

/// Fetches a path over HTTP.
pub fn get(address: SocketAddr, path: &str) -> Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let end = bytes
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .with_context(|| format!("{path}: no answer"))?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let header = |name: &str| {
        head.lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_default()
            .to_owned()
    };
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
    let status = status.with_context(|| format!("{path}: no status"))?;
    let (kind, length) = (header("Content-Type: "), header("Content-Length: "));
    let body = bytes.split_off(end + 4);
    ensure!(
        length == body.len().to_string(),
        "{path}: {} bytes, announced {length}",
        body.len()
    );
    Ok(Answer { status, kind, body })
}
