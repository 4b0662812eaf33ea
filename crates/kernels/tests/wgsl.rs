//! The extension of burn's backend against its plain twins, on whatever wgpu device there is: in CI
//! software Vulkan. The kernels of play have a test of their own: `play.rs`.

use std::sync::LazyLock;

use burn::tensor::{Device, Tensor};
use cubecl::future::block_on;
use kernels::check::TOLERANCE;
use kernels::check::extension::{Case, HEADS, Layout, Operation};
use proptest::prelude::*;

/// One device for the process: cubecl starts a runtime once.
static DEVICE: LazyLock<Device> = LazyLock::new(|| Device::wgpu(Default::default()));

fn compare(case: &Case) -> Result<(), String> {
    let difference = block_on(case.difference(&DEVICE));
    if difference <= TOLERANCE {
        Ok(())
    } else {
        Err(format!("{difference} off: {case:?}"))
    }
}

fn case(operation: Operation, tokens: usize) -> impl Strategy<Value = Case> {
    let size = (1..=3usize, prop_oneof![Just(1), 1..=20usize], 1..=tokens);
    let head = prop::sample::select(&HEADS[..]);
    let layout = prop::sample::select(&Layout::ALL[..]);
    (size, head, 0..=15usize, layout, any::<u64>()).prop_map(
        move |((batch, frames, tokens), (heads, head_size), past, layout, seed)| Case {
            operation,
            batch,
            frames,
            tokens,
            heads,
            head_size,
            past,
            layout,
            seed,
        },
    )
}

fn small(operation: Operation) -> Case {
    Case {
        operation,
        batch: 1,
        frames: 1,
        tokens: 1,
        heads: 1,
        head_size: 8,
        past: 0,
        layout: Layout::Contiguous,
        seed: 7,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn spatial_attention_equals_its_twin(case in case(Operation::SpatialAttention, 130)) {
        compare(&case).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn temporal_attention_equals_its_twin(case in case(Operation::TemporalAttention, 70)) {
        compare(&case).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn normalised_keys_equal_their_twin(case in case(Operation::NormalisedKeys, 130)) {
        compare(&case).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn layer_norm_equals_its_twin(case in case(Operation::LayerNorm, 130)) {
        compare(&case).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn gelu_equals_its_twin(case in case(Operation::Gelu, 130)) {
        compare(&case).map_err(TestCaseError::fail)?;
    }
}

/// The largest of the paper: tokens of a frame, size of a head, frames.
#[test]
fn the_papers_sizes() {
    let spatial = Case {
        tokens: 1024,
        head_size: 128,
        ..small(Operation::SpatialAttention)
    };
    let temporal = Case {
        frames: 32,
        past: 15,
        tokens: 100,
        head_size: 128,
        ..small(Operation::TemporalAttention)
    };
    let norm = Case {
        tokens: 9,
        heads: 40,
        head_size: 128,
        ..small(Operation::LayerNorm)
    };
    for case in [spatial, temporal, norm] {
        compare(&case).unwrap();
    }
}

/// More workgroups than a dispatch allows along one axis: one a head and frame, or one for 64
/// vectors of four.
#[test]
fn grids_spread_over_two_axes() {
    for (operation, tokens) in [(Operation::SpatialAttention, 1), (Operation::Gelu, 16)] {
        let wide = Case {
            batch: 70_000,
            tokens,
            heads: 2,
            ..small(operation)
        };
        compare(&wide).unwrap();
    }
}

/// Head sizes without a kernel, and other number types, take the plain path.
#[test]
fn what_the_kernels_cannot_do_falls_back() {
    let gains = |d: usize| kernels::QkGains {
        query: Tensor::ones([d], &*DEVICE),
        key: Tensor::ones([d], &*DEVICE),
    };
    for d in [2, 12, 136] {
        let qkv = Tensor::ones([1, 2, 3, 3 * d], &*DEVICE);
        let spatial = kernels::spatial_attention(qkv.clone(), &gains(d), 1);
        let temporal = kernels::temporal_attention(qkv, &gains(d), 1, None);
        for attended in [spatial, temporal] {
            let values = attended.into_data().try_into_vec::<f32>().unwrap();
            assert!(
                values.iter().all(|v| (v - 1.0).abs() < 1e-4),
                "{d}: {values:?}"
            );
        }
    }
    let odd = kernels::gelu(Tensor::zeros([1, 1, 3, 3], &*DEVICE));
    assert_eq!(odd.into_data().try_into_vec::<f32>().unwrap(), [0.0; 9]);
}

/// Training on a GPU: autodiff tensors take the plain path, and have gradients.
#[test]
fn autodiff_takes_the_plain_path() {
    let device = DEVICE.clone().autodiff();
    let x = Tensor::<4>::ones([1, 1, 2, 8], &device).require_grad();
    let gradients = kernels::gelu(x.clone()).sum().backward();
    let gradient = x.grad(&gradients).expect("a gradient").into_data();
    let values = gradient.try_into_vec::<f32>().unwrap();
    assert!(
        values.iter().all(|g| (g - 1.083).abs() < 1e-2),
        "{values:?}"
    );
}
