//! Agreement with torchvision's own ResNet-18: see tools/reference/resnet.py, whose formula of
//! weights and frames this repeats.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::TensorData;
use model::params::{self, Named, Visit};

use super::*;
use crate::formula::{Reference, parameter, values};

/// Every tensor of the reference's network.
pub(in crate::curate) fn tensors() -> Named {
    params::shapes(&ResNet::new(&Device::flex()))
        .into_iter()
        .map(|(name, shape)| {
            let values = parameter(&name, &shape);
            (name, values)
        })
        .collect()
}

fn network(device: &Device) -> ResNet {
    let named = tensors();
    params::load(ResNet::new(device), "", &|name| named.get(name).cloned()).unwrap()
}

fn frames(name: &str, [b, h, w]: [usize; 3], device: &Device) -> Tensor<4> {
    let data: Vec<f32> = values(&format!("frames.{name}"), b * 3 * h * w)
        .map(|u| (u * 3f64.sqrt()) as f32)
        .collect();
    Tensor::from_data(TensorData::new(data, [b, 3, h, w]), device)
}

fn list<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.to_data().try_to_vec().unwrap()
}

/// Norm, and product with a vector of norm about 1.
fn brief(name: &str, x: &[f32]) -> Vec<f32> {
    let scale = (3.0 / x.len() as f64).sqrt();
    let norm: f64 = x.iter().map(|&x| f64::from(x).powi(2)).sum();
    let probe = values(&format!("probe.{name}"), x.len());
    let product: f64 = x
        .iter()
        .zip(probe)
        .map(|(&x, u)| f64::from(x) * u * scale)
        .sum();
    vec![norm.sqrt() as f32, product as f32]
}

#[test]
fn evaluation_agrees_with_torchvision_at_every_size() {
    let reference = Reference::read("resnet18.safetensors");
    let device = Device::flex();
    let model = network(&device);
    let sizes = reference.config["evaluated"].as_object().unwrap();
    assert!(sizes.len() >= 3);
    for (name, size) in sizes {
        let size: [usize; 3] = serde_json::from_value(size.clone()).unwrap();
        let x = frames(name, size, &device);
        reference.compare(&format!("{name}.logits"), &list(model.forward(x.clone())));
        let stages = ["stem", "layer1", "layer2", "layer3", "layer4"];
        for (stage, y) in stages.into_iter().zip(model.stages(x)) {
            let y: Vec<f64> = list(y).into_iter().map(f64::from).collect();
            let mean = y.iter().sum::<f64>() / y.len() as f64;
            let variance = y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / y.len() as f64;
            let ours = [mean as f32, variance.sqrt() as f32];
            reference.compare(&format!("{name}.{stage}"), &ours);
        }
    }
}

#[test]
fn training_agrees_with_torchvision_in_gradients_and_running_statistics() {
    struct Gradients<'a>(&'a burn::tensor::Gradients, BTreeMap<String, Vec<f32>>);
    impl Visit for Gradients<'_> {
        fn parameter<const D: usize>(&mut self, name: &str, value: Tensor<D>) {
            if let Some(gradient) = value.grad(self.0) {
                self.1.insert(name.to_owned(), list(gradient));
            }
        }
    }
    let reference = Reference::read("resnet18.safetensors");
    let device = Device::flex().autodiff();
    let model = network(&device);
    let size: [usize; 3] = serde_json::from_value(reference.config["trained"].clone()).unwrap();
    let logits = model.forward(frames("train", size, &device));
    let good: Vec<f32> = (0..size[0]).map(|i| (i % 2) as f32).collect();
    let good = Tensor::from_data(TensorData::new(good, [size[0]]), &device);
    let loss = crate::curate::fit::loss(logits.clone(), good);
    reference.compare("train.logits", &list(logits));
    reference.compare("train.loss", &list(loss.clone()));
    let mut gradients = Gradients(&loss.backward(), BTreeMap::new());
    params::visit(&model, &mut gradients);
    let mut compared = BTreeSet::new();
    for (name, gradient) in &gradients.1 {
        reference.compare(&format!("grad.{name}"), &brief(name, gradient));
        compared.insert(format!("grad.{name}"));
    }
    for (name, values) in crate::curate::weights::tensors(&model).unwrap() {
        if name.contains("running_") {
            reference.compare(&format!("after.{name}"), &brief(&name, &values.data));
            compared.insert(format!("after.{name}"));
        }
    }
    // Names and number of tensors are torchvision's.
    let wanted = reference.tensors.keys();
    let wanted = wanted.filter(|name| name.starts_with("grad.") || name.starts_with("after."));
    assert_eq!(compared, wanted.cloned().collect());
    assert_eq!(compared.len(), 62 + 40);
}
