//! `wgsl/spatial_attention.wgsl` and `wgsl/spatial_attention_plain.wgsl` against
//! [`plain::spatial_attention`].

use super::{gains, tensor, values};
use crate::check::{Bench, Case, Noise, difference, floats};
use crate::gpu::{Class, attention};
use crate::plain;

/// One shape of attention within frames.
#[derive(Clone, Copy, Debug)]
pub struct SpatialAttention {
    class: Class,
    heads: usize,
    head_size: usize,
    frames: usize,
    tokens: usize,
}

impl Case for SpatialAttention {
    const NAME: &'static str = "spatial attention";
    const SHARE: u64 = 8;
    type Variant = Class;

    fn random(class: Class, constants: &mut Noise, sizes: &mut Noise) -> Self {
        Self {
            class,
            heads: constants.up_to(16),
            head_size: 8 * constants.up_to(8),
            frames: sizes.up_to(3),
            tokens: sizes.up_to(90),
        }
    }

    fn papers(class: Class) -> Vec<Self> {
        let wide = Self {
            class,
            heads: 8,
            head_size: 64,
            frames: 1,
            tokens: 920,
        };
        let large_heads = Self {
            heads: 3,
            head_size: 128,
            frames: 2,
            tokens: 300,
            ..wide
        };
        vec![wide, large_heads]
    }

    async fn difference(&self, bench: &mut Bench, mut noise: Noise) -> Result<f32, String> {
        let Self {
            heads,
            head_size: d,
            frames,
            tokens,
            ..
        } = *self;
        let inner = heads * d;
        let gpu = bench.gpu().clone().with_class(self.class);
        let qkv = noise.normals(frames * tokens * 3 * inner, 0.0, 2.0);
        let (there, here) = gains(&gpu, &mut noise, d);
        let attended = bench.output(frames * tokens * inner);
        let launch = attention::spatial(
            &gpu,
            &bench.input(&qkv),
            &there,
            &attended.buffer,
            (frames, tokens),
            (heads, d),
        );
        let read = bench.run(&[launch], &[&attended]).await?;
        let twin =
            plain::spatial_attention(tensor(&qkv, [1, frames, tokens, 3 * inner]), &here, heads);
        Ok(difference(&floats(&read[0]), &values(twin).await?))
    }
}
