//! How many codes of a codebook are in use, and new life for those that aren't.

use burn::tensor::{Tensor, TensorData};
use model::params::Map;
use serde::{Deserialize, Serialize};

use crate::rng::Rng;

/// exp(entropy) of how often each code occurs: `K` when all are used alike, 1 when only one is.
pub fn perplexity(counts: &[u64]) -> f64 {
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return 0.0;
    }
    let entropy: f64 = counts
        .iter()
        .filter(|&&c| c > 0)
        .map(|&c| {
            let p = c as f64 / total as f64;
            -p * p.ln()
        })
        .sum();
    entropy.exp()
}

/// How often each of `codes` codes occurs.
pub fn count(indices: &[i32], codes: usize) -> Vec<u64> {
    let mut counts = vec![0; codes];
    for &i in indices {
        counts[i as usize] += 1;
    }
    counts
}

/// When each code was last used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    last_used: Vec<u64>,
    /// Steps without use after which a code counts as dead.
    patience: u64,
}

impl Usage {
    /// All codes count as used at step 0.
    pub fn new(codes: usize, patience: u64) -> Self {
        Self {
            last_used: vec![0; codes],
            patience,
        }
    }

    /// Notes the codes of one step and returns those that are dead now; they get `patience` anew.
    pub fn update(&mut self, counts: &[u64], step: u64) -> Vec<usize> {
        let mut dead = Vec::new();
        for (code, (last, &count)) in self.last_used.iter_mut().zip(counts).enumerate() {
            if count > 0 {
                *last = step;
            } else if step - *last >= self.patience {
                *last = step;
                dead.push(code);
            }
        }
        dead
    }
}

/// Replaces rows of a parameter called `codebook` by latents picked from a batch.
pub struct Revive<'a> {
    /// Rows to replace.
    pub dead: &'a [usize],
    /// Latents to choose from, rows of the codebook's width.
    pub latents: &'a [f32],
    /// Chooses.
    pub rng: &'a mut Rng,
}

impl Map for Revive<'_> {
    fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>) -> Tensor<D> {
        if self.dead.is_empty() || !name.ends_with("codebook") {
            return value;
        }
        let shape = value.dims();
        let width = shape[D - 1];
        let rows = self.latents.len() / width;
        let device = value.device();
        let mut data: Vec<f32> = value.to_data().try_to_vec().expect("a codebook is f32");
        for &code in self.dead {
            let row = self.rng.below(rows) * width;
            data[code * width..(code + 1) * width].copy_from_slice(&self.latents[row..row + width]);
        }
        Tensor::from_data(TensorData::new(data, shape), &device).require_grad()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perplexity_counts_codes_in_use() {
        assert!((perplexity(&[5, 5, 5, 5]) - 4.0).abs() < 1e-9);
        assert!((perplexity(&[9, 0, 0]) - 1.0).abs() < 1e-9);
        assert_eq!(perplexity(&[0, 0]), 0.0);
    }

    #[test]
    fn a_code_dies_once_and_gets_its_patience_back() {
        let mut usage = Usage::new(2, 10);
        assert!(usage.update(&[1, 0], 9).is_empty());
        assert_eq!(usage.update(&[1, 0], 10), [1]);
        assert!(usage.update(&[1, 0], 19).is_empty());
        assert_eq!(usage.update(&[0, 0], 20), [1]);
    }
}
