//! Whole frames: early, late, and without the cache.
//!
//! They are measured by turns, so that whatever else the machine is busy with slows all of them alike: one
//! play goes to the far frame, another to frame 20, and then each makes a frame in turn.

use super::timing::median;
use super::{NEAR, Probe, Progress, Report, Settings, first_frame};
use crate::error::Result;
use crate::maskgit::Sampling;
use crate::session::{Options, Session};
use crate::world::World;

/// Plays that are measured by turns.
const PLAYS: usize = 3;

pub(super) async fn measure(
    world: &World,
    settings: &Settings<'_>,
    sampling: Sampling,
    probe: &Probe<'_>,
    progress: &mut dyn FnMut(Progress),
    report: &mut Report,
) -> Result<()> {
    let options = Options {
        sampling,
        ..Options::default()
    };
    let frames = world.card.config.frames;
    let mut far = Session::from_tokens(world, vec![first_frame(world)], options).await?;
    while far.played() < NEAR {
        step(&mut far).await?;
    }
    let early_memory = probe.memory();
    while far.played() < settings.far {
        let done = far.played();
        if done.is_multiple_of(10) {
            progress(Progress {
                what: "frames",
                done,
                all: settings.far,
            });
        }
        step(&mut far).await?;
    }
    let late_memory = probe.memory();
    // Only now, so that its own memory isn't counted.
    let mut near = Session::from_tokens(world, vec![first_frame(world)], options).await?;
    while near.played() < NEAR {
        step(&mut near).await?;
    }

    let options = Options {
        cache: false,
        ..options
    };
    let window: Vec<_> = vec![first_frame(world); frames];
    let mut without = Session::from_tokens(world, window, options).await?;

    let mut times: [Vec<f64>; PLAYS] = Default::default();
    let plays = [&mut near, &mut far, &mut without];
    let counts = [settings.frames, settings.frames, settings.slow()];
    // Where the cache is too small for all, each would push the others out of it.
    let by_turns = world
        .engine
        .as_ref()
        .is_none_or(|engine| engine.has_room_for(PLAYS));
    let order: Vec<usize> = if by_turns {
        (0..=settings.frames).flat_map(|_| 0..PLAYS).collect()
    } else {
        (0..PLAYS)
            .flat_map(|play| vec![play; settings.frames + 1])
            .collect()
    };
    let mut made = [0; PLAYS];
    for play in order {
        // The first frame of each isn't counted: it may compute its window again.
        if made[play] > counts[play] {
            continue;
        }
        let before = probe.now();
        step(plays[play]).await?;
        if made[play] > 0 {
            times[play].push(probe.now() - before);
        }
        made[play] += 1;
    }
    let [near, far, without] = times.map(|mut times| median(&mut times));
    for (frame, ms, memory) in [(NEAR, near, early_memory), (settings.far, far, late_memory)] {
        report.set(&format!("ms_per_frame_at_{frame}"), ms);
        if let Some(bytes) = memory {
            report.set(&format!("resident_bytes_at_{frame}"), bytes);
        }
    }
    report.set("far_over_near", far / near);
    report.set("ms_per_frame_without_cache", without);
    report.set("without_cache_over_with", without / near);
    Ok(())
}

/// Plays the actions in turn.
async fn step(session: &mut Session) -> Result<()> {
    let actions = session.world().card.config.actions();
    let action = session.played() % actions;
    session.step(action).await?;
    Ok(())
}
