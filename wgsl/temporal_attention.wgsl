// Causal attention over frames at each position, with QK-norm and rotary time, over the T frames of
// qkv [B, T, N, 3I] and the P frames before them, whose keys (normalised, unrotated) and values a
// cache holds: [B, P, N, I] each. → attended [B, T, N, I]. P may be 0; the cache isn't read then.
// Plain twin: crates/kernels/src/plain.rs, temporal_attention.
//
// An invocation does one query (frame, position, head), in the order of `attended`, from the newest
// key to the oldest with a running softmax, so P + T has no limit. Only differences of time matter to
// rotary time, so the keys stay as they are and the query turns on by one frame per key.
//
// Constants, from crates/kernels/src/wgsl/temporal.rs:
//   HEADS    heads
//   VECTORS  head size / 4
//   HALF     VECTORS / 2: rotary time turns vectors i and i + HALF into one another
//   LANES    queries of a workgroup, at most 256
// Shared memory: none.

struct Sizes {
    // N
    tokens: u32,
    // T
    frames: u32,
    // P
    past: u32,
    // Queries in all: B · T · N · HEADS
    rows: u32,
    // Cosine and sine of the angles of one frame, 10000^(−2i/d), i < d/2
    cosines: array<vec4<f32>, HALF>,
    sines: array<vec4<f32>, HALF>,
}

@group(0) @binding(0) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> query_gain: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> key_gain: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> past_keys: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> past_values: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> attended: array<vec4<f32>>;
@group(0) @binding(6) var<uniform> sizes: Sizes;

// The query, turned to the key at hand, and the same for the output so far.
var<private> query: array<vec4<f32>, VECTORS>;
var<private> sum: array<vec4<f32>, VECTORS>;
var<private> cosines: array<vec4<f32>, HALF>;
var<private> sines: array<vec4<f32>, HALF>;
var<private> gains: array<vec4<f32>, VECTORS>;

// In vectors of four: the inner width I, and a row of qkv.
const INNER: u32 = HEADS * VECTORS;
const QKV_ROW: u32 = 3u * INNER;
const LOWEST: f32 = -1e30;

// Turns a pair of the query's vectors on by one frame.
fn turn(i: u32) {
    let low = query[i];
    let high = query[i + HALF];
    query[i] = low * cosines[i] - high * sines[i];
    query[i + HALF] = low * sines[i] + high * cosines[i];
}

@compute @workgroup_size(LANES, 1, 1)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let row = flat_workgroup(workgroup, workgroups) * LANES + lane;
    if row >= sizes.rows {
        return;
    }
    let head_start = (row % HEADS) * VECTORS;
    let position = (row / HEADS) % sizes.tokens;
    let frame = row / (HEADS * sizes.tokens);
    let batch = frame / sizes.frames;
    // From one frame to the next in qkv and in the cache.
    let frame_step = sizes.tokens * QKV_ROW;
    let past_step = sizes.tokens * INNER;

    let query_start = (frame * sizes.tokens + position) * QKV_ROW + head_start;
    var squares = 0.0;
    for (var i = 0u; i < VECTORS; i++) {
        query[i] = qkv[query_start + i];
        squares += dot(query[i], query[i]);
    }
    let scale = qk_norm_scale(squares) * inverseSqrt(f32(4u * VECTORS));
    for (var i = 0u; i < VECTORS; i++) {
        query[i] *= query_gain[i] * scale;
        gains[i] = key_gain[i];
        sum[i] = vec4<f32>(0.0);
    }
    for (var i = 0u; i < HALF; i++) {
        cosines[i] = sizes.cosines[i];
        sines[i] = sizes.sines[i];
    }

    var highest = LOWEST;
    var total = 0.0;
    // Frames of qkv: keys as they come from the linear layer.
    var key_start = query_start + INNER;
    for (var left = frame % sizes.frames + 1u; left > 0u; left--) {
        var product = 0.0;
        var key_squares = 0.0;
        for (var i = 0u; i < HALF; i++) {
            let low = qkv[key_start + i];
            let high = qkv[key_start + i + HALF];
            key_squares += dot(low, low) + dot(high, high);
            product += dot(query[i], low * gains[i]) + dot(query[i + HALF], high * gains[i + HALF]);
            turn(i);
        }
        let score = product * qk_norm_scale(key_squares);
        let before = highest;
        highest = max(highest, score);
        let fade = exp(before - highest);
        let weight = exp(score - highest);
        total = total * fade + weight;
        for (var i = 0u; i < VECTORS; i++) {
            sum[i] = sum[i] * fade + weight * qkv[key_start + INNER + i];
        }
        key_start -= frame_step;
    }

    // Frames of the cache.
    var past_start = (batch * sizes.past * sizes.tokens + position) * INNER + head_start
        + sizes.past * past_step;
    for (var left = sizes.past; left > 0u; left--) {
        past_start -= past_step;
        var score = 0.0;
        for (var i = 0u; i < HALF; i++) {
            let low = past_keys[past_start + i];
            let high = past_keys[past_start + i + HALF];
            score += dot(query[i], low) + dot(query[i + HALF], high);
            turn(i);
        }
        let before = highest;
        highest = max(highest, score);
        let fade = exp(before - highest);
        let weight = exp(score - highest);
        total = total * fade + weight;
        for (var i = 0u; i < VECTORS; i++) {
            sum[i] = sum[i] * fade + weight * past_values[past_start + i];
        }
    }

    let attended_start = (frame * sizes.tokens + position) * INNER + head_start;
    for (var i = 0u; i < VECTORS; i++) {
        attended[attended_start + i] = sum[i] / total;
    }
}
