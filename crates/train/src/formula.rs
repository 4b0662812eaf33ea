//! What tests here and the scripts in `tools/reference` both know: numbers by a formula, without a file
//! of them, and the files of what came out of them there.

use std::collections::BTreeMap;
use std::path::Path;

use model::params::Values;
use safetensors::{Dtype, SafeTensors};

use crate::checkpoint::floats;

/// Of a reference's largest entry.
const TOLERANCE: f64 = 1e-4;

/// Uniform in [-1, 1): SplitMix64 of the name's FNV-1a hash plus the index, 24 bits of it.
pub(crate) fn values(name: &str, count: usize) -> impl Iterator<Item = f64> + use<> {
    let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (1..=count as u64).map(move |i| {
        let mut z = seed.wrapping_add(i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (z >> 40) as f64 / f64::from(1 << 23) - 1.0
    })
}

/// One tensor of a network; activations stay near 1.
pub(crate) fn parameter(name: &str, shape: &[usize]) -> Values {
    let fan_in = |from: usize| shape[from..].iter().product::<usize>() as f64;
    let (shift, scale) = if shape.len() > 2 {
        (0.0, (6.0 / fan_in(1)).sqrt())
    } else if shape.len() == 2 {
        (0.0, (3.0 / fan_in(1)).sqrt())
    } else if name.ends_with("running_var") {
        (1.0, 0.5)
    } else if name.ends_with("weight") {
        (1.0, 0.2)
    } else {
        (0.0, 0.2)
    };
    Values {
        shape: shape.to_vec(),
        data: values(name, fan_in(0) as usize)
            .map(|u| (shift + u * scale) as f32)
            .collect(),
    }
}

/// What an independent network computed.
pub(crate) struct Reference {
    pub(crate) tensors: BTreeMap<String, Vec<f64>>,
    pub(crate) config: serde_json::Value,
}

impl Reference {
    /// That in `file` of `tests/reference`.
    pub(crate) fn read(file: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference");
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let config = &header.metadata().as_ref().unwrap()["config"];
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let list = |view: safetensors::tensor::TensorView<'_>| match view.dtype() {
            Dtype::F64 => bytemuck::pod_collect_to_vec(view.data()),
            _ => floats(&view)
                .unwrap()
                .data
                .iter()
                .map(|&x| f64::from(x))
                .collect::<Vec<_>>(),
        };
        Self {
            tensors: (tensors.tensors().into_iter())
                .map(|(name, view)| (name, list(view)))
                .collect(),
            config: serde_json::from_str(config).unwrap(),
        }
    }

    /// Fails unless `ours` is as near to the tensor `name` as rounding to 32 bits allows.
    #[track_caller]
    pub(crate) fn compare(&self, name: &str, ours: &[f32]) {
        let theirs = &self.tensors[name];
        assert_eq!(ours.len(), theirs.len(), "{name}");
        let largest = theirs.iter().fold(0f64, |m, x| m.max(x.abs()));
        for (&a, b) in ours.iter().zip(theirs) {
            let apart = (f64::from(a) - b).abs() / largest;
            assert!(apart <= TOLERANCE, "{name}: {a} instead of {b}");
        }
    }
}
