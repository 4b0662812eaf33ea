// Begins a frame: what was the current frame becomes the one before, and every position of the current
// one is masked.
//
// Constants, from crates/kernels/src/gpu/choice.rs:
//   TOKENS  N
//   LANES   at most 256
// Shared memory: none.

// Codes of the frame before, then of this one: [2, N]
@group(0) @binding(0) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(1) var<uniform> step: Step;

@compute @workgroup_size(LANES, 1, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x < TOKENS {
        tokens[id.x] = tokens[TOKENS + id.x];
        tokens[TOKENS + id.x] = step.mask;
    }
}
