// Attention between the N tokens of each frame, with QK-norm: qkv [F, N, 3I] → attended [F, N, I].
// The same as spatial_attention.wgsl, for processors that imitate a graphics processor: shared
// memory costs them as much as any other, and only registers are cheap.
//
// An invocation does QUERIES queries of one head of one frame, one key after another, with a
// running softmax, so N has no limit. `// repeat` is explained in linear.wgsl.
//
// Constants, from crates/kernels/src/gpu/attention.rs:
//   HEADS    heads
//   VECTORS  head size / 4
//   QUERIES  queries of an invocation
//   LANES    invocations of a workgroup, at most 256
// Launch: F · HEADS · ⌈N / QUERIES⌉ invocations in one flat grid.
// Shared memory: none.

struct Sizes {
    // N
    tokens: u32,
    // Invocations per head of a frame: ⌈N / QUERIES⌉
    tiles: u32,
    // Invocations in all: F · HEADS · tiles
    items: u32,
    padding: u32,
}

@group(0) @binding(0) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> query_gain: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> key_gain: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> attended: array<vec4<f32>>;
@group(0) @binding(4) var<uniform> sizes: Sizes;

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
    let item = flat_workgroup(workgroup, workgroups) * LANES + lane;
    if item >= sizes.items {
        return;
    }
    let first = (item % sizes.tiles) * QUERIES;
    let head_start = ((item / sizes.tiles) % HEADS) * VECTORS;
    // The frame's first token
    let token = item / (sizes.tiles * HEADS) * sizes.tokens;

    // Queries past the last repeat it, and write nothing.
    // repeat QQ < QUERIES
    let start_QQ = (token + min(first + QQu, sizes.tokens - 1u)) * QKV_ROW + head_start;
    var squares_QQ = 0.0;
    // repeat VV < VECTORS
    let raw_QQ_VV = qkv[start_QQ + VVu];
    squares_QQ += dot(raw_QQ_VV, raw_QQ_VV);
    // end
    let scale_QQ = qk_norm_scale(squares_QQ) * inverseSqrt(f32(4u * VECTORS));
    var highest_QQ = LOWEST;
    var total_QQ = 0.0;
    // end
    // repeat VV < VECTORS
    let gain_VV = query_gain[VVu] * key_gain[VVu];
    // repeat QQ < QUERIES
    let query_QQ_VV = raw_QQ_VV * gain_VV * scale_QQ;
    var sum_QQ_VV = vec4<f32>(0.0);
    // end
    // end

    for (var key = 0u; key < sizes.tokens; key++) {
        let at = (token + key) * QKV_ROW + INNER + head_start;
        var squares = 0.0;
        // repeat QQ < QUERIES
        var score_QQ = 0.0;
        // end
        // repeat VV < VECTORS
        let key_VV = qkv[at + VVu];
        squares += dot(key_VV, key_VV);
        // repeat QQ < QUERIES
        score_QQ += dot(query_QQ_VV, key_VV);
        // end
        // end
        let key_scale = qk_norm_scale(squares);
        // repeat QQ < QUERIES
        let scaled_QQ = score_QQ * key_scale;
        let before_QQ = highest_QQ;
        highest_QQ = max(before_QQ, scaled_QQ);
        let fade_QQ = exp(before_QQ - highest_QQ);
        let weight_QQ = exp(scaled_QQ - highest_QQ);
        total_QQ = total_QQ * fade_QQ + weight_QQ;
        // end
        // repeat VV < VECTORS
        let value_VV = qkv[at + INNER + VVu];
        // repeat QQ < QUERIES
        sum_QQ_VV = sum_QQ_VV * fade_QQ + value_VV * weight_QQ;
        // end
        // end
    }

    // repeat QQ < QUERIES
    if first + QQu < sizes.tokens {
        let at = (token + first + QQu) * INNER + head_start;
        // repeat VV < VECTORS
        attended[at + VVu] = sum_QQ_VV / total_QQ;
        // end
    }
    // end
}
