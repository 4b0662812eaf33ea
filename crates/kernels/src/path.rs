//! Which path an operation takes: decided by its tensors' device and type, unless somebody measures what
//! the plain twins cost.

use std::cell::Cell;

#[cfg(not(target_family = "wasm"))]
use burn::backend::CubeDevice;
use burn::backend::{DispatchDevice, FlexDevice};
use burn::tensor::{DType, Device, Tensor};

thread_local! {
    /// Whether this thread's operations are all to be plain.
    static PLAIN: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` with every operation that this thread begins as its plain twin, whatever the device: what
/// it would cost by burn's generic operations. For measurements.
pub fn plainly<T>(work: impl FnOnce() -> T) -> T {
    /// Also after a panic.
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            PLAIN.set(self.0);
        }
    }
    let _restore = Restore(PLAIN.replace(true));
    work()
}

/// Whether the WGSL kernels take this tensor: f32, on a wgpu device, outside of autodiff (whose
/// devices are wrapped), where training uses the plain twins. An operation asks for each tensor.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn wgsl<const D: usize>(tensor: &Tensor<D>) -> bool {
    !PLAIN.get()
        && matches!(
            tensor.device().as_dispatch(),
            DispatchDevice::Cube(CubeDevice::Wgpu(_))
        )
        && tensor.dtype() == DType::F32
}

/// Whether the fused loops for the CPU take this tensor: f32, on the flex backend, with or without
/// autodiff.
pub(crate) fn flex<const D: usize>(tensor: &Tensor<D>) -> bool {
    !PLAIN.get() && on_cpu(&tensor.device()) && tensor.dtype() == DType::F32
}

/// Whether `device` is the CPU by the flex backend, with or without autodiff.
pub fn on_cpu(device: &Device) -> bool {
    // Devices are equal whether wrapped in autodiff or not. The page has no autodiff.
    *device.as_dispatch() == DispatchDevice::Flex(FlexDevice)
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor};

    use super::*;

    #[test]
    fn the_plain_twins_are_taken_only_while_asked_for() {
        let x = Tensor::<1>::zeros([4], &Device::flex());
        assert!(flex(&x));
        assert!(!plainly(|| flex(&x)));
        assert!(!plainly(|| {
            plainly(|| ());
            flex(&x)
        }));
        let broken = std::panic::catch_unwind(|| plainly(|| panic!("on purpose")));
        assert!(broken.is_err() && flex(&x));
    }
}
