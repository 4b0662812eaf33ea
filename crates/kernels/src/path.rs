//! Which path an operation takes: decided by its tensors' device and type.

#[cfg(not(target_family = "wasm"))]
use burn::backend::CubeDevice;
use burn::backend::{DispatchDevice, FlexDevice};
use burn::tensor::{DType, Device, Tensor};

/// Whether the WGSL kernels take this tensor: f32, on a wgpu device, outside of autodiff (whose
/// devices are wrapped), where training uses the plain twins. An operation asks for each tensor.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn wgsl<const D: usize>(tensor: &Tensor<D>) -> bool {
    matches!(
        tensor.device().as_dispatch(),
        DispatchDevice::Cube(CubeDevice::Wgpu(_))
    ) && tensor.dtype() == DType::F32
}

/// Whether the fused loops for the CPU take this tensor: f32, on the flex backend, with or without
/// autodiff.
pub(crate) fn flex<const D: usize>(tensor: &Tensor<D>) -> bool {
    on_cpu(&tensor.device()) && tensor.dtype() == DType::F32
}

/// Whether `device` is the CPU by the flex backend, with or without autodiff.
pub fn on_cpu(device: &Device) -> bool {
    // Devices are equal whether wrapped in autodiff or not. The page has no autodiff.
    *device.as_dispatch() == DispatchDevice::Flex(FlexDevice)
}
