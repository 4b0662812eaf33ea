// Attention between the N tokens of each frame, with QK-norm: qkv [F, N, 3I] → attended [F, N, I].
// Plain twin: crates/kernels/src/plain.rs, spatial_attention.
//
// A workgroup does QUERIES queries of one head of one frame, in tiles of KEYS keys with a running
// softmax, so N has no limit. Invocation (quad, column) owns four queries and, in turn, four
// dimensions of them (their norm), four keys (their scores) and four dimensions (of the output):
// all products are of 4×4 matrices, which makes 64 multiplications of 8 loads.
//
// Constants, from crates/kernels/src/wgsl/spatial.rs:
//   HEADS    heads
//   VECTORS  head size / 4
//   QUADS    fours of queries in a workgroup
//   LANES    QUADS · VECTORS, at most 64
// Shared memory: 144 LANES bytes ≤ 9 KiB.

struct Sizes {
    // N
    tokens: u32,
    // Workgroups per head of a frame: ⌈N / QUERIES⌉
    tiles: u32,
    // Workgroups in all: F · HEADS · tiles
    workgroups: u32,
    padding: u32,
}

@group(0) @binding(0) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> query_gain: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> key_gain: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> attended: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> sizes: Sizes;

// All by (quad, column); a matrix's columns are the quad's queries.
// Four dimensions of the queries, normalised, with both gains and the softmax's 1/√d.
var<workgroup> queries: array<mat4x4<f32>, LANES>;
// The softmax's numerators, for four keys.
var<workgroup> weights: array<mat4x4<f32>, LANES>;
// What is to be summed (or its maximum taken) along a quad's columns.
var<workgroup> shares: array<vec4<f32>, LANES>;

const QUERIES: u32 = 4u * QUADS;
const KEYS: u32 = 4u * VECTORS;
// In vectors of four: the inner width I, and a row of qkv.
const INNER: u32 = HEADS * VECTORS;
const QKV_ROW: u32 = 3u * INNER;
const LOWEST: f32 = -1e30;

// Where the rows of tokens `first` to `first + 3` begin; tokens past the last repeat it.
fn four_rows(first: u32) -> vec4<u32> {
    let tokens = vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u);
    return min(tokens, vec4<u32>(sizes.tokens - 1u)) * QKV_ROW;
}

// One vector of each of four rows.
fn load(rows: vec4<u32>, at: u32) -> mat4x4<f32> {
    let i = rows + at;
    return mat4x4<f32>(qkv[i.x], qkv[i.y], qkv[i.z], qkv[i.w]);
}

@compute @workgroup_size(LANES, 1, 1)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let item = flat_workgroup(workgroup, workgroups);
    if item >= sizes.workgroups {
        return;
    }
    let head = (item / sizes.tiles) % HEADS;
    let frame = item / (sizes.tiles * HEADS);
    let column = lane % VECTORS;
    // Where the quad's row begins in the shared arrays, and its queries among the tokens.
    let row = lane - column;
    let query = (item % sizes.tiles) * QUERIES + 4u * (lane / VECTORS);
    // The head's part of the frame's first token: its query, key and value.
    let query_start = frame * sizes.tokens * QKV_ROW + head * VECTORS;
    let key_start = query_start + INNER;
    let value_start = query_start + 2u * INNER;

    let q = load(four_rows(query), query_start + column);
    shares[lane] = squares_of(q);
    workgroupBarrier();
    var query_squares = vec4<f32>(0.0);
    for (var i = 0u; i < VECTORS; i++) {
        query_squares += shares[row + i];
    }
    let query_scale = qk_norm_scales(query_squares) * inverseSqrt(f32(4u * VECTORS));
    let gain = query_gain[column] * key_gain[column];
    let scale = scaled(mat4x4<f32>(gain, gain, gain, gain), query_scale);
    queries[lane] = mat4x4<f32>(q[0] * scale[0], q[1] * scale[1], q[2] * scale[2], q[3] * scale[3]);
    workgroupBarrier();

    var highest = vec4<f32>(LOWEST);
    var total = vec4<f32>(0.0);
    var sum = mat4x4<f32>();
    for (var start = 0u; start < sizes.tokens; start += KEYS) {
        // Scores: four keys (rows) for four queries (columns).
        let key = start + 4u * column;
        var products = mat4x4<f32>();
        var key_squares = vec4<f32>(0.0);
        if key < sizes.tokens {
            let rows = four_rows(key);
            for (var i = 0u; i < VECTORS; i++) {
                let k = load(rows, key_start + i);
                products += transpose(k) * queries[row + i];
                key_squares += squares_of(k);
            }
        }
        let key_scale = qk_norm_scales(key_squares);
        let seen = vec4<u32>(key) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(sizes.tokens);
        let hidden = vec4<f32>(LOWEST);
        let scores = mat4x4<f32>(
            select(hidden, products[0] * key_scale, seen),
            select(hidden, products[1] * key_scale, seen),
            select(hidden, products[2] * key_scale, seen),
            select(hidden, products[3] * key_scale, seen),
        );
        shares[lane] = largest_of(scores);
        workgroupBarrier();

        let before = highest;
        for (var i = 0u; i < VECTORS; i++) {
            highest = max(highest, shares[row + i]);
        }
        weights[lane] = mat4x4<f32>(
            exp(scores[0] - highest.x),
            exp(scores[1] - highest.y),
            exp(scores[2] - highest.z),
            exp(scores[3] - highest.w),
        );
        workgroupBarrier();

        let fade = exp(before - highest);
        total *= fade;
        sum = scaled(sum, fade);
        let fours = min(VECTORS, (sizes.tokens - start + 3u) / 4u);
        for (var i = 0u; i < fours; i++) {
            let weight = weights[row + i];
            total += vec4<f32>(1.0) * weight;
            sum += load(four_rows(start + 4u * i), value_start + column) * weight;
        }
        // No barrier here: `shares` was last read before the one above, and the next writes to
        // `weights` come after the next round's first.
    }

    let result = scaled(sum, 1.0 / total);
    let at = (frame * sizes.tokens + query) * INNER + head * VECTORS + column;
    for (var i = 0u; i < 4u; i++) {
        if query + i < sizes.tokens {
            attended[at + i * INNER] = result[i];
        }
    }
}
