//! 8 lanes: AVX2 with fused multiply-add.

use std::arch::x86_64::*;

use super::{Kernel, MAX_LANES, Simd};

/// Proof that the processor has AVX2 and FMA.
#[derive(Clone, Copy)]
pub(super) struct Avx2(());

/// Runs `kernel` with AVX2.
///
/// # Safety
/// The processor must have the features below.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Avx2(()))
}

/// [`run`], never inlined.
#[inline(never)]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_apart<K: Kernel>(kernel: K) -> K::Output {
    // SAFETY: the caller has the same features.
    unsafe { run(kernel) }
}

// SAFETY of every block below: an `Avx2` exists only where `run`'s features do; pointers are the
// caller's promise.
#[allow(clippy::undocumented_unsafe_blocks)]
impl Simd for Avx2 {
    type V = __m256;
    const LANES: usize = 8;

    #[inline(always)]
    fn splat(self, x: f32) -> __m256 {
        unsafe { _mm256_set1_ps(x) }
    }
    #[inline(always)]
    unsafe fn load_ptr(self, from: *const f32) -> __m256 {
        unsafe { _mm256_loadu_ps(from) }
    }
    #[inline(always)]
    unsafe fn store_ptr(self, to: *mut f32, v: __m256) {
        unsafe { _mm256_storeu_ps(to, v) }
    }
    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_add_ps(a, b) }
    }
    #[inline(always)]
    fn sub(self, a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_sub_ps(a, b) }
    }
    #[inline(always)]
    fn mul(self, a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_mul_ps(a, b) }
    }
    #[inline(always)]
    fn div(self, a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_div_ps(a, b) }
    }
    #[inline(always)]
    fn fma(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }
    #[inline(always)]
    fn nfma(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        unsafe { _mm256_fnmadd_ps(a, b, c) }
    }
    #[inline(always)]
    fn max(self, a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_max_ps(a, b) }
    }
    #[inline(always)]
    fn min(self, a: __m256, b: __m256) -> __m256 {
        unsafe { _mm256_min_ps(a, b) }
    }
    #[inline(always)]
    fn sqrt(self, a: __m256) -> __m256 {
        unsafe { _mm256_sqrt_ps(a) }
    }
    #[inline(always)]
    fn times_exp2(self, x: __m256, t: __m256) -> __m256 {
        unsafe {
            let exponent = _mm256_slli_epi32::<23>(_mm256_castps_si256(t));
            _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x), exponent))
        }
    }
    #[inline(always)]
    fn sum(self, v: __m256) -> f32 {
        unsafe {
            let half = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let pair = _mm_add_ps(half, _mm_movehl_ps(half, half));
            _mm_cvtss_f32(_mm_add_ss(pair, _mm_shuffle_ps::<1>(pair, pair)))
        }
    }
    #[inline(always)]
    fn greatest(self, v: __m256) -> f32 {
        unsafe {
            let half = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps::<1>(v));
            let pair = _mm_max_ps(half, _mm_movehl_ps(half, half));
            _mm_cvtss_f32(_mm_max_ss(pair, _mm_shuffle_ps::<1>(pair, pair)))
        }
    }
    #[inline(always)]
    fn transpose(self, rows: &mut [__m256; MAX_LANES]) {
        unsafe {
            let mut r = *rows;
            for i in 0..2 {
                let [a, b, c, d] = [
                    rows[4 * i],
                    rows[4 * i + 1],
                    rows[4 * i + 2],
                    rows[4 * i + 3],
                ];
                let p = _mm256_castps_pd(_mm256_unpacklo_ps(a, b));
                let q = _mm256_castps_pd(_mm256_unpackhi_ps(a, b));
                let u = _mm256_castps_pd(_mm256_unpacklo_ps(c, d));
                let v = _mm256_castps_pd(_mm256_unpackhi_ps(c, d));
                r[4 * i] = _mm256_castpd_ps(_mm256_unpacklo_pd(p, u));
                r[4 * i + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(p, u));
                r[4 * i + 2] = _mm256_castpd_ps(_mm256_unpacklo_pd(q, v));
                r[4 * i + 3] = _mm256_castpd_ps(_mm256_unpackhi_pd(q, v));
            }
            for c in 0..4 {
                rows[c] = _mm256_permute2f128_ps::<0x20>(r[c], r[4 + c]);
                rows[4 + c] = _mm256_permute2f128_ps::<0x31>(r[c], r[4 + c]);
            }
        }
    }
    #[inline(always)]
    fn store_away(self, x: &mut [f32], v: __m256) {
        assert!(x.len() >= 8 && x.as_ptr().cast::<__m256>().is_aligned());
        unsafe { _mm256_stream_ps(x.as_mut_ptr(), v) }
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
}
