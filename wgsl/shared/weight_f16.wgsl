// Weights [INPUTS, OUTPUTS] of 16 bits, computed with in 32: no device feature is needed.

@group(0) @binding(1) var<storage, read> weights: array<vec2<u32>>;

// Four columns of input k; `column` counts vectors of four.
fn weight(k: u32, column: u32) -> vec4<f32> {
    let four = weights[k * (OUTPUTS / 4u) + column];
    return vec4<f32>(unpack2x16float(four.x), unpack2x16float(four.y));
}

// What sums of products with `weight` must still be multiplied by: nothing here.
fn scaled_weights(sum: vec4<f32>, column: u32) -> vec4<f32> {
    return sum;
}
