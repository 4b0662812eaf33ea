//! Comparisons of the WGSL kernels with their plain twins on random input: one body for the native
//! tests (`tests/play.rs`, `tests/wgsl.rs`) and for the browser (`tests/kernels-web`), where reads must
//! be awaited.
//!
//! [`play`] compares what [`crate::gpu`] launches; kernels whose twins are in the model crate are
//! compared there, with the same [`Bench`] and [`compare`]. [`extension`] compares the extension of
//! burn's backend, which the page doesn't have.

mod bench;
mod case;
#[cfg(not(target_family = "wasm"))]
pub mod extension;
mod noise;
pub mod play;

pub use bench::{Bench, Output, UNTOUCHED, bits, floats};
pub use case::{Case, Report, compare};
pub use noise::Noise;

/// The largest difference that passes, as [`difference`] measures it.
pub const TOLERANCE: f32 = 1e-4;

/// How far a kernel's numbers are from its twin's: the largest `|kernel − twin| / (1 + |twin|)`, infinite
/// where a kernel gives NaN.
///
/// # Panics
/// If there aren't equally many.
pub fn difference(kernel: &[f32], twin: &[f32]) -> f32 {
    assert_eq!(kernel.len(), twin.len(), "a twin of the same shape");
    let mut worst = 0f32;
    for (a, b) in kernel.iter().zip(twin) {
        let difference = (a - b).abs() / (1.0 + b.abs());
        // `max` would lose a NaN.
        worst = if difference.is_nan() {
            f32::INFINITY
        } else {
            worst.max(difference)
        };
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn differences_are_relative_and_see_every_nan() {
        assert_eq!(difference(&[1.0, 2.0], &[1.0, 3.0]), 0.25);
        assert_eq!(difference(&[f32::NAN, 1.0], &[1.0, 1.0]), f32::INFINITY);
        assert_eq!(difference(&[1.0], &[f32::NAN]), f32::INFINITY);
    }
}
