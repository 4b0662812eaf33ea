//! The WGSL kernels whose twins are in this crate against those twins, on whatever adapter there is: in
//! CI software Vulkan. The browser runs the same comparisons: tests/kernels-web.

use std::sync::OnceLock;

use kernels::check::{Bench, Case, compare};
use kernels::gpu::Gpu;
use model::check::{Choice, Embed, Embedding, Pixels};
use pollster::block_on;

/// Random shapes of each kernel.
const CASES: usize = 200;
/// How many different kernels must have been compiled for them.
const KERNELS: usize = 40;

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
fn tokens_and_actions_are_embedded_as_the_dynamics_do() {
    agrees::<Embed>(Embedding::Tokens);
}

#[test]
fn codes_are_embedded_as_the_decoder_does() {
    agrees::<Embed>(Embedding::Codes);
}

#[test]
fn the_same_tokens_are_chosen() {
    agrees::<Choice>(());
}

#[test]
fn pixels_are_those_of_the_patches() {
    agrees::<Pixels>(());
}
