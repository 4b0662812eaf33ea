// Causal attention over frames at each position, with QK-norm and rotary time, over the T frames of
// qkv [B, T, N, 3I] and the P frames before them, whose keys (normalised, unrotated) and values a
// cache holds: [B, P, N, I] each. → attended [B, T, N, I]. P may be 0; the cache isn't read then.
// Plain twin: crates/kernels/src/plain.rs, temporal_attention.
//
// A query is one (frame, position, head), in the order of `attended`. A workgroup does ROWS of
// them, in tiles of KEYS frames, with a running softmax, so P + T has no limit.
//
// Constants, from crates/kernels/src/wgsl/temporal.rs:
//   HEADS    heads
//   VECTORS  head size / 4
//   HALF     VECTORS / 2: invocation (row, column) owns vectors `column` and `column + HALF`, which
//            rotary time turns into one another
//   ROWS     queries of a workgroup
//   KEYS     frames in a tile
//   LANES    ROWS · HALF, at most 256
// Shared memory: 8 KEYS·LANES + 32 KEYS·HALF + 4 ROWS·KEYS bytes ≤ 16 KiB.

struct Sizes {
    // N
    tokens: u32,
    // T
    frames: u32,
    // P
    past: u32,
    // Queries in all: B · T · N · HEADS
    rows: u32,
    // Of rotary time: 10000^(−2i/d), i < d/2
    frequencies: array<vec4<f32>, HALF>,
}

@group(0) @binding(0) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> query_gain: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> key_gain: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> past_keys: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> past_values: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> attended: array<vec4<f32>>;
@group(0) @binding(6) var<uniform> sizes: Sizes;

// Each invocation's share of query · key and of the key's sum of squares.
var<workgroup> shares: array<vec2<f32>, KEYS * LANES>;
var<workgroup> turns: array<Turn, KEYS * HALF>;
var<workgroup> scores: array<f32, ROWS * KEYS>;

// In vectors of four: the inner width I, and a row of qkv.
const INNER: u32 = HEADS * VECTORS;
const QKV_ROW: u32 = 3u * INNER;
const LOWEST: f32 = -1e30;

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
    let last_row = min(first_row + ROWS, sizes.rows) - 1u;
    // How many frames the workgroup looks at: if all its queries are of one frame, none later.
    let first_frame = first_row / (HEADS * sizes.tokens);
    let last_frame = last_row / (HEADS * sizes.tokens);
    var seen = sizes.past + sizes.frames;
    if first_frame == last_frame {
        seen = sizes.past + first_frame % sizes.frames + 1u;
    }

    let local_row = lane / HALF;
    let column = lane % HALF;
    // Rows past the last repeat it, and write nothing.
    let row = min(first_row + local_row, last_row);
    let head = row % HEADS;
    let position = (row / HEADS) % sizes.tokens;
    let frame = row / (HEADS * sizes.tokens);
    let batch = frame / sizes.frames;
    let time = sizes.past + frame % sizes.frames;
    // Where this invocation's first vector lies: of the cache in frame 0, of qkv in frame `past`.
    let place = head * VECTORS + column;
    let past_start = (batch * sizes.past * sizes.tokens + position) * INNER + place;
    let qkv_start = (batch * sizes.frames * sizes.tokens + position) * QKV_ROW + place;

    let query_start = (frame * sizes.tokens + position) * QKV_ROW + head * VECTORS;
    var squares = 0.0;
    for (var i = 0u; i < VECTORS; i++) {
        let x = qkv[query_start + i];
        squares += dot(x, x);
    }
    let query_scale = qk_norm_scale(squares) * inverseSqrt(f32(4u * VECTORS));
    let q_low = qkv[query_start + column] * query_gain[column] * query_scale;
    let q_high = qkv[query_start + column + HALF] * query_gain[column + HALF] * query_scale;
    let now = turn(f32(time) * sizes.frequencies[column]);
    let query_low = q_low * now.cosine - q_high * now.sine;
    let query_high = q_low * now.sine + q_high * now.cosine;
    let gain_low = key_gain[column];
    let gain_high = key_gain[column + HALF];

    var highest = LOWEST;
    var total = 0.0;
    var sum_low = vec4<f32>(0.0);
    var sum_high = vec4<f32>(0.0);
    for (var start = 0u; start < seen; start += KEYS) {
        let count = min(KEYS, seen - start);
        // How many of the tile's frames this query may see.
        let visible = min(count, max(time + 1u, start) - start);

        for (var i = lane; i < count * HALF; i += LANES) {
            turns[i] = turn(f32(start + i / HALF) * sizes.frequencies[i % HALF]);
        }
        workgroupBarrier();

        for (var key = 0u; key < visible; key++) {
            let key_time = start + key;
            var low: vec4<f32>;
            var high: vec4<f32>;
            var key_squares = 0.0;
            if key_time < sizes.past {
                let at = past_start + key_time * sizes.tokens * INNER;
                low = past_keys[at];
                high = past_keys[at + HALF];
            } else {
                let at = qkv_start + (key_time - sizes.past) * sizes.tokens * QKV_ROW + INNER;
                low = qkv[at];
                high = qkv[at + HALF];
                key_squares = dot(low, low) + dot(high, high);
                low *= gain_low;
                high *= gain_high;
            }
            let then = turns[key * HALF + column];
            let product = dot(query_low, low * then.cosine - high * then.sine)
                + dot(query_high, low * then.sine + high * then.cosine);
            shares[key * LANES + lane] = vec2<f32>(product, key_squares);
        }
        workgroupBarrier();

        for (var key = column; key < visible; key += HALF) {
            var share = vec2<f32>(0.0);
            for (var i = 0u; i < HALF; i++) {
                share += shares[key * LANES + local_row * HALF + i];
            }
            // Keys in the cache are normalised already.
            let key_scale = select(qk_norm_scale(share.y), 1.0, start + key < sizes.past);
            scores[local_row * KEYS + key] = share.x * key_scale;
        }
        workgroupBarrier();

        let before = highest;
        for (var key = 0u; key < visible; key++) {
            highest = max(highest, scores[local_row * KEYS + key]);
        }
        let fade = exp(before - highest);
        total *= fade;
        sum_low *= fade;
        sum_high *= fade;
        for (var key = 0u; key < visible; key++) {
            let weight = exp(scores[local_row * KEYS + key] - highest);
            total += weight;
            let key_time = start + key;
            if key_time < sizes.past {
                let at = past_start + key_time * sizes.tokens * INNER;
                sum_low += weight * past_values[at];
                sum_high += weight * past_values[at + HALF];
            } else {
                let at = qkv_start + (key_time - sizes.past) * sizes.tokens * QKV_ROW + 2u * INNER;
                sum_low += weight * qkv[at];
                sum_high += weight * qkv[at + HALF];
            }
        }
        // No barrier here: two lie between these reads of `scores` and the next writes to it.
    }

    if first_row + local_row <= last_row {
        let at = (frame * sizes.tokens + position) * INNER + place;
        attended[at] = sum_low / total;
        attended[at + HALF] = sum_high / total;
    }
}
