//! What a fresh machine lacks, and how it gets it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::step::{output, run};

const TRUNK: &str = "0.21.14";
const WASM: &str = "wasm32-unknown-unknown";
const OLDEST_NODE: u32 = 18;

/// Where things are.
pub struct Home {
    /// The repository.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl Home {
    pub fn find() -> Result<Self> {
        let here = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = here
            .ancestors()
            .find(|folder| folder.join("Cargo.lock").is_file())
            .context("no Cargo.lock above the xtask's folder: is this a whole clone?")?
            .to_owned();
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |t| root.join(t));
        Ok(Self { root, target })
    }

    /// The built page.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// `program`, run in the repository, with the installed tools first on its PATH.
    pub fn command(&self, program: &str) -> Command {
        let mut path = OsString::from(self.tools().join("bin"));
        if let Some(old) = env::var_os("PATH") {
            path.push(":");
            path.push(old);
        }
        let mut command = Command::new(program);
        // Looked up by the new PATH, not by ours.
        command.current_dir(&self.root).env("PATH", path);
        // It would replace the flags of .cargo/config.toml, without which nothing builds for wasm.
        command.env_remove("RUSTFLAGS");
        command
    }

    /// This workspace's cargo.
    pub fn cargo(&self) -> Command {
        self.command("cargo")
    }
}

/// Everything that building the page takes.
pub fn page_tools(home: &Home) -> Result<()> {
    wasm_target()?;
    cargo_tool(
        home,
        "wasm-bindgen-cli",
        "wasm-bindgen",
        &locked_version(home, "wasm-bindgen")?,
        &[],
    )?;
    // Its own lock file: newer dependencies don't build. Its release profile (fat LTO, one codegen
    // unit) takes many times as long as none at all, and all it does here is copy files.
    cargo_tool(
        home,
        "trunk",
        "trunk",
        TRUNK,
        &["--locked", "--no-default-features", "--features=rustls"],
    )
}

/// Builds the page into `dist/`.
pub fn build_page(home: &Home) -> Result<()> {
    let mut trunk = home.command("trunk");
    trunk.args(["build", "--config", "trunk.toml", "--release"]);
    // Trunk takes `NO_COLOR=1` for a malformed flag.
    trunk.env_remove("NO_COLOR");
    run(&mut trunk)
}

/// Builds the page of the kernels' comparisons into `kernels-web/` of the target folder.
pub fn build_kernels_page(home: &Home) -> Result<()> {
    let page = home.target.join("kernels-web");
    run(home.cargo().args([
        "build",
        "--profile",
        "wasm",
        "--target",
        WASM,
        // Both, though only one is wanted: alone, it would ask for other features of shared
        // dependencies, and burn would be built a second time.
        "--package",
        "pocket-genie-web",
        "--package",
        "pocket-genie-kernels-web",
    ]))?;
    fs::create_dir_all(&page).with_context(|| format!("can't make {}", page.display()))?;
    run(home
        .command("wasm-bindgen")
        .args(["--target", "web", "--no-typescript", "--out-dir"])
        .arg(page.join("pkg"))
        .arg(home.target.join(WASM).join("wasm/kernels_web.wasm")))?;
    let index = home.root.join("tests/kernels-web/index.html");
    fs::copy(&index, page.join("index.html"))
        .with_context(|| format!("can't copy {}", index.display()))?;
    Ok(())
}

fn wasm_target() -> Result<()> {
    let libraries =
        output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    if !works("rustup", "--version") {
        bail!(
            "Rust's library for {WASM} is missing, and there is no rustup to add it. Install Rust from https://rustup.rs"
        );
    }
    run(Command::new("rustup").args(["target", "add", WASM]))
        .context("the download needs a network: run this again once there is one")
}

/// rustfmt and clippy.
pub fn lint_tools() -> Result<()> {
    if works("cargo-fmt", "--version") && works("cargo-clippy", "--version") {
        return Ok(());
    }
    run(Command::new("rustup").args(["component", "add", "rustfmt", "clippy"]))
        .context("rustfmt and clippy are missing. Install Rust from https://rustup.rs")
}

/// Installs a program with `cargo install`, unless this very version is here.
fn cargo_tool(
    home: &Home,
    package: &str,
    program: &str,
    version: &str,
    flags: &[&str],
) -> Result<()> {
    let here = output(home.command(program).arg("--version")).unwrap_or_default();
    if here.split_whitespace().nth(1) == Some(version) {
        println!("{program} {version} is here");
        return Ok(());
    }
    let tools = home.tools();
    let build = tools.join("build");
    fs::create_dir_all(&tools).with_context(|| format!("can't make {}", tools.display()))?;
    let mut cargo = Command::new("cargo");
    cargo
        .args([
            "install",
            package,
            "--version",
            version,
            "--force",
            "--root",
        ])
        .arg(&tools)
        .args(flags)
        .current_dir(&tools)
        .env("CARGO_TARGET_DIR", &build)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env(
            "CARGO_PROFILE_RELEASE_OPT_LEVEL",
            if program == "trunk" { "0" } else { "2" },
        );
    run(&mut cargo).with_context(|| {
        format!("{package} {version} could not be installed; it needs a network and a C compiler")
    })?;
    // Hundreds of megabytes that nobody needs again.
    let _ = fs::remove_dir_all(build);
    Ok(())
}

/// The version of a package in Cargo.lock.
fn locked_version(home: &Home, package: &str) -> Result<String> {
    let lock = fs::read_to_string(home.root.join("Cargo.lock")).context("can't read Cargo.lock")?;
    version_in(&lock, package).with_context(|| format!("Cargo.lock has no package {package}"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let mut lines = lock
        .lines()
        .skip_while(|line| *line != format!("name = \"{package}\""));
    let version = lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')?;
    Some(version.to_owned())
}

/// Something from the system's packages.
struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    here: fn() -> bool,
}

const CHROMIUM: &str = "Chromium";

const NEEDS: [Need; 5] = [
    Need {
        what: CHROMIUM,
        packages: &["chromium"],
        here: || chromium().is_some(),
    },
    Need {
        what: "Vulkan in software",
        packages: &["libvulkan1", "mesa-vulkan-drivers"],
        here: software_vulkan,
    },
    Need {
        what: "ffmpeg",
        packages: &["ffmpeg"],
        here: || works("ffmpeg", "-version") && works("ffprobe", "-version"),
    },
    Need {
        what: "Python's venv",
        packages: &["python3", "python3-venv", "python3-pip"],
        here: python_venv,
    },
    Need {
        what: "Node.js 18 and npm",
        packages: &["nodejs", "npm"],
        here: || node() && works("npm", "--version"),
    },
];

/// Installs the system packages that the tests need and that aren't here.
pub fn system_packages() -> Result<()> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.here)()).collect();
    if missing.is_empty() {
        println!("Chromium, software Vulkan, ffmpeg, Python and Node.js are here");
        return Ok(());
    }
    let whats: Vec<_> = missing.iter().map(|need| need.what).collect();
    let packages: Vec<_> = missing
        .iter()
        .flat_map(|need| need.packages)
        .copied()
        .collect();
    let (whats, by_hand) = (
        whats.join(", "),
        format!("apt-get install {}", packages.join(" ")),
    );
    println!("missing: {whats}");
    if !works("apt-get", "--version") {
        bail!(
            "missing: {whats}. This is no Debian or Ubuntu: install them with your system's package manager"
        );
    }
    apt_install(&packages, &by_hand)?;
    // Ubuntu's package of Chromium is an empty shell around a snap: see `chromium_by_npm`.
    let fails = |need: &&&Need| need.what != CHROMIUM && !(need.here)();
    match missing.iter().find(fails) {
        Some(need) => bail!("{} is installed, but doesn't work here", need.what),
        None => Ok(()),
    }
}

fn apt_install(packages: &[&str], by_hand: &str) -> Result<()> {
    run(as_root(by_hand)?.args(["apt-get", "update"]))?;
    let mut install = as_root(by_hand)?;
    install
        .args(["apt-get", "install", "-y", "--no-install-recommends"])
        .args(packages);
    run(&mut install).with_context(|| format!("by hand: {by_hand}"))
}

/// Firefox from the system's packages. By itself: not every system has this one.
pub fn firefox_package() -> Result<()> {
    if let Some(program) = firefox() {
        println!("Firefox is here: {program}");
        return Ok(());
    }
    let by_hand = "apt-get install firefox-esr";
    if !works("apt-get", "--version") {
        bail!("there is no Firefox. Install one, and name it in FIREFOX");
    }
    apt_install(&["firefox-esr"], by_hand)
        .context("no Firefox could be installed. Install one, and name it in FIREFOX")?;
    match firefox() {
        Some(_) => Ok(()),
        None => bail!("Firefox is installed, but doesn't start. Name another in FIREFOX"),
    }
}

/// A Firefox that starts.
pub fn firefox() -> Option<String> {
    let of_the_system = ["firefox-esr", "firefox"].map(str::to_owned);
    env::var("FIREFOX")
        .into_iter()
        .chain(of_the_system)
        .find(|program| works(program, "--version"))
}

/// A Chromium from the browser tests' own packages, where the system has none that works.
pub fn chromium_by_npm(folder: &Path) -> Result<()> {
    if chromium().is_some() {
        return Ok(());
    }
    println!("the system's Chromium doesn't start: getting another");
    run(Command::new("npx")
        .args(["playwright-core", "install", "--with-deps", "chromium"])
        .current_dir(folder))
    .context("no Chromium could be installed. Install one, and name it in CHROMIUM")?;
    match chromium() {
        Some(_) => Ok(()),
        None => bail!("a Chromium is installed, but doesn't start. Name another in CHROMIUM"),
    }
}

/// The npm packages of the browser tests, as locked.
pub fn npm_packages(folder: &Path) -> Result<()> {
    let (lock, installed) = (
        folder.join("package-lock.json"),
        folder.join("node_modules/.package-lock.json"),
    );
    let age = |path: &Path| fs::metadata(path).and_then(|m| m.modified()).ok();
    if age(&installed).is_some_and(|a| age(&lock).is_some_and(|b| a >= b)) {
        return Ok(());
    }
    run(Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(folder))
    .context("the browser tests' npm packages could not be installed; is there a network?")
}

/// A Chromium that starts.
pub fn chromium() -> Option<String> {
    let of_the_system = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    env::var("CHROMIUM")
        .into_iter()
        .chain(of_the_system.map(str::to_owned))
        .chain(chromium_of_npm())
        .find(|program| works(program, "--version"))
}

/// Where Playwright puts its browsers.
fn chromium_of_npm() -> impl Iterator<Item = String> {
    let folders = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten();
    let cache = env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/ms-playwright"));
    cache
        .into_iter()
        .flat_map(folders)
        .flat_map(move |version| folders(version.path()))
        .map(|build| build.path().join("chrome"))
        .filter(|program| program.is_file())
        .map(|program| program.to_string_lossy().into_owned())
}

/// A command that runs as root.
fn as_root(by_hand: &str) -> Result<Command> {
    let mut command = Command::new("env");
    if output(Command::new("id").arg("-u"))? != "0" {
        if !works("sudo", "-nv") {
            bail!("this needs root. Run this first, then the same command again: sudo {by_hand}");
        }
        command = Command::new("sudo");
    }
    command.arg("DEBIAN_FRONTEND=noninteractive");
    Ok(command)
}

fn works(program: &str, flag: &str) -> bool {
    let quiet = Command::new(program)
        .arg(flag)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    quiet.is_ok_and(|status| status.success())
}

fn node() -> bool {
    let version = output(Command::new("node").arg("--version")).unwrap_or_default();
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|v| v.parse::<u32>().ok());
    major.is_some_and(|major| major >= OLDEST_NODE)
}

fn python_venv() -> bool {
    let import = Command::new("python3")
        .args(["-c", "import venv, ensurepip"])
        .output();
    import.is_ok_and(|out| out.status.success())
}

fn software_vulkan() -> bool {
    let driver = fs::read_dir("/usr/share/vulkan/icd.d").is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("lvp_icd"))
    });
    let libraries = output(Command::new("/sbin/ldconfig").arg("-p")).unwrap_or_default();
    driver && libraries.contains("libvulkan.so.1")
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn versions_are_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(version_in(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(lock, "wasm"), None);
    }
}
