//! Brings a world to a device.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Instant;

use kernels::gpu::choice::{Choice, Step};
use kernels::gpu::linear::Tiles;
use kernels::gpu::{Gpu, Launch, Pipelines, Slice};

use super::passes::{Buffers, Part, Parts, Source, Tail};
use super::stack::{Activations, Stack, Storage, page_bytes};
use super::weights::{Host, tables};
use super::{Engine, Pool, Progress, State};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::maskgit;
use crate::session::MOST_STEPS;
use crate::world::World;

/// Bytes between the settings of two MaskGIT steps: bindings begin at multiples of this.
pub(super) const SETTINGS_STRIDE: u64 = 256;
/// Pages beyond a window, to rewind and branch into, if the memory allows.
const SPARE_PAGES: usize = 112;
/// Memory that the spare pages may take, bytes.
const SPARE_BYTES: u64 = 128 << 20;

impl Engine {
    /// Brings `world` to the device. `progress` hears of each kernel.
    ///
    /// # Errors
    /// [`Error::Device`] if the world doesn't fit the device or its kernels; [`Error::Lost`].
    pub async fn new(
        world: &World,
        gpu: Gpu,
        storage: Storage,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self> {
        let config = world.card.config.clone();
        Self::supports(&config)?;
        let n = config.tokens_per_frame();
        let (dynamics, decoder) = (&config.dynamics, &config.tokenizer.decoder);
        let pages = page_count(&gpu, &config, storage)?;

        let host = Host::read(&world.dynamics).await?;
        let decoder_host = Host::read(&world.tokenizer.decoder).await?;
        let action_table = world.dynamics.action_table(&world.actions).await?;
        let decoder_table = world.tokenizer.code_table(config.codes()).await?;
        let (dynamics, decoder, buffers, tail) = gpu
            .watched("the world", || {
                let stack = |host, config, pages| {
                    Stack::new(&gpu, host, "transformer", config, n, pages, storage)
                };
                let tail = Tail {
                    dynamics: tables(
                        &gpu,
                        host.values("token_embedding")?,
                        host.values("position")?,
                        &action_table,
                        n,
                    ),
                    head: host.linear(&gpu, "head", Some("transformer.norm"), storage.weights)?,
                    decoder: tables(
                        &gpu,
                        &decoder_table,
                        decoder_host.values("position")?,
                        &vec![0.0; decoder.width],
                        n,
                    ),
                    to_patches: decoder_host.linear(
                        &gpu,
                        "to_patches",
                        Some("transformer.norm"),
                        storage.weights,
                    )?,
                };
                let buffers = buffers(&gpu, &config, &tail);
                Ok::<_, Error>((
                    stack(&host, dynamics, pages)?,
                    stack(&decoder_host, decoder, pages)?,
                    buffers,
                    tail,
                ))
            })
            .await??;

        let mut pipelines = Pipelines::default();
        let mut tiles = Tiles::by_class(gpu.class());
        if Tiles::worth_measuring(gpu.class()) {
            measure(
                &gpu,
                &mut pipelines,
                &mut tiles,
                &buffers,
                [&dynamics, &decoder],
            )
            .await?;
        }
        let parts = Parts {
            gpu: &gpu,
            config: &config,
            dynamics: &dynamics,
            decoder: &decoder,
            buffers: &buffers,
            tail: &tail,
            tiles: &tiles,
        };
        let first = parts.plan(Part::Dynamics, 2, Source::Canvas, true);
        let later = parts.plan(Part::Dynamics, 1, Source::Canvas, true);
        let decode = parts.plan(Part::Decoder, 1, Source::Canvas, true);
        let begin = buffers.choice.begin(&settings(&buffers, 0));
        let step = buffers.choice.step(&settings(&buffers, 0));

        // All kernels first, so that progress counts them once.
        let all: Vec<Launch> = [&first.launches, &later.launches, &decode.launches]
            .into_iter()
            .flatten()
            .chain([&begin])
            .chain(&step)
            .cloned()
            .collect();
        pipelines
            .program(&gpu, &all, &mut |done, all| {
                progress(Progress { done, all })
            })
            .await?;
        let mut program =
            async |launches: &[Launch]| pipelines.program(&gpu, launches, &mut |_, _| {}).await;
        let (first_program, later_program) = (
            program(&first.launches).await?,
            program(&later.launches).await?,
        );
        let decode_program = program(&decode.launches).await?;
        let begin = program(&[begin]).await?;
        let steps = vec![program(&step).await?];
        let state = State {
            pool: Pool::new(pages),
            first: first.ready(first_program),
            later: later.ready(later_program),
            decode: decode.ready(decode_program),
            begin,
            steps,
            prefill: BTreeMap::new(),
            pipelines,
        };
        Ok(Self {
            gpu,
            storage,
            config,
            dynamics,
            decoder,
            buffers,
            tail,
            tiles,
            state: Mutex::new(state),
        })
    }
}

/// Measures the tiles of all layers, for one frame of rows and for two.
async fn measure(
    gpu: &Gpu,
    pipelines: &mut Pipelines,
    tiles: &mut Tiles,
    buffers: &Buffers,
    stacks: [&Stack; 2],
) -> Result<()> {
    let clock = Instant::now();
    let now = || clock.elapsed().as_secs_f64();
    let n = buffers.choice.tokens;
    // One is as large as any layer's inputs, the other as large as the outputs that go with them.
    let (wide, other) = (&buffers.activations.hidden, &buffers.activations.qkv);
    for (stack, rows) in stacks.into_iter().flat_map(|s| [(s, n), (s, 2 * n)]) {
        for layer in stack.layers() {
            let shape = layer.shape();
            let buffers = if shape.inputs > shape.outputs {
                [wide, other]
            } else {
                [other, wide]
            };
            tiles
                .measure(gpu, pipelines, layer, rows, buffers, &now)
                .await?;
        }
    }
    Ok(())
}

/// The settings of MaskGIT step `step`, counted from 0.
pub(super) fn settings(buffers: &Buffers, step: usize) -> Slice {
    let bytes = size_of::<Step>() as u64;
    Slice::of(&buffers.settings, SETTINGS_STRIDE * step as u64, bytes)
}

fn buffers(gpu: &Gpu, config: &Config, tail: &Tail) -> Buffers {
    let (n, t, codes) = (config.tokens_per_frame(), config.frames, config.codes());
    let row = tail.head.outputs();
    let f32s = |count: usize| 4 * count as u64;
    let grid = config.grid();
    Buffers {
        activations: Activations::new(gpu, t, n, &[&config.dynamics, &config.tokenizer.decoder]),
        choice: Choice {
            tokens: n,
            codes,
            row,
            canvas: gpu.storage("canvas", f32s(2 * n)),
            logits: gpu.storage("logits", f32s(n * row)),
            places: gpu.storage_of("places", &maskgit::halton_ranks(grid[0], grid[1])),
            drawn: gpu.storage("drawn", f32s(n)),
            ranks: gpu.storage("ranks", f32s(n)),
        },
        window: gpu.storage("window", f32s(t * n)),
        patches: gpu.storage("patches", f32s(t * n * tail.to_patches.outputs())),
        rgba: gpu.storage("pixels", f32s(t * config.height * config.width)),
        settings: gpu.buffer(
            "settings",
            SETTINGS_STRIDE * MOST_STEPS as u64,
            wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        ),
    }
}

/// Pages of the cache: a window, the frame being made, and as many spare ones as the memory allows.
fn page_count(gpu: &Gpu, config: &Config, storage: Storage) -> Result<usize> {
    let n = config.tokens_per_frame();
    let parts = [&config.dynamics, &config.tokenizer.decoder];
    let needed = config.frames + 2;
    let page: u64 = parts
        .iter()
        .map(|part| page_bytes(part, n, storage.cache))
        .sum();
    let spare = SPARE_PAGES.min((SPARE_BYTES / page.max(1)) as usize);
    // One binding holds the keys of one layer.
    let layer = parts
        .map(|part| storage.cache.bytes() * n * part.inner())
        .into_iter()
        .max();
    let most = gpu.largest_binding() / layer.unwrap_or(1).max(1) as u64;
    if (most as usize) < needed {
        return Err(Error::Device(format!(
            "the cache of {} frames needs larger buffers than this graphics processor has",
            config.frames
        )));
    }
    Ok((needed + spare).min(most as usize))
}
