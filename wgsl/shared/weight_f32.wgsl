// Weights [INPUTS, OUTPUTS] of 32 bits.

@group(0) @binding(1) var<storage, read> weights: array<vec4<f32>>;

// Four columns of input k; `column` counts vectors of four.
fn weight(k: u32, column: u32) -> vec4<f32> {
    return weights[k * (OUTPUTS / 4u) + column];
}

// What sums of products with `weight` must still be multiplied by: nothing here.
fn scaled_weights(sum: vec4<f32>, column: u32) -> vec4<f32> {
    return sum;
}
