//! A small web server for one folder, on this machine only.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

/// Longest request line and headers, bytes.
const LONGEST_REQUEST: u64 = 64 * 1024;
/// How long a client may stay silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers a request path with a page that is no file, or declines.
pub type Extra = dyn Fn(&str) -> Option<&'static str> + Send + Sync;

/// Serves `folder` from a thread of its own until the program ends. Port 0 takes a free one.
///
/// # Errors
/// If the port is taken.
pub fn start(folder: PathBuf, port: u16, extra: Box<Extra>) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .with_context(|| format!("port {port} can't be had; choose another with --port"))?;
    let address = listener.local_addr()?;
    let shared = Arc::new((folder, extra));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let shared = Arc::clone(&shared);
            // A browser that goes away in mid-answer is no error.
            thread::spawn(move || answer(stream, &shared.0, &*shared.1));
        }
    });
    Ok(address)
}

fn answer(stream: TcpStream, folder: &Path, extra: &Extra) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let (method, path) = read_request(&stream)?;
    let mut out = &stream;
    if method != "GET" && method != "HEAD" {
        return head(&mut out, "405 Method Not Allowed", "text/plain", 0);
    }
    if let Some(page) = extra(&path) {
        head(
            &mut out,
            "200 OK",
            "text/html; charset=utf-8",
            page.len() as u64,
        )?;
        return out.write_all(page.as_bytes());
    }
    let Some((file, size)) = find(folder, &path) else {
        return head(&mut out, "404 Not Found", "text/plain", 0);
    };
    head(&mut out, "200 OK", mime(&file), size)?;
    if method == "GET" {
        io::copy(&mut File::open(file)?, &mut out)?;
    }
    Ok(())
}

/// Method and path, without query, of a request; its headers are read and forgotten.
fn read_request(stream: &TcpStream) -> io::Result<(String, String)> {
    let mut reader = BufReader::new(io::Read::take(stream, LONGEST_REQUEST));
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let mut words = first.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or("/");
    Ok((
        method,
        target.split(['?', '#']).next().unwrap_or("/").to_owned(),
    ))
}

fn head(out: &mut impl Write, status: &str, kind: &str, size: u64) -> io::Result<()> {
    write!(
        out,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\
         Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
}

/// The file that a request path stands for, and its size. Never one outside of `folder`.
fn find(folder: &Path, path: &str) -> Option<(PathBuf, u64)> {
    let wanted = decode(path.trim_start_matches('/'))?;
    let inside = Path::new(&wanted)
        .components()
        .all(|c| matches!(c, Component::Normal(_)));
    if !inside {
        return None;
    }
    let mut file = folder.join(wanted);
    if file.is_dir() {
        file.push("index.html");
    }
    let data = fs::metadata(&file).ok()?;
    data.is_file().then_some((file, data.len()))
}

/// Resolves `%20` and its like.
pub fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

fn mime(file: &Path) -> &'static str {
    match file
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        // Anything else keeps browsers from compiling while it downloads.
        "wasm" => "application/wasm",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::get;

    #[test]
    fn files_come_whole_and_nothing_else_does() {
        let folder = std::env::temp_dir().join(format!("xtask-server-{}", std::process::id()));
        fs::create_dir_all(folder.join("sub folder")).unwrap();
        fs::write(folder.join("index.html"), "<p>page</p>").unwrap();
        fs::write(folder.join("sub folder/a.wasm"), [0u8, 1, 2]).unwrap();
        let extra = |path: &str| (path == "/extra").then_some("more");
        let address = start(folder.clone(), 0, Box::new(extra)).unwrap();
        let get = |path: &str| get(address, path).unwrap();

        assert_eq!(get("/").body, b"<p>page</p>");
        assert_eq!(get("/?query#fragment").body, b"<p>page</p>");
        let wasm = get("/sub%20folder/a.wasm");
        assert_eq!((wasm.status, wasm.body), (200, vec![0, 1, 2]));
        assert_eq!(wasm.kind, "application/wasm");
        assert_eq!(get("/extra").body, b"more");
        for path in [
            "/none",
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "//etc/passwd",
            "/%zz",
            "/%",
        ] {
            assert_eq!(get(path).status, 404, "{path}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
