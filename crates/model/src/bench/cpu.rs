//! The parts of a frame by the CPU's engine; or by burn's tensors, wherever a world's tensors are.

use burn::tensor::{Device, Int, Tensor, TensorData};
use kernels::Past;

use super::timing::each;
use super::{Probe, Report, Settings};
use crate::cpu::{Engine, Window};
use crate::error::{Error, Result};
use crate::maskgit::{self, Canvas, Sampling};
use crate::picture;
use crate::world::World;

/// Rows, columns and depth of the product that measures a device of burn's.
const PRODUCT: usize = 768;
/// Bytes of the copy that does: more than caches hold.
const COPY: usize = 64 << 20;

/// A pass of the dynamics over one frame, all masked, with a full window before it.
pub(super) struct Pass<'a> {
    world: &'a World,
    sampling: Sampling,
    past: Vec<Past>,
    seen: Vec<Past>,
}

impl<'a> Pass<'a> {
    /// Fills the window.
    pub(super) fn new(world: &'a World, sampling: Sampling) -> Self {
        let frames = world.card.config.frames - 1;
        let ids = ids(world, &super::first_frame(world), frames);
        Self {
            past: world
                .dynamics
                .remember(ids.clone(), latents(world, frames), None),
            seen: world.tokenizer.decode_after(ids, None).1,
            world,
            sampling,
        }
    }

    /// Runs it, the choice included.
    pub(super) async fn run(&self) -> Result<()> {
        self.choose(self.logits()).await
    }

    /// The same, by burn's generic operations alone.
    pub(super) async fn run_plainly(&self) -> Result<()> {
        self.choose(kernels::plainly(|| self.logits())).await
    }

    fn logits(&self) -> Tensor<4> {
        let dynamics = &self.world.dynamics;
        let tokens = self.world.card.config.tokens_per_frame();
        let masked = vec![dynamics.mask() as u32; tokens];
        let ids = ids(self.world, &masked, 1);
        dynamics.forward_after(ids, latents(self.world, 1), Some(&self.past))
    }

    async fn choose(&self, logits: Tensor<4>) -> Result<()> {
        let logits = floats(logits).await?;
        let mut canvas = Canvas::masked(self.world.card.config.grid());
        maskgit::step(&mut canvas, &logits, 1, 0, &self.sampling);
        Ok(())
    }

    /// The pass that keeps a finished frame's keys and values.
    async fn remember(&self) -> Result<()> {
        let frame = ids(self.world, &super::first_frame(self.world), 1);
        let latents = latents(self.world, 1);
        let kept = self
            .world
            .dynamics
            .remember(frame, latents, Some(&self.past));
        // Some devices compute only what is read, or later.
        if let Some(last) = kept.into_iter().next_back() {
            floats(last.keys).await?;
        }
        Ok(())
    }

    /// The decoder, to a picture's bytes.
    async fn decode(&self) -> Result<()> {
        let frame = ids(self.world, &super::first_frame(self.world), 1);
        let (pixels, _) = self.world.tokenizer.decode_after(frame, Some(&self.seen));
        picture::to_bytes(&floats(pixels).await?);
        Ok(())
    }
}

/// Measures each part alone.
pub(super) async fn parts(
    world: &World,
    settings: &Settings<'_>,
    sampling: Sampling,
    probe: &Probe<'_>,
    report: &mut Report,
) -> Result<()> {
    let count = settings.parts();
    let [one, remember, decode] = match world.on_cpu().await? {
        Some(engine) => packed(world, &engine, sampling, probe, count).await?,
        None => tensors(world, sampling, probe, count).await?,
    };
    let tokens = world.card.config.tokens_per_frame();
    let steps = maskgit::schedule(sampling.steps, tokens).count();
    report.set("ms_per_pass", one);
    report.set("ms_remember", remember);
    report.set("ms_passes", one * steps as f64 + remember);
    report.set("ms_decode", decode);
    Ok(())
}

/// Milliseconds of a pass, of the pass that keeps a frame's keys and values, and of the decoder, by the
/// CPU's engine.
async fn packed(
    world: &World,
    engine: &Engine,
    sampling: Sampling,
    probe: &Probe<'_>,
    count: usize,
) -> Result<[f64; 3]> {
    let frame = super::first_frame(world);
    let window = Window::new(engine, &frame);
    let parts: [&dyn Fn(); 3] = [&|| window.pass(sampling), &|| window.remember(), &|| {
        window.decode()
    }];
    let mut ms = [0.0; 3];
    for (ms, part) in ms.iter_mut().zip(parts) {
        *ms = each(probe, count, async |times| {
            (0..times).for_each(|_| part());
            Ok(())
        })
        .await?;
    }
    Ok(ms)
}

/// The same by burn's tensors.
async fn tensors(
    world: &World,
    sampling: Sampling,
    probe: &Probe<'_>,
    count: usize,
) -> Result<[f64; 3]> {
    let pass = Pass::new(world, sampling);
    let one = each(probe, count, async |times| {
        for _ in 0..times {
            pass.run().await?;
        }
        Ok(())
    })
    .await?;
    let remember = each(probe, count, async |times| {
        for _ in 0..times {
            pass.remember().await?;
        }
        Ok(())
    })
    .await?;
    let decode = each(probe, count, async |times| {
        for _ in 0..times {
            pass.decode().await?;
        }
        Ok(())
    })
    .await?;
    Ok([one, remember, decode])
}

/// The best product, in 10⁹ operations a second, and the rate of a copy, in 10⁹ bytes read and written a
/// second.
pub(super) async fn peaks(world: &World, probe: &Probe<'_>) -> Result<(f64, f64)> {
    let device = world.actions.device();
    let square = || {
        let values = (0..PRODUCT * PRODUCT).map(|i| (i % 17) as f32 / 64.0);
        TensorData::new(values.collect::<Vec<f32>>(), [PRODUCT, PRODUCT])
    };
    let x = Tensor::<2>::from_data(square(), &device).reshape([1, 1, PRODUCT, PRODUCT]);
    let w = Tensor::<2>::from_data(square(), &device);
    let b = Tensor::<1>::zeros([PRODUCT], &device);
    let ms = each(probe, 5, async |times| {
        for _ in 0..times {
            let y = kernels::linear(x.clone(), &w, &b);
            // Reading it all would count the copy too.
            floats(y.narrow(2, 0, 1)).await?;
        }
        Ok(())
    })
    .await?;
    let product = 2.0 * (PRODUCT as f64).powi(3) / 1e6 / ms;

    let (from, mut to) = (vec![1u8; COPY], vec![0u8; COPY]);
    let ms = each(probe, 5, async |times| {
        for _ in 0..times {
            to.copy_from_slice(std::hint::black_box(&from));
            std::hint::black_box(&mut to);
        }
        Ok(())
    })
    .await?;
    Ok((product, 2.0 * COPY as f64 / 1e6 / ms))
}

/// `frames` frames of these tokens, `[1, frames, N]`.
fn ids(world: &World, tokens: &[u32], frames: usize) -> Tensor<3, Int> {
    let values: Vec<i32> = tokens.iter().map(|&t| t as i32).collect();
    let values = values.repeat(frames);
    let shape = [1, frames, tokens.len()];
    Tensor::from_data(TensorData::new(values, shape), &device(world))
}

/// The first action's latent for each of `frames` frames, `[1, frames, C]`.
fn latents(world: &World, frames: usize) -> Tensor<3> {
    let [_, c] = world.actions.dims();
    let first = world.actions.clone().narrow(0, 0, 1);
    Tensor::cat(vec![first; frames], 0).reshape([1, frames, c])
}

fn device(world: &World) -> Device {
    world.actions.device()
}

async fn floats<const R: usize>(tensor: Tensor<R>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(Error::device)?;
    data.convert::<f32>().try_to_vec().map_err(Error::device)
}
