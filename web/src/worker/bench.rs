//! `?bench`: measures the world where it is (`docs/speed.md`).

use model::World;
use model::bench::{self, Probe, Progress, Settings};
use web::protocol::{Bench, DeviceKind, DeviceReport, FromWorker};

use super::now;
use super::post;

/// Bytes of a page of WebAssembly's memory.
const PAGE: u64 = 64 << 10;

/// Measures `world` and posts what it found.
pub async fn run(world: &World, device: &DeviceReport, wish: &Bench) -> Result<(), String> {
    let name = match device.kind {
        DeviceKind::WebGpu if !device.adapter.is_empty() => &device.adapter,
        DeviceKind::WebGpu => "WebGPU",
        DeviceKind::Cpu => "WebAssembly, one thread",
    };
    let settings = Settings {
        device: name,
        world: &world.card.name,
        steps: wish.steps,
        far: wish.far,
        frames: wish.frames,
        generic: true,
    };
    let probe = Probe {
        now: &now,
        // It never shrinks.
        memory: &|| Some(core::arch::wasm32::memory_size(0) as u64 * PAGE),
    };
    let tell = &mut |Progress { what, done, all }| {
        post(FromWorker::Measuring {
            what: what.to_owned(),
            done,
            all,
        });
    };
    let report = bench::play(world, &settings, &probe, tell)
        .await
        .map_err(|e| e.to_string())?;
    post(FromWorker::Measured {
        rows: report.rows(),
        json: serde_json::to_string_pretty(&report).map_err(|e| e.to_string())?,
    });
    Ok(())
}
