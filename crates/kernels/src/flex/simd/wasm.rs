//! 4 lanes: WebAssembly's `simd128`.

use std::arch::wasm32::*;

use super::{Kernel, MAX_LANES, Simd};

/// A browser that lacks the instructions doesn't load the module at all.
#[derive(Clone, Copy)]
pub(super) struct Wasm;

impl Simd for Wasm {
    type V = v128;
    const LANES: usize = 4;

    #[inline(always)]
    fn splat(self, x: f32) -> v128 {
        f32x4_splat(x)
    }
    #[inline(always)]
    unsafe fn load_ptr(self, from: *const f32) -> v128 {
        // SAFETY: the caller promises four readable values.
        unsafe { v128_load(from.cast()) }
    }
    #[inline(always)]
    unsafe fn store_ptr(self, to: *mut f32, v: v128) {
        // SAFETY: the caller promises four writable values.
        unsafe { v128_store(to.cast(), v) }
    }
    #[inline(always)]
    fn add(self, a: v128, b: v128) -> v128 {
        f32x4_add(a, b)
    }
    #[inline(always)]
    fn sub(self, a: v128, b: v128) -> v128 {
        f32x4_sub(a, b)
    }
    #[inline(always)]
    fn mul(self, a: v128, b: v128) -> v128 {
        f32x4_mul(a, b)
    }
    #[inline(always)]
    fn div(self, a: v128, b: v128) -> v128 {
        f32x4_div(a, b)
    }
    #[inline(always)]
    fn fma(self, a: v128, b: v128, c: v128) -> v128 {
        f32x4_add(f32x4_mul(a, b), c)
    }
    #[inline(always)]
    fn nfma(self, a: v128, b: v128, c: v128) -> v128 {
        f32x4_sub(c, f32x4_mul(a, b))
    }
    #[inline(always)]
    fn max(self, a: v128, b: v128) -> v128 {
        f32x4_pmax(a, b)
    }
    #[inline(always)]
    fn min(self, a: v128, b: v128) -> v128 {
        f32x4_pmin(a, b)
    }
    #[inline(always)]
    fn sqrt(self, a: v128) -> v128 {
        f32x4_sqrt(a)
    }
    #[inline(always)]
    fn times_exp2(self, x: v128, t: v128) -> v128 {
        i32x4_add(x, i32x4_shl(t, 23))
    }
    #[inline(always)]
    fn sum(self, v: v128) -> f32 {
        let pairs = f32x4_add(v, i32x4_shuffle::<2, 3, 0, 1>(v, v));
        f32x4_extract_lane::<0>(pairs) + f32x4_extract_lane::<1>(pairs)
    }
    #[inline(always)]
    fn greatest(self, v: v128) -> f32 {
        let pairs = f32x4_pmax(v, i32x4_shuffle::<2, 3, 0, 1>(v, v));
        f32x4_extract_lane::<0>(pairs).max(f32x4_extract_lane::<1>(pairs))
    }
    #[inline(always)]
    fn transpose(self, rows: &mut [v128; MAX_LANES]) {
        let [a, b, c, d] = [rows[0], rows[1], rows[2], rows[3]];
        let (p, q) = (
            i32x4_shuffle::<0, 4, 1, 5>(a, b),
            i32x4_shuffle::<2, 6, 3, 7>(a, b),
        );
        let (u, v) = (
            i32x4_shuffle::<0, 4, 1, 5>(c, d),
            i32x4_shuffle::<2, 6, 3, 7>(c, d),
        );
        rows[0] = i32x4_shuffle::<0, 1, 4, 5>(p, u);
        rows[1] = i32x4_shuffle::<2, 3, 6, 7>(p, u);
        rows[2] = i32x4_shuffle::<0, 1, 4, 5>(q, v);
        rows[3] = i32x4_shuffle::<2, 3, 6, 7>(q, v);
    }
    #[inline(always)]
    fn apart<K: Kernel>(self, kernel: K) -> K::Output {
        run_apart(kernel)
    }
}

/// A kernel, never inlined.
#[inline(never)]
fn run_apart<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Wasm)
}
