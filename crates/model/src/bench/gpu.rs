//! The parts of a frame on a graphics processor.

use std::sync::Arc;

use serde_json::json;

use super::timing::{each, median};
use super::{Probe, Report, Settings};
use crate::error::Result;
use crate::gpu::{Engine, Section};
use crate::maskgit::{self, Sampling};

/// Measures each part alone.
pub(super) async fn parts(
    engine: &Arc<Engine>,
    settings: &Settings<'_>,
    sampling: Sampling,
    probe: &Probe<'_>,
    report: &mut Report,
) -> Result<()> {
    let window = engine.full_window();
    let request = &window.request(&sampling);
    let count = settings.parts();
    let section = |section| {
        each(probe, count, async move |times| {
            engine.run(section, times, request).await
        })
    };
    let first = section(Section::First).await?;
    let later = section(Section::Later).await?;
    let decode = section(Section::Decode).await?;
    let read_back = each(probe, count, async |times| {
        for _ in 0..times {
            engine.read_back().await?;
        }
        Ok(())
    })
    .await?;
    let mut host = Vec::with_capacity(count);
    for _ in 0..count {
        let before = probe.now();
        let made = engine.submit(request).await?;
        host.push(probe.now() - before);
        made.read(engine).await?;
    }
    let steps = maskgit::schedule(sampling.steps, engine.tokens()).count();
    report.set("ms_per_pass", later);
    report.set("ms_first_pass", first);
    report.set("ms_passes", first + later * (steps - 1) as f64);
    report.set("ms_decode", decode);
    report.set("ms_read_back", read_back);
    report.set("ms_host", median(&mut host));
    let (frame, pass) = (engine.launches(steps), engine.pass_launches());
    report.set("launches_per_frame", frame.values().sum::<usize>());
    report.set("launches_per_pass", pass.values().sum::<usize>());
    report.set("launches_per_frame_by_kernel", json!(frame));
    report.set("launches_per_pass_by_kernel", json!(pass));
    report.set("memory_bytes", engine.bytes());
    Ok(())
}
