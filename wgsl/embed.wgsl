// Embeds tokens: x[f, n] = table[token] + position[n] + extra[row of f], [F, N, D]. The rows of `extra`
// are the embedded actions (the last is "unknown"); a decoder has one row of zeros.
// Plain twin: the embeddings of crates/model/src/{dynamics,tokenizer}.rs.
//
// An invocation does one vector of four.
//
// Constants, from crates/kernels/src/gpu/embed.rs:
//   VECTORS  D / 4
//   TOKENS   N
//   LANES    at most 256
// Shared memory: none.

struct Sizes {
    // Where the frames begin among the tokens
    first: u32,
    // Vectors in all: F · N · VECTORS
    vectors: u32,
    // Rows of the table, of `extra`
    codes: u32,
    rows: u32,
}

@group(0) @binding(0) var<storage, read> tokens: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> position: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> extra: array<vec4<f32>>;
// The row of `extra` of each frame, [F]
@group(0) @binding(4) var<storage, read> row: array<u32>;
@group(0) @binding(5) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(6) var<uniform> sizes: Sizes;

@compute @workgroup_size(LANES, 1, 1)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let i = flat_workgroup(workgroup, workgroups) * LANES + lane;
    if i >= sizes.vectors {
        return;
    }
    let column = i % VECTORS;
    let place = i / VECTORS;
    let token = min(tokens[sizes.first + place], sizes.codes - 1u);
    let kind = min(row[place / TOKENS], sizes.rows - 1u);
    x[i] = table[token * VECTORS + column]
        + position[(place % TOKENS) * VECTORS + column]
        + extra[kind * VECTORS + column];
}
