// Bindings of a linear layer, and what comes after its sums of products (linear.wgsl).

struct Sizes {
    // The row of x that makes the first of y
    first_row: u32,
    // Rows of y
    rows: u32,
    padding_0: u32,
    padding_1: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
// Up to three rows of OUTPUTS: the bias; with NORM, s_c; with weights of 8 bits, their scales. Rows
// at the end that a variant doesn't use may be left out.
@group(0) @binding(2) var<storage, read> columns: array<vec4<f32>>;
// Read with NORM only; without, any buffer will do.
@group(0) @binding(3) var<storage, read> gamma: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>>;
@group(0) @binding(5) var<uniform> sizes: Sizes;

// In vectors of four: a row of x, and one of y.
const X_ROW: u32 = INPUTS / 4u;
const Y_ROW: u32 = OUTPUTS / 4u;
const EPSILON: f32 = 1e-5;

// What layer norm subtracts from a row before anything else: see linear.wgsl.
fn pivot(start: u32) -> f32 {
    return dot(x[start], vec4<f32>(0.25));
}

// r of a row, from its mean and the sum of its values' squares, both less the pivot.
fn norm_scale(mean: f32, squares: f32) -> f32 {
    return inverseSqrt(max(squares / f32(INPUTS) - mean * mean, 0.0) + EPSILON);
}

// What comes of a sum of products: `at` is where the row begins in y.
fn finished(sum: vec4<f32>, mean: f32, scale: f32, at: u32, column: u32) -> vec4<f32> {
    var result = scaled_weights(sum, column);
    if NORM == 1u {
        result = (result - mean * columns[Y_ROW + column]) * scale;
    }
    result += columns[column];
    if EPILOGUE == 1u {
        result = gelu(result);
    }
    if EPILOGUE == 2u {
        result += y[at + column];
    }
    return result;
}
