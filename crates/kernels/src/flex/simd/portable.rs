//! 4 lanes in plain Rust, which the compiler turns into SSE2 or NEON.

use super::{Kernel, MAX_LANES, Simd};

/// Needs nothing of the processor.
#[derive(Clone, Copy)]
pub(super) struct Portable(());

impl Portable {
    pub(super) fn new() -> Self {
        Self(())
    }
}

/// Sixteen bytes, aligned like a hardware vector.
#[derive(Clone, Copy)]
#[repr(align(16))]
pub(crate) struct V4([f32; 4]);

#[inline(always)]
fn zip(a: V4, b: V4, f: impl Fn(f32, f32) -> f32) -> V4 {
    V4([
        f(a.0[0], b.0[0]),
        f(a.0[1], b.0[1]),
        f(a.0[2], b.0[2]),
        f(a.0[3], b.0[3]),
    ])
}

impl Simd for Portable {
    type V = V4;
    const LANES: usize = 4;

    #[inline(always)]
    fn splat(self, x: f32) -> V4 {
        V4([x; 4])
    }
    #[inline(always)]
    unsafe fn load_ptr(self, from: *const f32) -> V4 {
        // SAFETY: the caller promises four readable values.
        V4(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn store_ptr(self, to: *mut f32, v: V4) {
        // SAFETY: the caller promises four writable values.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(v.0) }
    }
    #[inline(always)]
    fn add(self, a: V4, b: V4) -> V4 {
        zip(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(self, a: V4, b: V4) -> V4 {
        zip(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn mul(self, a: V4, b: V4) -> V4 {
        zip(a, b, |a, b| a * b)
    }
    #[inline(always)]
    fn div(self, a: V4, b: V4) -> V4 {
        zip(a, b, |a, b| a / b)
    }
    #[inline(always)]
    fn fma(self, a: V4, b: V4, c: V4) -> V4 {
        // `mul_add` is a slow library call where there is no instruction for it.
        if cfg!(target_arch = "aarch64") {
            let fused = |i: usize| a.0[i].mul_add(b.0[i], c.0[i]);
            return V4([fused(0), fused(1), fused(2), fused(3)]);
        }
        self.add(self.mul(a, b), c)
    }
    #[inline(always)]
    fn nfma(self, a: V4, b: V4, c: V4) -> V4 {
        self.fma(zip(a, a, |a, _| -a), b, c)
    }
    #[inline(always)]
    fn max(self, a: V4, b: V4) -> V4 {
        zip(a, b, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn min(self, a: V4, b: V4) -> V4 {
        zip(a, b, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn sqrt(self, a: V4) -> V4 {
        zip(a, a, |a, _| a.sqrt())
    }
    #[inline(always)]
    fn times_exp2(self, x: V4, t: V4) -> V4 {
        zip(x, t, |x, t| {
            f32::from_bits(x.to_bits().wrapping_add(t.to_bits() << 23))
        })
    }
    #[inline(always)]
    fn sum(self, v: V4) -> f32 {
        (v.0[0] + v.0[2]) + (v.0[1] + v.0[3])
    }
    #[inline(always)]
    fn greatest(self, v: V4) -> f32 {
        v.0[0].max(v.0[1]).max(v.0[2].max(v.0[3]))
    }
    #[inline(always)]
    fn transpose(self, rows: &mut [V4; MAX_LANES]) {
        let r = [rows[0].0, rows[1].0, rows[2].0, rows[3].0];
        for (i, row) in rows[..4].iter_mut().enumerate() {
            row.0 = [r[0][i], r[1][i], r[2][i], r[3][i]];
        }
    }
    #[inline(always)]
    fn apart<K: Kernel>(self, kernel: K) -> K::Output {
        run_apart(kernel)
    }
}

/// A kernel, never inlined.
#[inline(never)]
fn run_apart<K: Kernel>(kernel: K) -> K::Output {
    kernel.run(Portable(()))
}
