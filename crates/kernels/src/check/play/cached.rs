//! `wgsl/cached_attention.wgsl` against [`plain::temporal_attention`] and [`plain::normalised_keys`].

use burn::tensor::Tensor;
use half::f16;

use super::{gains, tensor, values};
use crate::check::{Bench, Case, Noise, Output, UNTOUCHED, bits, difference, floats};
use crate::gpu::attention::{self, CachePrecision};
use crate::{Past, QkGains, plain};

/// One shape of attention over cached frames.
#[derive(Clone, Copy, Debug)]
pub struct CachedAttention {
    precision: CachePrecision,
    heads: usize,
    head_size: usize,
    tokens: usize,
    frames: usize,
    past: usize,
    window: usize,
    /// Pages that belong to nobody here.
    spare: usize,
}

impl Case for CachedAttention {
    const NAME: &'static str = "cached attention";
    const SHARE: u64 = 8;
    type Variant = CachePrecision;

    fn random(precision: CachePrecision, constants: &mut Noise, sizes: &mut Noise) -> Self {
        // Mostly as in play: one frame or two.
        let frames = match sizes.below(3) {
            0 => sizes.up_to(16),
            _ => sizes.up_to(2),
        };
        let past = sizes.up_to(18).saturating_sub(3);
        Self {
            precision,
            heads: constants.up_to(16),
            head_size: 8 * constants.up_to(8),
            tokens: sizes.up_to(30),
            frames,
            past,
            window: match sizes.below(2) {
                0 => past + frames,
                _ => sizes.below(past + frames),
            },
            spare: sizes.below(5),
        }
    }

    fn papers(precision: CachePrecision) -> Vec<Self> {
        let play = Self {
            precision,
            heads: 8,
            head_size: 64,
            tokens: 920,
            frames: 2,
            past: 14,
            window: 15,
            spare: 2,
        };
        let large_heads = Self {
            heads: 2,
            head_size: 128,
            frames: 16,
            past: 0,
            tokens: 64,
            ..play
        };
        vec![play, large_heads]
    }

    async fn difference(&self, bench: &mut Bench, mut noise: Noise) -> Result<f32, String> {
        let Self {
            heads,
            head_size: d,
            tokens,
            frames,
            past,
            ..
        } = *self;
        let inner = heads * d;
        let page = tokens * inner;
        let gpu = bench.gpu().clone();
        let qkv = noise.normals(frames * tokens * 3 * inner, 0.0, 2.0);
        let (there, here) = gains(&gpu, &mut noise, d);
        let total = past + frames + self.spare;
        let pages = &noise.permutation(total)[..past + frames];
        let cache = [(); 2].map(|()| {
            let before = self.rounded(noise.normals(past * page, 0.0, 1.0));
            (Cache::new(self, bench, &before, pages, total, page), before)
        });
        let [(keys, past_keys), (cached_values, past_values)] = &cache;
        let attended = bench.output(frames * page);
        let sizes = attention::cached_sizes(tokens, frames, past, self.window, (heads, d));
        let launch = attention::CachedAttention {
            qkv: &bench.input(&qkv),
            gains: &there,
            keys: &keys.output.buffer,
            values: &cached_values.output.buffer,
            attended: &attended.buffer,
            pages: &gpu.storage_of("pages", pages),
            sizes: &gpu.uniform_of("sizes", &sizes),
            precision: self.precision,
        }
        .launch((frames, tokens), (heads, d));
        let outputs = [&attended, &keys.output, &cached_values.output];
        let read = bench.run(&[launch], &outputs).await?;

        let qkv = tensor(&qkv, [1, frames, tokens, 3 * inner]);
        let before = (past > 0).then(|| Past {
            keys: tensor(past_keys, [1, past, tokens, inner]),
            values: tensor(past_values, [1, past, tokens, inner]),
        });
        let kept = plain::normalised_keys(qkv.clone(), &here, heads);
        let twin = self.attended(qkv, &here, before, &kept);
        let mut worst = difference(&floats(&read[0]), &values(twin).await?);
        for (what, cache, read, twin) in [
            ("keys", keys, &read[1], kept.keys),
            ("values", cached_values, &read[2], kept.values),
        ] {
            let off = cache
                .off(read, &values(twin).await?, self.precision)
                .ok_or_else(|| format!("a page of {what} that isn't a new frame's has changed"))?;
            worst = worst.max(off);
        }
        Ok(worst)
    }
}

impl CachedAttention {
    /// What the cache keeps of these numbers.
    fn rounded(&self, mut values: Vec<f32>) -> Vec<f32> {
        if self.precision == CachePrecision::F16 {
            for x in &mut values {
                *x = f16::from_f32(*x).to_f32();
            }
        }
        values
    }

    /// The twin: each frame by itself, after those that it sees.
    fn attended(
        &self,
        qkv: Tensor<4>,
        gains: &QkGains,
        before: Option<Past>,
        kept: &Past,
    ) -> Tensor<4> {
        if self.window + 1 >= self.past + self.frames {
            return plain::temporal_attention(qkv, gains, self.heads, before.as_ref());
        }
        let all = match before {
            None => kept.clone(),
            Some(before) => Past {
                keys: Tensor::cat(vec![before.keys, kept.keys.clone()], 1),
                values: Tensor::cat(vec![before.values, kept.values.clone()], 1),
            },
        };
        let frame = |f: usize| {
            let count = self.window.min(self.past + f);
            let seen = |x: &Tensor<4>| x.clone().narrow(1, self.past + f - count, count);
            let past = (count > 0).then(|| Past {
                keys: seen(&all.keys),
                values: seen(&all.values),
            });
            let own = qkv.clone().narrow(1, f, 1);
            plain::temporal_attention(own, gains, self.heads, past.as_ref())
        };
        Tensor::cat((0..self.frames).map(frame).collect(), 1)
    }
}

/// Keys or values on the device.
struct Cache {
    output: Output,
    before: Vec<u32>,
    /// Where each new frame's page begins, and how long pages are, in words.
    new: Vec<usize>,
    page: usize,
}

impl Cache {
    /// With `past` in the first of `pages`, and nothing in the others.
    fn new(
        case: &CachedAttention,
        bench: &Bench,
        past: &[f32],
        pages: &[u32],
        total: usize,
        page: usize,
    ) -> Self {
        let packed = |values: &[f32]| match case.precision {
            CachePrecision::F32 => bits(values),
            CachePrecision::F16 => values
                .chunks_exact(2)
                .map(|two| {
                    let [low, high] =
                        [two[0], two[1]].map(|x| u32::from(f16::from_f32(x).to_bits()));
                    low | high << 16
                })
                .collect(),
        };
        let words = page * case.precision.bytes() / 4;
        let mut before = vec![UNTOUCHED; total * words];
        for (&number, values) in pages.iter().zip(past.chunks_exact(page)) {
            before[number as usize * words..][..words].copy_from_slice(&packed(values));
        }
        Self {
            output: bench.output_of(&before),
            before,
            new: pages[case.past..]
                .iter()
                .map(|&number| number as usize * words)
                .collect(),
            page: words,
        }
    }

    /// How far the new frames' pages are from `twin`; none if another page has changed.
    fn off(&self, read: &[u32], twin: &[f32], precision: CachePrecision) -> Option<f32> {
        let mut expected = self.before.clone();
        let mut new = Vec::with_capacity(twin.len());
        for &at in &self.new {
            let page = at..at + self.page;
            expected[page.clone()].copy_from_slice(&read[page.clone()]);
            new.extend_from_slice(&read[page]);
        }
        if expected != read {
            return None;
        }
        let kept: Vec<f32> = match precision {
            CachePrecision::F32 => return Some(difference(&floats(&new), twin)),
            CachePrecision::F16 => new
                .iter()
                .flat_map(|&two| [two as u16, (two >> 16) as u16])
                .map(|half| f16::from_bits(half).to_f32())
                .collect(),
        };
        // WGSL may round to either neighbour, and small numbers are spaced evenly.
        let apart = |x: f32| x.abs() * 2f32.powi(-10) + 2f32.powi(-24);
        let nearest: Vec<f32> = kept
            .iter()
            .zip(twin)
            .map(|(&kept, &twin)| kept.clamp(twin - apart(twin), twin + apart(twin)))
            .collect();
        let beyond: Vec<f32> = kept.iter().zip(&nearest).map(|(k, n)| k - n).collect();
        Some(difference(&beyond, &vec![0.0; beyond.len()]))
    }
}
