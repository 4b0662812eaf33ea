use std::fs;

use model::params::Values;
use tempfile::TempDir;

use super::*;
use crate::checkpoint;
use crate::curate::resnet::tests::tensors as reference;

/// A file as torchvision's users publish it: 1000 classes, and counters.
fn published(change: impl FnOnce(&mut Named)) -> (TempDir, std::path::PathBuf) {
    let mut named = reference();
    let classes = |shape: Vec<usize>| Values {
        data: vec![0.5; shape.iter().product()],
        shape,
    };
    named.insert("fc.weight".into(), classes(vec![1000, 512]));
    named.insert("fc.bias".into(), classes(vec![1000]));
    named.insert("bn1.num_batches_tracked".into(), classes(vec![1]));
    change(&mut named);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("published.safetensors");
    checkpoint::save(&path, &named, &()).unwrap();
    (folder, path)
}

#[test]
fn published_weights_load_and_only_their_last_layer_is_left_out() {
    let (_folder, path) = published(|_| {});
    let (model, note) = pretrained(&path, &Device::flex()).unwrap();
    let note = note.unwrap();
    assert!(note.contains("1000 classes"), "{note}");
    let (ours, theirs) = (tensors(&model).unwrap(), reference());
    assert_eq!(
        ours.keys().collect::<Vec<_>>(),
        theirs.keys().collect::<Vec<_>>()
    );
    for (name, values) in &theirs {
        assert_eq!(ours[name].shape, values.shape);
        assert_eq!(ours[name] == *values, !name.starts_with("fc."), "{name}");
    }
}

#[test]
fn a_last_layer_that_fits_is_taken() {
    let (_folder, path) = published(|named| {
        named.extend(
            reference()
                .into_iter()
                .filter(|(name, _)| name.starts_with("fc.")),
        );
    });
    let (model, note) = pretrained(&path, &Device::flex()).unwrap();
    assert_eq!(note, None);
    assert!(tensors(&model).unwrap() == reference());
}

#[test]
fn other_weights_are_refused_by_name() {
    let refused = |change: fn(&mut Named)| {
        let (_folder, path) = published(change);
        let said = format!("{:#}", pretrained(&path, &Device::flex()).unwrap_err());
        assert!(said.contains("published.safetensors"), "{said}");
        said
    };
    let said = refused(|named| {
        named.remove("layer3.1.bn2.running_var");
    });
    assert!(
        said.contains("layer3.1.bn2.running_var is missing"),
        "{said}"
    );
    let said = refused(|named| {
        let conv = named.get_mut("layer2.0.downsample.0.weight").unwrap();
        conv.shape = vec![64, 128, 1, 1];
    });
    assert!(
        said.contains("layer2.0.downsample.0.weight has shape [64, 128, 1, 1]"),
        "{said}"
    );
    let said = refused(|named| {
        let conv = named["conv1.weight"].clone();
        named.insert("layer1.0.conv3.weight".into(), conv);
    });
    assert!(said.contains("no tensor layer1.0.conv3.weight"), "{said}");
    let said = refused(|named| named.get_mut("conv1.weight").unwrap().data[7] = f32::NAN);
    assert!(
        said.contains("conv1.weight holds values that are no numbers"),
        "{said}"
    );
}

#[test]
fn no_safetensors_file_is_told_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("resnet18.pth");
    fs::write(&path, b"PK\x03\x04 a PyTorch file").unwrap();
    let said = format!("{:#}", pretrained(&path, &Device::flex()).unwrap_err());
    assert!(
        said.contains(".pth") && said.contains("converted"),
        "{said}"
    );
    let said = pretrained(&folder.path().join("none"), &Device::flex());
    let said = format!("{:#}", said.unwrap_err());
    assert!(said.contains("can't read the weights"), "{said}");
}
