//! Writing what won't be read soon.

use super::simd::Simd;

/// Copies `from` to `to`, past the caches where the processor can: what is written here won't be read
/// for a while, and would only push out what is needed now.
#[inline(always)]
pub(crate) fn copy_away<S: Simd>(s: S, from: &[f32], to: &mut [f32]) {
    assert_eq!(from.len(), to.len());
    // Writes past the caches need whole cache lines.
    let ahead = to.as_ptr().align_offset(64).min(to.len());
    let (from_start, from) = from.split_at(ahead);
    let (to_start, to) = to.split_at_mut(ahead);
    to_start.copy_from_slice(from_start);
    for (from, to) in from.chunks(S::LANES).zip(to.chunks_mut(S::LANES)) {
        if to.len() == S::LANES {
            s.store_away(to, s.load(from));
        } else {
            to.copy_from_slice(from);
        }
    }
    s.wait_for_stores();
}
