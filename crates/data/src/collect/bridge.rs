//! The Rust end of `tools/coinrun/bridge.py`: actions in, frames out, one batch at a time.

use std::io::{BufReader, ErrorKind, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::Mode;
use crate::{Error, LevelRange, Result};

/// Environments stepped together; more gain nothing, one core being full.
pub(super) const ENVS: usize = 64;
const FRAME: usize = 64 * 64 * 3;
const BATCH_BYTES: usize = ENVS + ENVS * FRAME;
const SCRIPT: &str = include_str!("../../../../tools/coinrun/bridge.py");
const HELLO: usize = 14;
/// Kept of what the bridge says on stderr, for messages.
const TAIL_BYTES: usize = 2000;

/// A running bridge; it ends when this is dropped.
pub(super) struct Bridge {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    tail: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

/// One frame of every environment.
pub(super) struct Batch(Vec<u8>);

impl Batch {
    /// Whether environment `env` has just begun an episode.
    pub(super) fn first(&self, env: usize) -> bool {
        self.0[env] != 0
    }

    /// `[64, 64, 3]` bytes.
    pub(super) fn frame(&self, env: usize) -> &[u8] {
        let start = ENVS + env * FRAME;
        &self.0[start..start + FRAME]
    }
}

impl Bridge {
    /// Starts the bridge and reads its greeting.
    pub(super) fn start(python: &Path, levels: LevelRange, mode: Mode) -> Result<Self> {
        let mut command = Command::new(python);
        command.args(["-u", "-c", SCRIPT]).args([
            ENVS.to_string(),
            levels.start.to_string(),
            levels.count().to_string(),
            mode.name().into(),
        ]);
        Self::spawn(command)
    }

    fn spawn(mut command: Command) -> Result<Self> {
        let program = command.get_program().to_os_string();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(Error::io("start", Path::new(&program)))?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Error::Invalid(
                "the bridge was started without pipes".into(),
            ));
        };
        let tail = Arc::new(Mutex::new(Vec::new()));
        let reader = std::thread::spawn({
            let tail = Arc::clone(&tail);
            move || keep_tail(stderr, &tail)
        });
        let mut bridge = Self {
            child,
            stdin: Some(stdin),
            stdout: BufReader::new(stdout),
            tail,
            reader: Some(reader),
        };
        bridge.greet()?;
        Ok(bridge)
    }

    fn greet(&mut self) -> Result<()> {
        let mut magic = [0; 1];
        self.read(&mut magic)?;
        if magic[0] == b'E' {
            return Err(self.told());
        }
        let mut rest = [0; HELLO - 1];
        self.read(&mut rest)?;
        let expected = [1, ENVS as u16, 64, 64, 3];
        let found: Vec<u16> = rest[3..]
            .chunks(2)
            .map(|b| u16::from_le_bytes([b[0], b[1]]))
            .collect();
        if magic[0] != b'P' || rest[..3] != *b"GCR" || found != expected {
            return Err(self.broke(format!(
                "greeted with {magic:?} {rest:?}, which is not its protocol"
            )));
        }
        Ok(())
    }

    /// Fresh environments, their levels drawn from `seed`.
    pub(super) fn reset(&mut self, seed: u32) -> Result<Batch> {
        let mut message = vec![b'R'];
        // procgen takes a signed 32-bit seed.
        message.extend((seed >> 1).to_le_bytes());
        self.ask(&message)
    }

    /// One step of every environment.
    pub(super) fn step(&mut self, actions: &[i8; ENVS]) -> Result<Batch> {
        let mut message = vec![b'A'];
        message.extend(actions.iter().map(|a| a.cast_unsigned()));
        self.ask(&message)
    }

    fn ask(&mut self, message: &[u8]) -> Result<Batch> {
        let sent = self.stdin.as_mut().map_or(Ok(()), |stdin| {
            stdin.write_all(message).and_then(|()| stdin.flush())
        });
        // A broken pipe is explained by what the bridge last said, which the read below finds.
        if let Err(e) = sent
            && e.kind() != ErrorKind::BrokenPipe
        {
            return Err(self.broke(format!("could not be told what to do ({e})")));
        }
        let mut kind = [0; 1];
        self.read(&mut kind)?;
        match kind[0] {
            b'F' => {}
            b'E' => return Err(self.told()),
            other => {
                return Err(self.broke(format!("sent {other:#04x} where an answer should begin")));
            }
        }
        let size = self.read_size()?;
        if size != BATCH_BYTES {
            return Err(self.broke(format!(
                "announced {size} bytes where {BATCH_BYTES} were due"
            )));
        }
        let mut bytes = vec![0; size];
        self.read(&mut bytes)?;
        Ok(Batch(bytes))
    }

    fn read_size(&mut self) -> Result<usize> {
        let mut size = [0; 4];
        self.read(&mut size)?;
        Ok(u32::from_le_bytes(size) as usize)
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.stdout
            .read_exact(bytes)
            .map_err(|_| self.broke("stopped in the middle".into()))
    }

    /// The error that the bridge itself has put into words.
    fn told(&mut self) -> Error {
        let Ok(size) = self.read_size() else {
            return self.broke("stopped".into());
        };
        let mut text = vec![0; size.min(TAIL_BYTES)];
        if let Err(error) = self.read(&mut text) {
            return error;
        }
        self.broke(format!("failed: {}", String::from_utf8_lossy(&text)))
    }

    fn broke(&mut self, what: String) -> Error {
        self.stop();
        let tail = self
            .tail
            .lock()
            .map(|t| String::from_utf8_lossy(&t).into_owned())
            .unwrap_or_default();
        Error::Bridge { what, tail }
    }

    fn stop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Reads stderr to its end, so that the bridge never blocks on it, and keeps the last of it.
fn keep_tail(mut stderr: impl Read, tail: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        if let Ok(mut tail) = tail.lock() {
            tail.extend_from_slice(&buffer[..count]);
            let excess = tail.len().saturating_sub(TAIL_BYTES);
            tail.drain(..excess);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stand-in bridge in shell, so that the protocol's failures can be had at will.
    fn stand_in(script: &str) -> Result<Bridge> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Bridge::spawn(command)
    }

    const GREETING: &str = r"printf 'PGCR\001\000\100\000\100\000\100\000\003\000'";

    fn message<T>(result: Result<T>) -> String {
        result
            .err()
            .map_or_else(|| "no error".into(), |e| e.to_string())
    }

    #[test]
    fn death_is_told_with_the_last_words() {
        let text = message(stand_in("echo 'no module named procgen' >&2; exit 3"));
        assert!(
            text.contains("stopped") && text.contains("no module named procgen"),
            "{text}"
        );
    }

    #[test]
    fn a_wrong_greeting_is_refused() {
        let text = message(stand_in("echo Welcome to Python, have a nice day"));
        assert!(text.contains("not its protocol"), "{text}");
    }

    #[test]
    fn the_bridges_own_error_is_passed_on() {
        let text = message(stand_in(r"printf 'E\004\000\000\000oops'"));
        assert!(text.contains("failed: oops"), "{text}");
    }

    #[test]
    fn a_wrong_size_is_refused_before_it_is_allocated() {
        let mut bridge =
            stand_in(&format!(r"{GREETING}; printf 'F\377\377\377\377'; sleep 5")).unwrap();
        let text = message(bridge.reset(1));
        assert!(text.contains("announced 4294967295 bytes"), "{text}");
    }

    #[test]
    fn death_between_batches_is_told() {
        let mut bridge = stand_in(&format!("{GREETING}; echo out of memory >&2")).unwrap();
        let text = message(bridge.reset(1).and_then(|_| bridge.step(&[4; ENVS])));
        assert!(
            text.contains("out of memory") && text.contains("run the same command to go on"),
            "{text}"
        );
    }
}
