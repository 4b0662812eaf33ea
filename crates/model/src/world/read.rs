//! Reading a world file: every name, shape and size is checked before anything is built.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::{Device, Tensor, TensorData};
use half::f16;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use super::{Card, FORMAT, METADATA_KEY, World, eight_bits};
use crate::config::{Config, QuantizerConfig, TransformerConfig};
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::params::{self, Values};
use crate::tokenizer::Tokenizer;

/// A world file larger than this is refused unread, bytes. Not a `usize`: in the browser, whose
/// memory has 32-bit addresses, it would wrap around to 0.
const LARGEST_FILE: u64 = 8 << 30;

impl World {
    /// Reads a world from the bytes of its file and puts it on `device`.
    ///
    /// # Errors
    /// [`Error::World`], [`Error::Config`] or [`Error::Weights`], saying what is wrong.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self> {
        let (card, tensors) = parse(bytes)?;
        let get = |name: &str| {
            tensors
                .tensor(name)
                .ok()
                .and_then(|t| values(name, &t, &tensors))
        };
        let tokenizer = params::load(Tokenizer::new(&card.config, device), "tokenizer.", &get)?;
        let dynamics = params::load(Dynamics::new(&card.config, device), "dynamics.", &get)?;
        let actions =
            get("actions").ok_or_else(|| Error::Weights("actions can't be read".into()))?;
        let [a, c] = [card.config.actions(), card.config.latent_action.code_dim];
        let actions = Tensor::from_data(TensorData::new(actions.data, [a, c]), device);
        Ok(Self::new(card, tokenizer, dynamics, actions))
    }
}

/// What a world file says about itself, without building it.
///
/// # Errors
/// As [`World::from_bytes`].
pub fn describe(bytes: &[u8]) -> Result<Card> {
    parse(bytes).map(|(card, _)| card)
}

fn parse(bytes: &[u8]) -> Result<(Card, SafeTensors<'_>)> {
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(Error::World(format!("it has {} bytes", bytes.len())));
    }
    let (_, header) = SafeTensors::read_metadata(bytes)
        .map_err(|e| Error::World(format!("its header is damaged or cut off ({e})")))?;
    let card = header
        .metadata()
        .as_ref()
        .and_then(|m| m.get(METADATA_KEY))
        .ok_or_else(|| {
            Error::World(format!(
                "its metadata has no `{METADATA_KEY}` entry; make one with `genie export`"
            ))
        })?;
    let format = serde_json::from_str::<FormatOnly>(card)
        .map_err(|e| Error::World(format!("its card is damaged ({e})")))?
        .format;
    if format != FORMAT {
        return Err(Error::World(format!(
            "it has format {format}, this version reads format {FORMAT}"
        )));
    }
    let card: Card = serde_json::from_str(card)
        .map_err(|e| Error::World(format!("its card is damaged ({e})")))?;
    card.config.check()?;
    card.config.check_world()?;
    check_card(&card)?;
    let tensors = SafeTensors::deserialize(bytes)
        .map_err(|e| Error::World(format!("its tensors are damaged or cut off ({e})")))?;
    check_weights(&card.config, &tensors)?;
    Ok((card, tensors))
}

#[derive(serde::Deserialize)]
struct FormatOnly {
    format: u32,
}

fn check_card(card: &Card) -> Result<()> {
    let (n, k) = (card.config.tokens_per_frame(), card.config.codes() as u32);
    if card.actions.len() != card.config.actions() {
        return Err(Error::World(format!(
            "it names {} actions, but has {}",
            card.actions.len(),
            card.config.actions()
        )));
    }
    for prompt in &card.gallery {
        if prompt.tokens.len() != n || prompt.tokens.iter().any(|&t| t >= k) {
            return Err(Error::World(format!(
                "the prompt “{}” of its gallery doesn't fit a frame of {n} tokens below {k}",
                prompt.name
            )));
        }
    }
    card.play.sampling(0).check()
}

/// Compares names, shapes and types with what the configuration asks for. The expected shapes are
/// computed, not read off a built model: a hostile file must not make us allocate one.
fn check_weights(config: &Config, tensors: &SafeTensors<'_>) -> Result<()> {
    let expected = expected_shapes(config);
    let mut scaled = BTreeSet::new();
    for (name, shape) in &expected {
        let tensor = tensors
            .tensor(name)
            .map_err(|_| Error::Weights(format!("{name} is missing")))?;
        if tensor.shape() != shape {
            return Err(Error::Weights(format!(
                "{name} has shape {:?}, expected {shape:?}",
                tensor.shape()
            )));
        }
        let eight_bits = tensor.dtype() == Dtype::I8 && eight_bits::takes(name);
        if !eight_bits && !matches!(tensor.dtype(), Dtype::F16 | Dtype::F32) {
            return Err(Error::Weights(format!(
                "{name} has type {:?}, expected f16 or f32",
                tensor.dtype()
            )));
        }
        if eight_bits {
            let scales = eight_bits::scales_of(name);
            let fits = tensors
                .tensor(&scales)
                .is_ok_and(|t| t.dtype() == Dtype::F32 && t.shape() == &shape[shape.len() - 1..]);
            if !fits {
                return Err(Error::Weights(format!(
                    "{name} has eight bits, but {scales} doesn't hold its scales"
                )));
            }
            scaled.insert(scales);
        }
        if values(name, &tensor, tensors).is_none_or(|v| v.data.iter().any(|x| !x.is_finite())) {
            return Err(Error::Weights(format!(
                "{name} holds values that are not finite"
            )));
        }
    }
    match tensors
        .names()
        .iter()
        .find(|&&name| !expected.contains_key(name) && !scaled.contains(name))
    {
        Some(name) => Err(Error::Weights(format!(
            "{name} belongs to no part of the model"
        ))),
        None => Ok(()),
    }
}

fn values(name: &str, tensor: &TensorView<'_>, tensors: &SafeTensors<'_>) -> Option<Values> {
    let bytes = tensor.data();
    let data = match tensor.dtype() {
        Dtype::I8 => {
            let scales = tensors.tensor(&eight_bits::scales_of(name)).ok()?;
            let scales: Vec<f32> = scales
                .data()
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect();
            kernels::eight_bits::values(bytemuck::cast_slice(bytes), &scales)
        }
        Dtype::F16 => bytes
            .chunks_exact(2)
            .map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32())
            .collect(),
        Dtype::F32 => bytes
            .chunks_exact(4)
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect(),
        _ => return None,
    };
    Some(Values {
        shape: tensor.shape().to_vec(),
        data,
    })
}

/// Names and shapes of a world file's tensors.
pub(crate) fn expected_shapes(config: &Config) -> BTreeMap<String, Vec<usize>> {
    let mut shapes = BTreeMap::new();
    let n = config.tokens_per_frame();
    let t = &config.tokenizer;
    let (pixels, dim) = (3 * t.patch * t.patch, t.quantizer.dim());
    let (e, d) = (t.encoder.width, t.decoder.width);
    let mut shape = |name: &str, shape: &[usize]| {
        shapes.insert(name.to_owned(), shape.to_vec());
    };
    linear(&mut shape, "tokenizer.encoder.embed", pixels, e);
    shape("tokenizer.encoder.position", &[n, e]);
    transformer(&mut shape, "tokenizer.encoder.transformer", &t.encoder);
    linear(&mut shape, "tokenizer.encoder.to_code", e, dim);
    if let QuantizerConfig::Vq { codes, dim } = t.quantizer {
        shape("tokenizer.quantizer.codebook", &[codes, dim]);
    }
    linear(&mut shape, "tokenizer.decoder.embed", dim, d);
    shape("tokenizer.decoder.position", &[n, d]);
    transformer(&mut shape, "tokenizer.decoder.transformer", &t.decoder);
    linear(&mut shape, "tokenizer.decoder.to_patches", d, pixels);

    let width = config.dynamics.width;
    shape("dynamics.token_embedding", &[config.codes() + 1, width]);
    shape("dynamics.position", &[n, width]);
    linear(
        &mut shape,
        "dynamics.action",
        config.latent_action.code_dim,
        width,
    );
    transformer(&mut shape, "dynamics.transformer", &config.dynamics);
    linear(&mut shape, "dynamics.head", width, config.codes());
    shape(
        "actions",
        &[config.actions(), config.latent_action.code_dim],
    );
    shapes
}

fn linear(shape: &mut impl FnMut(&str, &[usize]), name: &str, inputs: usize, outputs: usize) {
    shape(&format!("{name}.weight"), &[inputs, outputs]);
    shape(&format!("{name}.bias"), &[outputs]);
}

fn transformer(shape: &mut impl FnMut(&str, &[usize]), name: &str, config: &TransformerConfig) {
    let (width, inner, head) = (config.width, config.inner(), config.head_size);
    let norm = |shape: &mut dyn FnMut(&str, &[usize]), name: String| {
        shape(&format!("{name}.gamma"), &[width]);
        shape(&format!("{name}.beta"), &[width]);
    };
    for i in 0..config.blocks {
        let block = format!("{name}.blocks.{i}");
        for part in ["spatial", "temporal"] {
            norm(shape, format!("{block}.{part}_norm"));
            linear(shape, &format!("{block}.{part}.qkv"), width, 3 * inner);
            shape(&format!("{block}.{part}.query_gain"), &[head]);
            shape(&format!("{block}.{part}.key_gain"), &[head]);
            linear(shape, &format!("{block}.{part}.out"), inner, width);
        }
        norm(shape, format!("{block}.ff_norm"));
        linear(shape, &format!("{block}.ff_in"), width, 4 * width);
        linear(shape, &format!("{block}.ff_out"), 4 * width, width);
    }
    norm(shape, format!("{name}.norm"));
}
