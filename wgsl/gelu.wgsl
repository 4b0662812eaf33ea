// GELU in its tanh form, vector by vector: x → activated, any shape.
// Plain twin: crates/kernels/src/plain.rs, gelu.
//
// Constants, from crates/kernels/src/wgsl/pointwise.rs:
//   LANES  invocations of a workgroup, one vector each
// Shared memory: none.

struct Sizes {
    // Vectors of four in x
    vectors: u32,
    padding_0: u32,
    padding_1: u32,
    padding_2: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> activated: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> sizes: Sizes;

@compute @workgroup_size(LANES, 1, 1)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = flat_workgroup(workgroup, workgroups) * LANES + lane;
    if i < sizes.vectors {
        activated[i] = gelu(x[i]);
    }
}
