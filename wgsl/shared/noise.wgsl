// Counter-based noise, the same as crates/model/src/noise.rs: PCG-4D (Jarzynski and Olano, JCGT 2020).

// The fourth counter of numbers that belong to a position rather than to one of its codes.
const OF_POSITION: u32 = 0xffffffffu;

fn pcg4d(counters: vec4<u32>) -> vec4<u32> {
    var v = counters * 1664525u + 1013904223u;
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    v ^= v >> vec4<u32>(16u);
    v.x += v.y * v.w;
    v.y += v.z * v.x;
    v.z += v.x * v.y;
    v.w += v.y * v.z;
    return v;
}

// Strictly between 0 and 1, from the upper 24 bits.
fn open_unit(bits: vec4<u32>) -> vec4<f32> {
    let unit = (vec4<f32>(bits >> vec4<u32>(8u)) + 0.5) / 16777216.0;
    // The greatest would be rounded up to 1, whose Gumbel number is infinite.
    return min(unit, vec4<f32>(0.99999994));
}

fn gumbel(bits: vec4<u32>) -> vec4<f32> {
    return -log(-log(open_unit(bits)));
}
