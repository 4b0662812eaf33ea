// MaskGIT, first half of a step: draws a code for every masked position from logits [N, K], and says
// how early the position should be settled. Twin: crates/model/src/maskgit.rs.
//
// A workgroup does one position: its invocations share the codes, four at a time, and the first of
// them puts their findings together.
//
// Constants, from crates/kernels/src/gpu/choice.rs:
//   CODES   K
//   ROW     vectors of four in a row of logits, at least K / 4; what is beyond K isn't read
//   TOKENS  N
//   LANES   at most 256
// Shared memory: 16 · LANES bytes.

@group(0) @binding(0) var<storage, read> logits: array<vec4<f32>>;
// Codes of the frame before, then of this one: [2, N]
@group(0) @binding(1) var<storage, read> tokens: array<u32>;
// Place of each position in a fixed order, [N]; the earliest is 0
@group(0) @binding(2) var<storage, read> places: array<u32>;
@group(0) @binding(3) var<storage, read_write> drawn: array<u32>;
// The highest is settled first
@group(0) @binding(4) var<storage, read_write> ranks: array<f32>;
@group(0) @binding(5) var<uniform> step: Step;

// Of each invocation's codes: the best score, its code, the largest logit, the sum of exponentials.
struct Finding {
    score: f32,
    code: u32,
    top: f32,
    sum: f32,
}

var<workgroup> findings: array<Finding, LANES>;

const LOWEST: f32 = -3e38;

fn consider(found: ptr<function, Finding>, score: f32, code: u32) {
    if code < CODES && score > (*found).score {
        (*found).score = score;
        (*found).code = code;
    }
}

@compute @workgroup_size(LANES, 1, 1)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let position = min(flat_workgroup(workgroup, workgroups), TOKENS - 1u);
    let masked = tokens[TOKENS + position] == step.mask;
    var found = Finding(LOWEST, 0u, LOWEST, 0.0);
    if masked {
        let place = (step.step << 16u) | position;
        for (var block = lane; 4u * block < CODES; block += LANES) {
            let row = logits[position * ROW + block];
            var scores = row;
            if step.temperature > 0.0 {
                scores = row / step.temperature
                    + gumbel(pcg4d(vec4<u32>(step.seed, step.frame, place, block)));
            }
            let code = 4u * block;
            consider(&found, scores.x, code);
            consider(&found, scores.y, code + 1u);
            consider(&found, scores.z, code + 2u);
            consider(&found, scores.w, code + 3u);
            if step.order == 0u {
                let there = vec4<u32>(code) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(CODES);
                let logits = select(vec4<f32>(LOWEST), row, there);
                let top = max(max(max(logits.x, logits.y), max(logits.z, logits.w)), found.top);
                found.sum = found.sum * exp(found.top - top) + dot(exp(logits - top), vec4<f32>(1.0));
                found.top = top;
            }
        }
    }
    findings[lane] = found;
    workgroupBarrier();
    if lane > 0u || flat_workgroup(workgroup, workgroups) >= TOKENS {
        return;
    }
    if !masked {
        ranks[position] = SETTLED;
        return;
    }
    for (var i = 1u; i < LANES; i++) {
        let other = findings[i];
        // Of equal scores the lowest code, as if one had looked at them in order.
        if other.score > found.score || (other.score == found.score && other.code < found.code) {
            found.score = other.score;
            found.code = other.code;
        }
        let top = max(found.top, other.top);
        found.sum = found.sum * exp(found.top - top) + other.sum * exp(other.top - top);
        found.top = top;
    }
    drawn[position] = found.code;
    if step.order == 0u {
        let noise = gumbel(pcg4d(
            vec4<u32>(step.seed, step.frame, (step.step << 16u) | position, OF_POSITION),
        )).x;
        let logit = logits[position * ROW + found.code / 4u][found.code % 4u];
        ranks[position] = logit - found.top - log(found.sum) + step.choice * noise;
    } else if step.order == 1u {
        // One number for all steps of the frame: a permutation.
        let bits = pcg4d(vec4<u32>(step.seed, step.frame, position, OF_POSITION));
        ranks[position] = open_unit(bits).y;
    } else {
        ranks[position] = -f32(places[position]);
    }
}
