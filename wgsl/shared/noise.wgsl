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

// Strictly between 0 and 1, from the upper 24 bits. The largest would be rounded up to 1.
fn open_unit(bits: vec4<u32>) -> vec4<f32> {
    let unit = (vec4<f32>(bits >> vec4<u32>(8u)) + 0.5) / 16777216.0;
    return min(unit, vec4<f32>(0.99999994));
}

fn gumbel(bits: vec4<u32>) -> vec4<f32> {
    let unit = open_unit(bits);
    // Near 1 a logarithm may be 2^-21 off, where the largest noise comes from: there its series,
    // log(1 - x) = -x - x²/2 - x³/3 - …, of an x that is exact.
    let x = 1.0 - unit;
    let series = x * (1.0 + x * (0.5 + x * (0.33333334 + x * (0.25 + x * 0.2))));
    return -log(select(-log(unit), series, x < vec4<f32>(0.0625)));
}
