// What a key-value cache keeps of qkv [F, N, 3I]: keys with QK-norm, not rotated, and values,
// [F, N, I] each. Plain twin: crates/kernels/src/plain.rs, normalised_keys.
//
// A row is one (frame, position, head), in the order of `keys`.
//
// Constants, from crates/kernels/src/wgsl/keys.rs:
//   HEADS    heads
//   VECTORS  head size / 4
//   ROWS     rows of a workgroup
//   LANES    ROWS · VECTORS, at most 256: invocation (row, column) owns one vector
// Shared memory: 4 LANES bytes ≤ 1 KiB.

struct Sizes {
    // F · N · HEADS
    rows: u32,
    padding_0: u32,
    padding_1: u32,
    padding_2: u32,
}

@group(0) @binding(0) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> key_gain: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> keys: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> values: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> sizes: Sizes;

var<workgroup> squares: array<f32, LANES>;

// The inner width I, in vectors of four.
const INNER: u32 = HEADS * VECTORS;

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
    let local_row = lane / VECTORS;
    let column = lane % VECTORS;
    // Rows past the last repeat it, and write nothing.
    let row = min(first_row + local_row, sizes.rows - 1u);
    let token = row / HEADS;
    let place = (row % HEADS) * VECTORS + column;
    let key = qkv[token * 3u * INNER + INNER + place];
    squares[lane] = dot(key, key);
    workgroupBarrier();

    var sum = 0.0;
    for (var i = 0u; i < VECTORS; i++) {
        sum += squares[local_row * VECTORS + i];
    }
    if first_row + local_row < sizes.rows {
        let at = token * INNER + place;
        keys[at] = key * qk_norm_scale(sum) * key_gain[column];
        values[at] = qkv[token * 3u * INNER + 2u * INNER + place];
    }
}
