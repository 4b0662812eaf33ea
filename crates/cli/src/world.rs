//! Reading world files, and bringing them to where they are played.

use std::path::Path;

use anyhow::Result;
use burn::tensor::Device;
use model::World;
use model::gpu::{Engine, Gpu, Storage};
use train::device::Chosen;
use train::start::read_world;

/// A world whose sessions play on the chosen device, and whose prompts are read on the CPU, so that they
/// are the same everywhere.
pub fn to_play(path: &Path, chosen: &Chosen) -> Result<World> {
    if !chosen.wgpu {
        return read_world(path, &chosen.device);
    }
    let world = read_world(path, &Device::flex())?;
    match Engine::supports(&world.card.config) {
        Ok(()) => on_gpu(world),
        Err(why) => {
            eprintln!("{why}: it is played by burn's own kernels, slower.");
            read_world(path, &chosen.device)
        }
    }
}

/// A world with its tensors on the chosen device, and its sessions there too.
pub fn to_evaluate(path: &Path, chosen: &Chosen) -> Result<World> {
    let world = read_world(path, &chosen.device)?;
    if chosen.wgpu && Engine::supports(&world.card.config).is_ok() {
        return on_gpu(world);
    }
    Ok(world)
}

/// A world with its tensors on the chosen device, where burn alone plays it.
pub fn in_tensors(path: &Path, chosen: &Chosen) -> Result<World> {
    read_world(path, &chosen.device)
}

fn on_gpu(world: World) -> Result<World> {
    pollster::block_on(async {
        let gpu = Gpu::open().await?;
        let storage = Storage::fastest(gpu.class());
        Ok(world.on_gpu(gpu, storage, &mut |_| {}).await?)
    })
}
