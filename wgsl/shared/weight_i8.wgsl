// Weights [INPUTS, OUTPUTS] of 8 bits, with a scale per column: W_kc = scale_c · q_kc / 127, q from
// −127 to 127, so that scale_c is the largest |W_kc| of a column.

// Four columns a number, the first in its lowest bits.
@group(0) @binding(1) var<storage, read> weights: array<u32>;

// Four columns of input k, without their scales; `column` counts vectors of four.
fn weight(k: u32, column: u32) -> vec4<f32> {
    return unpack4x8snorm(weights[k * (OUTPUTS / 4u) + column]);
}

// What sums of products with `weight` must still be multiplied by: the third row of `columns`.
fn scaled_weights(sum: vec4<f32>, column: u32) -> vec4<f32> {
    return sum * columns[2u * (OUTPUTS / 4u) + column];
}
