// Temporal attention of play: causal attention over frames at each position, with QK-norm and rotary
// time, over the F frames of qkv [F, N, 3I] and P frames before them, which are cached in pages: `keys`
// (normalised, unrotated) and `values`, [pages, N, I] each. Each frame's own keys and values are written
// to its page. → attended [F, N, I]. Plain twin: crates/kernels/src/plain.rs, temporal_attention.
//
// `pages` names the page of each of the P + F frames, oldest first. Frames of qkv are read from qkv, so
// that nothing is read that another invocation of the same dispatch writes.
//
// An invocation does one query (frame, position, head), in the order of `attended`: from its own
// frame back to the oldest, four keys at a time, with a running softmax, so P + F has no limit. Only
// differences of time matter to rotary time, so keys stay as they are, and the query turns by one
// frame with each.
//
// Constants, from crates/kernels/src/gpu/attention.rs:
//   HEADS    heads
//   VECTORS  head size / 4
//   HALF     VECTORS / 2: vectors i and i + HALF make a `Pair`
//   LANES    queries of a workgroup, at most 256
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
    // A frame sees at most so many frames before it
    window: u32,
    padding_a: u32,
    padding_b: u32,
    padding_c: u32,
    // Of the angles of one frame, 10000^(−2i/d), i < d/2
    turns: array<Turn, HALF>,
}

@group(0) @binding(0) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> query_gain: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> key_gain: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> keys: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> values: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> attended: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> pages: array<u32>;
@group(0) @binding(7) var<uniform> sizes: Sizes;

// In vectors of four: the inner width I, and a row of qkv.
const INNER: u32 = HEADS * VECTORS;
const QKV_ROW: u32 = 3u * INNER;
const LOWEST: f32 = -1e30;

// The query, turned to the key at hand.
var<private> query: array<vec4<f32>, VECTORS>;
// The softmax so far: its largest score, its denominator and its numerator.
var<private> highest: f32;
var<private> total: f32;
var<private> sum: array<vec4<f32>, VECTORS>;

// A pair of the query as it is for the next four keys; then turned to the four after them.
fn next_pairs(i: u32) -> array<Pair, 4> {
    let turn = sizes.turns[i];
    let first = Pair(query[i], query[i + HALF]);
    let second = turned(first, turn);
    let third = turned(second, turn);
    let fourth = turned(third, turn);
    let fifth = turned(fourth, turn);
    query[i] = fifth.low;
    query[i + HALF] = fifth.high;
    return array<Pair, 4>(first, second, third, fourth);
}

// Makes room for four more scores in the softmax: returns how much what is there fades, and leaves
// the new weights in `scores`.
fn weigh(scores: ptr<function, vec4<f32>>) -> f32 {
    let before = highest;
    let s = *scores;
    highest = max(highest, max(max(s.x, s.y), max(s.z, s.w)));
    let fade = exp(before - highest);
    *scores = exp(s - highest);
    total = total * fade + dot(*scores, vec4<f32>(1.0));
    return fade;
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

    let query_start = (frame * sizes.tokens + position) * QKV_ROW + head_start;
    var squares = 0.0;
    for (var i = 0u; i < VECTORS; i++) {
        let q = qkv[query_start + i];
        squares += dot(q, q);
        query[i] = q * query_gain[i];
        sum[i] = vec4<f32>(0.0);
    }
    let query_scale = qk_norm_scale(squares) * inverseSqrt(f32(4u * VECTORS));
    highest = LOWEST;
    total = 0.0;

    // Four frames back, of `left` that there are: those before the first repeat it, unseen.
    let back = vec4<u32>(1u, 2u, 3u, 4u);
    // Its own key and value, for the frames to come.
    let own = query_start + INNER;
    var own_squares = 0.0;
    for (var i = 0u; i < VECTORS; i++) {
        let k = qkv[own + i];
        own_squares += dot(k, k);
    }
    let own_scale = qk_norm_scale(own_squares);
    let kept = (pages[sizes.past + frame] * sizes.tokens + position) * INNER + head_start;
    for (var i = 0u; i < VECTORS; i++) {
        keys[kept + i] = qkv[own + i] * own_scale * key_gain[i];
        values[kept + i] = qkv[own + INNER + i];
    }

    // Frames of qkv, whose keys are as the linear layer made them.
    let seen = min(frame, sizes.window) + 1u;
    let oldest = frame + 1u - seen;
    let keys_start = (oldest * sizes.tokens + position) * QKV_ROW + INNER + head_start;
    for (var left = seen; left > 0u; left -= min(left, 4u)) {
        let frames = vec4<u32>(left) - min(back, vec4<u32>(left));
        let rows = keys_start + frames * sizes.tokens * QKV_ROW;
        var scores = vec4<f32>(0.0);
        var key_squares = vec4<f32>(0.0);
        for (var i = 0u; i < HALF; i++) {
            let pairs = next_pairs(i);
            let at = rows + i;
            let low = mat4x4<f32>(qkv[at.x], qkv[at.y], qkv[at.z], qkv[at.w]);
            let to = at + HALF;
            let high = mat4x4<f32>(qkv[to.x], qkv[to.y], qkv[to.z], qkv[to.w]);
            key_squares += squares_of(low) + squares_of(high);
            let low_gain = key_gain[i];
            let high_gain = key_gain[i + HALF];
            scores += vec4<f32>(
                product(pairs[0], low[0] * low_gain, high[0] * high_gain),
                product(pairs[1], low[1] * low_gain, high[1] * high_gain),
                product(pairs[2], low[2] * low_gain, high[2] * high_gain),
                product(pairs[3], low[3] * low_gain, high[3] * high_gain),
            );
        }
        scores *= query_scale * qk_norm_scales(key_squares);
        scores = select(vec4<f32>(LOWEST), scores, back <= vec4<u32>(left));
        let fade = weigh(&scores);
        for (var i = 0u; i < VECTORS; i++) {
            let at = rows + INNER + i;
            sum[i] = sum[i] * fade + mat4x4<f32>(qkv[at.x], qkv[at.y], qkv[at.z], qkv[at.w]) * scores;
        }
    }

    // Frames of the cache that it sees: the latest of them.
    let past = min(sizes.past, sizes.window - min(frame, sizes.window));

    // The query went a whole four with the oldest frame of qkv, too far if there were fewer.
    for (var over = (4u - seen % 4u) % 4u; over > 0u && past > 0u; over--) {
        for (var i = 0u; i < HALF; i++) {
            let turn = sizes.turns[i];
            let pair = turned(Pair(query[i], query[i + HALF]), Turn(turn.cosine, -turn.sine));
            query[i] = pair.low;
            query[i + HALF] = pair.high;
        }
    }

    // Frames of the cache, whose keys are normalised.
    let past_start = position * INNER + head_start;
    for (var left = past; left > 0u; left -= min(left, 4u)) {
        let frames = vec4<u32>(sizes.past - past + left) - min(back, vec4<u32>(left));
        let places = vec4<u32>(pages[frames.x], pages[frames.y], pages[frames.z], pages[frames.w]);
        let rows = past_start + places * sizes.tokens * INNER;
        var scores = vec4<f32>(0.0);
        for (var i = 0u; i < HALF; i++) {
            let pairs = next_pairs(i);
            let at = rows + i;
            let to = at + HALF;
            scores += vec4<f32>(
                product(pairs[0], keys[at.x], keys[to.x]),
                product(pairs[1], keys[at.y], keys[to.y]),
                product(pairs[2], keys[at.z], keys[to.z]),
                product(pairs[3], keys[at.w], keys[to.w]),
            );
        }
        scores = select(vec4<f32>(LOWEST), scores * query_scale, back <= vec4<u32>(left));
        let fade = weigh(&scores);
        for (var i = 0u; i < VECTORS; i++) {
            let at = rows + i;
            sum[i] = sum[i] * fade + mat4x4<f32>(
                values[at.x],
                values[at.y],
                values[at.z],
                values[at.w],
            ) * scores;
        }
    }

    let attended_start = (frame * sizes.tokens + position) * INNER + head_start;
    for (var i = 0u; i < VECTORS; i++) {
        attended[attended_start + i] = sum[i] / total;
    }
}
