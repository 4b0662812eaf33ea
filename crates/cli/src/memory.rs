//! How much memory this process has, where the system says.

use std::fs;

/// Now, in bytes.
pub fn resident() -> Option<u64> {
    status("VmRSS:")
}

/// At most so far, in bytes.
pub fn peak() -> Option<u64> {
    status("VmHWM:")
}

fn status(entry: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(entry))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib << 10)
}
