//! `cargo xtask test`: everything that must hold, from formatting to the page in a browser.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::setup::{self, Home};
use crate::size;
use crate::step::{Counts, Steps, run as run_command, run_counted};

/// Built for the browser only.
const WEB_PACKAGES: [&str; 2] = ["pocket-genie-web", "pocket-genie-kernels-web"];

#[derive(clap::Args)]
pub struct Arguments {
    /// Runs these steps only
    #[arg(long, value_delimiter = ',')]
    only: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// Formatting
    Fmt,
    /// Lints of everything native
    Clippy,
    /// Lints of what runs in the browser
    ClippyWasm,
    /// Every cargo test: unit, property, reference, and the program end to end
    Unit,
    /// The program end to end (part of `unit`)
    Cli,
    /// Sizes of the built page
    Size,
    /// The WGSL kernels in Chromium
    Kernels,
    /// The page in Chromium, with WebGPU and without, and in Firefox
    Page,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    let home = Home::find()?;
    let asked = |step: Step| arguments.only.contains(&step);
    let wanted = |step: Step| arguments.only.is_empty() || asked(step);
    let browser = wanted(Step::Kernels) || wanted(Step::Page);
    let mut steps = Steps::default();

    steps.step("set-up", || {
        if wanted(Step::Fmt) || wanted(Step::Clippy) || wanted(Step::ClippyWasm) {
            setup::lint_tools()?;
        }
        if browser || wanted(Step::Unit) || asked(Step::Cli) {
            setup::system_packages()?;
        }
        if browser || wanted(Step::ClippyWasm) {
            setup::page_tools(&home)?;
        }
        if browser {
            setup::npm_packages(&browser_tests(&home))?;
            setup::chromium_by_npm(&browser_tests(&home))?;
        }
        if wanted(Step::Page) {
            setup::firefox_package()?;
        }
        Ok(Counts::NONE)
    });
    if wanted(Step::Fmt) {
        steps.step("format", || {
            one(run_command(home.cargo().args(["fmt", "--all", "--check"])))
        });
    }
    if wanted(Step::Clippy) {
        steps.step("lints, native", || {
            one(run_command(&mut native(
                &home,
                "clippy",
                &["--all-targets", "--", "-D", "warnings"],
            )))
        });
    }
    if wanted(Step::ClippyWasm) {
        steps.step("lints, wasm", || one(run_command(&mut wasm_lints(&home))));
    }
    if wanted(Step::Unit) {
        steps.step("cargo test", || {
            run_counted(&mut native(&home, "test", &["--no-fail-fast"]))
        });
        // By itself: its features would have burn compiled once more, and so does the worker.
        steps.step("cargo test, the page's state", || {
            let page = [
                "test",
                "--release",
                "--package",
                "pocket-genie-web",
                "--lib",
            ];
            run_counted(home.cargo().args(page))
        });
    }
    if asked(Step::Cli) {
        steps.step("the program end to end", || {
            run_counted(&mut native(&home, "test", &["--test", "e2e"]))
        });
    }
    if wanted(Step::Page) && !wanted(Step::Unit) {
        // It has to play what the page plays. `cargo test` builds it too.
        steps.step("build the program", || {
            one(run_command(home.cargo().args(["build", "--release"])))
        });
    }
    if wanted(Step::Page) || asked(Step::Size) {
        steps.step("build the page", || one(setup::build_page(&home)));
        steps.step("sizes", || one(size::check(&home)));
    }
    if wanted(Step::Kernels) {
        steps.step("build the kernels' page", || {
            one(setup::build_kernels_page(&home))
        });
        steps.step("WGSL kernels in Chromium", || {
            run_counted(&mut node(&home, &["kernels"]))
        });
    }
    if wanted(Step::Page) {
        steps.step("the page with WebGPU", || {
            run_counted(&mut node(&home, &["page", "--webgpu"]))
        });
        steps.step("the page when WebGPU fails", || {
            run_counted(&mut node(&home, &["lost"]))
        });
        steps.step("the page without WebGPU", || {
            run_counted(&mut node(&home, &["page"]))
        });
        for part in [
            "play", "looks", "prompts", "share", "visits", "everyone", "firefox", "audit",
        ] {
            steps.step(&format!("the page: {part}"), || {
                run_counted(&mut node(&home, &[part]))
            });
        }
    }
    steps.finish()
}

fn one(result: Result<()>) -> Result<Counts> {
    result.map(|()| Counts::ONE)
}

/// A cargo command over everything that isn't for the browser only. Always the same packages and
/// profile, so that burn is compiled once.
fn native(home: &Home, command: &str, more: &[&str]) -> Command {
    let mut cargo = home.cargo();
    cargo.args([command, "--release", "--workspace"]);
    for package in WEB_PACKAGES {
        cargo.args(["--exclude", package]);
    }
    cargo.args(more);
    cargo
}

fn wasm_lints(home: &Home) -> Command {
    let mut cargo = home.cargo();
    cargo.args([
        "clippy",
        "--profile",
        "wasm",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    for package in WEB_PACKAGES {
        cargo.args(["--package", package]);
    }
    cargo.args(["--", "-D", "warnings"]);
    cargo
}

fn browser_tests(home: &Home) -> PathBuf {
    home.root.join("tests/browser")
}

/// The browser harness.
fn node(home: &Home, arguments: &[&str]) -> Command {
    let mut node = home.command("node");
    node.arg(browser_tests(home).join("run.mjs"))
        .args(arguments);
    node.env("CHROMIUM", setup::chromium().unwrap_or_default());
    node.env("FIREFOX", setup::firefox().unwrap_or_default());
    node.env("CARGO_TARGET_DIR", &home.target);
    node
}
