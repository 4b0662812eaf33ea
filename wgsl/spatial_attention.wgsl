// Attention between the N tokens of each frame, with QK-norm: qkv [F, N, 3I] → attended [F, N, I].
// Plain twin: crates/kernels/src/plain.rs, spatial_attention.
//
// A workgroup does QUERIES queries of one head of one frame. It reads the keys and values in tiles
// of KEYS through shared memory, with a running softmax, so N has no limit.
//
// Constants, from crates/kernels/src/wgsl/spatial.rs:
//   HEADS      heads
//   VECTORS    head size / 4
//   QUERIES    queries of a workgroup
//   KEYS       keys in a tile
//   LANES      QUERIES · VECTORS, at most 256: invocation (row, column) owns four dimensions of a query
//   TILE_ROW   VECTORS made odd, SCORE_ROW  KEYS + 1: row lengths that spread over the memory banks
// Shared memory: 16 LANES + 16 KEYS·TILE_ROW + 4 QUERIES·SCORE_ROW + 4 KEYS bytes ≤ 16 KiB.

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

// Queries times both gains; keys and values stay as they are.
var<workgroup> queries: array<vec4<f32>, LANES>;
// A tile of keys, then of the same tokens' values.
var<workgroup> tile: array<vec4<f32>, KEYS * TILE_ROW>;
// First query · key, then the softmax's numerator.
var<workgroup> scores: array<f32, QUERIES * SCORE_ROW>;
var<workgroup> key_scale: array<f32, KEYS>;

// In vectors of four: the inner width I, and a row of qkv.
const INNER: u32 = HEADS * VECTORS;
const QKV_ROW: u32 = 3u * INNER;
const LOWEST: f32 = -1e30;

// Fills `tile` with `count` rows of qkv, from vector `first` on.
fn load_tile(first: u32, count: u32, lane: u32) {
    for (var i = lane; i < count * VECTORS; i += LANES) {
        let row = i / VECTORS;
        let column = i % VECTORS;
        tile[row * TILE_ROW + column] = qkv[first + row * QKV_ROW + column];
    }
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
    let row = lane / VECTORS;
    let column = lane % VECTORS;
    let query = (item % sizes.tiles) * QUERIES + row;
    // Rows past the last token repeat it, and write nothing.
    let token = min(query, sizes.tokens - 1u);
    let head_start = frame * sizes.tokens * QKV_ROW + head * VECTORS;

    let query_start = head_start + token * QKV_ROW;
    var squares = 0.0;
    for (var i = 0u; i < VECTORS; i++) {
        let x = qkv[query_start + i];
        squares += dot(x, x);
    }
    let query_scale = qk_norm_scale(squares) * inverseSqrt(f32(4u * VECTORS));
    queries[lane] = qkv[query_start + column] * query_gain[column] * key_gain[column];

    var highest = LOWEST;
    var total = 0.0;
    var sum = vec4<f32>(0.0);
    for (var start = 0u; start < sizes.tokens; start += KEYS) {
        let count = min(KEYS, sizes.tokens - start);
        let tile_start = head_start + start * QKV_ROW;
        load_tile(tile_start + INNER, count, lane);
        workgroupBarrier();

        for (var pair = lane; pair < QUERIES * KEYS; pair += LANES) {
            let key = pair % KEYS;
            let other = pair / KEYS;
            if key < count {
                var product = 0.0;
                for (var i = 0u; i < VECTORS; i++) {
                    product += dot(queries[other * VECTORS + i], tile[key * TILE_ROW + i]);
                }
                scores[other * SCORE_ROW + key] = product;
            }
        }
        for (var key = lane; key < count; key += LANES) {
            var key_squares = 0.0;
            for (var i = 0u; i < VECTORS; i++) {
                let x = tile[key * TILE_ROW + i];
                key_squares += dot(x, x);
            }
            key_scale[key] = qk_norm_scale(key_squares);
        }
        workgroupBarrier();

        load_tile(tile_start + 2u * INNER, count, lane);
        let before = highest;
        for (var key = 0u; key < count; key++) {
            highest = max(highest, scores[row * SCORE_ROW + key] * key_scale[key] * query_scale);
        }
        workgroupBarrier();

        for (var key = column; key < count; key += VECTORS) {
            let at = row * SCORE_ROW + key;
            scores[at] = exp(scores[at] * key_scale[key] * query_scale - highest);
        }
        workgroupBarrier();

        let fade = exp(before - highest);
        total *= fade;
        sum *= fade;
        for (var key = 0u; key < count; key++) {
            let weight = scores[row * SCORE_ROW + key];
            total += weight;
            sum += weight * tile[key * TILE_ROW + column];
        }
        workgroupBarrier();
    }

    if query < sizes.tokens {
        attended[(frame * sizes.tokens + query) * INNER + head * VECTORS + column] = sum / total;
    }
}
