//! Weights of networks that others have trained, from `.safetensors` files.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use burn::module::Module;
use model::params::{self, Named};
use safetensors::SafeTensors;

use crate::checkpoint::{self, lookup};

/// PyTorch counts batches for a mode that published networks don't use.
const COUNTER: &str = "num_batches_tracked";

/// What a file should hold, for the words of errors.
pub(crate) struct Network {
    /// The network, such as `ResNet-18`.
    pub(crate) name: &'static str,
    /// Whose names its tensors bear, with an example.
    pub(crate) names: &'static str,
    /// How PyTorch's own files become `.safetensors` ones.
    pub(crate) convert: &'static str,
    /// Bound on the file, bytes.
    pub(crate) largest: u64,
}

/// Tensors and metadata of a file.
pub(crate) struct File {
    pub(crate) tensors: Named,
    pub(crate) metadata: HashMap<String, String>,
}

impl Network {
    /// Reads the file at `path`, without the counters.
    ///
    /// # Errors
    /// Names the file, and the first tensor that holds anything but finite 32-bit floats.
    pub(crate) fn read(&self, path: &Path) -> Result<File> {
        let name = path.display();
        let size = fs::metadata(path)
            .with_context(|| format!("can't read the weights {name}"))?
            .len();
        ensure!(
            size <= self.largest,
            "{name} has {size} bytes, far more than {}: is it another network's file?",
            self.name
        );
        let bytes = fs::read(path).with_context(|| format!("can't read the weights {name}"))?;
        let damaged = || {
            format!(
                "{name} is no .safetensors file, or a damaged one. PyTorch's own .pt and .pth files must be converted first, {}",
                self.convert
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

    /// `model` with every one of its tensors from `file`.
    ///
    /// # Errors
    /// Names the file, and the first tensor that is missing, has another shape, or isn't the
    /// network's.
    pub(crate) fn fill<M: Module>(&self, model: M, file: &Named, path: &Path) -> Result<M> {
        let (name, network, names) = (path.display(), self.name, self.names);
        let expected = params::shapes(&model);
        if let Some(other) = file.keys().find(|tensor| !expected.contains_key(*tensor)) {
            bail!("{name}: {network} has no tensor {other}. The names must be {names}");
        }
        for (tensor, shape) in &expected {
            match file.get(tensor) {
                Some(values) if values.shape == *shape => {}
                Some(values) => bail!(
                    "{name}: {tensor} has shape {:?}, {network}'s is {shape:?}",
                    values.shape
                ),
                None => bail!(
                    "{name}: {tensor} is missing. The names must be {names}, and the network {network}"
                ),
            }
        }
        Ok(params::load(model, "", &lookup(file))?)
    }
}
