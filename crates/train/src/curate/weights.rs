//! ResNet-18 weights in `.safetensors` files with torchvision's names and layouts: published ones
//! come in, and a trained classifier goes out, the same way.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use burn::module::Module;
use burn::tensor::Device;
use model::params::{self, Named};
use safetensors::SafeTensors;

use super::resnet::ResNet;
use crate::checkpoint::{self, lookup};

/// Bound on a file of weights; ResNet-18's take 47 MB.
const MAX_BYTES: u64 = 1 << 30;
/// PyTorch counts batches for a mode that torchvision doesn't use.
const COUNTER: &str = "num_batches_tracked";

/// Tensors and metadata of a file.
pub(super) struct File {
    pub(super) tensors: Named,
    pub(super) metadata: HashMap<String, String>,
}

/// Reads the file at `path`, without the counters.
pub(super) fn read(path: &Path) -> Result<File> {
    let name = path.display();
    let size = fs::metadata(path)
        .with_context(|| format!("can't read the weights {name}"))?
        .len();
    ensure!(
        size <= MAX_BYTES,
        "{name} has {size} bytes, far more than a ResNet-18: is it another network's file?"
    );
    let bytes = fs::read(path).with_context(|| format!("can't read the weights {name}"))?;
    let damaged = || {
        format!(
            "{name} is no .safetensors file, or a damaged one. PyTorch's own .pth files must be converted first, with safetensors.torch.save_file in Python"
        )
    };
    let (_, header) = SafeTensors::read_metadata(&bytes).with_context(damaged)?;
    let mut tensors = Named::new();
    for (tensor, view) in SafeTensors::deserialize(&bytes)
        .with_context(damaged)?
        .tensors()
    {
        if tensor.ends_with(COUNTER) {
            continue;
        }
        let values = checkpoint::floats(&view).with_context(|| {
            format!(
                "{name}: {tensor} holds {:?} values, not 32-bit floats (F32). Convert it first",
                view.dtype()
            )
        })?;
        ensure!(
            values.data.iter().all(|x| x.is_finite()),
            "{name}: {tensor} holds values that are no numbers: the file is damaged"
        );
        tensors.insert(tensor, values);
    }
    Ok(File {
        tensors,
        metadata: header.metadata().clone().unwrap_or_default(),
    })
}

/// Names and shapes as they must be.
fn expected(model: &ResNet) -> BTreeMap<String, Vec<usize>> {
    params::shapes(model)
}

/// `model` with every one of its tensors from `file`.
///
/// # Errors
/// Names the file, and the first tensor that is missing, has another shape, or isn't ResNet-18's.
pub(super) fn fill(model: ResNet, file: &Named, path: &Path) -> Result<ResNet> {
    let name = path.display();
    let expected = expected(&model);
    if let Some(other) = file.keys().find(|tensor| !expected.contains_key(*tensor)) {
        bail!(
            "{name}: ResNet-18 has no tensor {other}. The names must be torchvision's, such as layer1.0.conv1.weight"
        );
    }
    for (tensor, shape) in &expected {
        match file.get(tensor) {
            Some(values) if values.shape == *shape => {}
            Some(values) => bail!(
                "{name}: {tensor} has shape {:?}, ResNet-18's is {shape:?}",
                values.shape
            ),
            None => bail!(
                "{name}: {tensor} is missing. The names must be torchvision's, and the network ResNet-18"
            ),
        }
    }
    Ok(params::load(model, "", &lookup(file))?)
}

/// A network for `device` from the published weights at `path`, and a note where its last layer was
/// left out.
///
/// # Errors
/// As [`fill`], and if the file can't be read.
pub fn pretrained(path: &Path, device: &Device) -> Result<(ResNet, Option<String>)> {
    let mut file = read(path)?.tensors;
    let fresh = ResNet::new(device);
    let own = pollster::block_on(params::read(&fresh, ""))?;
    let fits = own
        .iter()
        .filter(|(name, _)| name.starts_with("fc."))
        .all(|(name, values)| file.get(name).is_some_and(|v| v.shape == values.shape));
    let note = (!fits).then(|| match file.get("fc.bias") {
        Some(bias) => format!(
            "The last layer (fc) of {} tells {} classes apart, not good from bad: it is left out and learned anew.",
            path.display(),
            bias.data.len()
        ),
        None => format!(
            "{} has no last layer (fc) that fits: it is learned anew.",
            path.display()
        ),
    });
    if !fits {
        file.retain(|name, _| !name.starts_with("fc."));
        file.extend(own.into_iter().filter(|(name, _)| name.starts_with("fc.")));
    }
    Ok((fill(fresh, &file, path)?, note))
}

/// Every tensor of `model`, running statistics included.
///
/// # Errors
/// If the device can't be read.
pub(super) fn tensors(model: &ResNet) -> Result<Named> {
    // Only then are the running statistics up to date.
    Ok(pollster::block_on(params::read(&model.valid(), ""))?)
}

#[cfg(test)]
mod tests;
