//! Reference vectors: `tests/reference/*.safetensors`, made by `tools/reference` from PyTorch.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use model::params::{self, Values};
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

/// The largest difference that passes, relative to the tensor's largest entry.
const TOLERANCE: f32 = 1e-4;

/// One case of a file: its tensors without the case's prefix.
pub struct Reference {
    name: String,
    floats: BTreeMap<String, Values>,
    integers: BTreeMap<String, (Vec<usize>, Vec<i32>)>,
    /// The file's sizes.
    pub config: Value,
    problems: Vec<String>,
    compared: Vec<String>,
}

impl Reference {
    /// The tensors of `tests/reference/{file}.safetensors` that start with `prefix`.
    pub fn load(file: &str, prefix: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../tests/reference")
            .join(format!("{file}.safetensors"));
        let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let config = &header.metadata().as_ref().unwrap()["config"];
        let (mut floats, mut integers) = (BTreeMap::new(), BTreeMap::new());
        for (name, view) in SafeTensors::deserialize(&bytes).unwrap().tensors() {
            let Some(name) = name.strip_prefix(prefix) else {
                continue;
            };
            let words = || {
                view.data()
                    .chunks_exact(4)
                    .map(|b| [b[0], b[1], b[2], b[3]])
            };
            let shape = view.shape().to_vec();
            match view.dtype() {
                Dtype::F32 => {
                    let data = words().map(f32::from_le_bytes).collect();
                    floats.insert(name.to_owned(), Values { shape, data });
                }
                Dtype::I32 => {
                    let data = words().map(i32::from_le_bytes).collect();
                    integers.insert(name.to_owned(), (shape, data));
                }
                other => panic!("{name} is of type {other:?}"),
            }
        }
        assert!(!floats.is_empty(), "{file} has nothing under `{prefix}`");
        Self {
            name: format!("{file} {prefix}"),
            floats,
            integers,
            config: serde_json::from_str(config).unwrap(),
            problems: Vec::new(),
            compared: Vec::new(),
        }
    }

    /// A size from the config, such as `/encoder/width`.
    pub fn size(&self, pointer: &str) -> usize {
        let value = self.config.pointer(pointer).and_then(Value::as_u64);
        value.unwrap_or_else(|| panic!("{}: no {pointer} in its config", self.name)) as usize
    }

    /// A tensor of floats.
    pub fn tensor<const R: usize>(&self, name: &str, device: &Device) -> Tensor<R> {
        let values = &self.floats[name];
        let shape: [usize; R] = values.shape.as_slice().try_into().unwrap();
        Tensor::from_data(TensorData::new(values.data.clone(), shape), device)
    }

    /// A tensor of integers.
    pub fn ints<const R: usize>(&self, name: &str, device: &Device) -> Tensor<R, Int> {
        let (shape, data) = &self.integers[name];
        let shape: [usize; R] = shape.as_slice().try_into().unwrap();
        Tensor::from_data(TensorData::new(data.clone(), shape), device)
    }

    /// `module` with the file's parameters.
    pub fn load_into<M: Module>(&self, module: M) -> M {
        params::load(module, "param.", &|name| self.floats.get(name).cloned()).unwrap()
    }

    /// Compares floats with the reference called `name`.
    pub fn compare<const R: usize>(&mut self, name: &str, ours: &Tensor<R>) {
        self.compare_values(name, &crate::common::floats(ours));
    }

    /// Compares integers with the reference called `name`.
    pub fn compare_ints<const R: usize>(&mut self, name: &str, ours: &Tensor<R, Int>) {
        self.compared.push(name.to_owned());
        if crate::common::integers(ours) != self.integers[name].1 {
            self.problems.push(format!("{name} differs"));
        }
    }

    /// Compares the gradient of every parameter.
    pub fn compare_gradients(&mut self, ours: &BTreeMap<String, Vec<f32>>) {
        for (name, gradient) in ours {
            self.compare_values(&format!("grad.{name}"), gradient);
        }
    }

    fn compare_values(&mut self, name: &str, ours: &[f32]) {
        self.compared.push(name.to_owned());
        let Some(reference) = self.floats.get(name) else {
            self.problems
                .push(format!("{name} is not in the reference"));
            return;
        };
        let reference = &reference.data;
        if ours.len() != reference.len() {
            self.problems.push(format!(
                "{name} has {} entries, not {}",
                ours.len(),
                reference.len()
            ));
            return;
        }
        let largest = reference.iter().fold(0f32, |m, x| m.max(x.abs()));
        // Not `max`, which would swallow a NaN.
        let worst = ours
            .iter()
            .zip(reference)
            .map(|(a, b)| (a - b).abs())
            .fold(0f32, |m, d| if d > m || d.is_nan() { d } else { m });
        if worst > TOLERANCE * largest || worst.is_nan() {
            self.problems.push(format!(
                "{name} is {worst} off, its largest entry is {largest}"
            ));
        }
    }

    /// Fails unless every output and gradient of the file, but those `not_ours`, was compared and
    /// agreed.
    pub fn finish(self, not_ours: &[&str]) {
        self.finish_all(&["out.", "grad."], not_ours);
    }

    /// The same for a device without gradients.
    pub fn finish_outputs(self) {
        self.finish_all(&["out."], &[]);
    }

    fn finish_all(self, kinds: &[&str], not_ours: &[&str]) {
        let wanted = self.floats.keys().chain(self.integers.keys());
        let forgotten: Vec<_> = wanted
            .filter(|n| kinds.iter().any(|kind| n.starts_with(kind)))
            .filter(|n| !self.compared.contains(n) && !not_ours.contains(&n.as_str()))
            .collect();
        assert!(
            forgotten.is_empty(),
            "{}: not compared: {forgotten:?}",
            self.name
        );
        assert!(
            self.problems.is_empty(),
            "{}:\n{}",
            self.name,
            self.problems.join("\n")
        );
    }
}
