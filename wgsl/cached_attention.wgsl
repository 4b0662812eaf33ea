// Causal attention over frames at each position, with QK-norm and rotary time, over F new frames of
// qkv [F, N, 3I] and the P frames before them, whose keys (normalised, unrotated) and values a cache
// holds in pages, one a frame: [pages, N, I] each. → attended [F, N, I], and the new frames' keys
// and values in pages of their own. P may be 0. A frame sees at most `window` frames before it.
// Plain twin: crates/kernels/src/plain.rs, temporal_attention.
//
// An invocation does one query (frame, position, head), in the order of `attended`: from its own
// frame back to the oldest, one key at a time, with a running softmax, so P + F has no limit. Only
// differences of time matter to rotary time, so keys stay as they are, and the query turns by one
// frame with each. New frames are read from qkv, not from the cache: an invocation reads nothing
// that another writes. `// repeat` is explained in linear.wgsl.
//
// Constants, from crates/kernels/src/gpu/attention.rs:
//   HEADS    heads
//   VECTORS  head size / 4
//   HALF     VECTORS / 2: vectors i and i + HALF make a `Pair`
//   LANES    queries of a workgroup, at most 256
// Launch: F · N · HEADS invocations in one flat grid.
// The cache is declared by shared/cache_f32.wgsl or cache_f16.wgsl.
// Shared memory: none.

struct Sizes {
    // N
    tokens: u32,
    // F
    frames: u32,
    // P
    past: u32,
    // Queries in all: F · N · HEADS
    rows: u32,
    window: u32,
    padding_0: u32,
    padding_1: u32,
    padding_2: u32,
    // Of the angles of one frame, 10000^(−2i/d), i < d/2
    turns: array<Turn, HALF>,
}

@group(0) @binding(0) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> query_gain: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> key_gain: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> attended: array<vec4<f32>>;
@group(0) @binding(6) var<uniform> sizes: Sizes;
// Numbers of pages: of the P past frames, oldest first, then of the F new ones. No new frame's page
// is a past one's, nor another new one's.
@group(0) @binding(7) var<storage, read> pages: array<u32>;

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
    let row = flat_workgroup(workgroup, workgroups) * LANES + lane;
    if row >= sizes.rows {
        return;
    }
    let head_start = (row % HEADS) * VECTORS;
    let position = (row / HEADS) % sizes.tokens;
    let frame = row / (HEADS * sizes.tokens);

    let start = (frame * sizes.tokens + position) * QKV_ROW + head_start;
    var query_squares = 0.0;
    var own_squares = 0.0;
    // repeat II < HALF
    let raw_II = Pair(qkv[start + IIu], qkv[start + HALF + IIu]);
    query_squares += product(raw_II, raw_II.low, raw_II.high);
    let own_II = Pair(qkv[start + INNER + IIu], qkv[start + INNER + HALF + IIu]);
    own_squares += product(own_II, own_II.low, own_II.high);
    let gain_II = Pair(key_gain[IIu], key_gain[HALF + IIu]);
    let turn_II = sizes.turns[II];
    var sum_low_II = vec4<f32>(0.0);
    var sum_high_II = vec4<f32>(0.0);
    // end
    let query_scale = qk_norm_scale(query_squares) * inverseSqrt(f32(4u * VECTORS));
    // The query, turned to the key at hand
    // repeat II < HALF
    var query_II = Pair(
        raw_II.low * query_gain[IIu] * query_scale,
        raw_II.high * query_gain[HALF + IIu] * query_scale,
    );
    // end

    let own_scale = qk_norm_scale(own_squares);
    let own_page = (pages[sizes.past + frame] * sizes.tokens + position) * INNER + head_start;
    let own_value = start + 2u * INNER;
    // repeat II < HALF
    keep(own_page + IIu, own_II.low * gain_II.low * own_scale, qkv[own_value + IIu]);
    keep(
        own_page + HALF + IIu,
        own_II.high * gain_II.high * own_scale,
        qkv[own_value + HALF + IIu],
    );
    // end

    // The softmax so far: its largest score, and its denominator
    var highest = LOWEST;
    var total = 0.0;

    // Of new frames, and of past ones, those that the window hides
    let hidden = frame - min(frame, sizes.window);
    let forgotten = sizes.past - min(sizes.past, sizes.window - (frame - hidden));
    for (var left = frame + 1u; left > hidden; left--) {
        let at = ((left - 1u) * sizes.tokens + position) * QKV_ROW + INNER + head_start;
        var squares = 0.0;
        var score = 0.0;
        // repeat II < HALF
        let key_II = Pair(qkv[at + IIu], qkv[at + HALF + IIu]);
        squares += product(key_II, key_II.low, key_II.high);
        score += product(query_II, key_II.low * gain_II.low, key_II.high * gain_II.high);
        // end
        score *= qk_norm_scale(squares);
        let before = highest;
        highest = max(before, score);
        let fade = exp(before - highest);
        let weight = exp(score - highest);
        total = total * fade + weight;
        // repeat II < HALF
        sum_low_II = sum_low_II * fade + qkv[at + INNER + IIu] * weight;
        sum_high_II = sum_high_II * fade + qkv[at + INNER + HALF + IIu] * weight;
        query_II = turned(query_II, turn_II);
        // end
    }

    for (var left = sizes.past; left > forgotten; left--) {
        let at = (pages[left - 1u] * sizes.tokens + position) * INNER + head_start;
        var score = 0.0;
        // repeat II < HALF
        score += product(query_II, cached_key(at + IIu), cached_key(at + HALF + IIu));
        // end
        let before = highest;
        highest = max(before, score);
        let fade = exp(before - highest);
        let weight = exp(score - highest);
        total = total * fade + weight;
        // repeat II < HALF
        sum_low_II = sum_low_II * fade + cached_value(at + IIu) * weight;
        sum_high_II = sum_high_II * fade + cached_value(at + HALF + IIu) * weight;
        query_II = turned(query_II, turn_II);
        // end
    }

    let end = (frame * sizes.tokens + position) * INNER + head_start;
    // repeat II < HALF
    attended[end + IIu] = sum_low_II / total;
    attended[end + HALF + IIu] = sum_high_II / total;
    // end
}
