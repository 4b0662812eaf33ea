// Layer norm over the last dimension: x [R, D], gamma [D], beta [D] → normed [R, D].
// Plain twin: crates/kernels/src/plain.rs, layer_norm.
//
// Constants, from crates/kernels/src/wgsl/pointwise.rs:
//   VECTORS  D / 4
//   COLUMNS  invocations that share a row
//   ROWS     rows of a workgroup
//   LANES    ROWS · COLUMNS, at most 256
// Shared memory: 8 LANES bytes ≤ 2 KiB.

struct Sizes {
    // R
    rows: u32,
    padding_0: u32,
    padding_1: u32,
    padding_2: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> gamma: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> beta: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> normed: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> sizes: Sizes;

// Each invocation's share of the sum, and of the sum of squares around the mean.
var<workgroup> sums: array<f32, LANES>;
var<workgroup> squares: array<f32, LANES>;

const EPSILON: f32 = 1e-5;

@compute @workgroup_size(LANES, 1, 1)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first_row = flat_workgroup(workgroup, workgroups) * ROWS;
    if first_row >= sizes.rows {
        return;
    }
    let local_row = lane / COLUMNS;
    let column = lane % COLUMNS;
    // Rows past the last repeat it, and write nothing.
    let start = min(first_row + local_row, sizes.rows - 1u) * VECTORS;

    var sum = 0.0;
    for (var i = column; i < VECTORS; i += COLUMNS) {
        sum += dot(x[start + i], vec4<f32>(1.0));
    }
    sums[lane] = sum;
    workgroupBarrier();
    sum = 0.0;
    for (var i = 0u; i < COLUMNS; i++) {
        sum += sums[local_row * COLUMNS + i];
    }
    let mean = sum / f32(4u * VECTORS);

    var square = 0.0;
    for (var i = column; i < VECTORS; i += COLUMNS) {
        let centred = x[start + i] - mean;
        square += dot(centred, centred);
    }
    squares[lane] = square;
    workgroupBarrier();
    square = 0.0;
    for (var i = 0u; i < COLUMNS; i++) {
        square += squares[local_row * COLUMNS + i];
    }
    let scale = inverseSqrt(square / f32(4u * VECTORS) + EPSILON);

    if first_row + local_row < sizes.rows {
        for (var i = column; i < VECTORS; i += COLUMNS) {
            normed[start + i] = (x[start + i] - mean) * scale * gamma[i] + beta[i];
        }
    }
}
