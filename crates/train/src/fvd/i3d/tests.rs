//! Agreement with an independent network in PyTorch: see tools/reference/i3d.py, whose formula of
//! weights and clips this repeats.

use burn::tensor::TensorData;
use model::params::{self, Named, Values};
use tempfile::TempDir;

use super::*;
use crate::checkpoint;
use crate::formula::{Reference, parameter, values};

/// As it is published: `conv3d_1a_7x7` is called `Conv3d_1a_7x7`, parts keep their small letters.
fn published_name(name: &str) -> String {
    match name.strip_prefix("conv3d_") {
        Some(rest) => format!("Conv3d_{rest}"),
        None => name.replacen("mixed_", "Mixed_", 1),
    }
}

/// A file of the reference's weights, changed.
fn published(change: impl FnOnce(&mut Named)) -> (TempDir, std::path::PathBuf) {
    let shapes = params::shapes(&I3d::new(&Device::flex()));
    let mut named: Named = shapes
        .into_iter()
        .map(|(name, shape)| {
            let name = published_name(&name);
            let values = parameter(&name, &shape);
            (name, values)
        })
        .collect();
    let counter = Values {
        shape: vec![1],
        data: vec![7.0],
    };
    named.insert("Conv3d_1a_7x7.bn.num_batches_tracked".into(), counter);
    change(&mut named);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("i3d.safetensors");
    checkpoint::save(&path, &named, &()).unwrap();
    (folder, path)
}

/// The network of the reference.
pub(in crate::fvd) fn network(device: &Device) -> I3d {
    let (_folder, path) = published(|_| {});
    I3d::load(&path, device).unwrap()
}

fn list<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.to_data().try_to_vec().unwrap()
}

#[test]
fn every_stage_and_the_logits_agree_with_pytorch() {
    let reference = Reference::read("i3d.safetensors");
    let device = Device::flex();
    let model = network(&device);
    let clips = reference.config["clips"].as_object().unwrap();
    assert!(clips.len() >= 3);
    for (name, size) in clips {
        let [b, t, h, w]: [usize; 4] = serde_json::from_value(size.clone()).unwrap();
        let data: Vec<f32> = values(&format!("clips.{name}"), b * 3 * t * h * w)
            .map(|u| u as f32)
            .collect();
        let x = Tensor::from_data(TensorData::new(data, [b, 3, t, h, w]), &device);
        for (number, y) in model.stages(x.clone()).into_iter().enumerate() {
            let y: Vec<f64> = list(y).into_iter().map(f64::from).collect();
            let mean = y.iter().sum::<f64>() / y.len() as f64;
            let variance = y.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / y.len() as f64;
            let ours = [mean as f32, variance.sqrt() as f32];
            reference.compare(&format!("{name}.stage{number}"), &ours);
        }
        reference.compare(&format!("{name}.logits"), &list(model.forward(x)));
    }
}

#[test]
fn bytes_are_resized_and_scaled_as_pytorch_does() {
    let reference = Reference::read("i3d.safetensors");
    let size = reference.config["pictures"].clone();
    let [b, t, h, w]: [usize; 4] = serde_json::from_value(size).unwrap();
    let bytes: Vec<u8> = values("pictures", b * t * h * w * 3)
        .map(|u| ((u + 1.0) * 128.0).floor().clamp(0.0, 255.0) as u8)
        .collect();
    let model = network(&Device::flex());
    let logits = model.features(&bytes, [b, t, h, w, 3]).unwrap();
    reference.compare("pictures.logits", &logits);
    let short = model.features(&bytes[..8 * h * w * 3], [1, 8, h, w, 3]);
    let said = short.unwrap_err().to_string();
    assert!(said.contains("9 frames") && said.contains('8'), "{said}");
}

#[test]
fn other_weights_are_refused_by_name() {
    let refused = |change: fn(&mut Named)| {
        let (_folder, path) = published(change);
        let said = format!("{:#}", I3d::load(&path, &Device::flex()).unwrap_err());
        assert!(said.contains("i3d.safetensors"), "{said}");
        said
    };
    let said = refused(|named| {
        named.remove("Mixed_4d.b2b.bn.running_mean");
    });
    assert!(
        said.contains("mixed_4d.b2b.bn.running_mean is missing"),
        "{said}"
    );
    // Kinetics-600 has other classes.
    let said = refused(|named| named.get_mut("logits.conv3d.bias").unwrap().shape = vec![20, 20]);
    assert!(
        said.contains("logits.conv3d.bias has shape [20, 20]"),
        "{said}"
    );
    let said = refused(|named| {
        let bias = named["logits.conv3d.bias"].clone();
        named.insert("Conv3d_1a_7x7.conv3d.bias".into(), bias);
    });
    assert!(
        said.contains("no tensor conv3d_1a_7x7.conv3d.bias"),
        "{said}"
    );
}
