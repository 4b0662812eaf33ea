// MaskGIT, second half of a step: of the masked positions, the `step.settle` of highest rank take the
// code that was drawn for them. Equal ranks go by position. Twin: crates/model/src/maskgit.rs.
//
// An invocation does one position: it counts those before it, so nothing is sorted.
//
// Constants, from crates/kernels/src/gpu/choice.rs:
//   TOKENS  N
//   LANES   at most 256
// Shared memory: none.

@group(0) @binding(0) var<storage, read> drawn: array<u32>;
@group(0) @binding(1) var<storage, read> ranks: array<f32>;
// Codes of the frame before, then of this one: [2, N]
@group(0) @binding(2) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(LANES, 1, 1)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let position = id.x;
    if position >= TOKENS {
        return;
    }
    let rank = ranks[position];
    if rank <= SETTLED {
        return;
    }
    var before = 0u;
    for (var other = 0u; other < TOKENS; other++) {
        let theirs = ranks[other];
        before += select(0u, 1u, theirs > rank || (theirs == rank && other < position));
    }
    if before < step.settle {
        tokens[TOKENS + position] = drawn[position];
    }
}
