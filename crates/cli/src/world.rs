//! Reading world files, and bringing them to where they are played.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use burn::tensor::Device;
use model::World;
use model::gpu::{Engine, Gpu, Storage};
use train::device::Chosen;

/// A world whose sessions play on the chosen device, and whose prompts are read on the CPU, so that they
/// are the same everywhere.
pub fn to_play(path: &Path, chosen: &Chosen) -> Result<World> {
    if !chosen.wgpu {
        return read(path, &chosen.device);
    }
    let world = read(path, &Device::flex())?;
    match Engine::supports(&world.card.config) {
        Ok(()) => on_gpu(world),
        Err(why) => {
            eprintln!("{why}: it is played by burn's own kernels, slower.");
            read(path, &chosen.device)
        }
    }
}

/// A world with its tensors on the chosen device, and its sessions there too.
pub fn to_evaluate(path: &Path, chosen: &Chosen) -> Result<World> {
    let world = read(path, &chosen.device)?;
    if chosen.wgpu && Engine::supports(&world.card.config).is_ok() {
        return on_gpu(world);
    }
    Ok(world)
}

/// A world with its tensors on the chosen device, where burn alone plays it.
pub fn in_tensors(path: &Path, chosen: &Chosen) -> Result<World> {
    read(path, &chosen.device)
}

fn on_gpu(world: World) -> Result<World> {
    pollster::block_on(async {
        let gpu = Gpu::open().await?;
        let storage = Storage::fastest(gpu.class());
        Ok(world.on_gpu(gpu, storage, &mut |_| {}).await?)
    })
}

/// Reads a world file; errors name it.
fn read(path: &Path, device: &Device) -> Result<World> {
    let bytes =
        fs::read(path).with_context(|| format!("can't read the world {}", path.display()))?;
    World::from_bytes(&bytes, device).with_context(|| path.display().to_string())
}
