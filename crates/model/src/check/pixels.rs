//! `wgsl/pixels.wgsl` against [`from_patches`] and [`to_bytes`].

use burn::tensor::{Device, Tensor, TensorData};
use kernels::check::{Bench, Case, Noise, UNTOUCHED, bits};
use kernels::gpu::pixels::pixels;

use crate::patches::from_patches;
use crate::picture::to_bytes;

/// How near to the middle of two bytes a value may be: nearer, rounding decides.
const NEAR: f32 = 1e-3;

/// One shape of a picture.
#[derive(Clone, Copy, Debug)]
pub struct Pixels {
    patch: usize,
    grid: [usize; 2],
    /// Numbers of a patch beyond its pixels.
    beyond: usize,
    frames: usize,
}

impl Case for Pixels {
    const NAME: &'static str = "pixels";
    const SHARE: u64 = 3;
    type Variant = ();

    fn random((): (), constants: &mut Noise, sizes: &mut Noise) -> Self {
        Self {
            patch: constants.up_to(16),
            grid: [constants.up_to(9), constants.up_to(9)],
            beyond: constants.below(4),
            frames: sizes.up_to(6),
        }
    }

    fn papers((): ()) -> Vec<Self> {
        vec![Self {
            patch: 4,
            grid: [23, 40],
            beyond: 0,
            frames: 1,
        }]
    }

    async fn difference(&self, bench: &mut Bench, mut noise: Noise) -> Result<f32, String> {
        let Self {
            patch,
            grid: [rows, columns],
            beyond,
            frames,
        } = *self;
        let (height, width) = (rows * patch, columns * patch);
        let (n, size) = (rows * columns, 3 * patch * patch);
        let patches: Vec<f32> = (0..frames * n * size)
            .map(|_| clear_value(&mut noise))
            .collect();
        let row = size + beyond;
        let mut filled_up = vec![UNTOUCHED; frames * n * row];
        for (to, from) in filled_up
            .chunks_exact_mut(row)
            .zip(patches.chunks_exact(size))
        {
            to[..size].copy_from_slice(&bits(from));
        }
        let gpu = bench.gpu().clone();
        let rgba = bench.output(frames * height * width);
        let launch = pixels(
            &gpu,
            &gpu.storage_of("patches", &filled_up),
            &rgba.buffer,
            frames,
            (height, width),
            patch,
            row,
        );
        let read = bench.run(&[launch], &[&rgba]).await?;

        let patches = TensorData::new(patches, [1, frames, n, size]);
        let patches = Tensor::<4>::from_data(patches, &Device::flex());
        let twin = from_patches(patches, patch, height, width);
        let twin = twin.into_data_async().await.map_err(|e| e.to_string())?;
        let twin = to_bytes(&twin.try_into_vec().map_err(|e| format!("{e:?}"))?);
        let twin = twin
            .chunks_exact(3)
            .map(|p| u32::from_le_bytes([p[0], p[1], p[2], 255]));
        let wrong = read[0].iter().zip(twin).filter(|(a, b)| *a != b).count();
        match wrong {
            0 => Ok(0.0),
            _ => Err(format!("{wrong} pixels differ")),
        }
    }
}

/// A value, mostly from 0 to 1, whose byte doesn't depend on rounding.
fn clear_value(noise: &mut Noise) -> f32 {
    loop {
        let value = match noise.below(8) {
            0 => noise.one_of(&[0.0, 1.0, -0.0]),
            1 => 2.0 * noise.normal(),
            _ => noise.unit(),
        };
        let fraction = (value * 255.0).rem_euclid(1.0);
        if (fraction - 0.5).abs() > NEAR {
            return value;
        }
    }
}
