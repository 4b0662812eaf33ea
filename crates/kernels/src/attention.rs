//! Spatial and temporal attention: the public functions, and which path each takes.

use burn::tensor::Tensor;

use crate::parameters::{Past, QkGains};
#[cfg(not(target_family = "wasm"))]
use crate::wgsl;
use crate::{flex, path, plain};

/// Attention between the `N` tokens of each frame. `qkv [B, T, N, 3I]` → `[B, T, N, I]`.
///
/// # Panics
/// If the last dimension of `qkv` isn't `3 · heads · d`, with `d` the length of the gains.
pub fn spatial_attention(qkv: Tensor<4>, gains: &QkGains, heads: usize) -> Tensor<4> {
    check(&qkv, gains, heads);
    #[cfg(not(target_family = "wasm"))]
    if takes_wgsl(&qkv, gains) {
        return wgsl::spatial_attention(qkv, gains, heads);
    }
    if takes_flex(&qkv, gains) {
        return flex::spatial_attention(qkv, gains, heads);
    }
    plain::spatial_attention(qkv, gains, heads)
}

/// Causal attention over frames at each position, with rotary time.
/// `qkv [B, T, N, 3I]` → `[B, T, N, I]`; frame `t` sees the `past`, if any, and frames `0..=t`.
///
/// # Panics
/// If the last dimension of `qkv` isn't `3 · heads · d`, with `d` the length of the gains; if the
/// past's shape isn't `[B, P, N, I]`.
pub fn temporal_attention(
    qkv: Tensor<4>,
    gains: &QkGains,
    heads: usize,
    past: Option<&Past>,
) -> Tensor<4> {
    check(&qkv, gains, heads);
    if let Some(past) = past {
        check_past(&qkv, past);
    }
    #[cfg(not(target_family = "wasm"))]
    if past.is_none_or(|past| path::wgsl(&past.keys) && path::wgsl(&past.values))
        && takes_wgsl(&qkv, gains)
    {
        return wgsl::temporal_attention(qkv, gains, heads, past);
    }
    // There are no fused gradients through a past.
    let flex_past = past.is_none_or(|past| {
        path::flex(&past.keys) && path::flex(&past.values) && !qkv.device().is_autodiff()
    });
    if flex_past && takes_flex(&qkv, gains) {
        return flex::temporal_attention(qkv, gains, heads, past);
    }
    plain::temporal_attention(qkv, gains, heads, past)
}

/// The keys and values of `qkv [B, T, N, 3I]`, as a cache keeps them.
pub fn normalised_keys(qkv: Tensor<4>, gains: &QkGains, heads: usize) -> Past {
    check(&qkv, gains, heads);
    #[cfg(not(target_family = "wasm"))]
    if takes_wgsl(&qkv, gains) {
        return wgsl::normalised_keys(qkv, gains, heads);
    }
    plain::normalised_keys(qkv, gains, heads)
}

#[cfg(not(target_family = "wasm"))]
fn takes_wgsl(qkv: &Tensor<4>, gains: &QkGains) -> bool {
    let [d] = gains.key.dims();
    path::wgsl(qkv)
        && path::wgsl(&gains.query)
        && path::wgsl(&gains.key)
        && wgsl::supports_head_size(d)
}

fn takes_flex(qkv: &Tensor<4>, gains: &QkGains) -> bool {
    path::flex(qkv) && path::flex(&gains.query) && path::flex(&gains.key)
}

fn check(qkv: &Tensor<4>, gains: &QkGains, heads: usize) {
    let [_, _, _, width] = qkv.dims();
    let [d] = gains.query.dims();
    assert_eq!(
        width,
        3 * heads * d,
        "qkv's last dimension must be 3 · heads · head size"
    );
    assert_eq!(gains.key.dims(), [d], "the gains must be of one length");
}

fn check_past(qkv: &Tensor<4>, past: &Past) {
    let [b, _, n, width] = qkv.dims();
    let [_, frames, _, _] = past.keys.dims();
    let expected = [b, frames, n, width / 3];
    assert_eq!(past.keys.dims(), expected, "keys of the past");
    assert_eq!(past.values.dims(), expected, "values of the past");
}
