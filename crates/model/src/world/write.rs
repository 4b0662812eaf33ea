//! Writing a world file.

use std::collections::HashMap;

use half::f16;
use safetensors::tensor::{Dtype, TensorView, serialize};

use super::{Card, METADATA_KEY, eight_bits};
use crate::error::{Error, Result};
use crate::params::Named;

/// How the matrices of linear layers are kept in a world file; everything else is f16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileWeights {
    /// 16 bits.
    #[default]
    F16,
    /// 8 bits, with a scale for each output.
    I8,
}

impl std::str::FromStr for FileWeights {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "f16" => Ok(Self::F16),
            "i8" => Ok(Self::I8),
            _ => Err(Error::Setting(format!(
                "`{text}` are no weights; there are f16 and i8"
            ))),
        }
    }
}

/// A world file as bytes. `weights` holds `tokenizer.…`, `dynamics.…` and
/// `actions`, by the names of [`crate::params`].
///
/// # Errors
/// [`Error::Config`] if the model is none that can be played; [`Error::Weights`] if a weight doesn't fit
/// f16 (not finite, or beyond ±65,504).
pub fn to_bytes(card: &Card, weights: &Named, kept: FileWeights) -> Result<Vec<u8>> {
    card.config.check_world()?;
    let mut tensors = Vec::with_capacity(weights.len());
    for (name, values) in weights {
        if kept == FileWeights::I8 && eight_bits::takes(name) {
            if let Some(value) = values.data.iter().find(|v| !v.is_finite()) {
                return Err(Error::Weights(format!(
                    "{name} holds {value}; was the training unstable?"
                )));
            }
            let outputs = values.shape.last().copied().unwrap_or(1);
            let (numbers, scales) = kernels::eight_bits::round(&values.data, outputs);
            let numbers = numbers.iter().map(|n| n.cast_unsigned()).collect();
            tensors.push((name.clone(), Dtype::I8, values.shape.clone(), numbers));
            let scales = scales.iter().flat_map(|s| s.to_le_bytes()).collect();
            tensors.push((
                eight_bits::scales_of(name),
                Dtype::F32,
                vec![outputs],
                scales,
            ));
            continue;
        }
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
        tensors.push((name.clone(), Dtype::F16, values.shape.clone(), bytes));
    }
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            TensorView::new(*dtype, shape.clone(), bytes)
                .map(|view| (name.as_str(), view))
                .map_err(|e| Error::Weights(e.to_string()))
        })
        .collect::<Result<Vec<_>>>()?;
    let card = serde_json::to_string(card).map_err(|e| Error::World(e.to_string()))?;
    let metadata = HashMap::from([(METADATA_KEY.to_owned(), card)]);
    serialize(views, Some(metadata)).map_err(|e| Error::World(e.to_string()))
}
