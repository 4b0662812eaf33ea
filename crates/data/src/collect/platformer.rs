//! The built-in platformer: one game per clip, so clip `i` needs no clip before it.

use std::ops::ControlFlow;

use platformer::policy::{MixedPolicy, Policy as _};
use platformer::{Action, FRAME_BYTES, FRAMES_PER_SECOND, HEIGHT, Platformer, Theme, WIDTH};

use super::cutter::Cutter;
use super::{CollectSpec, Collected, OnProgress, Policy, Sink, Source, Unit};
use crate::hash::{Stream, below, mix};
use crate::{ClipBuf, Error, LevelRange, Result, UNKNOWN_ACTION};

/// What a store of the platformer names as its source.
pub const PLATFORMER: &str = "platformer";

/// Tries to get one clip; a level is left for the next one when its hero dies too early.
const TRIES: u64 = 1000;
/// How a store says that its actions were chosen.
const PLAYED: &str = "platformer mixed, steps of 1-4 frames, walk-in 0-640 frames";
/// Longest play before a clip begins, in frames. The policy runs for 120 frames before it first
/// wanders or turns back: with a walk-in of that length two thirds of all actions went right.
const WALK_IN: u64 = 640;

/// Collects clips of the built-in platformer, played by its own mixed policy. Needs nothing but
/// this program. Of [`CollectSpec::policy`] it knows the mixed one only, with settings of its own;
/// `mode` is not used; actions are numbered as `platformer::Action::index`.
///
/// # Errors
/// [`Error::Invalid`] for settings out of range (clips longer than levels are, for one), and those
/// of [`ClipStore`](crate::ClipStore) for the store.
pub fn platformer(spec: &CollectSpec, on_progress: OnProgress<'_>) -> Result<Collected> {
    if !matches!(spec.policy, Policy::Mixed(_)) {
        return Err(Error::Invalid(
            "the platformer is played by the mixed policy only; random and expert are CoinRun's"
                .into(),
        ));
    }
    let source = Source {
        name: PLATFORMER,
        licence: "MIT OR Apache-2.0, drawn by this program",
        mode: "",
        policy: policy(&spec.themes),
        fps: f64::from(FRAMES_PER_SECOND),
        height: HEIGHT as u16,
        width: WIDTH as u16,
        rewards: false,
    };
    spec.check_apart(&source)?;
    let total = spec.frames.unwrap_or(0);
    let mut sink = Sink::open(spec, &source, (total, Unit::Frames), on_progress)?;
    if sink.is_full() {
        let _ = sink.report();
    }
    while !sink.is_full() {
        let clip = clip(spec, sink.next())?;
        if let ControlFlow::Break(()) = sink.push(clip)? {
            break;
        }
    }
    Ok(sink.collected())
}

/// How a store says that its actions were chosen, and its looks if they were.
fn policy(themes: &[Theme]) -> String {
    let names: Vec<&str> = themes.iter().map(|theme| theme.name()).collect();
    match names.as_slice() {
        [] => PLAYED.into(),
        names => format!("{PLAYED}, {} only", names.join(" and ")),
    }
}

/// The looks that a store speaks of, none where it leaves them to the levels; `None` if this program doesn't
/// play like that.
pub(super) fn looks(policy: &str) -> Option<Vec<Theme>> {
    let rest = policy.strip_prefix(PLAYED)?;
    if rest.is_empty() {
        return Some(Vec::new());
    }
    let names = rest.strip_prefix(", ")?.strip_suffix(" only")?;
    names.split(" and ").map(Theme::from_name).collect()
}

/// A level in one of the chosen looks, which its seed draws.
fn game(level: u64, themes: &[Theme]) -> Platformer {
    match themes.len() as u64 {
        0 => Platformer::new(level),
        n => Platformer::with_theme(level, themes[(mix(&[level, 7]) % n) as usize]),
    }
}

/// Clip number `number`, whatever was made before.
fn clip(spec: &CollectSpec, number: u64) -> Result<ClipBuf> {
    let games = Games {
        levels: spec.levels,
        themes: &spec.themes,
        frames: spec.frames_per_clip as usize,
        seed: spec.seed,
    };
    games.play(number, &mut |_, _, _| {}).ok_or_else(|| {
        Error::Invalid(format!(
            "no level lasted {} frames in {TRIES} tries. Choose fewer frames per clip",
            games.frames
        ))
    })
}

/// What fixes the games of a collection.
pub(super) struct Games<'a> {
    pub(super) levels: LevelRange,
    pub(super) themes: &'a [Theme],
    /// Frames of a clip.
    pub(super) frames: usize,
    pub(super) seed: u64,
}

/// Sees the game at a frame of a clip, the frame's number, and what is done next.
pub(super) type Watch<'a> = &'a mut dyn FnMut(usize, &Platformer, Action);

impl Games<'_> {
    /// Clip `number`. `watch` sees all its frames but the last; where a try fails, the next begins at frame
    /// 0 again.
    pub(super) fn play(&self, number: u64, watch: Watch<'_>) -> Option<ClipBuf> {
        (0..TRIES).find_map(|attempt| episode(self, mix(&[self.seed, number, attempt]), watch))
    }
}

/// Plays one level from its start; `None` when it ends before a clip is complete.
fn episode(games: &Games<'_>, seed: u64, watch: Watch<'_>) -> Option<ClipBuf> {
    let mut luck = Stream::new(seed);
    let level = games.levels.start + below(luck.next(), games.levels.count());
    let mut game = game(level, games.themes);
    let mut policy = MixedPolicy::new(luck.next());
    let mut cutter = Cutter::new(games.frames, f64::from(FRAMES_PER_SECOND));
    let walk_in = luck.below(WALK_IN + 1);
    cutter.begin(level, walk_in);
    let mut frame = vec![0; FRAME_BYTES];
    let mut passed = 0;
    let mut ended = false;
    loop {
        // Frames of the walk-in are not kept, so they need not be drawn.
        if passed >= walk_in {
            game.render_into(&mut frame);
        }
        passed += 1;
        // Nothing is done on the last frame, but a clip may end with it.
        let action = (!ended).then(|| policy.act(&game.state()));
        let pressed = action.map_or(UNKNOWN_ACTION, |a| a.index() as u8);
        if let Some(clip) = cutter.step(&frame, pressed, None) {
            return Some(clip);
        }
        let action = action?;
        if passed > walk_in {
            watch((passed - walk_in - 1) as usize, &game, action);
        }
        ended = game.step(action).is_end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClipStore, TrueActions};

    fn spec(out: &std::path::Path, frames: u64) -> CollectSpec {
        let mut spec = CollectSpec::new(out, frames);
        spec.levels = LevelRange {
            start: 100,
            end: 140,
        };
        spec
    }

    /// A collection that was stopped and continued is the one that was not.
    #[test]
    fn stopping_and_going_on_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let (whole, parts) = (
            directory.path().join("whole"),
            directory.path().join("parts"),
        );
        let frames =
            platformer(&spec(&whole, 70 * 32), &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(frames.frames, 70 * 32);
        let stopped = platformer(&spec(&parts, 70 * 32), &mut |_| ControlFlow::Break(())).unwrap();
        assert_eq!(stopped.frames, 32 * 32);
        platformer(&spec(&parts, 40 * 32), &mut |_| ControlFlow::Continue(())).unwrap();
        platformer(&spec(&parts, 70 * 32), &mut |_| ControlFlow::Continue(())).unwrap();
        let (a, b) = (
            ClipStore::open(&whole).unwrap(),
            ClipStore::open(&parts).unwrap(),
        );
        let (x, y) = (
            TrueActions::open(&whole).unwrap(),
            TrueActions::open(&parts).unwrap(),
        );
        for i in 0..70 {
            assert_eq!(a.read_clip(i).unwrap(), b.read_clip(i).unwrap());
            assert_eq!(x.read(i).unwrap(), y.read(i).unwrap());
        }
    }

    #[test]
    fn what_a_store_says_of_its_looks_is_understood() {
        assert!(PLAYED.contains(&format!("0-{WALK_IN} frames")));
        for themes in [&[][..], &Theme::ALL[..1], &Theme::ALL] {
            assert_eq!(looks(&policy(themes)).as_deref(), Some(themes));
        }
        for other in [
            "random",
            &format!("{PLAYED}, swamp only"),
            &format!("{PLAYED}!"),
        ] {
            assert_eq!(looks(other), None, "{other}");
        }
    }

    #[test]
    fn going_on_with_other_settings_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("clips");
        platformer(&spec(&out, 64), &mut |_| ControlFlow::Continue(())).unwrap();
        let mut other = spec(&out, 128);
        other.levels.end = 141;
        let text = platformer(&other, &mut |_| ControlFlow::Continue(()))
            .unwrap_err()
            .to_string();
        assert!(text.contains("levels") && text.contains("clips"), "{text}");
    }
}
