//! Steps: each says what it does, how it ended and how long it took.

use std::io::{BufRead, BufReader, Write, stdout};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Tests that passed and failed. A step that only succeeds or fails counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
}

impl Counts {
    pub const NONE: Self = Self {
        passed: 0,
        failed: 0,
    };
    pub const ONE: Self = Self {
        passed: 1,
        failed: 0,
    };

    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Runs `work` under a heading, and prints how long it took.
pub fn timed<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("── {what}");
    let start = Instant::now();
    let result = work();
    let state = if result.is_ok() { "done" } else { "FAILED" };
    println!("── {what}: {state} in {}", text(start.elapsed()));
    result
}

/// The steps of a test run, in order; after the first failure the others are passed over.
#[derive(Default)]
pub struct Steps {
    rows: Vec<Row>,
    error: Option<anyhow::Error>,
    total: Counts,
}

struct Row {
    name: String,
    outcome: String,
    took: Duration,
}

impl Steps {
    /// Runs a step, unless one before it failed.
    pub fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Counts>) {
        let mut row = Row {
            name: name.to_owned(),
            outcome: "not run".to_owned(),
            took: Duration::ZERO,
        };
        if self.error.is_none() {
            let start = Instant::now();
            let result = timed(name, work);
            row.took = start.elapsed();
            let counts = match &result {
                Ok(counts) => *counts,
                Err(error) => error.downcast_ref().map_or(
                    Counts {
                        passed: 0,
                        failed: 1,
                    },
                    |f: &Failed| f.0,
                ),
            };
            self.total.add(counts);
            row.outcome = match &result {
                Ok(Counts::ONE | Counts::NONE) => "ok".to_owned(),
                Ok(counts) => format!("ok, {} passed", counts.passed),
                Err(_) => "FAILED".to_owned(),
            };
            self.error = result
                .err()
                .map(|e| e.context(format!("the step “{name}” failed")));
        }
        self.rows.push(row);
    }

    /// Prints the table and the last line; the first failure, if there was one.
    pub fn finish(self) -> Result<()> {
        let width = self
            .rows
            .iter()
            .map(|r| r.name.chars().count())
            .max()
            .unwrap_or(0);
        println!();
        for Row {
            name,
            outcome,
            took,
        } in &self.rows
        {
            println!("{name:<width$}  {outcome:<20} {:>8}", text(*took));
        }
        println!("{} passed, {} failed", self.total.passed, self.total.failed);
        self.error.map_or(Ok(()), Err)
    }
}

/// A test runner that counted failures.
#[derive(Debug)]
struct Failed(Counts);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.0.passed, self.0.failed)
    }
}

impl std::error::Error for Failed {}

/// Runs a command to its end, its output shown as it comes.
pub fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", line(command));
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("`{}` ended with {status}", line(command));
    }
    Ok(())
}

/// What a command prints to its standard output, without the white space around it.
pub fn output(command: &mut Command) -> Result<String> {
    let out = command.output().with_context(|| cannot_start(command))?;
    if !out.status.success() {
        let why = String::from_utf8_lossy(&out.stderr);
        bail!(
            "`{}` ended with {}: {}",
            line(command),
            out.status,
            why.trim()
        );
    }
    Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

/// Runs a test runner, shows its output as it comes, and adds up the counts in it: cargo's
/// `test result: ok. 3 passed; 0 failed`, and lines that are just `3 passed, 0 failed`.
pub fn run_counted(command: &mut Command) -> Result<Counts> {
    println!("$ {}", line(command));
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| cannot_start(command))?;
    let mut counts = Counts::default();
    let reader = BufReader::new(child.stdout.take().context("no standard output")?);
    for text in reader.split(b'\n') {
        let text = text.context("a test runner's output broke off")?;
        counts.add(counted(&String::from_utf8_lossy(&text)).unwrap_or_default());
        let mut out = stdout().lock();
        // A closed pipe is no reason to stop testing.
        let _ = out.write_all(&text).and_then(|()| out.write_all(b"\n"));
    }
    let status = child.wait().context("a test runner was lost")?;
    if status.success() && counts.failed == 0 {
        if counts.passed == 0 {
            bail!("`{}` ran no test", line(command));
        }
        return Ok(counts);
    }
    counts.failed = counts.failed.max(1);
    Err(anyhow::Error::new(Failed(counts))
        .context(format!("`{}` ended with {status}", line(command))))
}

/// The counts that a runner's line reports, if it reports any.
fn counted(line: &str) -> Option<Counts> {
    let line = line.trim();
    let report = line.strip_prefix("test result:").unwrap_or(line);
    if report.len() == line.len() && !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let number = |word: &str| {
        let before = &report[..report.find(word)?];
        before.split_whitespace().last()?.parse().ok()
    };
    Some(Counts {
        passed: number(" passed")?,
        failed: number(" failed")?,
    })
}

/// A command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|w| w.to_string_lossy()).collect();
    words.join(" ")
}

fn cannot_start(command: &Command) -> String {
    format!(
        "`{}` can't be started: is it installed?",
        command.get_program().to_string_lossy()
    )
}

/// A duration for people.
pub fn text(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", seconds as u64 / 60, seconds as u64 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runners_counts_are_read_and_other_lines_are_not() {
        let cargo = "test result: ok. 3 passed; 1 failed; 0 ignored; 0 measured; finished in 0.2s";
        assert_eq!(
            counted(cargo),
            Some(Counts {
                passed: 3,
                failed: 1
            })
        );
        assert_eq!(
            counted("12 passed, 0 failed"),
            Some(Counts {
                passed: 12,
                failed: 0
            })
        );
        assert_eq!(counted("test it ... ok"), None);
        assert_eq!(counted("expected: 3 passed, 0 failed"), None);
        assert_eq!(counted(""), None);
    }

    #[test]
    fn a_failed_step_stops_the_ones_after_it() {
        let mut steps = Steps::default();
        steps.step("one", || Ok(Counts::ONE));
        steps.step("two", || bail!("broken"));
        steps.step("three", || panic!("must not run"));
        assert_eq!(
            steps.total,
            Counts {
                passed: 1,
                failed: 1
            }
        );
        assert_eq!(steps.rows[2].outcome, "not run");
        assert!(steps.finish().is_err());
    }
}
