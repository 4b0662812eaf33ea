//! ResNet-18 weights in `.safetensors` files with torchvision's names and layouts: published ones
//! come in, and a trained classifier goes out, the same way.

use std::path::Path;

use anyhow::Result;
use burn::module::Module;
use burn::tensor::Device;
use model::params::{self, Named};

use super::resnet::ResNet;
use crate::weights::Network;

/// Its weights take 47 MB.
pub(super) const RESNET_18: Network = Network {
    name: "ResNet-18",
    names: "torchvision's, such as layer1.0.conv1.weight",
    convert: "with safetensors.torch.save_file in Python",
    largest: 1 << 30,
};

/// A network for `device` from the published weights at `path`, and a note where its last layer was
/// left out.
///
/// # Errors
/// If the file can't be read, or is not ResNet-18's.
pub fn pretrained(path: &Path, device: &Device) -> Result<(ResNet, Option<String>)> {
    let mut file = RESNET_18.read(path)?.tensors;
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
    Ok((RESNET_18.fill(fresh, &file, path)?, note))
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
