//! The arithmetic and the traffic of a pass, counted from its shapes.
//!
//! Arithmetic: two operations for each multiplication of a matrix product, in the linear layers and in
//! attention. Norms, softmax, GELU and the choice are left out: they are a few per cent.
//!
//! Traffic: what each launch must read and write at least, as if it read each number it needs once and
//! wrote each result once, and nothing stayed in a cache between launches. Real traffic is more where a
//! kernel reads a number several times, and less where a processor's caches hold it.

use std::ops::{Add, AddAssign};

use crate::config::{Config, TransformerConfig};
use crate::gpu::{CachePrecision, Precision, Storage};

/// Arithmetic and traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Work {
    /// Operations.
    pub flops: f64,
    /// Bytes read and written.
    pub bytes: f64,
}

impl Add for Work {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            flops: self.flops + other.flops,
            bytes: self.bytes + other.bytes,
        }
    }
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// One pass of the dynamics over the current frame with a full window, the logits and the choice
/// included. Without `storage`: by burn's tensors, all of 32 bits.
pub(super) fn pass(config: &Config, storage: Option<Storage>) -> Work {
    dynamics(config, storage, 1)
}

/// A frame of `steps` MaskGIT steps, to pixels.
pub(super) fn frame(config: &Config, storage: Option<Storage>, steps: usize) -> Work {
    let mut work = Work::default();
    match storage {
        // The first pass writes the keys of the frame before.
        Some(_) => work += dynamics(config, storage, 2),
        // The keys of the finished frame take a pass of their own, without logits.
        None => work += pass(config, storage) + embedded(config, &config.dynamics, storage, 1),
    }
    for _ in 1..steps {
        work += pass(config, storage);
    }
    work + decoder(config, storage)
}

fn dynamics(config: &Config, storage: Option<Storage>, frames: usize) -> Work {
    let (n, codes) = (config.tokens_per_frame(), config.codes());
    let logits = (4 * n * codes) as f64;
    let choice = Work {
        flops: 0.0,
        bytes: logits,
    };
    embedded(config, &config.dynamics, storage, frames)
        + linear(n, config.dynamics.width, codes, false, storage)
        + choice
}

fn decoder(config: &Config, storage: Option<Storage>) -> Work {
    let n = config.tokens_per_frame();
    let decoder = &config.tokenizer.decoder;
    let patch = 3 * config.tokenizer.patch * config.tokenizer.patch;
    // Read as numbers, written as RGBA, and copied to where the host reads.
    let rgba = 4 * config.height * config.width;
    let pixels = Work {
        flops: 0.0,
        bytes: (4 * n * patch + 3 * rgba) as f64,
    };
    embedded(config, decoder, storage, 1) + linear(n, decoder.width, patch, false, storage) + pixels
}

/// Embedding and blocks over `frames` frames, each with a full window before it.
fn embedded(
    config: &Config,
    part: &TransformerConfig,
    storage: Option<Storage>,
    frames: usize,
) -> Work {
    let n = config.tokens_per_frame();
    let (d, i) = (part.width, part.inner());
    let rows = frames * n;
    let layer = |inputs, outputs, adds| linear(rows, inputs, outputs, adds, storage);
    let cached = storage.map_or(CachePrecision::F32, |s| s.cache).bytes();
    // Queries, keys and values in, what was seen out.
    let around = 4 * rows * (3 * i + i);
    let spatial = Work {
        flops: (4 * rows * n * i) as f64,
        bytes: around as f64,
    };
    let temporal = Work {
        flops: (4 * rows * config.frames * i) as f64,
        bytes: (around + 2 * cached * i * (n * (config.frames - 1) + rows)) as f64,
    };
    let mut work = Work {
        flops: 0.0,
        // A row of the token table, of the positions and of the frame table in, their sum out.
        bytes: (4 * rows * 4 * d) as f64,
    };
    for _ in 0..part.blocks {
        work += layer(d, 3 * i, false) + spatial + layer(i, d, true);
        work += layer(d, 3 * i, false) + temporal + layer(i, d, true);
        work += layer(d, 4 * d, false) + layer(4 * d, d, true);
    }
    work
}

/// A linear layer; `adds` to what is there.
fn linear(
    rows: usize,
    inputs: usize,
    outputs: usize,
    adds: bool,
    storage: Option<Storage>,
) -> Work {
    let bits = storage.map_or(Precision::F32, |s| s.weights).bits() as usize;
    let weights = inputs * outputs * bits / 8 + 4 * outputs;
    let out = rows * outputs * if adds { 2 } else { 1 };
    Work {
        flops: (2 * rows * inputs * outputs) as f64,
        bytes: (weights + 4 * (rows * inputs + out)) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::AttentionKind;
    use crate::presets;

    fn pocket() -> Config {
        presets::config("pocket").expect("a preset")
    }

    #[test]
    fn a_linear_layer_is_counted_by_hand() {
        let work = linear(2, 3, 5, true, None);
        assert_eq!(work.flops, 60.0);
        assert_eq!(work.bytes, 4.0 * (15.0 + 5.0 + 6.0 + 20.0));
    }

    #[test]
    fn a_pass_is_its_products() {
        let mut config = pocket();
        config.dynamics = TransformerConfig {
            blocks: 6,
            width: 128,
            heads: 4,
            head_size: 32,
            attention: AttentionKind::St,
        };
        let (n, t) = (config.tokens_per_frame() as f64, config.frames as f64);
        let linear = 2.0 * n * 128.0 * 128.0 * (3.0 + 1.0 + 3.0 + 1.0 + 4.0 + 4.0);
        let attention = 4.0 * n * 128.0 * (n + t);
        let head = 2.0 * n * 128.0 * config.codes() as f64;
        assert_eq!(pass(&config, None).flops, 6.0 * (linear + attention) + head);
    }

    #[test]
    fn halves_and_bytes_move_less_and_compute_as_much() {
        let config = pocket();
        let of = |weights, cache| frame(&config, Some(Storage { weights, cache }), 4);
        let full = of(Precision::F32, CachePrecision::F32);
        let half = of(Precision::F16, CachePrecision::F16);
        let byte = of(Precision::I8, CachePrecision::F16);
        assert!(full.bytes > half.bytes && half.bytes > byte.bytes);
        assert!(full.flops == half.flops && half.flops == byte.flops);
        assert_eq!(
            frame(&config, None, 5).flops - frame(&config, None, 4).flops,
            pass(&config, None).flops
        );
    }
}
