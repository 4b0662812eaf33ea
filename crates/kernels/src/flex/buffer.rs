//! Scratch memory that begins at a cache line: vectors that straddle two lines cost twice.

// Viewing lines as values needs a cast of pointers.
#![allow(unsafe_code)]

use std::ops::{Deref, DerefMut};

/// Values per cache line.
const LINE: usize = 16;

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; LINE]);

/// A list of values that begins at a cache line and ends with one to spare.
pub(crate) struct Buffer {
    lines: Vec<Line>,
    len: usize,
}

impl Default for Buffer {
    fn default() -> Self {
        Self::none()
    }
}

impl Buffer {
    /// No values, and none to spare.
    pub(crate) const fn none() -> Self {
        Self {
            lines: Vec::new(),
            len: 0,
        }
    }

    /// `len` zeros.
    pub(crate) fn zeros(len: usize) -> Self {
        let mut buffer = Self::none();
        buffer.resize(len);
        buffer
    }

    /// Makes it `len` long, with old values in it.
    pub(crate) fn resize(&mut self, len: usize) {
        self.lines.resize(len.div_ceil(LINE) + 1, Line([0.0; LINE]));
        self.len = len;
    }

    /// The values, and those to spare: vectors at the end may be read whole.
    pub(crate) fn padded(&self) -> &[f32] {
        // SAFETY: a `Line` is sixteen values.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.lines.len() * LINE) }
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.padded()[..self.len]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: there are at least `len` values in the lines.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.len) }
    }
}
