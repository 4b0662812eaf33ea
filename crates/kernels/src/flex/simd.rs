//! Vectors of `f32`, as wide as the processor at hand allows.
//!
//! The program is compiled for a baseline processor, so the wide instructions have to be chosen
//! while it runs: [`dispatch`] looks at the processor and runs a [`Kernel`] with the widest
//! [`Simd`] it has. A kernel and everything it calls must be `#[inline(always)]`, or it is compiled
//! for the baseline again. A `Simd` value is a witness: only `dispatch` makes one.

// Intrinsics are unsafe to call where the compiler can't see that the processor has them.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;

/// Arithmetic on vectors of [`LANES`](Self::LANES) values.
pub(crate) trait Simd: Copy + Send + Sync {
    /// A vector.
    type V: Copy;
    /// Its length.
    const LANES: usize;

    /// A vector of equal values.
    fn splat(self, x: f32) -> Self::V;
    /// Reads `LANES` values.
    ///
    /// # Safety
    /// They must be readable.
    unsafe fn load_ptr(self, from: *const f32) -> Self::V;
    /// Writes `LANES` values.
    ///
    /// # Safety
    /// They must be writable.
    unsafe fn store_ptr(self, to: *mut f32, v: Self::V);

    /// `a + b`
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a − b`
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a · b`
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a / b`
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a · b + c`
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `c − a · b`
    fn nfma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// The greater of each pair.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// The lesser of each pair.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// Square roots.
    fn sqrt(self, a: Self::V) -> Self::V;
    /// `x · 2^n`, where `n` is the integer in the low bits of `t = n + 1.5 · 2^23`.
    fn times_exp2(self, x: Self::V, t: Self::V) -> Self::V;
    /// The sum of the lanes.
    fn sum(self, v: Self::V) -> f32;
    /// The greatest lane.
    fn greatest(self, v: Self::V) -> f32;

    /// Swaps rows and columns of the first `LANES` rows.
    fn transpose(self, rows: &mut [Self::V; MAX_LANES]);
    /// Overwrites the first `LANES` values of `x`, which begin at a multiple of the vector's size, past
    /// the caches if possible. Nobody may read them before [`wait_for_stores`](Self::wait_for_stores).
    #[inline(always)]
    fn store_away(self, x: &mut [f32], v: Self::V) {
        self.store(x, v);
    }
    /// Makes what was stored away visible to other threads.
    #[inline(always)]
    fn wait_for_stores(self) {}
    /// Asks for a value to be brought near, for it will be needed soon.
    #[inline(always)]
    fn prefetch(self, _: *const f32) {}
    /// Runs `kernel` as a function of its own: for code that is used in many places.
    fn apart<K: Kernel>(self, kernel: K) -> K::Output;

    /// The first `LANES` values of `x`.
    #[inline(always)]
    fn load(self, x: &[f32]) -> Self::V {
        assert!(x.len() >= Self::LANES);
        // SAFETY: the length was checked.
        unsafe { self.load_ptr(x.as_ptr()) }
    }

    /// The first `N` vectors of `x`.
    #[inline(always)]
    fn load_all<const N: usize>(self, x: &[f32]) -> [Self::V; N] {
        assert!(x.len() >= N * Self::LANES);
        let mut all = [self.splat(0.0); N];
        for (i, v) in all.iter_mut().enumerate() {
            // SAFETY: the length was checked.
            *v = unsafe { self.load_ptr(x.as_ptr().add(i * Self::LANES)) };
        }
        all
    }

    /// Overwrites the first `LANES` values of `x`.
    #[inline(always)]
    fn store(self, x: &mut [f32], v: Self::V) {
        assert!(x.len() >= Self::LANES);
        // SAFETY: the length was checked.
        unsafe { self.store_ptr(x.as_mut_ptr(), v) }
    }

    /// The first `LANES` values of `x`, `fill` where `x` is shorter.
    #[inline(always)]
    fn load_head(self, x: &[f32], fill: f32) -> Self::V {
        if x.len() >= Self::LANES {
            return self.load(x);
        }
        let mut full = [fill; MAX_LANES];
        full[..x.len()].copy_from_slice(x);
        self.load(&full)
    }

    /// Overwrites the first `LANES` values of `x`, or all if it is shorter.
    #[inline(always)]
    fn store_head(self, x: &mut [f32], v: Self::V) {
        if x.len() >= Self::LANES {
            return self.store(x, v);
        }
        let mut full = [0.0; MAX_LANES];
        self.store(&mut full, v);
        x.copy_from_slice(&full[..x.len()]);
    }
}

/// The most lanes a vector has on any processor.
pub(crate) const MAX_LANES: usize = 16;

/// A piece of work that can run with any width of vectors.
pub(crate) trait Kernel {
    /// What it returns.
    type Output;
    /// Does the work. Must be `#[inline(always)]`.
    fn run<S: Simd>(self, s: S) -> Self::Output;
}

/// Runs `kernel` with the widest vectors that this processor has.
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq") {
            // SAFETY: the processor has these features.
            return unsafe { avx512::run(kernel) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: as above.
            return unsafe { avx2::run(kernel) };
        }
    }
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return kernel.run(wasm::Wasm);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    kernel.run(portable::Portable::new())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Runs `kernel` with every width this processor has.
    pub(crate) fn on_all<K: Kernel + Clone>(kernel: K) -> Vec<K::Output> {
        let mut all = vec![kernel.clone().run(portable::Portable::new())];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                // SAFETY: the processor has these features.
                all.push(unsafe { avx2::run(kernel.clone()) });
            }
        }
        all.push(dispatch(kernel));
        all
    }
}
