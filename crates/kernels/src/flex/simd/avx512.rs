//! 16 lanes: AVX-512.

use std::arch::x86_64::*;

use super::{Kernel, Simd};

/// Proof that the processor has AVX-512 F and DQ.
#[derive(Clone, Copy)]
pub(super) struct Avx512(());

/// Runs `kernel` with AVX-512.
///
/// # Safety
/// The processor must have the features below.
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
pub(super) unsafe fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx512(()))
}

/// [`run`], never inlined.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512dq,avx2,fma")]
unsafe fn run_apart<K: Kernel>(kernel: K) -> K::Output {
    // SAFETY: the caller has the same features.
    unsafe { run(kernel) }
}

// SAFETY of every block below: an `Avx512` exists only where `run`'s features do; pointers are the
// caller's promise.
#[allow(clippy::undocumented_unsafe_blocks)]
impl Simd for Avx512 {
    type V = __m512;
    const LANES: usize = 16;

    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        unsafe { _mm512_set1_ps(x) }
    }
    #[inline(always)]
    unsafe fn load_ptr(self, from: *const f32) -> __m512 {
        unsafe { _mm512_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn store_ptr(self, to: *mut f32, v: __m512) {
        unsafe { _mm512_storeu_ps(to, v) }
    }
    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_add_ps(a, b) }
    }
    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_sub_ps(a, b) }
    }
    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_mul_ps(a, b) }
    }
    #[inline(always)]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_div_ps(a, b) }
    }
    #[inline(always)]
    fn fma(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    fn nfma(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        unsafe { _mm512_fnmadd_ps(a, b, c) }
    }
    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_max_ps(a, b) }
    }
    #[inline(always)]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        unsafe { _mm512_min_ps(a, b) }
    }
    #[inline(always)]
    fn sqrt(self, a: __m512) -> __m512 {
        unsafe { _mm512_sqrt_ps(a) }
    }
    #[inline(always)]
    fn times_exp2(self, x: __m512, t: __m512) -> __m512 {
        unsafe {
            let exponent = _mm512_slli_epi32::<23>(_mm512_castps_si512(t));
            _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(x), exponent))
        }
    }
    #[inline(always)]
    fn sum(self, v: __m512) -> f32 {
        unsafe { _mm512_reduce_add_ps(v) }
    }
    #[inline(always)]
    fn greatest(self, v: __m512) -> f32 {
        unsafe { _mm512_reduce_max_ps(v) }
    }
    #[inline(always)]
    fn transpose(self, rows: &mut [__m512; 16]) {
        unsafe {
            // Pairs, then fours: `r[4i + c]` holds columns c, c + 4, c + 8, c + 12 of rows 4i..4i + 4.
            let mut r = *rows;
            for i in 0..4 {
                let [a, b, c, d] = [
                    rows[4 * i],
                    rows[4 * i + 1],
                    rows[4 * i + 2],
                    rows[4 * i + 3],
                ];
                let p = _mm512_castps_pd(_mm512_unpacklo_ps(a, b));
                let q = _mm512_castps_pd(_mm512_unpackhi_ps(a, b));
                let u = _mm512_castps_pd(_mm512_unpacklo_ps(c, d));
                let v = _mm512_castps_pd(_mm512_unpackhi_ps(c, d));
                r[4 * i] = _mm512_castpd_ps(_mm512_unpacklo_pd(p, u));
                r[4 * i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(p, u));
                r[4 * i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(q, v));
                r[4 * i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(q, v));
            }
            for c in 0..4 {
                let even = _mm512_shuffle_f32x4::<0x88>(r[c], r[4 + c]);
                let odd = _mm512_shuffle_f32x4::<0xdd>(r[c], r[4 + c]);
                let even_below = _mm512_shuffle_f32x4::<0x88>(r[8 + c], r[12 + c]);
                let odd_below = _mm512_shuffle_f32x4::<0xdd>(r[8 + c], r[12 + c]);
                rows[c] = _mm512_shuffle_f32x4::<0x88>(even, even_below);
                rows[4 + c] = _mm512_shuffle_f32x4::<0x88>(odd, odd_below);
                rows[8 + c] = _mm512_shuffle_f32x4::<0xdd>(even, even_below);
                rows[12 + c] = _mm512_shuffle_f32x4::<0xdd>(odd, odd_below);
            }
        }
    }
    #[inline(always)]
    fn store_away(self, x: &mut [f32], v: __m512) {
        assert!(x.len() >= 16 && x.as_ptr().cast::<__m512>().is_aligned());
        unsafe { _mm512_stream_ps(x.as_mut_ptr(), v) }
    }
    #[inline(always)]
    fn prefetch(self, at: *const f32) {
        unsafe { _mm_prefetch::<_MM_HINT_T0>(at.cast()) }
    }
    #[inline(always)]
    fn wait_for_stores(self) {
        unsafe { _mm_sfence() }
    }
    #[inline(always)]
    fn apart<K: Kernel>(self, kernel: K) -> K::Output {
        unsafe { run_apart(kernel) }
    }
    #[inline(always)]
    fn load_head(self, x: &[f32], fill: f32) -> __m512 {
        if x.len() >= 16 {
            return self.load(x);
        }
        let mask = head(x.len());
        unsafe { _mm512_mask_loadu_ps(_mm512_set1_ps(fill), mask, x.as_ptr()) }
    }
    #[inline(always)]
    fn store_head(self, x: &mut [f32], v: __m512) {
        if x.len() >= 16 {
            return self.store(x, v);
        }
        let mask = head(x.len());
        unsafe { _mm512_mask_storeu_ps(x.as_mut_ptr(), mask, v) }
    }
}

/// The lanes below `len < 16`.
#[inline(always)]
fn head(len: usize) -> __mmask16 {
    (1 << len) - 1
}
