//! Patches to pixels.

/// The RGB bytes of a frame, `[H, W, 3]`, from patches `[N, 3P²]` of numbers that are clamped to [0, 1].
///
/// # Panics
/// If there are fewer patches than the frame has.
pub fn pixels(patches: &[f32], patch: usize, width: usize, rgb: &mut [u8]) {
    let row = 3 * patch;
    let size = patch * row;
    for (y, line) in rgb.chunks_exact_mut(3 * width).enumerate() {
        for (x, to) in line.chunks_exact_mut(row).enumerate() {
            let number = y / patch * (width / patch) + x;
            let from = &patches[number * size + y % patch * row..][..row];
            for (to, value) in to.iter_mut().zip(from) {
                *to = (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
            }
        }
    }
}
