//! `cargo xtask seal`: finishes a page that trunk has just built. Trunk runs it as a hook, so that
//! `trunk serve` and `trunk build` make the same page as `cargo xtask play`.
//!
//! * Trunk writes a few lines of script into `index.html`. The page's policy allows no such lines
//!   but these: their digests are added to it.
//! * Messengers show a picture of the page only by its whole address: `PAGE_ADDRESS` says where the page
//!   will be, such as `https://example.org/genie/`. Without it the picture's address stays relative.
//! * The service worker gets the list of all files with their digests (`web/service_worker.js`).

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::setup::Home;
use crate::size::files_under;

/// What the policy in `index.html` allows before.
const ALLOWED: &str = "script-src 'self' 'wasm-unsafe-eval'";
/// The picture that messengers show, as `index.html` names it.
const PREVIEW: &str = "property=\"og:image\" content=\"preview.png\"";
/// The service worker's name in the page. It keeps everything but itself.
const WORKER: &str = "sw.js";

#[derive(clap::Args)]
pub struct Arguments {
    /// The built page; by default the folder that trunk names, else `dist`
    #[arg(long)]
    folder: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let home = Home::find()?;
    let staging = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let folder = arguments.folder.clone().or(staging);
    let folder = folder.unwrap_or_else(|| home.dist());
    let worker = home.root.join("web/service_worker.js");
    let worker =
        fs::read_to_string(&worker).with_context(|| format!("can't read {}", worker.display()))?;
    let address = env::var("PAGE_ADDRESS").ok().filter(|a| !a.is_empty());
    seal(&folder, &worker, address.as_deref())
}

fn seal(folder: &Path, worker: &str, address: Option<&str>) -> Result<()> {
    let index = folder.join("index.html");
    let html = fs::read_to_string(&index)
        .with_context(|| format!("{} holds no built page", folder.display()))?;
    let sealed = with_policy(&html).with_context(|| format!("in {}", index.display()))?;
    let sealed = match address {
        Some(address) => with_address(&sealed, address)?,
        None => sealed,
    };
    fs::write(&index, sealed)?;

    let mut paths = Vec::new();
    files_under(folder, &mut paths)?;
    let mut files = BTreeMap::new();
    for path in paths {
        let name = path
            .strip_prefix(folder)?
            .to_string_lossy()
            .replace('\\', "/");
        // Visitors never see the picture for messengers, and need not keep it.
        if name != WORKER && name != "preview.png" {
            let bytes =
                fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
            files.insert(name, format!("{:x}", Sha256::digest(bytes)));
        }
    }
    let list = serde_json::to_string_pretty(&files)?;
    fs::write(
        folder.join(WORKER),
        format!("const FILES = {list};\n\n{worker}"),
    )?;
    Ok(())
}

/// `html` with the whole address of its picture for messengers, and its own.
fn with_address(html: &str, address: &str) -> Result<String> {
    let plain = address.starts_with("https://") && !address.contains(['"', '<', '>', '&']);
    ensure!(
        plain,
        "PAGE_ADDRESS should be an address such as https://example.org/genie/, and is “{address}”"
    );
    ensure!(
        html.matches(PREVIEW).count() == 1,
        "the page should have “{PREVIEW}” once"
    );
    let address = address.trim_end_matches('/');
    let whole = format!(
        "property=\"og:url\" content=\"{address}/\" />\n    <meta property=\"og:image\" content=\"{address}/preview.png\""
    );
    Ok(html.replace(PREVIEW, &whole))
}

/// `html` with the digests of its scripts in its policy.
fn with_policy(html: &str) -> Result<String> {
    ensure!(
        html.matches(ALLOWED).count() == 1,
        "the page's policy should have “{ALLOWED}” once"
    );
    let mut allowed = ALLOWED.to_owned();
    let mut rest = html;
    while let Some(start) = rest.find("<script") {
        let tag = &rest[start..];
        let Some((open, tail)) = tag.split_once('>') else {
            bail!("a script's tag has no end");
        };
        let Some((script, tail)) = tail.split_once("</script>") else {
            bail!("a script has no end");
        };
        if !open.contains(" src=") {
            let digest = STANDARD.encode(Sha256::digest(script));
            allowed.push_str(&format!(" 'sha256-{digest}'"));
        }
        rest = tail;
    }
    Ok(html.replace(ALLOWED, &allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "<meta content=\"script-src 'self' 'wasm-unsafe-eval'; x\">";

    #[test]
    fn the_policy_allows_the_scripts_that_are_there() {
        // Of `alert('Hello, world.');`, as in the specification of CSP 3, §8.4 (as SHA-256).
        let html = format!("{POLICY}<script type=module>alert('Hello, world.');</script>");
        let sealed = with_policy(&html).unwrap();
        let digest = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";
        assert!(
            sealed.contains(&format!("'wasm-unsafe-eval' {digest}; x")),
            "{sealed}"
        );

        let html = format!("{POLICY}<script src=\"a.js\"></script>");
        assert_eq!(with_policy(&html).unwrap(), html);
        assert!(with_policy("<script>a</script>").is_err());
        assert!(with_policy(&format!("{POLICY}<script>a")).is_err());
    }

    #[test]
    fn messengers_get_whole_addresses() {
        let html = include_str!("../../../index.html");
        let whole = with_address(html, "https://example.org/genie/").unwrap();
        assert!(whole.contains("content=\"https://example.org/genie/preview.png\""));
        assert!(whole.contains("property=\"og:url\" content=\"https://example.org/genie/\""));
        for bad in ["example.org", "http://example.org/", "https://a\"b"] {
            assert!(with_address(html, bad).is_err(), "{bad}");
        }
        assert!(with_address("", "https://example.org/").is_err());
    }

    /// A page that computes everything itself needs nothing from elsewhere, but for the worlds that
    /// visitors bring by their address (`web/README.md`): these may come over https, or from this machine.
    #[test]
    fn the_page_allows_itself_nothing_from_elsewhere_but_worlds() {
        let html = include_str!("../../../index.html");
        let (_, policy) = html
            .split_once("\"Content-Security-Policy\" content=\"")
            .unwrap();
        let (policy, _) = policy.split_once('"').unwrap();
        let mut connects = 0;
        for directive in policy.split("; ") {
            let (name, sources) = directive.split_once(' ').unwrap();
            let elsewhere: Vec<_> = sources
                .split(' ')
                .filter(|s| !s.starts_with('\'') && !matches!(*s, "blob:" | "data:"))
                .collect();
            if name == "connect-src" {
                connects += 1;
                assert_eq!(
                    elsewhere,
                    ["https:", "http://localhost:*", "http://127.0.0.1:*"]
                );
            } else {
                assert_eq!(elsewhere, [""; 0], "{name}");
            }
        }
        assert_eq!(connects, 1);
    }

    #[test]
    fn the_service_worker_lists_every_file_but_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("worlds")).unwrap();
        fs::write(path("index.html"), POLICY).unwrap();
        fs::write(path("worlds/a.safetensors"), "abc").unwrap();
        for _ in 0..2 {
            seal(folder.path(), "rest", None).unwrap();
            let said = fs::read_to_string(path(WORKER)).unwrap();
            let list = said.strip_prefix("const FILES = ").unwrap();
            let list = list.strip_suffix(";\n\nrest").unwrap();
            let list: BTreeMap<String, String> = serde_json::from_str(list).unwrap();
            let names: Vec<_> = list.keys().collect();
            assert_eq!(names, ["index.html", "worlds/a.safetensors"]);
            let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
            assert_eq!(list["worlds/a.safetensors"], abc);
        }
    }
}
