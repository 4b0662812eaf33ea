//! Writing a world file.

use std::collections::HashMap;

use half::f16;
use safetensors::tensor::{Dtype, TensorView, serialize};

use super::{Card, METADATA_KEY};
use crate::error::{Error, Result};
use crate::params::Named;

/// A world file as bytes, weights as f16. `weights` holds `tokenizer.…`, `dynamics.…` and
/// `actions`, by the names of [`crate::params`].
///
/// # Errors
/// [`Error::Weights`] if a weight doesn't fit f16 (not finite, or beyond ±65,504).
pub fn to_bytes(card: &Card, weights: &Named) -> Result<Vec<u8>> {
    let mut tensors = Vec::with_capacity(weights.len());
    for (name, values) in weights {
        let mut bytes = Vec::with_capacity(values.data.len() * 2);
        for &value in &values.data {
            let small = f16::from_f32(value);
            if !small.is_finite() {
                return Err(Error::Weights(format!(
                    "{name} holds {value}, which half precision can't; was the training unstable?"
                )));
            }
            bytes.extend_from_slice(&small.to_le_bytes());
        }
        tensors.push((name.clone(), values.shape.clone(), bytes));
    }
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| {
            TensorView::new(Dtype::F16, shape.clone(), bytes)
                .map(|view| (name.as_str(), view))
                .map_err(|e| Error::Weights(e.to_string()))
        })
        .collect::<Result<Vec<_>>>()?;
    let card = serde_json::to_string(card).map_err(|e| Error::World(e.to_string()))?;
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), card)]);
    serialize(views, Some(metadata)).map_err(|e| Error::World(e.to_string()))
}
