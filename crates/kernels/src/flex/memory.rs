//! Keeping freed memory.

// A call of the C library.
#![allow(unsafe_code)]

/// Asks the system's allocator to keep freed memory for later instead of giving it back: a training
/// step allocates the same hundreds of megabytes as the one before, and mapping and clearing them
/// anew takes about a twentieth of its time. For programs that train; does nothing but on Linux with
/// glibc.
pub fn keep_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use std::ffi::c_int;

        unsafe extern "C" {
            fn mallopt(parameter: c_int, value: c_int) -> c_int;
        }
        const TRIM_THRESHOLD: c_int = -1;
        const MMAP_THRESHOLD: c_int = -3;
        // SAFETY: `mallopt` is always there and takes any numbers; a value it refuses changes
        // nothing.
        unsafe {
            mallopt(TRIM_THRESHOLD, c_int::MAX);
            // The most that it takes.
            mallopt(MMAP_THRESHOLD, 32 << 20);
        }
    }
}
