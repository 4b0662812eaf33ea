// QK-norm (docs/model.md): x / sqrt(mean(x²) + 1e-6), without the gain.

// What to multiply a head's vector by, given the sum of its squares. VECTORS: head size / 4.
fn qk_norm_scale(squares: f32) -> f32 {
    return inverseSqrt(squares / f32(4u * VECTORS) + 1e-6);
}

// The same for four vectors at once.
fn qk_norm_scales(squares: vec4<f32>) -> vec4<f32> {
    return inverseSqrt(squares / f32(4u * VECTORS) + 1e-6);
}
