//! The kernels of play against their plain twins, on whatever adapter there is: in CI software Vulkan.
//! The browser runs the same comparisons: tests/kernels-web. Kernels that choose tokens, embed them or
//! paint have their twins in the model crate, and are compared there.

use std::sync::OnceLock;

use kernels::check::play::{CachedAttention, Linear, Method, SpatialAttention};
use kernels::check::{Bench, Case, compare};
use kernels::gpu::attention::CachePrecision;
use kernels::gpu::linear::Precision;
use kernels::gpu::{Class, Gpu};
use pollster::block_on;

/// Random shapes of each kernel.
const CASES: usize = 200;
/// How many different kernels must have been compiled for them.
const KERNELS: usize = 20;

/// One device for all tests: opening one takes long on a software adapter.
fn bench() -> Bench {
    static GPU: OnceLock<Gpu> = OnceLock::new();
    let gpu = GPU.get_or_init(|| {
        block_on(Gpu::open()).expect("an adapter; on Debian install mesa-vulkan-drivers")
    });
    Bench::new(gpu.clone())
}

fn agrees<C: Case>(variant: C::Variant) {
    let report = block_on(compare::<C>(&mut bench(), variant, CASES));
    println!("{report:#?}");
    assert_eq!(report.cases, CASES);
    assert!(report.kernels.values().all(|&count| count >= KERNELS));
    assert!(report.failures.is_empty(), "{:#?}", report.failures);
}

#[test]
fn linear_layers_in_registers_equal_their_twin() {
    agrees::<Linear>((Method::Registers, Precision::F32));
}

#[test]
fn linear_layers_of_16_bits_in_registers_equal_their_twin() {
    agrees::<Linear>((Method::Registers, Precision::F16));
}

#[test]
fn linear_layers_of_8_bits_in_registers_equal_their_twin() {
    agrees::<Linear>((Method::Registers, Precision::I8));
}

#[test]
fn linear_layers_in_shared_memory_equal_their_twin() {
    agrees::<Linear>((Method::Shared, Precision::F32));
}

#[test]
fn linear_layers_of_16_bits_in_shared_memory_equal_their_twin() {
    agrees::<Linear>((Method::Shared, Precision::F16));
}

#[test]
fn linear_layers_of_8_bits_in_shared_memory_equal_their_twin() {
    agrees::<Linear>((Method::Shared, Precision::I8));
}

#[test]
fn attention_within_frames_equals_its_twin_as_imitated_adapters_do_it() {
    agrees::<SpatialAttention>(Class::Software);
}

#[test]
fn attention_within_frames_equals_its_twin_as_graphics_processors_do_it() {
    agrees::<SpatialAttention>(Class::Hardware);
}

#[test]
fn attention_over_cached_frames_equals_its_twin() {
    agrees::<CachedAttention>(CachePrecision::F32);
}

#[test]
fn attention_over_frames_cached_in_16_bits_equals_its_twin() {
    agrees::<CachedAttention>(CachePrecision::F16);
}
