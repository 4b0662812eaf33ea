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
/// Bytes of a frame.
pub(super) const FRAME: usize = 64 * 64 * 3;
/// In a batch's bytes: a mark for each first frame, then rewards, then levels, then frames.
const REWARDS: usize = ENVS;
const LEVELS: usize = REWARDS + 4 * ENVS;
const FRAMES: usize = LEVELS + 4 * ENVS;
const BATCH_BYTES: usize = FRAMES + ENVS * FRAME;
const SCRIPT: &str = include_str!("../../../../tools/coinrun/bridge.py");
const VERSION: u16 = 2;
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

    /// What the action before this frame earned: 10 for the coin.
    pub(super) fn reward(&self, env: usize) -> f32 {
        f32::from_le_bytes(self.four(REWARDS, env))
    }

    /// The seed of the level on this frame.
    pub(super) fn level(&self, env: usize) -> u64 {
        u64::from(u32::from_le_bytes(self.four(LEVELS, env)))
    }

    /// `[64, 64, 3]` bytes.
    pub(super) fn frame(&self, env: usize) -> &[u8] {
        let start = FRAMES + env * FRAME;
        &self.0[start..start + FRAME]
    }

    fn four(&self, part: usize, env: usize) -> [u8; 4] {
        let at = part + 4 * env;
        [self.0[at], self.0[at + 1], self.0[at + 2], self.0[at + 3]]
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
        let expected = [VERSION, ENVS as u16, 64, 64, 3];
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

    /// From its next episode on, each environment plays this one level; `None`: as before. Forgets
    /// the states that were kept of it.
    pub(super) fn play_levels(&mut self, levels: &[Option<u64>; ENVS]) -> Result<()> {
        // `coinrun` refuses levels that are not below 2^31.
        self.tell(b'L', levels.iter().map(|l| l.map(|l| l as i32)))
    }

    /// Keeps the state of the environments that are marked, each after those kept before.
    pub(super) fn keep(&mut self, marked: &[bool; ENVS]) -> Result<()> {
        let mut message = vec![b'K'];
        message.extend(marked.map(u8::from));
        self.send(&message)
    }

    /// Puts environments back into a state that was kept (the first is 0) and forgets those kept
    /// after it. The next action leads on from there.
    pub(super) fn go_back(&mut self, states: &[Option<u32>; ENVS]) -> Result<()> {
        self.tell(b'B', states.iter().map(|s| s.map(u32::cast_signed)))
    }

    /// A command without an answer: one number for each environment.
    fn tell(&mut self, command: u8, numbers: impl Iterator<Item = Option<i32>>) -> Result<()> {
        let mut message = vec![command];
        for number in numbers {
            message.extend(number.unwrap_or(-1).to_le_bytes());
        }
        self.send(&message)
    }

    fn send(&mut self, message: &[u8]) -> Result<()> {
        let sent = self.stdin.as_mut().map_or(Ok(()), |stdin| {
            stdin.write_all(message).and_then(|()| stdin.flush())
        });
        match sent {
            // A broken pipe is explained by what the bridge last said, which the next read finds.
            Err(e) if e.kind() != ErrorKind::BrokenPipe => {
                Err(self.broke(format!("could not be told what to do ({e})")))
            }
            _ => Ok(()),
        }
    }

    fn ask(&mut self, message: &[u8]) -> Result<Batch> {
        self.send(message)?;
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

    /// Stops the bridge; the error says why, with its last words.
    pub(super) fn broke(&mut self, what: String) -> Error {
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

    const GREETING: &str = r"printf 'PGCR\002\000\100\000\100\000\100\000\003\000'";

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

    #[test]
    fn a_batch_is_taken_apart() {
        let mut bridge = stand_in(&format!(
            r"{GREETING}; zeros() {{ head -c $1 /dev/zero; }}; printf 'F\100\002\014\000'
              printf '\001'; zeros 63
              zeros 252; printf '\000\000\040\101'
              printf '\160\021\001\000'; zeros 252
              zeros 786431; printf '\007'"
        ))
        .unwrap();
        let batch = bridge.reset(1).unwrap();
        assert!(batch.first(0) && (1..ENVS).all(|env| !batch.first(env)));
        assert_eq!([batch.reward(62), batch.reward(63)], [0.0, 10.0]);
        assert_eq!([batch.level(0), batch.level(1)], [70_000, 0]);
        assert_eq!(batch.frame(63).len(), FRAME);
        assert_eq!((batch.frame(0)[0], batch.frame(63)[FRAME - 1]), (0, 7));
    }

    #[test]
    fn commands_without_an_answer_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("told");
        let mut bridge = stand_in(&format!(
            r"{GREETING}; head -c 579 > '{}'; printf 'E\004\000\000\000done'",
            file.display()
        ))
        .unwrap();
        let (mut levels, mut marked, mut states) = ([None; ENVS], [false; ENVS], [None; ENVS]);
        (levels[1], marked[2], states[3]) = (Some(0x0102_0304), true, Some(9));
        bridge.play_levels(&levels).unwrap();
        bridge.keep(&marked).unwrap();
        bridge.go_back(&states).unwrap();
        let text = message(bridge.step(&[4; ENVS]));
        assert!(text.contains("failed: done"), "{text}");
        let told = std::fs::read(file).unwrap();
        let (level, rest) = told.split_at(1 + 4 * ENVS);
        let (keep, back) = rest.split_at(1 + ENVS);
        assert_eq!(level[..9], *b"L\xFF\xFF\xFF\xFF\x04\x03\x02\x01");
        assert_eq!(keep[..5], *b"K\0\0\x01\0");
        assert_eq!((back[0], &back[13..17]), (b'B', &[9, 0, 0, 0][..]));
        assert!(back[1..13].iter().chain(&back[17..]).all(|b| *b == 0xFF));
    }
}
